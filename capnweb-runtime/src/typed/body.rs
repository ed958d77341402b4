//! What requests and responses carry.

use futures_util::{StreamExt as _, stream};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ReadableStream;
use crate::data::{from_value, passthrough};
use crate::error::Error;
use crate::hook::Value;
use crate::value::Bytes;

/// The body of a [`Request`](crate::Request) or a [`Response`](crate::Response), whatever it is.
///
/// Over a connection a long body arrives as a stream, however it was made, and from a JavaScript peer
/// every body but an empty one does. [`collect`](Self::collect) and [`text`](Self::text) wait for the
/// whole of it.
///
/// ```
/// # use capnweb_runtime::{Body, Result};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// let body = Body::from("some text");
/// assert_eq!(body.text(1024).await?, "some text");
/// # Ok(()) }
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// A text.
    Text(String),
    /// Bytes. Those of a typed array travel as plain bytes.
    Bytes(Bytes),
    /// A stream of bytes.
    Stream(ReadableStream<Bytes>),
}

impl Body {
    /// Waits for the whole body and returns it.
    ///
    /// # Errors
    ///
    /// When it has more than `max_bytes` bytes, and when the stream fails.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the body, and tells its sender that no more of it is wanted.
    pub async fn collect(self, max_bytes: usize) -> Result<bytes::Bytes, Error> {
        let mut stream = match self {
            Self::Empty => return Ok(bytes::Bytes::new()),
            Self::Text(text) => return within(max_bytes, text.into()),
            Self::Bytes(bytes) => return within(max_bytes, bytes.into()),
            Self::Stream(stream) => stream,
        };
        let mut data = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            if chunk.len() > max_bytes.saturating_sub(data.len()) {
                stream.cancel(too_long(max_bytes));
                return Err(too_long(max_bytes));
            }
            data.extend_from_slice(&chunk);
        }
        Ok(data.into())
    }

    /// Waits for the whole body and returns it as a text; what is not UTF-8 becomes U+FFFD, as in
    /// JavaScript.
    ///
    /// # Errors
    ///
    /// When it has more than `max_bytes` bytes, and when the stream fails.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the body, and tells its sender that no more of it is wanted.
    pub async fn text(self, max_bytes: usize) -> Result<String, Error> {
        let data = self.collect(max_bytes).await?;
        Ok(String::from_utf8_lossy(&data).into_owned())
    }

    /// Returns the body as a stream.
    pub fn into_stream(self) -> ReadableStream<Bytes> {
        let whole = match self {
            Self::Empty => None,
            Self::Text(text) => Some(text.into_bytes().into()),
            Self::Bytes(bytes) => Some(bytes),
            Self::Stream(stream) => return stream,
        };
        ReadableStream::new(stream::iter(whole))
    }
}

fn within(max_bytes: usize, data: bytes::Bytes) -> Result<bytes::Bytes, Error> {
    if data.len() > max_bytes {
        return Err(too_long(max_bytes));
    }
    Ok(data)
}

fn too_long(max_bytes: usize) -> Error {
    Error::range_error(format!("The body is longer than {max_bytes} bytes."))
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self {
            Self::Empty => Value::Null,
            Self::Text(text) => Value::String(text.clone()),
            Self::Bytes(bytes) => Value::Bytes(Bytes::new(bytes.clone())),
            Self::Stream(stream) => return stream.serialize(serializer),
        };
        passthrough::serialize(value, serializer)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Value::Null | Value::Undefined => Ok(Self::Empty),
            Value::String(text) => Ok(Self::Text(text)),
            Value::Bytes(bytes) => Ok(Self::Bytes(bytes)),
            stream @ Value::Capability(_) => from_value(stream)
                .map(Self::Stream)
                .map_err(D::Error::custom),
            other => {
                let found = Unexpected::Other(other.kind());
                Err(D::Error::invalid_type(found, &"a body"))
            }
        }
    }
}

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::Empty
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<bytes::Bytes> for Body {
    fn from(bytes: bytes::Bytes) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<ReadableStream<Bytes>> for Body {
    fn from(stream: ReadableStream<Bytes>) -> Self {
        Self::Stream(stream)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::Body;
    use crate::data::{from_value, to_value};
    use crate::error::Error;
    use crate::hook::Value;
    use crate::typed::ReadableStream;
    use crate::value::{Bytes, ErrorClass};

    fn streamed(chunks: Vec<Result<Bytes, Error>>) -> Body {
        ReadableStream::new(stream::iter(chunks)).into()
    }

    fn each() -> Vec<Body> {
        let chunks = ["he", "", "llo"].map(|chunk| Ok(Bytes::from(chunk.as_bytes())));
        vec![
            Body::from("hello"),
            Body::from(b"hello".to_vec()),
            streamed(chunks.into()),
        ]
    }

    #[tokio::test]
    async fn whatever_a_body_is_it_is_collected() {
        assert_eq!(Body::Empty.text(0).await.unwrap(), "");
        for body in each() {
            assert_eq!(body.text(5).await.unwrap(), "hello");
        }
        for body in each() {
            let stream = Body::Stream(body.into_stream());
            assert_eq!(&stream.collect(5).await.unwrap()[..], b"hello");
        }
    }

    #[tokio::test]
    async fn a_longer_body_is_an_error_and_its_sender_is_told() {
        for body in each() {
            let error = body.collect(4).await.unwrap_err();
            assert_eq!(error.class(), ErrorClass::RangeError);
        }
        let (told, reason) = tokio::sync::oneshot::channel();
        let endless = stream::repeat_with(|| Bytes::from(vec![0; 1000]));
        let endless = ReadableStream::with_cancel(endless, |reason| drop(told.send(reason)));
        let error = Body::from(endless).collect(10_000).await.unwrap_err();
        assert_eq!(error.to_string(), "The body is longer than 10000 bytes.");
        assert_eq!(reason.await.unwrap().to_string(), error.to_string());
    }

    #[tokio::test]
    async fn a_stream_that_fails_or_is_not_of_bytes_is_an_error() {
        let failing = streamed(vec![Ok(vec![1].into()), Err(Error::new("lost"))]);
        assert_eq!(failing.collect(10).await.unwrap_err().to_string(), "lost");
        let texts: ReadableStream<String> = ReadableStream::new(stream::iter(["x".to_owned()]));
        let body: Body = from_value(to_value(&texts).unwrap()).unwrap();
        let error = body.collect(10).await.unwrap_err();
        assert_eq!(error.to_string(), "chunk: expected bytes, found a string");
    }

    #[test]
    fn only_a_stream_among_the_capabilities_is_a_body() {
        let stub = crate::hook::Stub::of(crate::hook::Cap::settled(Ok(Value::Null)));
        let refused = from_value::<Body>(Value::Capability(stub)).unwrap_err();
        let text = "expected a readable stream, found a capability";
        assert_eq!(refused.to_string(), text);
    }
}
