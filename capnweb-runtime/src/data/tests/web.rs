//! Addresses, header fields, requests, responses and blobs as data.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{array, object, parked, stub, text};
use crate::data::{from_value, to_value};
use crate::error::SerializeFault;
use crate::hook::{Stub, Value};
use crate::typed::Body;
use crate::value::{Blob, Bytes, Date, Headers, Request, Response, Tree, Url};

fn url() -> Url {
    "http://e.com/?q".parse().unwrap()
}

fn headers() -> Headers {
    Headers::from_pairs([("a", "1"), ("set-cookie", "x"), ("set-cookie", "y")]).unwrap()
}

fn request<B>(body: B) -> Request<B> {
    let mut request = Request::new(http::Method::PUT, url(), body);
    request.headers = headers();
    request
}

fn round_trip<T>(data: &T) -> Value
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let value = to_value(data).unwrap();
    assert_eq!(&from_value::<T>(value.clone()).unwrap(), data);
    assert_eq!(parked(), 0);
    value
}

fn complaint<T: DeserializeOwned + std::fmt::Debug>(value: Value) -> String {
    from_value::<T>(value).unwrap_err().to_string()
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct All {
    url: Url,
    headers: Headers,
    request: Request<Bytes>,
    response: Response<String>,
    blob: Blob,
    refused: Option<Response<Stub>>,
}

fn all() -> All {
    All {
        url: url(),
        headers: headers(),
        request: request(vec![3].into()),
        response: Response::new(404, "nowhere".to_owned()),
        blob: Blob::new("image/png", Bytes::from(vec![1, 2])),
        refused: None,
    }
}

#[test]
fn they_pass_through() {
    let value = round_trip(&all());
    let expected = object([
        ("url", Tree::Url(url())),
        ("headers", Tree::Headers(headers())),
        (
            "request",
            Tree::Request(Box::new(request(Tree::Bytes(vec![3].into())))),
        ),
        (
            "response",
            Tree::Response(Box::new(Response::new(404, text("nowhere")))),
        ),
        (
            "blob",
            Tree::Blob(Box::new(Blob::new(
                "image/png",
                Tree::Bytes(vec![1, 2].into()),
            ))),
        ),
        ("refused", Tree::Null),
    ]);
    assert_eq!(value, expected);
}

#[test]
fn they_pass_through_the_buffers_of_serde() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        before: Url,
        #[serde(flatten)]
        all: All,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Text { url: String },
        All(Box<All>),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        All(All),
    }
    round_trip(&Flat {
        before: url(),
        all: all(),
    });
    round_trip(&Untagged::All(Box::new(all())));
    let Tree::Object(members) = round_trip(&Tagged::All(all())) else {
        panic!("an object");
    };
    assert_eq!(members.get("headers"), Some(&Tree::Headers(headers())));
}

#[test]
fn bodies_are_what_they_are_asked_to_be() {
    let value = |body| Tree::Request(Box::new(request(body)));
    for (body, inside) in [
        (Body::Empty, Tree::Null),
        (Body::from(()), Tree::Null),
        (Body::from("x"), text("x")),
        (Body::from(vec![1]), Tree::Bytes(vec![1].into())),
    ] {
        let sent = to_value(&request(body)).unwrap();
        assert_eq!(sent, value(inside));
        let received: Request<Body> = from_value(sent.clone()).unwrap();
        assert_eq!(to_value(&received).unwrap(), sent);
    }
    round_trip(&request(()));
    round_trip(&request(Some("x".to_owned())));
    round_trip(&request(stub()));
    assert_eq!(to_value(&request(())).unwrap(), value(Tree::Null));

    let floats = Body::from(Bytes::from_elements(&[1.5_f64]));
    let plain = Bytes::new(vec![0, 0, 0, 0, 0, 0, 248, 63]);
    assert_eq!(
        to_value(&request(floats)).unwrap(),
        value(Tree::Bytes(plain))
    );

    assert_eq!(
        complaint::<Request<String>>(value(Tree::Null)),
        "expected a string, found null"
    );
    assert_eq!(
        complaint::<Request<Body>>(value(Tree::Number(1.0))),
        "expected a body, found a number"
    );
    let unsendable = to_value(&request(u64::MAX)).unwrap_err();
    assert!(unsendable.to_string().contains("BigInt"), "{unsendable}");
}

#[test]
fn something_else_is_refused_by_name() {
    let found = || text("http://e.com/");
    assert_eq!(complaint::<Url>(found()), "expected a URL, found a string");
    assert_eq!(
        complaint::<Headers>(array([])),
        "expected headers, found an array"
    );
    assert_eq!(
        complaint::<Request<()>>(Tree::Url(url())),
        "expected a request, found a URL"
    );
    assert_eq!(
        complaint::<Response<()>>(Tree::Headers(headers())),
        "expected a response, found headers"
    );
    assert_eq!(
        complaint::<Blob>(found()),
        "expected a blob, found a string"
    );
    let response = Tree::Response(Box::new(Response::new(200, Tree::Null)));
    assert_eq!(
        complaint::<Stub>(response),
        "expected a capability, found a response"
    );
    let blob = Tree::Blob(Box::new(Blob::new("", Tree::Null)));
    assert_eq!(complaint::<Date>(blob), "expected a date, found a blob");
}

#[test]
fn addresses_and_header_fields_have_a_natural_form() {
    let json = serde_json::to_string(&(url(), headers())).unwrap();
    let expected = r#"["http://e.com/?q",[["a","1"],["set-cookie","x"],["set-cookie","y"]]]"#;
    assert_eq!(json, expected);
    let back: (Url, Headers) = serde_json::from_str(&json).unwrap();
    assert_eq!(back, (url(), headers()));
    assert!(serde_json::from_str::<Url>("\"/rel\"").is_err());
    for text in [r#"[["a b","c"]]"#, r#"[["a"]]"#, r#"["ab"]"#, "{}"] {
        assert!(serde_json::from_str::<Headers>(text).is_err(), "{text}");
    }
}

#[test]
fn a_request_has_no_form_in_another_format() {
    struct Lost;
    impl Serialize for Lost {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let number =
                serde_json::to_value(Blob::new("", ())).map_err(serde::ser::Error::custom)?;
            number.serialize(serializer)
        }
    }
    let error = serde_json::to_string(&request(())).unwrap_err();
    let text = "a request cannot be written in another format";
    assert_eq!(error.to_string(), text);
    let inside = serde_json::to_value(Response::new(200, ())).unwrap_err();
    assert!(inside.to_string().starts_with("a response"));

    let error = to_value(&Lost).unwrap_err();
    assert_eq!(error.fault(), &SerializeFault::Lost("a blob"));
    assert_eq!(parked(), 0);
}
