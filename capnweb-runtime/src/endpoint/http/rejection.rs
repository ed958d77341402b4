//! What a client is told whose request is not served, and nothing more than that.

use http::header::{ALLOW, CONNECTION, SEC_WEBSOCKET_VERSION};
use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::response::RpcBody;

/// Why a request is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoint) enum Rejection {
    /// As many connections as may be are there already, or the endpoint is about to close.
    Full,
    /// It was sent to a name that the endpoint does not go by.
    Misdirected,
    /// A page of an origin that is not admitted.
    ForeignOrigin,
    /// Neither a batch nor a WebSocket (protocol T-30).
    Neither,
    /// Some other method than those two have.
    Method,
    /// A WebSocket of another version of its protocol.
    Version,
    /// A WebSocket handshake whose key is none.
    Key,
    /// The body is larger than may be.
    TooLarge,
    /// The body did not come in time.
    Slow,
    /// The body cannot be read.
    Unreadable,
    /// The batch broke the protocol, or asked to be aborted.
    Broken,
    /// Its calls took longer than may be.
    TimedOut,
    /// It failed through no fault of its own.
    Failed,
}

impl Rejection {
    const fn status(self) -> StatusCode {
        match self {
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::Neither | Self::Key | Self::Unreadable | Self::Broken => StatusCode::BAD_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Version => StatusCode::UPGRADE_REQUIRED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TimedOut => StatusCode::GATEWAY_TIMEOUT,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Full => "No more connections are accepted.",
            Self::Misdirected => "This endpoint goes by another name.",
            Self::ForeignOrigin => "Pages of this origin may not connect.",
            Self::Neither | Self::Method => {
                "This endpoint only accepts POST or WebSocket requests."
            }
            Self::Version => "This endpoint speaks version 13 of the WebSocket protocol.",
            Self::Key => "The key of a WebSocket handshake is 16 bytes in base64.",
            Self::TooLarge => "The batch is too large.",
            Self::Slow => "The batch did not arrive in time.",
            Self::Unreadable => "The batch cannot be read.",
            Self::Broken => "The batch is malformed.",
            Self::TimedOut => "The batch took too long.",
            Self::Failed => "The batch failed.",
        }
    }

    /// Returns the header that says more, if the answer needs one.
    const fn header(self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Method => Some((ALLOW, HeaderValue::from_static("GET, POST"))),
            Self::Version => Some((SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))),
            // What is left of the body need not be read.
            Self::Full | Self::TooLarge | Self::Slow => {
                Some((CONNECTION, HeaderValue::from_static("close")))
            }
            _ => None,
        }
    }
}

impl From<Rejection> for Response<RpcBody> {
    fn from(refusal: Rejection) -> Self {
        let mut response = Self::new(RpcBody::from(refusal.text()));
        *response.status_mut() = refusal.status();
        if let Some((name, value)) = refusal.header() {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
