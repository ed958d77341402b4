//! Storage on a real directory.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use super::laws::{Place, every_law, open};
use crate::resources::storage::{Conditions, ObjectStore, StorageError, StorageLimits};

impl Place for TempDir {
    async fn open(&self, limits: StorageLimits) -> ObjectStore {
        ObjectStore::open(self.path(), limits).await.unwrap()
    }
}

fn directory() -> TempDir {
    TempDir::new().unwrap()
}

every_law!(directory());

#[tokio::test]
async fn no_key_reaches_out_of_the_directory() {
    let outside = directory();
    let inside = TempDir::new_in(outside.path()).unwrap();
    let store = open(&inside).await;
    store.write("../x", &json!(1)).await.unwrap();
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_writers_do_not_exceed_the_number_of_objects() {
    let directory = directory();
    let limits = StorageLimits {
        objects: 5,
        ..StorageLimits::default()
    };
    let store = directory.open(limits).await;
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
    assert_eq!(store.list().await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_directory_serves_one_storage_at_a_time() {
    let directory = directory();
    let store = open(&directory).await;
    let second = ObjectStore::open(directory.path(), StorageLimits::default()).await;
    assert!(matches!(second, Err(StorageError::InUse)));
    drop(store);
    open(&directory).await;
}

#[tokio::test]
async fn what_a_crash_has_left_is_swept_up() {
    let directory = directory();
    let half = directory.path().join("~3");
    fs::write(&half, "{\"vers").unwrap();
    let store = open(&directory).await;
    assert!(!half.exists());
    assert_eq!(store.list().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn of_a_stream_that_was_given_up_no_file_is_left() {
    let directory = directory();
    let store = open(&directory).await;
    let before = fs::read_dir(directory.path()).unwrap().count();
    let chunks = futures_util::stream::iter([Ok("some".into()), Err("gone")]);
    let failed = store.write_from("k", chunks, &Conditions::default()).await;
    assert!(failed.is_err());
    let after = fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_damaged_file_is_named_and_does_not_pass_for_a_value() {
    let directory = directory();
    let store = open(&directory).await;
    let none = Conditions::default();
    let chunks = futures_util::stream::iter([Ok::<_, StorageError>("precious".into())]);
    store.write_from("k", chunks, &none).await.unwrap();
    let file = directory.path().join("k.json");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 3]).unwrap();
    let damaged = store.open_read("k").await.map(drop);
    assert!(matches!(damaged, Err(StorageError::Damaged { key }) if key == "k"));
    drop(store);
    let reopened = ObjectStore::open(directory.path(), StorageLimits::default()).await;
    assert!(matches!(reopened, Err(StorageError::Damaged { .. })));
}

#[tokio::test]
async fn bytes_in_all_are_limited_and_given_back() {
    let directory = directory();
    let limits = StorageLimits {
        total_bytes: 10,
        ..StorageLimits::default()
    };
    let store = directory.open(limits).await;
    store.write("a", &json!("12345")).await.unwrap();
    let much = store.write("b", &json!("1234")).await;
    assert!(matches!(much, Err(StorageError::NoRoom { max: 10 })));
    store.write("b", &json!(123)).await.unwrap();
    store.write("a", &json!("54321")).await.unwrap();
    store.delete("b").await.unwrap();
    store.write("c", &json!(321)).await.unwrap();
    assert_eq!(store.read("a").await.unwrap(), json!("54321"));
}
