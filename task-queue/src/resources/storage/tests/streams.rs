//! Streams at their limits.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use tempfile::TempDir;

use super::laws::{Place as _, open};
use crate::resources::storage::{Conditions, ObjectStore, StorageError, StorageLimits};

type Chunk = Result<Bytes, StorageError>;

async fn write(
    store: &ObjectStore,
    chunks: impl futures_util::Stream<Item = Chunk> + Send,
) -> Result<(), StorageError> {
    let none = Conditions::default();
    store.write_from("k", chunks, &none).await.map(drop)
}

#[tokio::test]
async fn an_endless_stream_ends_at_the_limit() {
    let directory = TempDir::new().unwrap();
    let limits = StorageLimits {
        stream_bytes: 10,
        ..StorageLimits::default()
    };
    let store = directory.open(limits).await;
    let endless = stream::repeat_with(|| Ok(Bytes::from_static(b"1234")));
    let refused = write(&store, endless).await;
    assert!(matches!(
        refused,
        Err(StorageError::StreamTooLong { max: 10 })
    ));
    let exactly = stream::iter([Ok(Bytes::from_static(b"1234567890"))]);
    write(&store, exactly).await.unwrap();
    assert_eq!(store.stat("k").await.unwrap().bytes, 10);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_brings_nothing_makes_room_for_others() {
    let directory = TempDir::new().unwrap();
    let limits = StorageLimits {
        uploads: 1,
        ..StorageLimits::default()
    };
    let store = directory.open(limits).await;
    let silent = tokio::spawn({
        let store = store.clone();
        async move { write(&store, stream::pending()).await }
    });
    tokio::task::yield_now().await;
    let refused = write(&store, stream::empty()).await;
    assert!(matches!(
        refused,
        Err(StorageError::TooManyStreams {
            what: "written",
            max: 1
        })
    ));
    // A bystander with a value does not notice.
    store.write("value", &json!(1)).await.unwrap();
    let given_up = silent.await.unwrap();
    let idle = Duration::from_mins(1);
    assert!(matches!(given_up, Err(StorageError::Stalled { idle: for_ }) if for_ == idle));
    write(&store, stream::empty()).await.unwrap();
}

#[tokio::test]
async fn readers_that_do_not_read_are_limited_and_small_objects_need_none() {
    let directory = TempDir::new().unwrap();
    let limits = StorageLimits {
        readers: 1,
        ..StorageLimits::default()
    };
    let store = directory.open(limits).await;
    let large = Bytes::from(vec![0; 1 << 20]);
    write(&store, stream::iter([Ok(large)])).await.unwrap();
    store.write("small", &json!(1)).await.unwrap();
    let (_, held) = store.open_read("k").await.unwrap();
    let refused = store.open_read("k").await.map(drop);
    assert!(matches!(
        refused,
        Err(StorageError::TooManyStreams {
            what: "read",
            max: 1
        })
    ));
    let (_, small) = store.open_read("small").await.unwrap();
    assert_eq!(small.count().await, 1);
    drop(held);
    store.open_read("k").await.map(drop).unwrap();
}

#[tokio::test]
async fn a_write_that_is_given_up_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory).await;
    let (asked, asked_for_more) = tokio::sync::oneshot::channel();
    let some = stream::iter([Ok::<_, StorageError>(Bytes::from_static(b"some"))]);
    let unending = some.chain(stream::once(async {
        asked.send(()).unwrap();
        std::future::pending().await
    }));
    let none = Conditions::default();
    tokio::select! {
        _ = store.write_from("k", unending, &none) => panic!("it has no end"),
        // Some is written; then the writer is gone.
        _ = asked_for_more => {}
    }
    assert_eq!(store.list().await.unwrap(), Vec::<String>::new());
    let files = std::fs::read_dir(directory.path()).unwrap();
    let left = files.filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with('~')
    });
    assert_eq!(left.count(), 0);
}
