//! From JSON to expressions.

use crate::ids::WireId;
use crate::limits::Limits;
use crate::value::{
    BigInt, Bytes, BytesKind, Date, ErrorClass, ErrorValue, MemberName, Object, Path, Segment, Tree,
};
use crate::wire::base64::read_base64;
use crate::wire::error::DecodeError;
use crate::wire::json::{Elements, Json, Members};
use crate::wire::reference::{Expr, Target, WireRef};

/// Reads the values of one message.
pub(super) struct Decoder<'a> {
    pub(super) limits: &'a Limits,
}

/// How deep a value stands.
///
/// Depth is what bounds the recursion, here and in all that is done with the value, so that no
/// setting may lift it without bound. Neither may mappers inside mappers, at whose instructions the
/// depth that the protocol counts starts anew (M-24): they stop at the same ceiling.
#[derive(Clone, Copy, Default)]
pub(super) struct Depth {
    /// Levels that the protocol counts.
    counted: usize,
    /// All levels of the message.
    total: usize,
}

impl Depth {
    /// The depth of what is directly inside.
    pub(super) const fn below(self) -> Self {
        Self {
            counted: self.counted.saturating_add(1),
            total: self.total.saturating_add(1),
        }
    }

    /// The depth of an instruction inside.
    pub(super) const fn of_instruction(self) -> Self {
        Self {
            counted: 0,
            total: self.total.saturating_add(MAPPER),
        }
    }

    fn check(self, limits: &Limits) -> Result<(), DecodeError> {
        let max = limits.max_depth.min(CEILING);
        if self.counted >= max {
            return Err(DecodeError::TooDeep { max });
        }
        if self.total >= CEILING {
            return Err(DecodeError::TooDeep { max: CEILING });
        }
        Ok(())
    }
}

impl Decoder<'_> {
    /// Reads the value at a depth (W-1).
    pub(super) fn value(&self, json: Json<'_>, depth: Depth) -> Result<Expr, DecodeError> {
        depth.check(self.limits)?;
        match json {
            Json::Null => Ok(Tree::Null),
            Json::Bool(bool) => Ok(Tree::Bool(bool)),
            Json::Number(number) => Ok(Tree::Number(number)),
            Json::String(string) => Ok(Tree::String(string.to_owned())),
            Json::Array(elements) => self.array(elements, depth),
            Json::Object(members) => self.object(members, depth).map(Tree::Object),
        }
    }

    fn object(&self, members: Members<'_>, depth: Depth) -> Result<Object<WireRef>, DecodeError> {
        let mut object = Object::with_capacity(members.len());
        for (key, value) in members {
            object.push(key.to_owned(), self.value(value, depth.below())?);
        }
        Ok(object)
    }

    fn array(&self, elements: Elements<'_>, depth: Depth) -> Result<Expr, DecodeError> {
        let mut operands = elements.clone();
        let special = match operands.next() {
            Some(Json::Array(items)) if operands.len() == 0 => {
                return self.list(items, depth).map(Tree::Array);
            }
            Some(Json::String(tag)) => self.special(tag, operands, depth)?,
            _ => None,
        };
        special.ok_or_else(|| DecodeError::unknown_special_value(Json::Array(elements)))
    }

    /// Reads the elements of an array, or the arguments of a call (W-16).
    fn list(&self, items: Elements<'_>, depth: Depth) -> Result<Vec<Expr>, DecodeError> {
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            list.push(self.value(item, depth.below())?);
        }
        Ok(list)
    }

    /// Reads a tagged form; `None` if it is none.
    fn special(
        &self,
        tag: &str,
        operands: Elements<'_>,
        depth: Depth,
    ) -> Result<Option<Expr>, DecodeError> {
        let mut more = operands.clone();
        Ok(Some(match (tag, more.next()) {
            ("pipeline", Some(Json::Number(id))) => {
                let target = self.target(WireId(id), more, depth)?;
                return Ok(target.map(|target| Tree::Capability(WireRef::Pipeline(target))));
            }
            ("import", Some(Json::Number(id))) => {
                let target = self.target(WireId(id), more, depth)?;
                return Ok(target.map(|target| Tree::Capability(WireRef::Import(target))));
            }
            ("export", Some(Json::Number(id))) => Tree::Capability(WireRef::Export(WireId(id))),
            ("promise", Some(Json::Number(id))) => Tree::Capability(WireRef::Promise(WireId(id))),
            ("readable", Some(Json::Number(id))) => Tree::Capability(WireRef::Readable(WireId(id))),
            ("writable", Some(Json::Number(id))) => Tree::Capability(WireRef::Writable(WireId(id))),
            ("remap", Some(Json::Number(id))) => {
                let remap = self.remap(WireId(id), more, depth)?;
                return Ok(remap.map(|remap| Tree::Capability(WireRef::Remap(Box::new(remap)))));
            }
            ("undefined", None) => Tree::Undefined,
            ("inf", _) => Tree::Number(f64::INFINITY),
            ("-inf", _) => Tree::Number(f64::NEG_INFINITY),
            ("nan", _) => Tree::Number(f64::NAN),
            ("bigint", Some(Json::String(text))) => Tree::BigInt(self.bigint(text)?),
            ("date", Some(Json::Null)) => Tree::Date(Date::INVALID),
            ("date", Some(Json::Number(ms))) => Tree::Date(Date::from_time_value(ms)),
            ("bytes", Some(Json::String(text))) => Tree::Bytes(bytes(text, more.next())?),
            ("error", Some(Json::String(name))) => return self.error(name, more, depth),
            (tag, _) => return self.web(tag, operands, depth),
        }))
    }

    fn bigint(&self, text: &str) -> Result<BigInt, DecodeError> {
        let max = self.limits.max_bigint_digits;
        if text.len() > max && text.encode_utf16().count() > max {
            return Err(DecodeError::BigIntTooLong { max });
        }
        text.parse().map_err(|_| DecodeError::BigIntSyntax {
            excerpt: first_code_units(text, 256),
        })
    }

    /// Reads the operands of `import` and `pipeline` behind the id (W-43).
    fn target(
        &self,
        id: WireId,
        mut operands: Elements<'_>,
        depth: Depth,
    ) -> Result<Option<Target>, DecodeError> {
        let (path, args) = match (operands.next(), operands.next(), operands.next()) {
            (None, ..) => (None, None),
            (Some(Json::Array(path)), None, _) => (Some(path), None),
            (Some(Json::Array(path)), Some(Json::Array(args)), None) => (Some(path), Some(args)),
            _ => return Ok(None),
        };
        let path = match path.map(read_path) {
            Some(None) => return Ok(None),
            path => path.flatten(),
        };
        let args = args.map(|args| self.list(args, depth)).transpose()?;
        Ok(Some(Target { id, path, args }))
    }

    /// Reads the operands of `error` behind the name (W-28).
    fn error(
        &self,
        name: &str,
        mut operands: Elements<'_>,
        depth: Depth,
    ) -> Result<Option<Expr>, DecodeError> {
        let Some(Json::String(message)) = operands.next() else {
            return Ok(None);
        };
        let stack = operands.next();
        let mut error = ErrorValue::new(ErrorClass::from_name(name), message);
        error.props = match operands.next() {
            Some(Json::Object(props)) => self.props(props, depth)?,
            Some(_) => return Ok(None),
            None => Object::new(),
        };
        if let Some(Json::String(stack)) = stack {
            error.stack = Some(stack.to_owned());
        }
        if error.class == ErrorClass::AggregateError && error.props.get("errors").is_none() {
            error
                .props
                .push("errors".to_owned(), Tree::Array(Vec::new()));
        }
        Ok(Some(Tree::Error(Box::new(error))))
    }

    /// Reads an error's properties. Those that stand for fields the error has anyway are not even
    /// looked at: they may hold anything.
    fn props(&self, props: Members<'_>, depth: Depth) -> Result<Object<WireRef>, DecodeError> {
        let mut object = Object::new();
        for (key, value) in props {
            if !matches!(key, "name" | "message" | "stack") {
                object.push(key.to_owned(), self.value(value, depth.below())?);
            }
        }
        Ok(object)
    }
}

/// Reads a path; `None` if it is none. A number that is no index means the member of that name, as
/// in JavaScript.
pub(super) fn read_path(path: Elements<'_>) -> Option<Path> {
    let steps = path.map(|step| match step {
        Json::String(name) => Some(Segment::Name(MemberName::new(name))),
        Json::Number(number) => Some(numeric_segment(number)),
        _ => None,
    });
    steps.collect()
}

fn numeric_segment(number: f64) -> Segment {
    match WireId(number).table_id().map(u64::try_from) {
        Some(Ok(index)) => Segment::Index(index),
        _ => Segment::Name(MemberName::new(ryu_js::Buffer::new().format(number))),
    }
}

fn bytes(text: &str, marker: Option<Json<'_>>) -> Result<Bytes, DecodeError> {
    let data = read_base64(text).ok_or(DecodeError::Base64)?;
    let kind = match marker {
        None => BytesKind::Uint8Array,
        Some(Json::String(name)) => {
            BytesKind::from_name(name).ok_or_else(|| DecodeError::BytesMarkerUnknown {
                excerpt: first_code_units(name, 64),
            })?
        }
        Some(other) => {
            return Err(DecodeError::BytesMarkerNotString {
                type_of: other.type_of(),
            });
        }
    };
    let length = data.len();
    Bytes::of_kind(kind, data).ok_or(DecodeError::BytesLength { length, kind })
}

/// Returns as many whole characters as there are in that many UTF-16 code units.
fn first_code_units(text: &str, units: usize) -> String {
    let mut left = units;
    let characters = text.chars();
    characters
        .take_while(|character| match left.checked_sub(character.len_utf16()) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
        .collect()
}

/// The most levels a session can be set to allow; twice the default.
const CEILING: usize = 512;

/// How many levels a mapper counts for: what is done with one takes more of the stack.
const MAPPER: usize = 8;
