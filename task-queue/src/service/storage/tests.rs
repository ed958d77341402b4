//! Storage, locks and semaphores through their capabilities: what a holder can do, and for how long.

use capnweb_runtime::{Bytes, Capability as _, Error, ReadableStream, Result, Revoker};
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use tempfile::TempDir;

use super::storage;
use crate::caps::{ResourceError, StorageStub, WriteConditions};
use crate::model::{Access, Grants, Prefix};
use crate::service::care::Care;
use crate::service::{Config, Supervisor};

struct Running {
    supervisor: Supervisor,
    data: TempDir,
}

impl Running {
    async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let supervisor = Supervisor::start(Config::new(data.path())).await.unwrap();
        Self { supervisor, data }
    }

    async fn restart(self) -> Self {
        self.supervisor.stop().await;
        drop(self.supervisor);
        let supervisor = Supervisor::start(Config::new(self.data.path())).await;
        Self {
            supervisor: supervisor.unwrap(),
            data: self.data,
        }
    }

    /// The whole storage, which nobody takes back.
    async fn whole(&self) -> StorageStub {
        let queue = self.supervisor.gateway().get_task_queue().await.unwrap();
        queue.get_shared_storage().await.unwrap()
    }

    /// What an attempt would get, and what ends it.
    fn granted(&self, access: Access, prefix: &str) -> (StorageStub, Revoker) {
        let grants = Grants {
            storage: access,
            storage_prefix: Prefix::new(prefix),
            ..Grants::NOTHING
        };
        let revoker = Revoker::new();
        let care = Care::Revoker(revoker.clone());
        let hub = self.supervisor.hub();
        let storage = storage(hub, &grants, "an attempt".to_owned(), &care);
        (storage.unwrap(), revoker)
    }

    /// How many files of writes that have not ended lie about.
    fn unfinished(&self) -> usize {
        let files = std::fs::read_dir(self.data.path().join("objects")).unwrap();
        let names = files.map(|file| file.unwrap().file_name());
        names
            .filter(|name| name.to_string_lossy().starts_with('~'))
            .count()
    }
}

fn chunks(chunks: &'static [&'static str]) -> ReadableStream<Bytes> {
    ReadableStream::new(stream::iter(
        chunks.iter().map(|chunk| Bytes::from(chunk.as_bytes())),
    ))
}

async fn read_all(mut stream: ReadableStream<Bytes>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?.into_inner());
    }
    Ok(bytes)
}

/// Calls a method by its name on the wire, whatever the type says.
async fn call(storage: &StorageStub, method: &'static str) -> Error {
    storage.as_stub().call(method, ()).await.unwrap_err()
}

#[tokio::test]
async fn writes_hold_to_their_conditions_and_say_what_went_wrong() {
    let running = Running::start().await;
    let storage = running.whole().await;
    let absent = WriteConditions::if_absent();
    let first = storage.write("k", json!(1), absent.clone()).await.unwrap();
    let taken = storage.write("k", json!(0), absent).await.unwrap_err();
    assert!(matches!(taken, ResourceError::Conflict { .. }), "{taken:?}");
    let read = storage.read_versioned("k").await.unwrap();
    assert_eq!(
        (Some(read.version.clone()), read.value),
        (first.version, json!(1))
    );
    let was = WriteConditions::if_version(read.version);
    storage.write("k", json!(2), was.clone()).await.unwrap();
    let late = storage.write("k", json!(0), was.clone()).await;
    assert!(matches!(late, Err(ResourceError::Conflict { .. })));
    let late = storage.delete("k", was.clone()).await;
    assert!(matches!(late, Err(ResourceError::Conflict { .. })));
    let both = WriteConditions {
        if_absent: true,
        ..was
    };
    let senseless = storage.write("k", json!(0), both).await;
    assert!(matches!(senseless, Err(ResourceError::Invalid { .. })));
    assert_eq!(storage.read("k").await.unwrap(), json!(2));
    running.supervisor.stop().await;
}

/// The fault: a misspelt condition is none, and somebody's work is overwritten.
#[tokio::test]
async fn a_condition_that_is_not_known_is_no_write() {
    let running = Running::start().await;
    let storage = running.whole().await;
    storage.write("k", json!("precious"), None).await.unwrap();
    let misspelt = ("k", "lost", json!({"ifAbsnt": true}));
    let refused = storage.as_stub().call("write", misspelt);
    let refused = refused.await.unwrap_err();
    assert!(refused.to_string().contains("ifAbsnt"), "{refused}");
    assert_eq!(storage.read("k").await.unwrap(), json!("precious"));
    running.supervisor.stop().await;
}

#[tokio::test]
async fn bytes_go_in_and_out_as_streams() {
    let running = Running::start().await;
    let storage = running.whole().await;
    let written = storage
        .write_from("b", chunks(&["ab", "", "cd"]), None)
        .await;
    let version = written.unwrap().version.unwrap();
    let stat = storage.stat("b").await.unwrap();
    assert_eq!((stat.version, stat.size), (version, 4));
    let stream = storage.open_read("b").await.unwrap();
    assert_eq!(read_all(stream).await.unwrap(), b"abcd");
    let no_value = storage.read("b").await.unwrap_err();
    assert!(matches!(no_value, ResourceError::Invalid { .. }));
    storage.write("v", json!({"a": 1}), None).await.unwrap();
    let stream = storage.open_read("v").await.unwrap();
    assert_eq!(read_all(stream).await.unwrap(), br#"{"a":1}"#);
    running.supervisor.stop().await;
}

/// A2: what a facet lacks is as if it had never been thought of.
#[tokio::test]
async fn a_facet_has_its_own_methods_and_no_others() {
    let running = Running::start().await;
    let (appender, _) = running.granted(Access::Append, "");
    let (reader, _) = running.granted(Access::ReadOnly, "");
    let lacked = |facet: &StorageStub, names: &'static [&'static str]| {
        let facet = facet.clone();
        async move {
            for name in names {
                let never = call(&facet, "neverExisted").await.to_string();
                let answer = call(&facet, name).await.to_string();
                assert_eq!(answer, never.replace("neverExisted", name));
            }
        }
    };
    lacked(
        &appender,
        &[
            "write",
            "delete",
            "compareAndSwap",
            "writeFrom",
            "lock",
            "semaphore",
        ],
    )
    .await;
    lacked(
        &appender.under("x/").await.unwrap(),
        &["write", "delete", "lock"],
    )
    .await;
    lacked(
        &reader,
        &["write", "delete", "compareAndSwap", "writeFrom", "lock"],
    )
    .await;
    lacked(&reader, &["semaphore", "add", "addFrom"]).await;
    lacked(&reader.under("x/").await.unwrap(), &["write", "add"]).await;
    running.supervisor.stop().await;
}

#[tokio::test]
async fn an_appender_adds_and_changes_nothing() {
    let running = Running::start().await;
    let (appender, _) = running.granted(Access::Append, "log/");
    appender.add("1", json!("first")).await.unwrap();
    let again = appender.add("1", json!("forged")).await.unwrap_err();
    assert!(matches!(again, ResourceError::Conflict { .. }));
    let again = appender.add_from("1", chunks(&["forged"])).await;
    assert!(matches!(again, Err(ResourceError::Conflict { .. })));
    appender.add_from("2", chunks(&["second"])).await.unwrap();
    assert_eq!(appender.read("1").await.unwrap(), json!("first"));
    let whole = running.whole().await;
    assert_eq!(whole.list().await.unwrap(), ["log/1", "log/2"]);
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_grant_of_a_part_reaches_nothing_else() {
    let running = Running::start().await;
    let whole = running.whole().await;
    whole.write("b/secret", json!(1), None).await.unwrap();
    let (part, _) = running.granted(Access::Full, "a/");
    part.write("../b/secret", json!(0), None).await.unwrap();
    assert_eq!(whole.read("b/secret").await.unwrap(), json!(1));
    assert_eq!(part.list().await.unwrap(), ["../b/secret"]);
    let lock = part.lock("k", None).await.unwrap();
    assert_eq!(lock.key().await.unwrap(), "k");
    // The lock is on the key that it is on, by whatever name.
    let same = whole.lock("a/k", None);
    let other = whole.lock("k", None).await.unwrap();
    other.release().await.unwrap();
    lock.release().await.unwrap();
    same.await.unwrap();
    running.supervisor.stop().await;
}

/// A task's grant names its part as its submitter knows it.
#[tokio::test]
async fn a_task_gets_the_part_that_it_asked_for() {
    let running = Running::start().await;
    let gateway = running.supervisor.gateway();
    let params = json!({
        "needs_storage": true, "storage_prefix": "in/",
        "use_storage": true, "storage_key": "k", "storage_value": 7,
    });
    gateway.submit_and_execute("io", params).await.unwrap();
    assert_eq!(running.whole().await.list().await.unwrap(), ["in/k"]);
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_writer_whose_lock_has_passed_on_is_refused_everywhere() {
    let running = Running::start().await;
    let storage = running.whole().await;
    let token = async || {
        let lock = storage.lock("k", None).await.unwrap();
        let token = lock.token().await.unwrap();
        lock.release().await.unwrap();
        WriteConditions::default().with_token(token)
    };
    let (old, new) = (token().await, token().await);
    storage.write("k", json!("new"), new.clone()).await.unwrap();
    let refused = [
        storage.write("k", json!("old"), old.clone()).await,
        storage.write_from("k", chunks(&["old"]), old.clone()).await,
        storage.delete("k", old).await,
    ];
    for refused in refused {
        assert!(
            matches!(refused, Err(ResourceError::Denied { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(storage.read("k").await.unwrap(), json!("new"));
    // One that no lock has could shut everybody out.
    let made_up = WriteConditions::default().with_token(u64::MAX >> 12);
    let refused = storage.write("k", json!("forged"), made_up).await;
    assert!(matches!(refused, Err(ResourceError::Invalid { .. })));
    storage.write("k", json!("newer"), new).await.unwrap();
    running.supervisor.stop().await;
}

/// The fault: a holder from before a restart has the token of one after it, and writes over it.
#[tokio::test]
async fn after_a_restart_no_lock_of_before_counts() {
    let running = Running::start().await;
    let storage = running.whole().await;
    let lock = storage.lock("k", None).await.unwrap();
    let before = lock.token().await.unwrap();
    let shown = WriteConditions::default().with_token(before);
    storage.delete("k", shown.clone()).await.unwrap_err();
    drop((lock, storage));
    let running = running.restart().await;
    let storage = running.whole().await;
    let after = storage.lock("k", None).await.unwrap();
    assert!(after.token().await.unwrap() > before);
    let zombie = storage.write("k", json!("zombie"), shown).await;
    assert!(
        matches!(zombie, Err(ResourceError::Denied { .. })),
        "{zombie:?}"
    );
    running.supervisor.stop().await;
}

/// A7 and A14: mid-stream, waiting, and held by whoever still has a reference.
#[tokio::test]
async fn when_an_attempt_ends_its_streams_locks_and_waits_end() {
    let running = Running::start().await;
    let whole = running.whole().await;
    let large = Bytes::from(vec![7; 1 << 20]);
    let one = ReadableStream::new(stream::iter([large]));
    whole.write_from("large", one, None).await.unwrap();

    let (storage, revoker) = running.granted(Access::Full, "");
    let (mut source, stream) = ReadableStream::channel();
    let writing = tokio::spawn(storage.write_from("half", stream, None));
    source.write(Bytes::from(vec![1; 100])).await.unwrap();
    let mut reading = storage.open_read("large").await.unwrap();
    assert!(reading.next().await.unwrap().is_ok());
    let lock = storage.lock("k", None).await.unwrap();
    let permit = storage.semaphore("s", 1, None).await.unwrap();
    let second = tokio::spawn(storage.lock("k", None));

    revoker.revoke("the attempt has ended");

    assert!(writing.await.unwrap().is_err());
    assert!(second.await.unwrap().is_err());
    let rest = reading.collect::<Vec<_>>().await;
    assert!(
        rest.last().is_some_and(Result::is_err),
        "the reader goes on"
    );
    assert!(source.write(Bytes::from(vec![2; 100])).await.is_err());
    drop(source);
    // What was held is free, though there are references to it still.
    whole.lock("k", None).await.unwrap();
    whole.semaphore("s", 1, None).await.unwrap();
    assert!(lock.release().await.unwrap_err().is_revoked());
    assert!(permit.release().await.unwrap_err().is_revoked());
    assert_eq!(whole.list().await.unwrap(), ["large"]);
    assert_eq!(running.unfinished(), 0);
    running.supervisor.stop().await;
}

/// A8: what was put elsewhere in time dies all the same.
#[tokio::test]
async fn a_part_that_was_taken_aside_dies_with_the_attempt() {
    let running = Running::start().await;
    let (storage, revoker) = running.granted(Access::Full, "a/");
    let aside = storage
        .under("b/")
        .await
        .unwrap()
        .under("c/")
        .await
        .unwrap();
    aside.write("k", json!(1), None).await.unwrap();
    revoker.revoke("the attempt has ended");
    let late = aside.write("k", json!(2), None).await.unwrap_err();
    assert!(late.to_string().contains("revoked"), "{late}");
    let whole = running.whole().await;
    assert_eq!(whole.read("a/b/c/k").await.unwrap(), json!(1));
    running.supervisor.stop().await;
}

/// A17: of N + 1 at once, N get in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_semaphore_of_three_has_three_holders_of_many_at_once() {
    let running = Running::start().await;
    let storage = running.whole().await;
    let ask = |_| {
        let asked = storage.semaphore("s", 3, None);
        tokio::spawn(asked)
    };
    let mut asking: stream::FuturesUnordered<_> = (0..10).map(ask).collect();
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(asking.next().await.unwrap().unwrap().unwrap());
    }
    let hub = running.supervisor.hub();
    let fourth = hub
        .locks
        .acquire_permit("s", 3, std::time::Duration::from_secs(1), "x");
    tokio::select! {
        biased;
        _ = asking.next() => panic!("a fourth got in"),
        _ = fourth => panic!("a fifth got in"),
        () = std::future::ready(()) => {}
    }
    // As many as there are, one after the other, in the place of those who go.
    for _ in 0..7 {
        held.pop().unwrap().release().await.unwrap();
        held.push(asking.next().await.unwrap().unwrap().unwrap());
    }
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_permit_and_a_lock_can_be_held_for_longer_until_they_are_given_back() {
    let running = Running::start().await;
    let storage = running.whole().await;
    let permit = storage.semaphore("s", 2, None).await.unwrap();
    permit.extend(60_000).await.unwrap();
    let mine = permit.clone();
    permit.release().await.unwrap();
    let over = mine.extend(60_000).await.unwrap_err();
    assert!(matches!(over, ResourceError::Conflict { .. }));
    let lock = storage.lock("k", None).await.unwrap();
    let for_ever = lock.extend(1 << 40).await.unwrap_err();
    assert!(matches!(for_ever, ResourceError::Invalid { .. }));
    lock.extend(None).await.unwrap();
    let other = storage.semaphore("s", 0, None).await.unwrap_err();
    assert!(matches!(other, ResourceError::Invalid { .. }));
    running.supervisor.stop().await;
}
