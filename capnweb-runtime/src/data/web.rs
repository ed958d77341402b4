//! `serde` for requests, responses and blobs, whatever their bodies are.

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::impls::mismatch;
use super::{from_value, passthrough, to_value};
use crate::error::SerializeError;
use crate::hook::Value;
use crate::value::{Blob, Request, Response, Tree};

impl<B: Serialize> Serialize for Request<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let body = body(&self.body).map_err(S::Error::custom)?;
        let request = Box::new(self.with_body(body));
        passthrough::serialize(Tree::Request(request), serializer)
    }
}

impl<'de, B: DeserializeOwned> Deserialize<'de> for Request<B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Request(request) => request.try_map(from_value).map_err(D::Error::custom),
            other => Err(mismatch(&other, "a request")),
        }
    }
}

impl<B: Serialize> Serialize for Response<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let body = body(&self.body).map_err(S::Error::custom)?;
        let response = Box::new(self.with_body(body));
        passthrough::serialize(Tree::Response(response), serializer)
    }
}

impl<'de, B: DeserializeOwned> Deserialize<'de> for Response<B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Response(response) => response.try_map(from_value).map_err(D::Error::custom),
            other => Err(mismatch(&other, "a response")),
        }
    }
}

impl<B: Serialize> Serialize for Blob<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let content = to_value(&self.content).map_err(S::Error::custom)?;
        let blob = Box::new(Blob::new(self.media_type.as_str(), content));
        passthrough::serialize(Tree::Blob(blob), serializer)
    }
}

impl<'de, B: DeserializeOwned> Deserialize<'de> for Blob<B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Blob(blob) => blob.try_map(from_value).map_err(D::Error::custom),
            other => Err(mismatch(&other, "a blob")),
        }
    }
}

/// Returns what travels as a body. A unit is none.
fn body<B: Serialize>(body: &B) -> Result<Value, SerializeError> {
    to_value(body).map(|body| match body {
        Tree::Undefined => Tree::Null,
        body => body,
    })
}
