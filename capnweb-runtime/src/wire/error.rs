//! What can be wrong with a message.

use super::json::{Json, JsonError, excerpt};
use crate::value::{BytesKind, ErrorClass, InvalidHeader, InvalidRequest, InvalidResponse};

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
    /// A URL is not an absolute one.
    #[error("Invalid URL")]
    InvalidUrl,
    /// Something among header fields is not a name and a value.
    #[error("Headers must be pairs of strings.")]
    HeaderPair,
    /// A name and a value are no header field.
    #[error(transparent)]
    Header(#[from] InvalidHeader),
    /// The header fields of a request or a response are no list.
    #[error("Request headers must be serialized as an array of pairs.")]
    InitHeaders,
    /// A member of a request or a response has a value that it cannot have.
    #[error("Invalid value of the member {name}.")]
    InitMember {
        /// The member.
        name: &'static str,
    },
    /// A request's body cannot be one.
    #[error("Request body must be of type ReadableStream.")]
    RequestBody,
    /// A request has a signal, which never travels.
    #[error("Request siganl must be of type AbortSignal.")]
    RequestSignal,
    /// A request whose body is a stream does not say that its answer may come before the end of it.
    #[error("Request with a stream for a body must have the member duplex.")]
    RequestDuplex,
    /// A request is not a possible one.
    #[error(transparent)]
    Request(#[from] InvalidRequest),
    /// A response's body cannot be one.
    #[error("Response body must be of type ReadableStream.")]
    ResponseBody,
    /// A response has a WebSocket, which never travels.
    #[error("Can't deserialize a Response containing a webSocket.")]
    ResponseWebSocket,
    /// A response is not a possible one.
    #[error(transparent)]
    Response(#[from] InvalidResponse),
    /// The content of a blob is not a stream.
    #[error("Blob content must be serialized as a ReadableStream.")]
    BlobContent,
    /// A mapper takes in something that it cannot.
    #[error("unknown map capture: {excerpt}")]
    UnknownMapCapture {
        /// The beginning of its text.
        excerpt: String,
    },
}

impl DecodeError {
    pub(super) fn unknown_map_capture(capture: Json<'_>) -> Self {
        Self::UnknownMapCapture {
            excerpt: excerpt(capture),
        }
    }

    pub(super) fn bad_message(message: Json<'_>) -> Self {
        Self::BadMessage {
            excerpt: excerpt(message),
        }
    }

    pub(super) fn unknown_special_value(value: Json<'_>) -> Self {
        Self::UnknownSpecialValue {
            excerpt: excerpt(value),
        }
    }

    /// Returns the name of the limit that the message is beyond, if that is what is wrong.
    pub(crate) const fn limit(&self) -> Option<&'static str> {
        match self {
            Self::MessageTooLarge { .. } => Some("max_message_size"),
            Self::NotJson(JsonError::TooDeep { .. }) => Some("max_json_depth"),
            Self::NotJson(JsonError::TooManyValues { .. }) => Some("max_values"),
            Self::TooDeep { .. } => Some("max_depth"),
            Self::BigIntTooLong { .. } => Some("max_bigint_digits"),
            _ => None,
        }
    }

    /// Returns the class of the error that the session is aborted with.
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::BadMessage { .. }
            | Self::NotJson(JsonError::TooDeep { .. } | JsonError::TooManyValues { .. }) => {
                ErrorClass::Error
            }
            Self::NotJson(JsonError::Unexpected { .. })
            | Self::BigIntSyntax { .. }
            | Self::Base64 => ErrorClass::SyntaxError,
            Self::MessageTooLarge { .. }
            | Self::UnknownSpecialValue { .. }
            | Self::TooDeep { .. }
            | Self::BigIntTooLong { .. }
            | Self::BytesMarkerNotString { .. }
            | Self::BytesMarkerUnknown { .. }
            | Self::BytesLength { .. }
            | Self::InvalidUrl
            | Self::HeaderPair
            | Self::Header(_)
            | Self::InitHeaders
            | Self::InitMember { .. }
            | Self::RequestBody
            | Self::RequestSignal
            | Self::RequestDuplex
            | Self::Request(_)
            | Self::ResponseBody
            | Self::ResponseWebSocket
            | Self::BlobContent
            | Self::UnknownMapCapture { .. } => ErrorClass::TypeError,
            Self::Response(error) => error.class(),
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
    /// A peer would not take it for a request.
    #[error(transparent)]
    Request(#[from] InvalidRequest),
    /// A peer would not take it for a response.
    #[error(transparent)]
    Response(#[from] InvalidResponse),
    /// The body of a request or a response is not nothing, a text, plain bytes or a stream.
    #[error("A body must be null, a string, plain bytes or a ReadableStream.")]
    Body,
    /// The content of a blob is not on its way as a stream.
    #[error("Blob content must be serialized as a ReadableStream.")]
    BlobContent,
    /// An instruction of a mapper could not be read, and so cannot be passed on.
    #[error("A mapper with an instruction that is malformed cannot be sent.")]
    Instruction,
}

impl EncodeError {
    /// Returns the class of the error that the call or the result fails with.
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::TooDeep | Self::Instruction => ErrorClass::Error,
            Self::BigIntTooLong { .. } | Self::Request(_) | Self::Body | Self::BlobContent => {
                ErrorClass::TypeError
            }
            Self::Response(error) => error.class(),
        }
    }
}
