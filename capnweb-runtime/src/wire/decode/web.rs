//! From JSON to what the web has: addresses, header fields, requests, responses, blobs.

use super::value::{Decoder, Depth};
use crate::ids::WireId;
use crate::value::{
    Blob, BytesKind, Headers, ReferrerPolicy, Request, RequestCache, RequestCredentials,
    RequestMode, RequestOptions, RequestRedirect, Response, Tree, Url, read_method,
};
use crate::wire::error::DecodeError;
use crate::wire::json::Json;
use crate::wire::reference::{Expr, WireRef};

impl Decoder<'_> {
    /// Reads one of these forms; `None`, with the operands untouched, if it is none.
    pub(super) fn web(
        &self,
        tag: &str,
        operands: &mut [Json],
        depth: Depth,
    ) -> Result<Option<Expr>, DecodeError> {
        Ok(Some(match (tag, operands) {
            ("url", [Json::String(text)]) => Tree::Url(url(text)?),
            ("headers", [Json::Array(pairs)]) => Tree::Headers(headers(pairs)?),
            ("request", [Json::String(address), init]) => {
                let Some(init) = Init::take(init) else {
                    return Ok(None);
                };
                Tree::Request(Box::new(self.request(address, init, depth)?))
            }
            ("response", [body, init]) => {
                let Some(init) = Init::take(init) else {
                    return Ok(None);
                };
                let body = self.value(std::mem::take(body), depth.below())?;
                Tree::Response(Box::new(response(body, init)?))
            }
            ("blob", [Json::String(media_type), content]) => {
                let media_type = std::mem::take(media_type);
                let content = self.blob_content(std::mem::take(content), depth)?;
                Tree::Blob(Box::new(Blob::new(media_type, content)))
            }
            _ => return Ok(None),
        }))
    }

    /// Reads a request (W-34).
    fn request(
        &self,
        address: &str,
        mut init: Init,
        depth: Depth,
    ) -> Result<Request<Expr>, DecodeError> {
        let body = match init.member("body") {
            // What JavaScript takes for false is none of the forms, and a text to `new Request`.
            Json::Null => Tree::Null,
            Json::Bool(false) => Tree::String("false".to_owned()),
            Json::Number(0.0) => Tree::String("0".to_owned()),
            body => self.value(body, depth.below())?,
        };
        if !is_body(&body) {
            return Err(DecodeError::RequestBody);
        }
        if is_truthy(&init.member("signal")) {
            return Err(DecodeError::RequestSignal);
        }
        let is_unsaid = matches!(body, Tree::Capability(_)) && init.lacks("duplex");
        let headers = init.headers()?;
        let method = init.text("method")?;
        let method = read_method(method.as_deref().unwrap_or("GET"))?;
        let mut request = Request::new(method, url(address)?, body);
        request.headers = headers;
        request.options = options(init)?;
        request.check()?;
        if is_unsaid {
            return Err(DecodeError::RequestDuplex);
        }
        Ok(request)
    }

    fn blob_content(&self, json: Json, depth: Depth) -> Result<Expr, DecodeError> {
        match self.value(json, depth.below())? {
            content @ Tree::Capability(WireRef::Readable(_)) => Ok(content),
            _ => Err(DecodeError::BlobContent),
        }
    }
}

fn url(text: &str) -> Result<Url, DecodeError> {
    text.parse().map_err(|_| DecodeError::InvalidUrl)
}

/// Reads header fields (W-33).
fn headers(pairs: &[Json]) -> Result<Headers, DecodeError> {
    let pairs = pairs.iter().map(|pair| match pair {
        Json::Array(pair) => match pair.as_slice() {
            [Json::String(name), Json::String(value)] => Ok((name, value)),
            _ => Err(DecodeError::HeaderPair),
        },
        _ => Err(DecodeError::HeaderPair),
    });
    let pairs: Vec<_> = pairs.collect::<Result<_, _>>()?;
    Ok(Headers::from_pairs(pairs)?)
}

/// Reads a response (W-35).
fn response(body: Expr, mut init: Init) -> Result<Response<Expr>, DecodeError> {
    if !is_body(&body) {
        return Err(DecodeError::ResponseBody);
    }
    if is_truthy(&init.member("webSocket")) {
        return Err(DecodeError::ResponseWebSocket);
    }
    let headers = init.headers()?;
    let mut response = Response::new(init.status()?, body);
    response.status_text = init.text("statusText")?.unwrap_or_default();
    response.headers = headers;
    response.check()?;
    Ok(response)
}

/// Reads how a request is to be made. What only Cloudflare's Workers have (`cf` and
/// `encodeResponseBody`) is passed over, as everywhere else.
fn options(mut init: Init) -> Result<RequestOptions, DecodeError> {
    init.keyword("duplex", |duplex| (duplex == "half").then_some(()))?;
    Ok(RequestOptions {
        cache: init.keyword("cache", RequestCache::from_name)?,
        redirect: init.keyword("redirect", RequestRedirect::from_name)?,
        integrity: init.text("integrity")?.unwrap_or_default(),
        mode: init.keyword("mode", RequestMode::from_name)?,
        credentials: init.keyword("credentials", RequestCredentials::from_name)?,
        referrer: init
            .text("referrer")?
            .unwrap_or_else(|| RequestOptions::CLIENT.to_owned()),
        referrer_policy: init.keyword("referrerPolicy", ReferrerPolicy::from_name)?,
        keepalive: is_truthy(&init.member("keepalive")),
    })
}

/// Whether an expression is what a body can be.
fn is_body(expr: &Expr) -> bool {
    match expr {
        Tree::Null | Tree::String(_) | Tree::Capability(WireRef::Readable(_)) => true,
        Tree::Bytes(bytes) => bytes.kind() == BytesKind::Uint8Array,
        _ => false,
    }
}

/// Whether JavaScript takes a value for true where it has to be a boolean.
fn is_truthy(json: &Json) -> bool {
    match json {
        Json::Null => false,
        Json::Bool(bool) => *bool,
        Json::Number(number) => *number != 0.0,
        Json::String(text) => !text.is_empty(),
        Json::Array(_) | Json::Object(_) => true,
    }
}

/// The members that a request or response is made of, raw.
struct Init(Vec<(String, Json)>);

impl Init {
    /// Takes the members of an object. An array is an object without any of them.
    fn take(json: &mut Json) -> Option<Self> {
        match std::mem::take(json) {
            Json::Object(members) => Some(Self(members)),
            Json::Array(_) => Some(Self(Vec::new())),
            other => {
                *json = other;
                None
            }
        }
    }

    /// Takes a member; null if there is none.
    fn member(&mut self, name: &str) -> Json {
        self.given(name).unwrap_or_default()
    }

    fn lacks(&self, name: &str) -> bool {
        self.0.iter().all(|(key, _)| key != name)
    }

    fn given(&mut self, name: &str) -> Option<Json> {
        let found = self.0.iter_mut().find(|(key, _)| key == name);
        found.map(|(_, value)| std::mem::take(value))
    }

    /// Takes a text. To JavaScript null is one; only what is not there is not.
    fn text(&mut self, name: &'static str) -> Result<Option<String>, DecodeError> {
        match self.given(name) {
            None => Ok(None),
            Some(Json::Null) => Ok(Some("null".to_owned())),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(DecodeError::InitMember { name }),
        }
    }

    fn keyword<T: Default>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, DecodeError> {
        match self.text(name)? {
            None => Ok(T::default()),
            Some(keyword) => read(&keyword).ok_or(DecodeError::InitMember { name }),
        }
    }

    fn headers(&mut self) -> Result<Headers, DecodeError> {
        match self.given("headers") {
            None => Ok(Headers::new()),
            Some(Json::Array(pairs)) => headers(&pairs),
            Some(_) => Err(DecodeError::InitHeaders),
        }
    }

    /// Takes a status; 0, which is none, in the place of what is not even a small integer.
    fn status(&mut self) -> Result<u16, DecodeError> {
        match self.given("status") {
            None => Ok(200),
            Some(Json::Null) => Ok(0),
            Some(Json::Number(status)) => {
                let status = WireId(status).table_id();
                Ok(status
                    .and_then(|status| status.try_into().ok())
                    .unwrap_or(0))
            }
            Some(_) => Err(DecodeError::InitMember { name: "status" }),
        }
    }
}
