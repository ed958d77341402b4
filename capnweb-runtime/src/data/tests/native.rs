//! Foreign types as fields of data.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{array, object};
use crate::data::{from_value, native, to_value};
use crate::hook::Value;
use crate::value::{Bytes, Date, Headers, Request, Tree};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "T: native::Native")]
struct Field<T> {
    #[serde(with = "native")]
    a: T,
}

fn sent<T: native::Native>(a: T) -> Value {
    let Tree::Object(mut members) = to_value(&Field { a }).unwrap() else {
        panic!("a struct is an object");
    };
    members.remove("a").unwrap()
}

fn received<T: native::Native>(value: Value) -> Result<T, String> {
    let field = from_value::<Field<T>>(object([("a", value)]));
    field
        .map(|field| field.a)
        .map_err(|error| error.to_string())
}

fn both_ways<T>(data: &T, value: &Value)
where
    T: native::Native + Clone + PartialEq + std::fmt::Debug,
{
    assert_eq!(&sent(data.clone()), value);
    assert_eq!(received::<T>(value.clone()).as_ref(), Ok(data));
}

fn date(ms: i64) -> Value {
    Tree::Date(Date::from_millis(ms))
}

#[test]
fn each_travels_as_what_javascript_has_for_it() {
    let url: url::Url = "http://e.com/".parse().unwrap();
    both_ways(&url, &Tree::Url(url.clone().into()));
    let bytes = Tree::Bytes(vec![1, 2].into());
    both_ways(&bytes::Bytes::from_static(&[1, 2]), &bytes);
    both_ways(&vec![1_u8, 2], &bytes);
    let mut map = HeaderMap::new();
    map.append("a", "1".parse().unwrap());
    let headers = Headers::from_pairs([("a", "1")]).unwrap();
    both_ways(&map, &Tree::Headers(headers));
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(5);
    both_ways(&time, &date(5));
}

#[test]
fn options_and_lists_of_them() {
    let time = SystemTime::UNIX_EPOCH;
    both_ways(&Some(time), &date(0));
    both_ways(&None::<SystemTime>, &Tree::Null);
    both_ways(&vec![Some(time), None], &array([date(0), Tree::Null]));
    let lists = vec![vec![1_u8], vec![]];
    let bytes = |data: &[u8]| Tree::Bytes(Bytes::from(data.to_vec()));
    both_ways(&lists, &array([bytes(&[1]), bytes(&[])]));
}

#[test]
fn an_option_with_a_default_may_be_left_out() {
    #[derive(Deserialize)]
    struct Expires {
        #[serde(with = "native", default)]
        at: Option<SystemTime>,
    }
    for value in [object([]), object([("at", Tree::Undefined)])] {
        assert_eq!(from_value::<Expires>(value).unwrap().at, None);
    }
}

#[test]
fn requests_and_responses() {
    let request = http::Request::post("http://e.com/").body("x".to_owned());
    let Tree::Request(sent) = sent(request.unwrap()) else {
        panic!("a request");
    };
    assert_eq!(
        (sent.method.as_str(), &sent.body),
        ("POST", &Tree::String("x".into()))
    );
    let back: http::Request<String> = received(Tree::Request(sent)).unwrap();
    assert_eq!(
        (back.uri().host(), back.body().as_str()),
        (Some("e.com"), "x")
    );

    let mut response = http::Response::new(vec!["x"]);
    *response.status_mut() = http::StatusCode::NOT_FOUND;
    let value = self::sent(response.map(|list| list.concat()));
    let back: http::Response<String> = received(value).unwrap();
    assert_eq!((back.status().as_u16(), back.body().as_str()), (404, "x"));
}

#[test]
fn what_has_no_counterpart_is_an_error_that_says_where() {
    let invalid = received::<SystemTime>(Tree::Date(Date::INVALID));
    assert_eq!(invalid.unwrap_err(), "at `a`: the date is invalid");
    let text = received::<url::Url>(Tree::String("http://e.com/".into()));
    assert_eq!(text.unwrap_err(), "at `a`: expected a URL, found a string");
    let mut control = Headers::new();
    control.append("x", "\u{1}").unwrap();
    assert!(received::<HeaderMap>(Tree::Headers(control)).is_err());
    let mail = Request::new(
        http::Method::GET,
        "mailto:a@b c".parse().unwrap(),
        Tree::Null,
    );
    assert!(received::<http::Request<()>>(Tree::Request(Box::new(mail))).is_err());

    let received_request = http::Request::get("/path").body(()).unwrap();
    assert!(
        to_value(&Field {
            a: received_request
        })
        .is_err()
    );
    let too_late = SystemTime::UNIX_EPOCH + Duration::from_secs(8_640_000_000_001);
    let error = to_value(&Field { a: too_late }).unwrap_err();
    assert_eq!(error.to_string(), "at `a`: the date is invalid");
}

#[test]
fn other_formats_get_the_natural_form() {
    fn json<T>(data: T, text: &str)
    where
        T: native::Native + PartialEq + std::fmt::Debug,
        Field<T>: DeserializeOwned,
    {
        let field = Field { a: data };
        assert_eq!(serde_json::to_string(&field).unwrap(), text);
        assert_eq!(serde_json::from_str::<Field<T>>(text).unwrap(), field);
    }
    json(SystemTime::UNIX_EPOCH, r#"{"a":0}"#);
    json(vec![1_u8, 2], r#"{"a":[1,2]}"#);
    let url: url::Url = "http://e.com/".parse().unwrap();
    json(Some(url), r#"{"a":"http://e.com/"}"#);
}

#[cfg(feature = "jiff")]
#[test]
fn timestamps_of_jiff() {
    let time = jiff::Timestamp::from_millisecond(-1).unwrap();
    both_ways(&time, &date(-1));
}

#[cfg(feature = "chrono")]
#[test]
fn times_of_chrono() {
    let time = chrono::DateTime::from_timestamp_millis(-1).unwrap();
    both_ways(&time, &date(-1));
}
