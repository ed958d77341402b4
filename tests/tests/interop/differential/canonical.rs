//! A text for every value, the same as the reference's `tests/js/verdict.mjs` gives it.

use std::fmt::Write as _;

use capnweb_runtime::{ErrorValue, Headers, Object, Stub, Value};

/// Returns what a value is, in a form that can be compared across implementations.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Undefined => "undefined".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => number(*value),
        Value::BigInt(value) => format!("{value}n"),
        Value::String(text) => string(text),
        Value::Capability(_) => "stub".to_owned(),
        Value::Date(date) => {
            let ms = date
                .millis()
                .map_or("invalid".to_owned(), |ms| ms.to_string());
            format!("date({ms})")
        }
        Value::Bytes(bytes) => {
            format!("{}({})", bytes.kind().name(), digits(bytes))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(object) => members(object),
        Value::Error(error) => error_text(error),
        Value::Url(url) => format!("url({})", string(url.as_str())),
        Value::Headers(headers) => format!("headers({})", pairs(headers)),
        Value::Request(request) => {
            let options = &request.options;
            let parts = [
                request.method.to_string(),
                request.url.to_string(),
                pairs(&request.headers),
                (request.body != Value::Null).to_string(),
                options.cache.name().to_owned(),
                options.redirect.name().to_owned(),
                options.mode.name().to_owned(),
                options.credentials.name().to_owned(),
                options.integrity.clone(),
                options.keepalive.to_string(),
                options.referrer_policy.name().to_owned(),
            ];
            format!("request({})", parts.join(" "))
        }
        Value::Response(response) => {
            let parts = [
                response.status.to_string(),
                response.status_text.clone(),
                pairs(&response.headers),
                (response.body != Value::Null).to_string(),
            ];
            format!("response({})", parts.join(" "))
        }
        Value::Blob(blob) => {
            let Value::Bytes(bytes) = &blob.content else {
                return "a blob without bytes".to_owned();
            };
            format!("blob({} {})", string(&blob.media_type), digits(bytes))
        }
        other => other.kind().to_owned(),
    }
}

/// Writes bytes down.
pub(super) fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a string takes everything");
        digits
    })
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "nan".to_owned()
    } else {
        format!("#{:016x}", value.to_bits())
    }
}

fn string(text: &str) -> String {
    serde_json::to_string(text).expect("a string is JSON")
}

fn members(object: &Object<Stub>) -> String {
    let members = object.iter();
    let mut list: Vec<_> = members
        .map(|(key, value)| format!("{}:{}", string(key), canonical(value)))
        .collect();
    list.sort();
    format!("{{{}}}", list.join(","))
}

fn error_text(error: &ErrorValue<Stub>) -> String {
    let (class, message) = (error.class.name(), string(&error.message));
    format!("{class}({message} {})", members(&error.props))
}

fn pairs(headers: &Headers) -> String {
    let pairs: Vec<_> = headers.iter().collect();
    serde_json::to_string(&pairs).expect("strings are JSON")
}
