//! From and to the types of the `http` crate.

use http::header::{HeaderMap, HeaderValue};

use super::{Headers, InvalidHeader, InvalidRequest, InvalidResponse, Request, Response};

impl From<&HeaderMap> for Headers {
    /// Reads each byte of a value as the character of that number, as browsers do.
    fn from(map: &HeaderMap) -> Self {
        let fields = map.iter();
        let fields = fields.map(|(name, value)| (name.clone(), text_of(value)));
        Self::from_fields(fields.collect())
    }
}

impl From<HeaderMap> for Headers {
    fn from(map: HeaderMap) -> Self {
        Self::from(&map)
    }
}

impl TryFrom<&Headers> for HeaderMap {
    type Error = InvalidHeader;

    /// Fails for what JavaScript allows and the `http` crate does not: control characters in a
    /// value, and more than 24,576 fields.
    fn try_from(headers: &Headers) -> Result<Self, InvalidHeader> {
        let mut map = Self::new();
        for (name, value) in headers.fields() {
            map.try_append(name.clone(), value_of(value)?)
                .map_err(|_| InvalidHeader::TooMany)?;
        }
        Ok(map)
    }
}

impl TryFrom<Headers> for HeaderMap {
    type Error = InvalidHeader;

    fn try_from(headers: Headers) -> Result<Self, InvalidHeader> {
        (&headers).try_into()
    }
}

impl<'a, B> TryFrom<&'a http::Request<B>> for Request<&'a B> {
    type Error = InvalidRequest;

    /// Takes the method, the address, the header fields and the body. The address has to be
    /// absolute, as it is in a request that is to be made; in one that was received it is not.
    fn try_from(request: &'a http::Request<B>) -> Result<Self, InvalidRequest> {
        let url = request.uri().to_string().parse();
        let url = url.map_err(|_| InvalidRequest::Url)?;
        let mut copy = Self::new(request.method().clone(), url, request.body());
        copy.headers = request.headers().into();
        Ok(copy)
    }
}

impl<B> TryFrom<http::Request<B>> for Request<B> {
    type Error = InvalidRequest;

    /// Takes the same as from a reference.
    fn try_from(request: http::Request<B>) -> Result<Self, InvalidRequest> {
        let copy = Request::<&B>::try_from(&request)?.map(|_| ());
        Ok(copy.map(|()| request.into_body()))
    }
}

impl<B> TryFrom<Request<B>> for http::Request<B> {
    type Error = InvalidRequest;

    /// Takes all but the options. The fragment of the address is dropped.
    fn try_from(request: Request<B>) -> Result<Self, InvalidRequest> {
        let uri = request.url.as_str().parse::<http::Uri>();
        let mut made = Self::new(request.body);
        *made.method_mut() = request.method;
        *made.uri_mut() = uri.map_err(|_| InvalidRequest::Url)?;
        *made.headers_mut() = request.headers.try_into()?;
        Ok(made)
    }
}

impl<'a, B> From<&'a http::Response<B>> for Response<&'a B> {
    /// Takes the status, the header fields and the body.
    fn from(response: &'a http::Response<B>) -> Self {
        let mut copy = Self::new(response.status().as_u16(), response.body());
        copy.headers = response.headers().into();
        copy
    }
}

impl<B> From<http::Response<B>> for Response<B> {
    /// Takes the status, the header fields and the body.
    fn from(response: http::Response<B>) -> Self {
        let copy = Response::<&B>::from(&response).map(|_| ());
        copy.map(|()| response.into_body())
    }
}

impl<B> TryFrom<Response<B>> for http::Response<B> {
    type Error = InvalidResponse;

    /// Takes all but the status in words.
    fn try_from(response: Response<B>) -> Result<Self, InvalidResponse> {
        let status = http::StatusCode::from_u16(response.status);
        let mut made = Self::new(response.body);
        *made.status_mut() = status.map_err(|_| InvalidResponse::Status)?;
        *made.headers_mut() = response.headers.try_into()?;
        Ok(made)
    }
}

fn text_of(value: &HeaderValue) -> String {
    let text: String = value.as_bytes().iter().copied().map(char::from).collect();
    text.trim_matches([' ', '\t']).to_owned()
}

fn value_of(text: &str) -> Result<HeaderValue, InvalidHeader> {
    let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    let bytes = bytes.map_err(|_| InvalidHeader::Value)?;
    HeaderValue::from_bytes(&bytes).map_err(|_| InvalidHeader::Value)
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderMap, HeaderValue};

    use crate::value::{
        Headers, InvalidHeader, InvalidRequest, InvalidResponse, Request, Response,
    };

    #[test]
    fn headers_go_both_ways_byte_for_byte() {
        let mut map = HeaderMap::new();
        map.append("x", HeaderValue::from_bytes(b"\xe9 \xff").unwrap());
        map.append("set-cookie", HeaderValue::from_static("a=1"));
        map.append("set-cookie", HeaderValue::from_static("b=2"));
        let headers = Headers::from(&map);
        assert_eq!(headers.get("x"), Some("é ÿ"));
        assert_eq!(HeaderMap::try_from(&headers).unwrap(), map);

        map.append("x", HeaderValue::from_static(" second"));
        let joined = HeaderMap::try_from(Headers::from(map)).unwrap();
        assert_eq!(
            joined["x"],
            HeaderValue::from_bytes(b"\xe9 \xff, second").unwrap()
        );
    }

    #[test]
    fn headers_that_only_javascript_allows_are_refused_and_do_not_panic() {
        let mut control = Headers::new();
        control.append("x", "\u{1}").unwrap();
        assert_eq!(HeaderMap::try_from(control), Err(InvalidHeader::Value));
        let many = (0..40_000).map(|n| (format!("x{n}"), ""));
        let many = Headers::from_pairs(many).unwrap();
        assert_eq!(HeaderMap::try_from(many), Err(InvalidHeader::TooMany));
    }

    #[test]
    fn requests_go_both_ways() {
        let given = http::Request::put("http://e.com/a?b").header("x", "1");
        let request = Request::try_from(given.body(7).unwrap()).unwrap();
        assert_eq!(request.url.as_str(), "http://e.com/a?b");
        assert_eq!((request.headers.get("x"), request.body), (Some("1"), 7));
        let back = http::Request::try_from(request).unwrap();
        assert_eq!(back.method(), http::Method::PUT);
        assert_eq!(back.uri(), "http://e.com/a?b");
        assert_eq!(
            (&back.headers()["x"], back.body()),
            (&HeaderValue::from_static("1"), &7)
        );
    }

    #[test]
    fn an_address_that_the_other_side_does_not_have_is_refused() {
        let received = http::Request::get("/path").body(()).unwrap();
        assert_eq!(Request::try_from(received), Err(InvalidRequest::Url));
        let mail = Request::new(http::Method::GET, "mailto:a@b c".parse().unwrap(), ());
        let refused = http::Request::try_from(mail);
        assert_eq!(refused.unwrap_err(), InvalidRequest::Url);
    }

    #[test]
    fn responses_go_both_ways() {
        let given = http::Response::builder().status(404).header("x", "1");
        let response = Response::from(given.body(7).unwrap());
        assert_eq!(
            (response.status, response.headers.get("x")),
            (404, Some("1"))
        );
        let back = http::Response::try_from(response).unwrap();
        assert_eq!((back.status().as_u16(), back.body()), (404, &7));
        let none = http::Response::try_from(Response::new(1000, ()));
        assert_eq!(none.unwrap_err(), InvalidResponse::Status);
    }
}
