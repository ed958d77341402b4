//! From JSON to what the web has: addresses, header fields, requests, responses, blobs.

use super::value::{Decoder, Depth};
use crate::ids::WireId;
use crate::value::{
    Blob, BytesKind, Headers, ReferrerPolicy, Request, RequestCache, RequestCredentials,
    RequestMode, RequestOptions, RequestRedirect, Response, Tree, Url, read_method,
};
use crate::wire::error::DecodeError;
use crate::wire::json::{Elements, Json, Members};
use crate::wire::reference::{Expr, WireRef};

impl Decoder<'_> {
    /// Reads one of these forms; `None` if it is none.
    pub(super) fn web(
        &self,
        tag: &str,
        mut operands: Elements<'_>,
        depth: Depth,
    ) -> Result<Option<Expr>, DecodeError> {
        let (first, second) = (operands.next(), operands.next());
        if operands.next().is_some() {
            return Ok(None);
        }
        Ok(Some(match (tag, first, second) {
            ("url", Some(Json::String(text)), None) => Tree::Url(url(text)?),
            ("headers", Some(Json::Array(pairs)), None) => Tree::Headers(headers(pairs)?),
            ("request", Some(Json::String(address)), Some(init)) => {
                let Some(init) = Init::of(init) else {
                    return Ok(None);
                };
                Tree::Request(Box::new(self.request(address, &init, depth)?))
            }
            ("response", Some(body), Some(init)) => {
                let Some(init) = Init::of(init) else {
                    return Ok(None);
                };
                let body = self.value(body, depth.below())?;
                Tree::Response(Box::new(response(body, &init)?))
            }
            ("blob", Some(Json::String(media_type)), Some(content)) => {
                let content = self.blob_content(content, depth)?;
                Tree::Blob(Box::new(Blob::new(media_type, content)))
            }
            _ => return Ok(None),
        }))
    }

    /// Reads a request (W-34).
    fn request(
        &self,
        address: &str,
        init: &Init<'_>,
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
        let method = read_method(method.unwrap_or("GET"))?;
        let mut request = Request::new(method, url(address)?, body);
        request.headers = headers;
        request.options = options(init)?;
        request.check()?;
        if is_unsaid {
            return Err(DecodeError::RequestDuplex);
        }
        Ok(request)
    }

    fn blob_content(&self, json: Json<'_>, depth: Depth) -> Result<Expr, DecodeError> {
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
fn headers(pairs: Elements<'_>) -> Result<Headers, DecodeError> {
    let pairs = pairs.map(|pair| match pair {
        Json::Array(mut pair) => match (pair.next(), pair.next(), pair.next()) {
            (Some(Json::String(name)), Some(Json::String(value)), None) => Ok((name, value)),
            _ => Err(DecodeError::HeaderPair),
        },
        _ => Err(DecodeError::HeaderPair),
    });
    let pairs: Vec<_> = pairs.collect::<Result<_, _>>()?;
    Ok(Headers::from_pairs(pairs)?)
}

/// Reads a response (W-35).
fn response(body: Expr, init: &Init<'_>) -> Result<Response<Expr>, DecodeError> {
    if !is_body(&body) {
        return Err(DecodeError::ResponseBody);
    }
    if is_truthy(&init.member("webSocket")) {
        return Err(DecodeError::ResponseWebSocket);
    }
    let headers = init.headers()?;
    let mut response = Response::new(init.status()?, body);
    if let Some(text) = init.text("statusText")? {
        response.status_text.push_str(text);
    }
    response.headers = headers;
    response.check()?;
    Ok(response)
}

/// Reads how a request is to be made. What only Cloudflare's Workers have (`cf` and
/// `encodeResponseBody`) is passed over, as everywhere else.
fn options(init: &Init<'_>) -> Result<RequestOptions, DecodeError> {
    init.keyword("duplex", |duplex| (duplex == "half").then_some(()))?;
    Ok(RequestOptions {
        cache: init.keyword("cache", RequestCache::from_name)?,
        redirect: init.keyword("redirect", RequestRedirect::from_name)?,
        integrity: init.text("integrity")?.unwrap_or_default().to_owned(),
        mode: init.keyword("mode", RequestMode::from_name)?,
        credentials: init.keyword("credentials", RequestCredentials::from_name)?,
        referrer: init
            .text("referrer")?
            .unwrap_or(RequestOptions::CLIENT)
            .to_owned(),
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
fn is_truthy(json: &Json<'_>) -> bool {
    match json {
        Json::Null => false,
        Json::Bool(bool) => *bool,
        Json::Number(number) => *number != 0.0,
        Json::String(text) => !text.is_empty(),
        Json::Array(_) | Json::Object(_) => true,
    }
}

/// The members that a request or response is made of.
struct Init<'a>(Members<'a>);

impl<'a> Init<'a> {
    /// Returns the members of an object. An array is an object without any of them.
    fn of(json: Json<'a>) -> Option<Self> {
        match json {
            Json::Object(members) => Some(Self(members)),
            Json::Array(_) => Some(Self(Members::none())),
            _ => None,
        }
    }

    /// Returns a member; null if there is none.
    fn member(&self, name: &str) -> Json<'a> {
        self.0.member(name).unwrap_or(Json::Null)
    }

    fn lacks(&self, name: &str) -> bool {
        self.0.member(name).is_none()
    }

    /// Returns a text. To JavaScript null is one; only what is not there is not.
    fn text(&self, name: &'static str) -> Result<Option<&'a str>, DecodeError> {
        match self.0.member(name) {
            None => Ok(None),
            Some(Json::Null) => Ok(Some("null")),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(DecodeError::InitMember { name }),
        }
    }

    fn keyword<T: Default>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, DecodeError> {
        match self.text(name)? {
            None => Ok(T::default()),
            Some(keyword) => read(keyword).ok_or(DecodeError::InitMember { name }),
        }
    }

    fn headers(&self) -> Result<Headers, DecodeError> {
        match self.0.member("headers") {
            None => Ok(Headers::new()),
            Some(Json::Array(pairs)) => headers(pairs),
            Some(_) => Err(DecodeError::InitHeaders),
        }
    }

    /// Takes a status; 0, which is none, in the place of what is not even a small integer.
    fn status(&self) -> Result<u16, DecodeError> {
        match self.0.member("status") {
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
