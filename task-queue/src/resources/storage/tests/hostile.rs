//! What is too much, too long or too deep.

use serde_json::json;
use tempfile::TempDir;

use super::laws::{Place as _, open};
use crate::resources::storage::{StorageError, StorageLimits};

#[tokio::test]
async fn keys_and_values_are_limited_and_say_so() {
    let directory = TempDir::new().unwrap();
    let limits = StorageLimits {
        key_bytes: 4,
        value_bytes: 10,
        ..StorageLimits::default()
    };
    let store = directory.open(limits).await;
    let long = store.write("12345", &json!(1)).await;
    assert!(matches!(
        long,
        Err(StorageError::KeyTooLong { bytes: 5, max: 4 })
    ));
    let large = store.write("k", &json!("123456789")).await;
    assert!(matches!(
        large,
        Err(StorageError::ValueTooLarge { bytes: 11, max: 10 })
    ));
    store.write("1234", &json!("12345678")).await.unwrap();
}

#[tokio::test]
async fn what_could_not_be_read_back_is_not_written() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let refused = store.write("k", &deep).await;
    assert!(matches!(refused, Err(StorageError::ValueTooDeep { .. })));
}

#[tokio::test]
async fn more_keys_than_an_answer_holds_come_in_pages_only() {
    let directory = TempDir::new().unwrap();
    let limits = StorageLimits {
        listed: 2,
        ..StorageLimits::default()
    };
    let store = directory.open(limits).await;
    for key in ["a", "b"] {
        store.write(key, &json!(1)).await.unwrap();
    }
    assert_eq!(store.list().await.unwrap(), ["a", "b"]);
    store.write("c", &json!(1)).await.unwrap();
    let refused = store.list().await;
    assert!(matches!(refused, Err(StorageError::TooManyKeys { max: 2 })));
    let page = store.page("", None, 1_000).await.unwrap();
    assert_eq!((page.keys.len(), page.next.as_deref()), (2, Some("b")));
}
