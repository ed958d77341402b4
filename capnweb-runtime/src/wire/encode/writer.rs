//! From expressions to JSON text.

use crate::ids::WireId;
use crate::value::{
    BigInt, Bytes, BytesKind, Date, ErrorClass, ErrorValue, Object, Path, Segment, Tree,
};
use crate::wire::base64::write_base64;
use crate::wire::error::EncodeError;
use crate::wire::json::{write_number, write_string};
use crate::wire::reference::{Expr, Target, WireRef};

/// Levels of nesting in one sent value; fixed by the protocol (W-6).
pub(crate) const MAX_ENCODE_DEPTH: usize = 256;

/// An array under construction that begins with a tag: a message, and inside it special values.
pub(super) struct Writer {
    pub(super) out: String,
}

impl Writer {
    pub(super) fn new(tag: &'static str) -> Self {
        Self::with_room(tag, TYPICAL_LENGTH)
    }

    /// Begins one of numbers, two at most.
    pub(super) fn of_numbers(tag: &'static str) -> Self {
        Self::with_room(tag, NUMBERS_LENGTH)
    }

    fn with_room(tag: &'static str, room: usize) -> Self {
        let mut writer = Self {
            out: String::with_capacity(room),
        };
        writer.open(tag);
        writer
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push(']');
        self.out
    }

    pub(super) fn open(&mut self, tag: &'static str) {
        self.out.push_str("[\"");
        self.out.push_str(tag);
        self.out.push('"');
    }

    /// Appends a number to the open array.
    pub(super) fn number(&mut self, number: f64) {
        self.out.push(',');
        write_number(&mut self.out, number);
    }

    /// Appends a string to the open array.
    pub(super) fn string(&mut self, text: &str) {
        self.out.push(',');
        write_string(&mut self.out, text);
    }

    /// Appends the expression of a message to the open array.
    pub(super) fn operand(&mut self, expr: &Expr) -> Result<(), EncodeError> {
        self.out.push(',');
        self.value(expr, 0)
    }

    pub(super) fn value(&mut self, expr: &Expr, depth: usize) -> Result<(), EncodeError> {
        if depth >= MAX_ENCODE_DEPTH {
            return Err(EncodeError::TooDeep);
        }
        if let Some(written) = self.leaf(expr) {
            return written;
        }
        let below = depth.saturating_add(1);
        match expr {
            Tree::Array(items) => self.array(items, |writer, item| writer.value(item, below)),
            Tree::Object(members) => {
                self.object(members, |writer, member| writer.value(member, below))
            }
            Tree::Request(request) => self.request(request, depth),
            Tree::Response(response) => self.response(response, depth),
            Tree::Blob(blob) => self.blob(blob, depth),
            Tree::Capability(reference) => self.reference(reference, depth),
            Tree::Error(error) => {
                self.error(error, depth);
                Ok(())
            }
            _leaf => Ok(()),
        }
    }

    /// Writes a value with nothing inside it that would have to be looked at; `None` for any other.
    pub(super) fn leaf<C>(&mut self, tree: &Tree<C>) -> Option<Result<(), EncodeError>> {
        match tree {
            Tree::Undefined => self.bare("undefined"),
            Tree::Null => self.out.push_str("null"),
            Tree::Bool(true) => self.out.push_str("true"),
            Tree::Bool(false) => self.out.push_str("false"),
            Tree::Number(number) => self.number_value(*number),
            Tree::String(text) => write_string(&mut self.out, text),
            Tree::BigInt(number) => return Some(self.bigint(number)),
            Tree::Date(date) => self.date(*date),
            Tree::Bytes(bytes) => self.bytes(bytes),
            Tree::Url(url) => self.url(url),
            Tree::Headers(headers) => self.headers(headers),
            Tree::Array(_)
            | Tree::Object(_)
            | Tree::Error(_)
            | Tree::Request(_)
            | Tree::Response(_)
            | Tree::Blob(_)
            | Tree::Capability(_) => return None,
        }
        Some(Ok(()))
    }

    fn bare(&mut self, tag: &'static str) {
        self.open(tag);
        self.out.push(']');
    }

    fn number_value(&mut self, number: f64) {
        if number.is_nan() {
            self.bare("nan");
        } else if number == f64::INFINITY {
            self.bare("inf");
        } else if number == f64::NEG_INFINITY {
            self.bare("-inf");
        } else {
            write_number(&mut self.out, number);
        }
    }

    fn bigint(&mut self, number: &BigInt) -> Result<(), EncodeError> {
        // Writing out a number takes time quadratic in its length; not so its bits.
        let text = match number.as_inner().bits() {
            0..=MAX_BIGINT_BITS => number.to_string(),
            _ => return Err(BIGINT_TOO_LONG),
        };
        if text.len() > MAX_BIGINT_LENGTH {
            return Err(BIGINT_TOO_LONG);
        }
        self.open("bigint");
        self.string(&text);
        self.out.push(']');
        Ok(())
    }

    fn date(&mut self, date: Date) {
        self.open("date");
        match date.millis() {
            #[allow(
                clippy::cast_precision_loss,
                reason = "a date's range is exact in a double"
            )]
            Some(ms) => self.number(ms as f64),
            None => self.out.push_str(",null"),
        }
        self.out.push(']');
    }

    fn bytes(&mut self, bytes: &Bytes) {
        self.open("bytes");
        self.out.push_str(",\"");
        write_base64(&mut self.out, bytes);
        self.out.push('"');
        if bytes.kind() != BytesKind::Uint8Array {
            self.string(bytes.kind().name());
        }
        self.out.push(']');
    }

    /// Writes a literal array, in its extra layer.
    pub(super) fn array<T, E>(
        &mut self,
        items: &[T],
        write: impl FnMut(&mut Self, &T) -> Result<(), E>,
    ) -> Result<(), E> {
        self.out.push('[');
        self.list(items, write)?;
        self.out.push(']');
        Ok(())
    }

    /// Writes a plain JSON array: a literal one without its layer, or call arguments.
    fn list<T, E>(
        &mut self,
        items: &[T],
        mut write: impl FnMut(&mut Self, &T) -> Result<(), E>,
    ) -> Result<(), E> {
        self.out.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            write(self, item)?;
        }
        self.out.push(']');
        Ok(())
    }

    pub(super) fn object<C, E>(
        &mut self,
        members: &Object<C>,
        mut write: impl FnMut(&mut Self, &Tree<C>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.out.push('{');
        let start = self.out.len();
        for (key, value) in members.iter().filter(|(key, _)| *key != PROTO) {
            self.name(start, key);
            write(self, value)?;
        }
        self.out.push('}');
        Ok(())
    }

    /// Writes a member of the object whose first member would stand at `start`.
    fn member(
        &mut self,
        start: usize,
        key: &str,
        value: &Expr,
        depth: usize,
    ) -> Result<(), EncodeError> {
        self.name(start, key);
        self.value(value, depth.saturating_add(1))
    }

    /// Writes the key of such a member.
    pub(super) fn name(&mut self, start: usize, key: &str) {
        if self.out.len() > start {
            self.out.push(',');
        }
        write_string(&mut self.out, key);
        self.out.push(':');
    }

    /// Writes an error in the shortest of its three forms (W-26).
    fn error(&mut self, error: &ErrorValue<WireRef>, depth: usize) {
        self.open("error");
        self.string(error.class.name());
        self.string(&error.message);
        let end = self.out.len();
        let stack = error.stack.as_deref().filter(|stack| !stack.is_empty());
        match stack {
            Some(stack) => self.string(stack),
            None => self.out.push_str(",null"),
        }
        let end = if stack.is_some() { self.out.len() } else { end };
        if !self.props(error, depth) {
            self.out.truncate(end);
        }
        self.out.push(']');
    }

    /// Writes an error's properties in the protocol's order; returns whether there were any.
    fn props(&mut self, error: &ErrorValue<WireRef>, depth: usize) -> bool {
        let is_aggregate = error.class == ErrorClass::AggregateError;
        self.out.push_str(",{");
        let start = self.out.len();
        for (key, value) in error
            .props
            .iter()
            .filter(|(key, _)| is_own_prop(key, is_aggregate))
        {
            self.prop(start, key, value, depth);
        }
        if let Some(cause) = error.cause() {
            self.prop(start, "cause", cause, depth);
        }
        if is_aggregate {
            let none = Tree::Array(Vec::new());
            let errors = error.props.get("errors").unwrap_or(&none);
            self.prop(start, "errors", errors, depth);
        }
        let any = self.out.len() > start;
        self.out.push('}');
        any
    }

    /// Writes a property, or nothing if it cannot be encoded: the error itself always travels.
    fn prop(&mut self, start: usize, key: &str, value: &Expr, depth: usize) {
        let end = self.out.len();
        if self.member(start, key, value, depth).is_err() {
            self.out.truncate(end);
        }
    }

    fn reference(&mut self, reference: &WireRef, depth: usize) -> Result<(), EncodeError> {
        match reference {
            WireRef::Export(id) => self.bare_reference("export", *id),
            WireRef::Promise(id) => self.bare_reference("promise", *id),
            WireRef::Readable(id) => self.bare_reference("readable", *id),
            WireRef::Writable(id) => self.bare_reference("writable", *id),
            WireRef::Remap(remap) => self.remap(remap)?,
            WireRef::Import(target) => self.target("import", target, depth)?,
            WireRef::Pipeline(target) => self.target("pipeline", target, depth)?,
        }
        Ok(())
    }

    pub(super) fn bare_reference(&mut self, tag: &'static str, id: WireId) {
        self.open(tag);
        self.number(id.0);
        self.out.push(']');
    }

    fn target(
        &mut self,
        tag: &'static str,
        target: &Target,
        depth: usize,
    ) -> Result<(), EncodeError> {
        self.open(tag);
        self.number(target.id.0);
        match (&target.path, &target.args) {
            (None, None) => {}
            (Some(path), None) => self.path(path),
            (path, Some(args)) => {
                self.path(path.as_ref().unwrap_or(&Path::EMPTY));
                self.out.push(',');
                let below = depth.saturating_add(1);
                self.list(args, |writer, arg| writer.value(arg, below))?;
            }
        }
        self.out.push(']');
        Ok(())
    }

    pub(super) fn path(&mut self, path: &Path) {
        self.out.push_str(",[");
        for (at, segment) in path.segments().iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.segment(segment);
        }
        self.out.push(']');
    }

    fn segment(&mut self, segment: &Segment) {
        match segment {
            Segment::Name(name) => write_string(&mut self.out, name),
            #[allow(
                clippy::cast_precision_loss,
                reason = "no array has that many elements"
            )]
            Segment::Index(index) => write_number(&mut self.out, *index as f64),
        }
    }
}

/// Whether a property has no place of its own in the form of an error.
fn is_own_prop(key: &str, is_aggregate: bool) -> bool {
    match key {
        "name" | "message" | "stack" | "cause" | PROTO => false,
        "errors" => !is_aggregate,
        _ => true,
    }
}

/// The member name that no JavaScript peer writes (W-20).
const PROTO: &str = "__proto__";

/// The default limit of receivers (L-2).
const MAX_BIGINT_LENGTH: usize = 16_384;

/// No number with more bits than this has as few as [`MAX_BIGINT_LENGTH`] digits.
const MAX_BIGINT_BITS: u64 = 54_427;

const BIGINT_TOO_LONG: EncodeError = EncodeError::BigIntTooLong {
    max: MAX_BIGINT_LENGTH,
};

/// Room for an ordinary call, so that its text is allocated once. Up to 120 bytes are what allocators
/// are quick at, that of the C library among them.
const TYPICAL_LENGTH: usize = 112;

/// Room for a tag, an id and a count.
const NUMBERS_LENGTH: usize = 40;
