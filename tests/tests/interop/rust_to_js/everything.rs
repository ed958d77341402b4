//! One client that says all there is to say to a target that takes note of it.

use std::time::Duration;

use capnweb_runtime::{
    BigInt, Blob, Body, Bytes, BytesKind, Capability as _, Connector, Date, Error, ErrorClass,
    Function, Limits, ReadableStream, Request, Response, Value, WritableStream, to_value,
};
use futures_util::{TryStreamExt as _, stream};
use http::Method;
use tests::Node;

use super::super::mapping::SourceStub;
use super::super::support::{in_time, runtime};
use super::super::target::TargetStub;
use super::map::{Counting, Numbers};
use crate::target::CounterStub;

/// Has a client exchange every form of the protocol with a target; returns what the target says of
/// them.
pub(crate) fn exchange_everything(node: &Node) -> Vec<String> {
    let arguments = ["--listen", "127.0.0.1:0", "--record"];
    let mut target = node.program("target.mjs", &arguments).unwrap();
    let url = target.line_after("listening on ", LIMIT).unwrap();
    runtime().block_on(in_time(async {
        let js: TargetStub = capnweb_runtime::connect(&url).await.unwrap();
        values(&js).await;
        errors(&js).await;
        bodies(&js).await;
        streams(&js).await;
        capabilities(&js, &url).await;
        maps(&js).await;
        aborts(&url).await;
        assert_eq!(js.square(3.0).await.unwrap(), 9.0);
    }));
    target.terminate(LIMIT).unwrap().lines
}

async fn values(js: &TargetStub) {
    let number = "-7".parse::<BigInt>().unwrap();
    let mut values = vec![
        Value::Null,
        Value::Undefined,
        Value::Bool(true),
        Value::Number(1.0),
        Value::Number(f64::INFINITY),
        Value::Number(f64::NEG_INFINITY),
        Value::String("text".into()),
        Value::BigInt(number),
        Value::Date(Date::from_millis(1)),
        Value::Date(Date::INVALID),
        Value::Array(vec![Value::Null]),
        Value::Object([("a", Value::Null)].into_iter().collect()),
        Value::Url("http://e.com/".parse().unwrap()),
        Value::Bytes(Bytes::from(vec![1])),
    ];
    let kinds = KINDS.map(|kind| Bytes::of_kind(kind, vec![0; 8]).unwrap());
    values.extend(kinds.map(Value::Bytes));
    for value in values {
        assert_eq!(js.echo(&value).await.unwrap(), value);
    }
    let nan = js.echo(Value::Number(f64::NAN)).await.unwrap();
    assert!(matches!(nan, Value::Number(nan) if nan.is_nan()));
    let headers = js.make_headers().await.unwrap();
    drop(js.echo(Value::Headers(headers)).await.unwrap());
    let request = Request::new(Method::GET, "http://e.com/".parse().unwrap(), Value::Null);
    drop(js.echo(Value::Request(Box::new(request))).await.unwrap());
    let response = Response::new(200, Value::Null);
    drop(js.echo(Value::Response(Box::new(response))).await.unwrap());
}

/// Each class is thrown here, and thrown again there.
async fn errors(js: &TargetStub) {
    for class in CLASSES {
        let failing = Function::new(move |_: Value| async move {
            Err::<Value, _>(Error::of_class(class, "why").with_prop("code", Value::Number(1.0)))
        });
        let error = js.call_function(failing, Value::Null).await.unwrap_err();
        assert_eq!(error.class(), class);
        assert_eq!(error.prop("code"), Some(&Value::Number(1.0)));
    }
}

async fn bodies(js: &TargetStub) {
    let blob = Blob::new("text/plain", Bytes::from(b"hi".to_vec()));
    assert_eq!(js.echo_blob(&blob).await.unwrap(), blob);
    let body = Body::from("hi".to_owned());
    let request = Request::new(Method::PUT, "http://e.com/".parse().unwrap(), body);
    assert_eq!(js.read_request(request).await.unwrap().text, "hi");
    let made = js.make_request("http://e.com/", "hi").await.unwrap();
    assert_eq!(made.body.text(10).await.unwrap(), "hi");
    let response = Response::new(200, Body::from("hi".to_owned()));
    assert_eq!(js.read_response(response).await.unwrap().text, "hi");
    let made = js.make_response(200, "hi").await.unwrap();
    assert_eq!(made.body.text(10).await.unwrap(), "hi");
}

async fn streams(js: &TargetStub) {
    let chunks = vec![Value::Null, Value::Bool(true)];
    let made = js.make_stream(&chunks).await.unwrap();
    let made: Vec<Value> = made.try_collect().await.unwrap();
    assert_eq!(made, chunks);
    let ours = ReadableStream::new(stream::iter(chunks.clone()));
    assert_eq!(js.collect_stream(ours).await.unwrap(), chunks);
    let ours = WritableStream::from_fn(|_: Value| async { Ok(()) });
    assert_eq!(js.write_to_writable(ours, &chunks).await.unwrap(), "ok");
    let collector = js.make_collector().await.unwrap();
    let mut theirs = collector.get_writable().await.unwrap();
    theirs.write(Value::Null).await.unwrap();
    theirs.close().await.unwrap();
}

async fn capabilities(js: &TargetStub, url: &str) {
    let theirs = js.make_counter(1.0).await.unwrap();
    let sum = js.increment_counter(&theirs, 1.0).await.unwrap();
    assert_eq!(sum.await.unwrap(), 2.0);
    let ours = CounterStub::new(Counting(std::sync::Mutex::new(0.0)));
    let home = js.echo(to_value(&[ours]).unwrap()).await.unwrap();
    drop(home);
    let (four, promised) = (js.square(2.0), js.make_counter(1.0));
    assert_eq!(js.square(&four).await.unwrap(), 16.0);
    assert_eq!(promised.increment(&four).await.unwrap(), 5.0);
    // What another session has yet to answer.
    let elsewhere: TargetStub = capnweb_runtime::connect(url).await.unwrap();
    let greeting = js.greet(elsewhere.slow_method(50));
    assert_eq!(greeting.await.unwrap(), "Hello, slow result after 50ms!");
}

async fn maps(js: &TargetStub) {
    let ours = CounterStub::new(Counting(std::sync::Mutex::new(0.0)));
    let theirs = js.make_counter(0.0).await.unwrap();
    let sums = js
        .get_list()
        .map(|x| (ours.increment(&x), theirs.increment(x)));
    assert_eq!(sums.await.unwrap().len(), 5);
    let stub = js.as_stub();
    let nested = stub.call("getList", ()).map(|n| {
        let list = stub.call("generateFibonacci", (&n,));
        list.map(|x| stub.call("add", (x, &n)))
    });
    drop(nested.await.unwrap());
    let source = SourceStub::new(Numbers);
    assert_eq!(js.map_array_remote(&source).await.unwrap().len(), 3);
    assert_eq!(js.map_nested_remote(&source).await.unwrap().len(), 3);
}

/// Sessions that either side ends because of what the other one says.
async fn aborts(url: &str) {
    let mut limits = Limits::default();
    limits.max_depth = 8;
    let strict: TargetStub = Connector::new(url).config(limits).connect().await.unwrap();
    let deep = (0..20).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    let refused = strict.echo(deep).await.unwrap_err();
    assert!(refused.is_disconnected(), "{refused:?}");

    let generous: TargetStub = capnweb_runtime::connect(url).await.unwrap();
    let too_long = "x".repeat(32 * 1024 * 1024);
    let refused = generous.greet(too_long).await.unwrap_err();
    assert!(refused.is_disconnected(), "{refused:?}");
}

const KINDS: [BytesKind; 12] = [
    BytesKind::ArrayBuffer,
    BytesKind::DataView,
    BytesKind::Int8Array,
    BytesKind::Uint8ClampedArray,
    BytesKind::Int16Array,
    BytesKind::Uint16Array,
    BytesKind::Int32Array,
    BytesKind::Uint32Array,
    BytesKind::BigInt64Array,
    BytesKind::BigUint64Array,
    BytesKind::Float32Array,
    BytesKind::Float64Array,
];

const CLASSES: [ErrorClass; 8] = [
    ErrorClass::Error,
    ErrorClass::EvalError,
    ErrorClass::RangeError,
    ErrorClass::ReferenceError,
    ErrorClass::SyntaxError,
    ErrorClass::TypeError,
    ErrorClass::UriError,
    ErrorClass::AggregateError,
];

const LIMIT: Duration = Duration::from_mins(1);
