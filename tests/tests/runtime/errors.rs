//! Failures: of arguments, of methods, of results; each says what and where, and the session goes
//! on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnweb_runtime::{
    Capability as _, Error, ErrorClass, Promise, Result, RpcError, Stub, Value, capability,
};
use serde::{Deserialize, Serialize};

use super::support::over_both;

#[derive(Debug, thiserror::Error, RpcError)]
enum StoreError {
    #[error("there is no `{key}`")]
    #[rpc(class = "RangeError")]
    NotFound { key: String, tried: Vec<String> },
    #[error("full")]
    #[rpc(code = "E_FULL")]
    Full,
    #[error("too large: {0}")]
    TooLarge(u32),
    #[error("{0}")]
    #[rpc(other)]
    Other(Error),
}

#[capability]
trait Store {
    async fn put(&self, key: String, entry: Entry, #[default(1)] copies: u8) -> Result<()>;
    async fn find(&self, key: String) -> Result<u32, StoreError>;
    async fn lie(&self) -> Result<Value>;
    async fn panics(&self, late: bool) -> Result<()>;
    async fn chain(&self) -> Result<()>;
    async fn too_big(&self) -> Result<u64>;
    async fn take_number(&self, n: u64) -> Result<u64>;
    async fn entered(&self) -> Result<usize>;
}

/// The same object, seen by somebody who believes `lie`.
#[capability]
trait Believer {
    async fn lie(&self) -> Result<Entry>;
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    tags: Vec<Tag>,
    size: u8,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tag {
    name: String,
    kind: Kind,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Red,
    Blue,
}

#[derive(Default)]
struct Shelf(Arc<AtomicUsize>);

impl Store for Shelf {
    async fn put(&self, _key: String, _entry: Entry, _copies: u8) -> Result<()> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn find(&self, key: String) -> Result<u32, StoreError> {
        let tried = vec!["here".to_owned(), "there".to_owned()];
        match key.as_str() {
            "full" => Err(StoreError::Full),
            "large" => Err(StoreError::TooLarge(9)),
            "other" => Err(StoreError::Other(Error::type_error("something else"))),
            _ => Err(StoreError::NotFound { key, tried }),
        }
    }

    async fn lie(&self) -> Result<Value> {
        Ok(capnweb_runtime::to_value(&[1, 2, 3])?)
    }

    async fn panics(&self, late: bool) -> Result<()> {
        if late {
            tokio::task::yield_now().await;
        }
        panic!("the password is hunter2");
    }

    async fn chain(&self) -> Result<()> {
        let inner = Error::type_error("inner").with_prop("at", Value::Number(3.0));
        let outer = Error::range_error("outer").with_cause(inner);
        Err(outer.with_prop("retry", Value::Bool(false)))
    }

    async fn too_big(&self) -> Result<u64> {
        Ok(u64::MAX)
    }

    async fn take_number(&self, n: u64) -> Result<u64> {
        Ok(n)
    }

    async fn entered(&self) -> Result<usize> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

fn shelf() -> StoreStub {
    StoreStub::new(Shelf::default())
}

/// Returns an entry as a caller without a schema writes it, with one of its tags as given.
fn entry(size: impl Serialize, tag: impl Serialize) -> impl Serialize {
    #[derive(Serialize)]
    struct Loose<S, T> {
        tags: (Tag, T),
        size: S,
    }

    let fine = Tag {
        name: "a".into(),
        kind: Kind::Red,
    };
    Loose {
        tags: (fine, tag),
        size,
    }
}

fn tag(name: impl Serialize, kind: &str) -> impl Serialize {
    [
        ("name", capnweb_runtime::to_value(&name)),
        ("kind", capnweb_runtime::to_value(kind)),
    ]
    .into_iter()
    .map(|(key, value)| (key, value.expect("it can travel")))
    .collect::<std::collections::HashMap<_, _>>()
}

/// The faults: a method that runs on arguments that it did not ask for, and a message from which
/// nobody sees which argument it was.
#[tokio::test]
async fn an_argument_of_the_wrong_type_is_named_to_its_place() {
    over_both(shelf, async |store| {
        let put = |args: Promise<Value>| args;
        let stub: &Stub = store.as_stub();
        let cases = [
            (
                put(stub.call("put", (1, entry(1, tag("b", "red"))))),
                "Store.put: parameter `key`: ",
                "expected a string, found a number",
            ),
            (
                put(stub.call("put", ("k", "entry"))),
                "Store.put: parameter `entry`: ",
                "found a string",
            ),
            (
                put(stub.call("put", ("k", entry(256, tag("b", "red"))))),
                "Store.put: parameter `entry`: at `size`: ",
                "256",
            ),
            (
                put(stub.call("put", ("k", entry(1.5, tag("b", "red"))))),
                "Store.put: parameter `entry`: at `size`: ",
                "1.5",
            ),
            (
                put(stub.call("put", ("k", entry(1, tag(7, "red"))))),
                "Store.put: parameter `entry`: at `tags[1].name`: ",
                "expected a string, found a number",
            ),
            (
                put(stub.call("put", ("k", entry(1, tag("b", "green"))))),
                "Store.put: parameter `entry`: at `tags[1].kind`: ",
                "`green`",
            ),
            (
                put(stub.call("put", ("k", entry(1, "no tag")))),
                "Store.put: parameter `entry`: at `tags[1]`: ",
                "found a string",
            ),
            (
                put(stub.call("put", ("k", entry(1, tag("b", "red")), "many"))),
                "Store.put: parameter `copies`: ",
                "found a string",
            ),
            (
                put(stub.call("put", ("k",))),
                "Store.put: parameter `entry`: ",
                "undefined",
            ),
            (
                put(stub.call("find", (stub,))),
                "Store.find: parameter `key`: ",
                "a capability",
            ),
        ];
        for (call, place, fault) in cases {
            let error = call.await.unwrap_err();
            assert_eq!(error.class(), ErrorClass::TypeError, "{error}");
            let message = error.to_string();
            assert!(message.starts_with(place), "{message} begins with {place}");
            assert!(message.contains(fault), "{message} has {fault}");
        }
        assert_eq!(store.entered().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_typed_error_comes_back_as_the_variant_it_was() {
    over_both(shelf, async |store| {
        match store.find("x").await.unwrap_err() {
            StoreError::NotFound { key, tried } => {
                assert_eq!((key.as_str(), tried.len()), ("x", 2));
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(store.find("full").await, Err(StoreError::Full)));
        assert!(matches!(
            store.find("large").await,
            Err(StoreError::TooLarge(9))
        ));
        let Err(StoreError::Other(other)) = store.find("other").await else {
            panic!("it is none of the named ones");
        };
        assert_eq!(
            (other.class(), other.to_string()),
            (ErrorClass::TypeError, "something else".to_owned())
        );
    })
    .await;
}

#[tokio::test]
async fn a_typed_error_is_an_error_object_to_everybody_else() {
    over_both(shelf, async |store| {
        let error = store.as_stub().call("find", ("x",)).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::RangeError);
        assert_eq!(error.to_string(), "there is no `x`");
        assert_eq!(error.prop("code"), Some(&Value::String("NotFound".into())));
        assert_eq!(error.prop("key"), Some(&Value::String("x".into())));
        let full = store.as_stub().call("find", ("full",)).await.unwrap_err();
        assert_eq!(full.prop("code"), Some(&Value::String("E_FULL".into())));
    })
    .await;
}

#[tokio::test]
async fn causes_and_properties_arrive() {
    over_both(shelf, async |store| {
        let error = store.chain().await.unwrap_err();
        assert_eq!(
            (error.class(), error.to_string().as_str()),
            (ErrorClass::RangeError, "outer")
        );
        assert_eq!(error.prop("retry"), Some(&Value::Bool(false)));
        let Some(Value::Error(cause)) = error.prop("cause") else {
            panic!("{error:?}");
        };
        assert_eq!(
            (cause.class, cause.message.as_str()),
            (ErrorClass::TypeError, "inner")
        );
        assert_eq!(cause.props.get("at"), Some(&Value::Number(3.0)));
    })
    .await;
}

#[tokio::test]
async fn a_panic_fails_its_call_alone_and_tells_nothing() {
    over_both(shelf, async |store| {
        for late in [false, true] {
            let other = store.take_number(5);
            let error = store.panics(late).await.unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
            assert_eq!(other.await.unwrap(), 5);
        }
    })
    .await;
}

#[tokio::test]
async fn a_result_of_another_type_fails_here() {
    over_both(shelf, async |store| {
        let believer: BelieverStub = store.as_stub().cast();
        let error = believer.lie().await.unwrap_err();
        assert!(matches!(error, Error::Mistyped(_)), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_number_that_is_no_double_is_refused_where_it_is_sent() {
    over_both(shelf, async |store| {
        let error = store.take_number(u64::MAX).await.unwrap_err();
        assert!(error.to_string().contains("`n`"), "{error}");
        let error = store.too_big().await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::TypeError, "{error:?}");
        let largest = (1 << 53) - 1;
        assert_eq!(store.take_number(largest).await.unwrap(), largest);
    })
    .await;
}
