//! Values made up at random, the same ones every time.

use http::Method;

use crate::ids::WireId;
use crate::value::{
    Blob, Bytes, BytesKind, Date, ErrorClass, ErrorValue, Headers, Object, Request, Response,
    Segment, Tree, Url,
};
use crate::wire::{Capture, Expr, Remap, Target, WireRef};

/// A small generator of numbers (xorshift) and what can be made of them.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn list<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.below(4)).map(|_| make(self)).collect()
    }

    fn text(&mut self) -> String {
        const ALPHABET: [char; 9] = ['a', 'Z', '"', '\\', '\n', '\u{1}', 'é', '\u{2028}', '😀'];
        (0..self.below(20))
            .map(|_| ALPHABET[usize::try_from(self.below(9)).unwrap()])
            .collect()
    }

    fn number(&mut self) -> f64 {
        match self.below(3) {
            0 => f64::from(u32::try_from(self.below(1000)).unwrap()),
            1 => f64::INFINITY,
            // −0 and NaN do not come back equal to themselves; both are tested above.
            _ => Some(f64::from_bits(self.next()))
                .filter(|n| !n.is_nan())
                .unwrap_or(0.5),
        }
    }

    fn object(&mut self, depth: u32) -> Object<WireRef> {
        self.list(|random| (format!("{}~", random.text()), random.value(depth)))
            .into_iter()
            .collect()
    }

    fn error(&mut self, depth: u32) -> Expr {
        let mut error = ErrorValue::new(ErrorClass::RangeError, self.text());
        error.stack = (self.below(2) == 0).then(|| format!("at {}", self.text()));
        error.props = self.object(depth);
        Tree::Error(Box::new(error))
    }

    fn bytes(&mut self) -> Bytes {
        Bytes::of_kind(BytesKind::DataView, self.text().into_bytes()).unwrap()
    }

    fn headers(&mut self) -> Headers {
        let pairs = self.list(|random| {
            (
                format!("x{}", random.below(9)),
                "v".repeat(1 + random.index(3)),
            )
        });
        Headers::from_pairs(pairs).unwrap()
    }

    fn index(&mut self, bound: u64) -> usize {
        usize::try_from(self.below(bound)).unwrap()
    }

    fn readable(&mut self) -> Expr {
        Tree::Capability(WireRef::Readable(WireId(f64::from(
            u16::try_from(self.below(1 << 16)).unwrap(),
        ))))
    }

    fn body(&mut self) -> Expr {
        match self.below(4) {
            0 => Tree::Null,
            1 => Tree::String(self.text()),
            2 => Tree::Bytes(self.text().into_bytes().into()),
            _ => self.readable(),
        }
    }

    fn web(&mut self) -> Expr {
        let url: Url = format!("http://e.com/{}", self.below(99)).parse().unwrap();
        match self.below(6) {
            0 => Tree::Url(url),
            1 => Tree::Headers(self.headers()),
            2 => {
                let mut request = Request::new(Method::PUT, url, self.body());
                request.headers = self.headers();
                Tree::Request(Box::new(request))
            }
            3 => {
                let status = [200, 404, 599][self.index(3)];
                let mut response = Response::new(status, self.body());
                response.headers = self.headers();
                Tree::Response(Box::new(response))
            }
            4 => Tree::Blob(Box::new(Blob::new(self.text(), self.readable()))),
            _ => self.readable(),
        }
    }

    fn remap(&mut self, depth: u32) -> Remap {
        Remap {
            id: WireId(-1.0),
            path: self.list(Self::segment).into_iter().collect(),
            captures: self.list(|random| match random.below(2) {
                0 => Capture::Import(WireId(1.0)),
                _ => Capture::Export(WireId(-2.0)),
            }),
            instructions: self.list(|random| Ok(random.value(depth))),
        }
    }

    fn target(&mut self, depth: u32) -> Target {
        let path = (self.below(3) > 0).then(|| self.list(Self::segment).into_iter().collect());
        let has_args = path.is_some() && self.below(2) == 0;
        let args = has_args.then(|| self.list(|random| random.value(depth)));
        let id = WireId(self.number());
        let id = if id.0.is_finite() { id } else { WireId(-1.0) };
        Target { id, path, args }
    }

    fn segment(&mut self) -> Segment {
        match self.below(2) {
            0 => Segment::Index(self.below(1 << 53)),
            _ => Segment::from(self.text()),
        }
    }

    /// Makes a value of at most `depth` levels.
    pub(super) fn value(&mut self, depth: u32) -> Expr {
        let below = depth.saturating_sub(1);
        match self.below(if depth == 0 { 10 } else { 16 }) {
            0 => Tree::Undefined,
            1 => Tree::Null,
            2 => Tree::Bool(self.below(2) == 0),
            3 => Tree::Number(self.number()),
            4 => Tree::String(self.text()),
            5 => Tree::BigInt(self.next().into()),
            6 => Tree::Date(Date::from_millis(
                i64::try_from(self.below(1 << 52)).unwrap(),
            )),
            7 => Tree::Bytes(self.bytes()),
            8 => Tree::Capability(WireRef::Export(WireId(-1.0))),
            9 => self.web(),
            10 => Tree::Object(self.object(below)),
            11 => self.error(below),
            12 => Tree::Capability(WireRef::Import(self.target(below))),
            13 => Tree::Capability(WireRef::Pipeline(self.target(below))),
            14 => Tree::Capability(WireRef::Remap(Box::new(self.remap(below)))),
            _ => Tree::Array(self.list(|random| random.value(below))),
        }
    }
}
