//! Storage on a real directory.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Conditions, Expected, ObjectStore, StorageError, StorageLimits, Version};
use crate::resources::FencingToken;

async fn open(directory: &TempDir) -> ObjectStore {
    open_with(directory, StorageLimits::default()).await
}

async fn open_with(directory: &TempDir, limits: StorageLimits) -> ObjectStore {
    ObjectStore::open(directory.path(), limits).await.unwrap()
}

fn with_token(number: u64) -> Conditions {
    Conditions {
        token: Some(FencingToken::new(number)),
        ..Conditions::default()
    }
}

#[tokio::test]
async fn what_was_written_is_read_until_it_is_deleted() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    let value = json!({"n": 1.5, "list": [null, true, "x\ny"]});
    store.write("k", &value).await.unwrap();
    assert_eq!(store.read("k").await.unwrap(), value);
    store.write("k", &Value::Null).await.unwrap();
    assert_eq!(store.read("k").await.unwrap(), Value::Null);
    store.delete("k").await.unwrap();
    let missing = store.read("k").await.unwrap_err();
    assert!(missing.to_string().contains("not found"));
    let again = store.delete("k").await.unwrap_err();
    assert!(matches!(again, StorageError::NotFound { .. }));
}

#[tokio::test]
async fn objects_and_their_versions_survive_reopening() {
    let outside = TempDir::new().unwrap();
    let directory = TempDir::new_in(outside.path()).unwrap();
    let long = "ö/".repeat(300);
    let store = open(&directory).await;
    let version = store.write("../x", &json!(1)).await.unwrap();
    store.write(&long, &json!(2)).await.unwrap();
    drop(store);
    let store = open(&directory).await;
    assert_eq!(store.list(), ["../x".to_owned(), long.clone()]);
    assert_eq!(store.read_object("../x").await.unwrap().version, version);
    assert_eq!(store.read(&long).await.unwrap(), json!(2));
    let newer = store.write("../x", &json!(3)).await.unwrap();
    assert!(newer > version);
    assert!(
        !outside.path().join("x").exists(),
        "a key reached out of the storage"
    );
}

#[tokio::test]
async fn listing_is_in_order_and_by_prefix() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    for key in ["b/2", "a", "b/1", "b", "c"] {
        store.write(key, &json!(0)).await.unwrap();
    }
    assert_eq!(store.list(), ["a", "b", "b/1", "b/2", "c"]);
    assert_eq!(store.list_prefix("b/"), ["b/1", "b/2"]);
}

#[tokio::test]
async fn a_swap_happens_only_from_the_expected_version() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    let swap = |expected, value: Value| {
        let store = store.clone();
        async move { store.compare_and_swap("k", expected, &value).await }
    };
    let missing = swap(Expected::Version(Version::new(1)), json!(0)).await;
    assert!(matches!(
        missing,
        Err(StorageError::Changed { found: None, .. })
    ));
    let first = swap(Expected::Nothing, json!(1)).await.unwrap();
    let taken = swap(Expected::Nothing, json!(0)).await;
    assert!(
        matches!(taken, Err(StorageError::Changed { found: Some(found), .. }) if found == first)
    );
    let second = swap(Expected::Version(first), json!(2)).await.unwrap();
    assert!(swap(Expected::Version(first), json!(0)).await.is_err());
    store.delete("k").await.unwrap();
    store.write("k", &json!(2)).await.unwrap();
    let same_value_other_object = swap(Expected::Version(second), json!(0)).await;
    assert!(same_value_other_object.is_err());
    assert_eq!(store.read("k").await.unwrap(), json!(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_increments_by_swap_lose_none() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    store.write("n", &json!(0)).await.unwrap();
    let increment = |store: ObjectStore| async move {
        loop {
            let object = store.read_object("n").await.unwrap();
            let next = json!(object.value.as_u64().unwrap() + 1);
            let expected = Expected::Version(object.version);
            match store.compare_and_swap("n", expected, &next).await {
                Ok(_) => return,
                Err(StorageError::Changed { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
    };
    let tasks: Vec<_> = (0..10)
        .map(|_| tokio::spawn(increment(store.clone())))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(store.read("n").await.unwrap(), json!(10));
}

#[tokio::test]
async fn a_token_older_than_one_that_was_shown_is_refused() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    store
        .write_if("k", &json!("new"), with_token(7))
        .await
        .unwrap();
    let stale = store.write_if("k", &json!("old"), with_token(6)).await;
    assert!(matches!(stale, Err(StorageError::StaleToken { .. })));
    store
        .write_if("k", &json!("same"), with_token(7))
        .await
        .unwrap();
    store.write("k", &json!("without")).await.unwrap();
    let still = store.write_if("k", &json!("old"), with_token(6)).await;
    assert!(still.is_err(), "a write without a token lets nobody in");
    store
        .write_if("other", &json!(1), with_token(1))
        .await
        .unwrap();
    assert_eq!(store.newest_token(), Some(FencingToken::new(7)));
}

#[tokio::test]
async fn tokens_outlast_deletion_and_reopening() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    store.write_if("k", &json!(1), with_token(3)).await.unwrap();
    store.delete_if("k", with_token(4)).await.unwrap();
    let back = store.write_if("k", &json!("zombie"), with_token(3)).await;
    assert!(matches!(back, Err(StorageError::StaleToken { .. })));
    store.write_if("k", &json!(2), with_token(5)).await.unwrap();
    drop(store);
    let store = open(&directory).await;
    assert_eq!(store.newest_token(), Some(FencingToken::new(5)));
    let stale = store.delete_if("k", with_token(4)).await;
    assert!(matches!(stale, Err(StorageError::StaleToken { .. })));
}

#[tokio::test]
async fn limits_hold_and_say_so() {
    let directory = TempDir::new().unwrap();
    let limits = StorageLimits {
        key_bytes: 4,
        value_bytes: 10,
        objects: 2,
    };
    let store = open_with(&directory, limits).await;
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
    store.write("a", &json!(1)).await.unwrap();
    store.write("b", &json!(1)).await.unwrap();
    let third = store.write("c", &json!(1)).await;
    assert!(matches!(third, Err(StorageError::Full { max: 2 })));
    store.write("a", &json!(2)).await.unwrap();
    store.delete("a").await.unwrap();
    store.write("c", &json!(1)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_writers_do_not_exceed_the_number_of_objects() {
    let directory = TempDir::new().unwrap();
    let limits = StorageLimits {
        objects: 5,
        ..StorageLimits::default()
    };
    let store = open_with(&directory, limits).await;
    let write = |n: i32| {
        let store = store.clone();
        tokio::spawn(async move { store.write(&n.to_string(), &json!(n)).await.is_ok() })
    };
    let writers: Vec<_> = (0..20).map(write).collect();
    let mut written = 0;
    for writer in writers {
        written += usize::from(writer.await.unwrap());
    }
    assert_eq!(written, 5);
    assert_eq!(store.list().len(), 5);
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
async fn a_directory_serves_one_storage_at_a_time() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    let second = ObjectStore::open(directory.path(), StorageLimits::default()).await;
    assert!(matches!(second, Err(StorageError::InUse)));
    drop(store);
    open(&directory).await;
}

#[tokio::test]
async fn what_a_crash_has_left_is_swept_up() {
    let directory = TempDir::new().unwrap();
    let half = directory.path().join("~3");
    fs::write(&half, "{\"vers").unwrap();
    let store = open(&directory).await;
    assert!(!half.exists());
    assert_eq!(store.list(), Vec::<String>::new());
}

#[tokio::test]
async fn a_damaged_file_is_named_and_does_not_pass_for_a_value() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    store.write("k", &json!("precious")).await.unwrap();
    let file = directory.path().join("k.json");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 3]).unwrap();
    let damaged = store.read("k").await;
    assert!(matches!(damaged, Err(StorageError::Damaged { key }) if key == "k"));
}
