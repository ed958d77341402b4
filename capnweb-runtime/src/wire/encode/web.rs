//! From what the web has to JSON text: addresses, header fields, requests, responses, blobs.

use http::Method;

use super::writer::Writer;
use crate::value::{Blob, BytesKind, Headers, Request, RequestOptions, Response, Tree, Url};
use crate::wire::error::EncodeError;
use crate::wire::json::{write_number, write_string};
use crate::wire::reference::{Expr, WireRef};

impl Writer {
    pub(super) fn url(&mut self, url: &Url) {
        self.open("url");
        self.string(url.as_str());
        self.out.push(']');
    }

    pub(super) fn headers(&mut self, headers: &Headers) {
        self.open("headers");
        self.out.push(',');
        self.pairs(headers);
        self.out.push(']');
    }

    /// Writes a request (W-34), if a JavaScript peer would take it for one.
    pub(super) fn request(
        &mut self,
        request: &Request<Expr>,
        depth: usize,
    ) -> Result<(), EncodeError> {
        request.check()?;
        self.open("request");
        self.string(request.url.as_str());
        self.out.push_str(",{");
        let start = self.out.len();
        if request.method != Method::GET {
            self.text_member(start, "method", request.method.as_str());
        }
        self.headers_member(start, &request.headers);
        if !matches!(request.body, Tree::Null) {
            self.name(start, "body");
            self.body(&request.body, depth)?;
            self.text_member(start, "duplex", "half");
        }
        self.options(start, &request.options);
        self.out.push_str("}]");
        Ok(())
    }

    /// Writes a response (W-35), if a JavaScript peer would take it for one.
    pub(super) fn response(
        &mut self,
        response: &Response<Expr>,
        depth: usize,
    ) -> Result<(), EncodeError> {
        response.check()?;
        self.open("response");
        self.out.push(',');
        self.body(&response.body, depth)?;
        self.out.push_str(",{");
        let start = self.out.len();
        if response.status != 200 {
            self.name(start, "status");
            write_number(&mut self.out, f64::from(response.status));
        }
        self.optional_member(start, "statusText", &response.status_text, "");
        self.headers_member(start, &response.headers);
        self.out.push_str("}]");
        Ok(())
    }

    /// Writes a blob (W-36), whose contents only travel as a stream.
    pub(super) fn blob(&mut self, blob: &Blob<Expr>, depth: usize) -> Result<(), EncodeError> {
        let Tree::Capability(WireRef::Readable(_)) = blob.content else {
            return Err(EncodeError::BlobContent);
        };
        self.open("blob");
        self.string(&blob.media_type);
        self.out.push(',');
        self.value(&blob.content, depth.saturating_add(1))?;
        self.out.push(']');
        Ok(())
    }

    fn body(&mut self, body: &Expr, depth: usize) -> Result<(), EncodeError> {
        let is_body = match body {
            Tree::Null | Tree::String(_) | Tree::Capability(WireRef::Readable(_)) => true,
            Tree::Bytes(bytes) => bytes.kind() == BytesKind::Uint8Array,
            _ => false,
        };
        if !is_body {
            return Err(EncodeError::Body);
        }
        self.value(body, depth.saturating_add(1))
    }

    fn options(&mut self, start: usize, options: &RequestOptions) {
        let default = RequestOptions::default();
        for (name, option, default) in [
            ("cache", options.cache.name(), default.cache.name()),
            ("redirect", options.redirect.name(), default.redirect.name()),
            ("integrity", &options.integrity, ""),
            ("mode", options.mode.name(), default.mode.name()),
            (
                "credentials",
                options.credentials.name(),
                default.credentials.name(),
            ),
        ] {
            self.optional_member(start, name, option, default);
        }
        if !options.referrer.is_empty() {
            self.optional_member(start, "referrer", &options.referrer, RequestOptions::CLIENT);
        }
        let policy = options.referrer_policy.name();
        self.optional_member(start, "referrerPolicy", policy, "");
        if options.keepalive {
            self.name(start, "keepalive");
            self.out.push_str("true");
        }
    }

    fn headers_member(&mut self, start: usize, headers: &Headers) {
        if !headers.is_empty() {
            self.name(start, "headers");
            self.pairs(headers);
        }
    }

    fn optional_member(&mut self, start: usize, name: &str, value: &str, default: &str) {
        if value != default {
            self.text_member(start, name, value);
        }
    }

    fn text_member(&mut self, start: usize, name: &str, value: &str) {
        self.name(start, name);
        write_string(&mut self.out, value);
    }

    /// Writes header fields as raw pairs (W-33).
    fn pairs(&mut self, headers: &Headers) {
        self.out.push('[');
        for (at, (name, value)) in headers.iter().enumerate() {
            self.out.push_str(if at > 0 { ",[" } else { "[" });
            write_string(&mut self.out, name);
            self.string(value);
            self.out.push(']');
        }
        self.out.push(']');
    }
}
