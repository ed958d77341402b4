//! What can go wrong between data and values.

use std::fmt::{self, Display};

use serde::de::{Expected, Unexpected};

use super::excerpt::Excerpt;
use super::trail::{Step, Trail};

/// Some data has no form as a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerializeError {
    trail: Trail,
    fault: SerializeFault,
}

/// Why some data has no form as a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SerializeFault {
    /// An integer is beyond what a JavaScript number holds exactly.
    #[error(
        "the {type_name} {number} is beyond ±(2⁵³−1), where JavaScript's numbers are exact; \
         use `BigInt`"
    )]
    IntegerTooLarge {
        type_name: &'static str,
        number: String,
    },
    /// A member has a name that every receiver drops (protocol W-19).
    #[error("a member called `{0}` does not reach any peer; rename it")]
    DroppedName(String),
    /// A map's key has no text.
    #[error("a map's key must be a string, a character, an integer or a boolean, not {0}")]
    KeyWithoutText(&'static str),
    /// Something that only a value can hold, such as a capability, was written in some other format
    /// in the course of this.
    #[error("{0} cannot be written in another format")]
    Lost(&'static str),
    /// An implementation of `Serialize` refused, with this reason.
    #[error("{0}")]
    Refused(String),
}

/// A value is not of the type that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeserializeError {
    trail: Trail,
    fault: DeserializeFault,
}

/// Why a value is not of the type that is asked for. Of what a peer wrote, at most an excerpt is in
/// it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeserializeFault {
    /// There is something else.
    #[error("expected {expected}, found {found}")]
    Mismatch { expected: String, found: String },
    /// A member is missing, or is undefined.
    #[error("missing field `{0}`")]
    MissingField(&'static str),
    /// A struct that allows no others has no such field.
    #[error("unknown field `{name}`, expected {}", OneOf(expected))]
    UnknownField {
        name: String,
        expected: &'static [&'static str],
    },
    /// The enum has no such variant.
    #[error("unknown variant `{name}`, expected {}", OneOf(expected))]
    UnknownVariant {
        name: String,
        expected: &'static [&'static str],
    },
    /// A field occurs twice, under two of its names.
    #[error("duplicate field `{0}`")]
    DuplicateField(&'static str),
    /// An implementation of `Deserialize` refused, with this reason.
    #[error("{0}")]
    Refused(String),
}

impl SerializeError {
    /// Says that the error is inside the member or element that this step leads to.
    pub(crate) fn within(mut self, step: Step) -> Self {
        self.trail.prepend(step);
        self
    }

    /// Returns where in the data the error is, like `user.tags[3]`; empty for the data itself.
    pub fn path(&self) -> String {
        self.trail.to_string()
    }

    /// Returns what is wrong there.
    #[cfg(test)]
    pub(crate) const fn fault(&self) -> &SerializeFault {
        &self.fault
    }
}

impl From<SerializeFault> for SerializeError {
    fn from(fault: SerializeFault) -> Self {
        let trail = Trail::default();
        Self { trail, fault }
    }
}

impl Display for SerializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_located(f, &self.trail, &self.fault)
    }
}

impl std::error::Error for SerializeError {}

impl serde::ser::Error for SerializeError {
    fn custom<T: Display>(message: T) -> Self {
        SerializeFault::Refused(message.to_string()).into()
    }
}

impl DeserializeError {
    pub(crate) fn mismatch(expected: impl Display, found: impl Display) -> Self {
        let (expected, found) = (expected.to_string(), found.to_string());
        DeserializeFault::Mismatch { expected, found }.into()
    }

    /// Says that the error is inside the member or element that this step leads to.
    pub(crate) fn within(mut self, step: Step) -> Self {
        self.trail.prepend(step);
        self
    }

    /// Returns where in the value the error is, like `user.tags[3]`; empty for the value itself.
    pub fn path(&self) -> String {
        self.trail.to_string()
    }
}

impl From<DeserializeFault> for DeserializeError {
    fn from(fault: DeserializeFault) -> Self {
        let trail = Trail::default();
        Self { trail, fault }
    }
}

impl Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_located(f, &self.trail, &self.fault)
    }
}

impl std::error::Error for DeserializeError {}

impl serde::de::Error for DeserializeError {
    fn custom<T: Display>(message: T) -> Self {
        let message = message.to_string();
        let cut = message
            .char_indices()
            .nth(REASON_LENGTH)
            .map(|(end, _)| end);
        let reason = cut.and_then(|end| message.get(..end)).unwrap_or(&message);
        DeserializeFault::Refused(reason.to_owned()).into()
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch(expected, kind(found))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch(expected, Found(found))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::mismatch(expected, format_args!("{length} of them"))
    }

    fn unknown_variant(name: &str, expected: &'static [&'static str]) -> Self {
        let name = Excerpt::of_name(name).to_string();
        DeserializeFault::UnknownVariant { name, expected }.into()
    }

    fn unknown_field(name: &str, expected: &'static [&'static str]) -> Self {
        let name = Excerpt::of_name(name).to_string();
        DeserializeFault::UnknownField { name, expected }.into()
    }

    fn missing_field(field: &'static str) -> Self {
        DeserializeFault::MissingField(field).into()
    }

    fn duplicate_field(field: &'static str) -> Self {
        DeserializeFault::DuplicateField(field).into()
    }
}

fn write_located(f: &mut fmt::Formatter<'_>, trail: &Trail, fault: &dyn Display) -> fmt::Result {
    if !trail.is_empty() {
        write!(f, "at `{trail}`: ")?;
    }
    write!(f, "{fault}")
}

/// Says what kind of thing was found, in the words of [`Tree::kind`](crate::value::Tree::kind).
const fn kind(found: Unexpected<'_>) -> &str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit => "null",
        Unexpected::Option => "undefined",
        Unexpected::NewtypeStruct => "a value that JSON does not have",
        Unexpected::Seq => "an array",
        Unexpected::Map => "an object",
        Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant => "an enum",
        Unexpected::Other(words) => words,
    }
}

/// Says what was found where its kind is right.
struct Found<'a>(Unexpected<'a>);

impl Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Bool(found) => found.fmt(f),
            Unexpected::Unsigned(found) => found.fmt(f),
            Unexpected::Signed(found) => found.fmt(f),
            Unexpected::Float(found) => f.write_str(ryu_js::Buffer::new().format(found)),
            Unexpected::Char(found) => write!(f, "\"{found}\""),
            Unexpected::Str(found) => write!(f, "\"{}\"", Excerpt::of_name(found)),
            other => f.write_str(kind(other)),
        }
    }
}

/// Some names, as the end of a sentence.
struct OneOf(&'static [&'static str]);

impl Display for OneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = self.0 else {
            return f.write_str("none");
        };
        write!(f, "`{first}`")?;
        rest.iter().try_for_each(|name| write!(f, " or `{name}`"))
    }
}

/// How much of a reason is kept: a peer's text may be in it.
const REASON_LENGTH: usize = 256;
