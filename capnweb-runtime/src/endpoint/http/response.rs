//! The body of an answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};

/// The body of an answer: all of it, in one piece.
#[derive(Debug, Clone, Default)]
pub struct RpcBody(Full<Bytes>);

impl Body for RpcBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl From<&'static str> for RpcBody {
    fn from(text: &'static str) -> Self {
        Self(Full::from(text))
    }
}

impl From<String> for RpcBody {
    fn from(text: String) -> Self {
        Self(Full::from(text))
    }
}
