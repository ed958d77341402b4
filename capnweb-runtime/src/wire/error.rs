//! What can be wrong with a message.

use super::json::{Json, JsonError, excerpt};
use crate::value::{BytesKind, ErrorClass};

/// Why a received message ends the session; the texts are the protocol's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The text has too many UTF-16 code units.
    #[error("Incoming message exceeds maximum size of {max} UTF-16 code units.")]
    MessageTooLarge {
        /// The limit.
        max: usize,
    },
    /// The text is not JSON, or nests too deep.
    #[error(transparent)]
    NotJson(#[from] JsonError),
    /// The text is JSON, but not one of the messages.
    #[error("bad RPC message: {excerpt}")]
    BadMessage {
        /// The beginning of the message.
        excerpt: String,
    },
    /// An array is none of the special forms.
    #[error("unknown special value: {excerpt}")]
    UnknownSpecialValue {
        /// The beginning of the array.
        excerpt: String,
    },
    /// A value nests too deep.
    #[error("Deserialization exceeded maximum allowed message depth of {max}.")]
    TooDeep {
        /// The limit.
        max: usize,
    },
    /// A bigint has too many characters.
    #[error("Deserialized bigint exceeds maximum length of {max} digits.")]
    BigIntTooLong {
        /// The limit.
        max: usize,
    },
    /// The text of a bigint is none.
    #[error("Cannot convert {excerpt} to a BigInt")]
    BigIntSyntax {
        /// The beginning of the text.
        excerpt: String,
    },
    /// The text of some bytes is not base64.
    #[error("The bytes are not correctly encoded in base64.")]
    Base64,
    /// The kind of some bytes is not even a string.
    #[error("Unknown bytes type marker type: {type_of}")]
    BytesMarkerNotString {
        /// What it is, by `typeof`.
        type_of: &'static str,
    },
    /// The kind of some bytes is none that the protocol knows.
    #[error("Unknown bytes type marker: {excerpt}")]
    BytesMarkerUnknown {
        /// The beginning of the name.
        excerpt: String,
    },
    /// The bytes are not a whole number of elements of their kind.
    #[error(
        "Invalid byte length {length} for {}; expected a multiple of {}",
        kind.name(),
        kind.element_size()
    )]
    BytesLength {
        /// How many bytes there are.
        length: usize,
        /// Their kind.
        kind: BytesKind,
    },
}

impl DecodeError {
    pub(super) fn bad_message(message: &Json) -> Self {
        Self::BadMessage {
            excerpt: excerpt(message),
        }
    }

    pub(super) fn unknown_special_value(value: &Json) -> Self {
        Self::UnknownSpecialValue {
            excerpt: excerpt(value),
        }
    }

    /// Returns the name of the limit that the message is beyond, if that is what is wrong.
    pub(crate) const fn limit(&self) -> Option<&'static str> {
        match self {
            Self::MessageTooLarge { .. } => Some("max_message_size"),
            Self::NotJson(JsonError::TooDeep { .. }) => Some("max_json_depth"),
            Self::TooDeep { .. } => Some("max_depth"),
            Self::BigIntTooLong { .. } => Some("max_bigint_digits"),
            _ => None,
        }
    }

    /// Returns the class of the error that the session is aborted with.
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::BadMessage { .. } | Self::NotJson(JsonError::TooDeep { .. }) => ErrorClass::Error,
            Self::NotJson(JsonError::Unexpected { .. })
            | Self::BigIntSyntax { .. }
            | Self::Base64 => ErrorClass::SyntaxError,
            Self::MessageTooLarge { .. }
            | Self::UnknownSpecialValue { .. }
            | Self::TooDeep { .. }
            | Self::BigIntTooLong { .. }
            | Self::BytesMarkerNotString { .. }
            | Self::BytesMarkerUnknown { .. }
            | Self::BytesLength { .. } => ErrorClass::TypeError,
        }
    }
}

/// Why a value is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The value nests too deep.
    #[error("Serialization exceeded maximum allowed depth. (Does the message contain cycles?)")]
    TooDeep,
    /// A bigint is longer than a peer accepts that keeps to the default limits.
    #[error("Serialized bigint exceeds maximum length of {max} digits.")]
    BigIntTooLong {
        /// The limit.
        max: usize,
    },
}

impl EncodeError {
    /// Returns the class of the error that the call or the result fails with.
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::TooDeep => ErrorClass::Error,
            Self::BigIntTooLong { .. } => ErrorClass::TypeError,
        }
    }
}
