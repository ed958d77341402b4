//! What a capability may be hidden in on its way across.

use futures_util::{StreamExt as _, stream};

use super::scene::{stub, value};
use crate::data::{from_value, to_value};
use crate::error::Error;
use crate::hook::{Cap, Stub, Value};
use crate::typed::ReadableStream;
use crate::value::{Blob, ErrorClass, ErrorValue, Request, Response};

/// What it is hidden in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parcel {
    Bare,
    Array,
    Object,
    Deep,
    ErrorProperty,
    Cause,
    Aggregate,
    Promise,
    PlaceInPromise,
    Stream,
    RequestBody,
    ResponseBody,
    Blob,
}

impl Parcel {
    pub(super) const ALL: [Self; 13] = [
        Self::Bare,
        Self::Array,
        Self::Object,
        Self::Deep,
        Self::ErrorProperty,
        Self::Cause,
        Self::Aggregate,
        Self::Promise,
        Self::PlaceInPromise,
        Self::Stream,
        Self::RequestBody,
        Self::ResponseBody,
        Self::Blob,
    ];

    /// Returns whether it can be written down as part of a mapper.
    pub(super) const fn is_plain(self) -> bool {
        matches!(self, Self::Bare | Self::Array | Self::Object | Self::Deep)
    }

    /// Returns whether it can go through a session: what is in a blob goes there as bytes.
    pub(super) const fn travels(self) -> bool {
        !matches!(self, Self::Blob)
    }

    pub(super) fn pack(self, secret: &Stub) -> Value {
        let it = Value::Capability(secret.clone());
        match self {
            Self::Bare => it,
            Self::Array => array(it),
            Self::Object => object(it),
            Self::Deep => array(object(array(object(it)))),
            Self::ErrorProperty => error(ErrorClass::TypeError, "it", it),
            Self::Cause => {
                let inner = error(ErrorClass::Error, "it", it);
                error(ErrorClass::RangeError, "cause", inner)
            }
            Self::Aggregate => {
                let inner = array(error(ErrorClass::Error, "it", it));
                error(ErrorClass::AggregateError, "errors", inner)
            }
            Self::Promise => Value::Capability(Stub::promise(Cap::settled(Ok(it)))),
            Self::PlaceInPromise => {
                let promise = Stub::promise(Cap::settled(Ok(object(it))));
                Value::Capability(promise.step("it"))
            }
            Self::Stream => chunk(it),
            Self::RequestBody => {
                let url = "http://e.com/".parse().unwrap();
                Value::Request(Box::new(Request::new(http::Method::POST, url, chunk(it))))
            }
            Self::ResponseBody => Value::Response(Box::new(Response::new(200, chunk(it)))),
            Self::Blob => Value::Blob(Box::new(Blob::new("text/plain".to_owned(), chunk(it)))),
        }
    }

    pub(super) async fn unpack(self, parcel: Value) -> Result<Stub, Error> {
        let it = match self {
            Self::Bare => parcel,
            Self::Array => first(parcel),
            Self::Object | Self::ErrorProperty => member(parcel, "it"),
            Self::Deep => member(first(member(first(parcel), "it")), "it"),
            Self::Cause => member(member(parcel, "cause"), "it"),
            Self::Aggregate => member(first(member(parcel, "errors")), "it"),
            Self::Promise | Self::PlaceInPromise => match parcel {
                Value::Capability(stub) if stub.is_promise() => value(&stub).await?,
                arrived => arrived,
            },
            Self::Stream => read(parcel).await?,
            Self::RequestBody => match parcel {
                Value::Request(request) => read(request.body).await?,
                other => other,
            },
            Self::ResponseBody => match parcel {
                Value::Response(response) => read(response.body).await?,
                other => other,
            },
            Self::Blob => match parcel {
                Value::Blob(blob) => read(blob.content).await?,
                other => other,
            },
        };
        stub(it)
    }
}

fn array(it: Value) -> Value {
    Value::Array(vec![Value::Null, it])
}

fn object(it: Value) -> Value {
    Value::Object([("other", Value::Null), ("it", it)].into_iter().collect())
}

fn error(class: ErrorClass, name: &str, it: Value) -> Value {
    let mut error = ErrorValue::new(class, "a trap");
    drop(error.props.insert(name, it));
    Value::Error(Box::new(error))
}

fn chunk(it: Value) -> Value {
    let chunks: ReadableStream<Value> = ReadableStream::new(stream::iter([it]));
    to_value(&chunks).unwrap()
}

/// Reads the first chunk of a stream.
pub(super) async fn read(stream: Value) -> Result<Value, Error> {
    let mut chunks: ReadableStream<Value> = from_value(stream).map_err(Error::from)?;
    let ended = || Err(Error::new("the stream has ended"));
    chunks.next().await.unwrap_or_else(ended)
}

fn first(value: Value) -> Value {
    match value {
        Value::Array(mut items) => items.pop().unwrap_or_default(),
        other => other,
    }
}

fn member(value: Value, name: &str) -> Value {
    match value {
        Value::Object(object) => object.get(name).cloned().unwrap_or_default(),
        Value::Error(error) => error.props.get(name).cloned().unwrap_or_default(),
        other => other,
    }
}
