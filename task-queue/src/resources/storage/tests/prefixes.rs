//! Parts of a storage.

use serde_json::json;
use tempfile::TempDir;

use super::laws::open;
use crate::resources::storage::{Conditions, Expected, StorageError};

#[tokio::test]
async fn a_part_sees_its_own_keys_and_no_others() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    for key in ["a/1", "a/2", "b/1", "a", "secret"] {
        store.write(key, &json!(key)).await.unwrap();
    }
    let part = store.under("a/").unwrap();
    assert_eq!(part.list().await.unwrap(), ["1", "2"]);
    assert_eq!(part.read("1").await.unwrap(), json!("a/1"));
    assert_eq!(part.page("", Some("1"), 9).await.unwrap().keys, ["2"]);
    for outside in ["../secret", "/secret", "secret", "..", "a/1"] {
        let missing = part.read(outside).await.unwrap_err();
        assert!(matches!(missing, StorageError::NotFound { key } if key == outside));
    }
    part.write("../b/1", &json!("mine")).await.unwrap();
    assert_eq!(store.read("b/1").await.unwrap(), json!("b/1"));
    assert_eq!(part.under("").unwrap().list().await.unwrap().len(), 3);
}

#[tokio::test]
async fn parts_of_parts_only_get_smaller() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    let part = store.under("a/").unwrap().under("b/").unwrap();
    part.write("k", &json!(1)).await.unwrap();
    assert_eq!(store.list().await.unwrap(), ["a/b/k"]);
    let too_long = part.under(&"x".repeat(1_024)).unwrap_err();
    assert!(matches!(
        too_long,
        StorageError::KeyTooLong { max: 1_020, .. }
    ));
}

/// What a key is called outside is nobody's business inside.
#[tokio::test]
async fn errors_name_keys_as_they_are_known_inside() {
    let directory = TempDir::new().unwrap();
    let part = open(&directory).await.under("tenant-7/").unwrap();
    part.write("k", &json!(1)).await.unwrap();
    let bytes = futures_util::stream::iter([Ok::<_, StorageError>("b".into())]);
    let absent = Conditions::expecting(Expected::Nothing);
    let errors = [
        part.read("none").await.unwrap_err(),
        part.delete("none").await.unwrap_err(),
        part.stat("none").await.unwrap_err(),
        part.write_if("k", &json!(2), &absent).await.unwrap_err(),
        part.write_from("k", bytes, &absent).await.unwrap_err(),
        part.open_read("none").await.map(drop).unwrap_err(),
    ];
    for error in errors {
        assert!(!error.to_string().contains("tenant-7"), "{error}");
    }
}
