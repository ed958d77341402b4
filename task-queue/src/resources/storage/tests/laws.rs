//! The laws of backends, as tests that run on each of them.

use futures_util::stream;
use serde_json::{Value, json};

use crate::resources::storage::{
    Conditions, Expected, Form, ObjectStore, StorageError, StorageLimits, Version,
};
use crate::resources::{FencingToken, TokenSource as _};

/// A place to be opened again and again.
pub(super) trait Place {
    async fn open(&self, limits: StorageLimits) -> ObjectStore;
}

pub(super) fn with_token(number: u64) -> Conditions {
    Conditions {
        token: Some(FencingToken::new(number)),
        ..Conditions::default()
    }
}

pub(super) async fn open(place: &impl Place) -> ObjectStore {
    place.open(StorageLimits::default()).await
}

/// Runs every law on a place that is made anew for each.
macro_rules! laws {
    ($($law:ident),* $(,)?) => {
        macro_rules! every_law {
            ($place:expr) => {
                $(
                    #[tokio::test]
                    async fn $law() {
                        crate::resources::storage::tests::laws::$law(&$place).await;
                    }
                )*
            };
        }
        pub(super) use every_law;
    };
}

laws!(
    what_was_written_is_read_until_it_is_deleted,
    objects_and_their_versions_survive_reopening,
    any_text_is_a_key_of_its_own,
    listing_is_in_order_by_prefix_and_in_pages,
    a_swap_happens_only_from_the_expected_version,
    the_same_value_written_again_is_another_version,
    concurrent_increments_by_swap_lose_none,
    of_many_who_add_a_key_one_does,
    a_token_older_than_one_that_was_shown_is_refused,
    tokens_outlast_deletion,
    tokens_set_aside_grow_beyond_reopening,
    what_is_streamed_in_comes_out_the_same,
    a_stream_that_fails_leaves_everything_as_it_was,
    a_stream_is_written_under_conditions_that_hold_at_its_end,
    a_reader_never_gets_parts_of_two_objects,
    the_number_of_objects_is_limited,
);

pub(super) async fn what_was_written_is_read_until_it_is_deleted(place: &impl Place) {
    let store = open(place).await;
    let value = json!({"n": 1.5, "list": [null, true, "x\ny"]});
    store.write("k", &value).await.unwrap();
    assert_eq!(store.read("k").await.unwrap(), value);
    store.write("k", &Value::Null).await.unwrap();
    assert_eq!(store.read("k").await.unwrap(), Value::Null);
    let stat = store.stat("k").await.unwrap();
    assert_eq!((stat.bytes, stat.form), (4, Form::Value));
    store.delete("k").await.unwrap();
    let missing = store.read("k").await.unwrap_err();
    assert!(missing.to_string().contains("not found"));
    for missing in [
        store.delete("k").await.unwrap_err(),
        store.stat("k").await.unwrap_err(),
    ] {
        assert!(matches!(missing, StorageError::NotFound { .. }));
    }
}

pub(super) async fn objects_and_their_versions_survive_reopening(place: &impl Place) {
    let large = Value::String("x".repeat(100_000));
    let store = open(place).await;
    let version = store.write("k", &json!(1)).await.unwrap();
    store.write("large", &large).await.unwrap();
    store.write("gone", &json!(1)).await.unwrap();
    store.delete("gone").await.unwrap();
    drop(store);
    let store = open(place).await;
    assert_eq!(store.list().await.unwrap(), ["k", "large"]);
    assert_eq!(store.read_object("k").await.unwrap().version, version);
    assert_eq!(store.read("large").await.unwrap(), large);
    let newer = store.write("k", &json!(3)).await.unwrap();
    assert_ne!(newer, version);
}

pub(super) async fn any_text_is_a_key_of_its_own(place: &impl Place) {
    let long = "ö/".repeat(100);
    let keys = [
        "",
        ".",
        "..",
        "../../etc",
        "/etc",
        "a//b",
        "a\\b",
        "a\0b",
        "A",
        "a",
        "%61",
        "a+",
        "a.json",
        "schlüssel 🗝",
        "z",
        "~",
        &long,
    ];
    let store = open(place).await;
    for (number, key) in keys.iter().enumerate() {
        store.write(key, &json!(number)).await.unwrap();
    }
    for (number, key) in keys.iter().enumerate() {
        assert_eq!(store.read(key).await.unwrap(), json!(number), "{key:?}");
    }
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    assert_eq!(store.list().await.unwrap(), sorted);
}

pub(super) async fn listing_is_in_order_by_prefix_and_in_pages(place: &impl Place) {
    let store = open(place).await;
    for key in ["b/2", "a", "b/1", "b", "c", "b/3", "bb"] {
        store.write(key, &json!(0)).await.unwrap();
    }
    store.delete("bb").await.unwrap();
    let all = store.list().await.unwrap();
    assert_eq!(all, ["a", "b", "b/1", "b/2", "b/3", "c"]);
    let first = store.page("b/", None, 2).await.unwrap();
    assert_eq!(first.keys, ["b/1", "b/2"]);
    assert_eq!(first.next.as_deref(), Some("b/2"));
    let last = store.page("b/", first.next.as_deref(), 2).await.unwrap();
    assert_eq!(last.keys, ["b/3"]);
    assert_eq!(last.next, None);
    let before_all = store.page("b/", Some("a"), 9).await.unwrap();
    assert_eq!(before_all.keys, ["b/1", "b/2", "b/3"]);
}

pub(super) async fn a_swap_happens_only_from_the_expected_version(place: &impl Place) {
    let store = open(place).await;
    let swap = |expected, value: Value| {
        let store = store.clone();
        async move { store.compare_and_swap("k", expected, &value).await }
    };
    let missing = swap(Expected::Version(Version::new("1")), json!(0)).await;
    assert!(matches!(
        missing,
        Err(StorageError::Changed { found: None, .. })
    ));
    let first = swap(Expected::Nothing, json!(1)).await.unwrap();
    let taken = swap(Expected::Nothing, json!(0)).await;
    assert!(
        matches!(taken, Err(StorageError::Changed { found: Some(found), .. }) if found == first)
    );
    let second = swap(Expected::Version(first.clone()), json!(2))
        .await
        .unwrap();
    assert!(swap(Expected::Version(first), json!(0)).await.is_err());
    store.delete("k").await.unwrap();
    store.write("k", &json!(2)).await.unwrap();
    let same_value_other_object = swap(Expected::Version(second), json!(0)).await;
    assert!(same_value_other_object.is_err());
    assert_eq!(store.read("k").await.unwrap(), json!(2));
}

pub(super) async fn the_same_value_written_again_is_another_version(place: &impl Place) {
    let store = open(place).await;
    let first = store.write("k", &json!(1)).await.unwrap();
    store.write("k", &json!(2)).await.unwrap();
    store.write("k", &json!(1)).await.unwrap();
    let expected = Expected::Version(first);
    let late = store.compare_and_swap("k", expected, &json!(0)).await;
    assert!(matches!(late, Err(StorageError::Changed { .. })));
}

pub(super) async fn concurrent_increments_by_swap_lose_none(place: &impl Place) {
    let store = open(place).await;
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

pub(super) async fn of_many_who_add_a_key_one_does(place: &impl Place) {
    let store = open(place).await;
    let add = |number: i32| {
        let store = store.clone();
        tokio::spawn(async move {
            let value = json!(number);
            let added = store.compare_and_swap("k", Expected::Nothing, &value);
            added.await.is_ok().then_some(number)
        })
    };
    let adders: Vec<_> = (0..10).map(add).collect();
    let mut winners = Vec::new();
    for adder in adders {
        winners.extend(adder.await.unwrap());
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(store.read("k").await.unwrap(), json!(winners[0]));
}

pub(super) async fn a_token_older_than_one_that_was_shown_is_refused(place: &impl Place) {
    let store = open(place).await;
    let write = |value: Value, token| {
        let store = store.clone();
        async move { store.write_if("k", &value, &with_token(token)).await }
    };
    write(json!("new"), 7).await.unwrap();
    let stale = write(json!("old"), 6).await;
    assert!(matches!(stale, Err(StorageError::StaleToken { .. })));
    write(json!("same"), 7).await.unwrap();
    store.write("k", &json!("without")).await.unwrap();
    let still = write(json!("old"), 6).await;
    assert!(still.is_err(), "a write without a token lets nobody in");
    let chunks = stream::iter([Ok::<_, StorageError>("bytes".into())]);
    let streamed = store.write_from("k", chunks, &with_token(6)).await;
    assert!(matches!(streamed, Err(StorageError::StaleToken { .. })));
    let deleted = store.delete_if("k", &with_token(6)).await;
    assert!(matches!(deleted, Err(StorageError::StaleToken { .. })));
    let other = store.write_if("other", &json!(1), &with_token(1)).await;
    other.unwrap();
    drop(store);
    let store = open(place).await;
    let reopened = store.write_if("k", &json!("old"), &with_token(6)).await;
    assert!(reopened.is_err(), "the token is not kept with the object");
}

pub(super) async fn tokens_outlast_deletion(place: &impl Place) {
    let store = open(place).await;
    store
        .write_if("k", &json!(1), &with_token(3))
        .await
        .unwrap();
    store.delete_if("k", &with_token(4)).await.unwrap();
    let back = store.write_if("k", &json!("zombie"), &with_token(3)).await;
    assert!(matches!(back, Err(StorageError::StaleToken { .. })));
    store
        .write_if("k", &json!(2), &with_token(5))
        .await
        .unwrap();
}

pub(super) async fn tokens_set_aside_grow_beyond_reopening(place: &impl Place) {
    let store = open(place).await;
    let first = store.set_aside(10).await.unwrap();
    let second = store.set_aside(10).await.unwrap();
    assert!(second.first >= first.end, "tokens were given twice");
    drop(store);
    let store = open(place).await;
    let third = store.set_aside(1).await.unwrap();
    assert!(third.first >= second.end, "tokens went back");
}

pub(super) async fn what_is_streamed_in_comes_out_the_same(place: &impl Place) {
    let store = open(place).await;
    let total: usize = 20 << 20;
    let chunk = |index: usize| vec![u8::try_from(index % 251).unwrap(); 1 << 20];
    let chunks = stream::iter((0..20).map(|index| Ok::<_, StorageError>(chunk(index).into())));
    let none = Conditions::default();
    let version = store.write_from("large", chunks, &none).await.unwrap();
    let (stat, mut chunks) = store.open_read("large").await.unwrap();
    assert_eq!(stat.version, version);
    assert_eq!((stat.bytes, stat.form), (20 << 20, Form::Bytes));
    let mut read = Vec::with_capacity(total);
    while let Some(chunk) = futures_util::StreamExt::next(&mut chunks).await {
        read.extend_from_slice(&chunk.unwrap());
    }
    assert!(read == (0..20).flat_map(chunk).collect::<Vec<u8>>());
    let value = store.read("large").await.unwrap_err();
    assert!(matches!(value, StorageError::NotAValue { .. }));
    let empty = stream::iter(Vec::<Result<bytes::Bytes, StorageError>>::new());
    store.write_from("large", empty, &none).await.unwrap();
    assert_eq!(store.stat("large").await.unwrap().bytes, 0);
    store.write("large", &json!(1)).await.unwrap();
    assert_eq!(store.read("large").await.unwrap(), json!(1));
}

pub(super) async fn a_stream_that_fails_leaves_everything_as_it_was(place: &impl Place) {
    let store = open(place).await;
    let before = store.write("k", &json!("before")).await.unwrap();
    let chunks = || {
        let some = vec![0_u8; 10 << 20];
        stream::iter([Ok(bytes::Bytes::from(some)), Err("the sender is gone")])
    };
    for key in ["k", "new"] {
        let failed = store
            .write_from(key, chunks(), &Conditions::default())
            .await;
        let failed = failed.unwrap_err();
        assert!(matches!(&failed, StorageError::Broken { reason } if reason.contains("gone")));
    }
    assert_eq!(store.read_object("k").await.unwrap().version, before);
    assert_eq!(store.list().await.unwrap(), ["k"]);
}

pub(super) async fn a_stream_is_written_under_conditions_that_hold_at_its_end(place: &impl Place) {
    let store = open(place).await;
    let version = store.write("k", &json!(1)).await.unwrap();
    let meanwhile = store.clone();
    // The key is changed when the first chunk has been asked for.
    let chunks = stream::once(async move {
        meanwhile.write("k", &json!(2)).await?;
        Ok::<_, StorageError>(bytes::Bytes::from_static(b"late"))
    });
    let when = Conditions::expecting(Expected::Version(version));
    let late = store.write_from("k", chunks, &when).await.unwrap_err();
    assert!(matches!(late, StorageError::Changed { .. }));
    assert_eq!(store.read("k").await.unwrap(), json!(2));
}

pub(super) async fn a_reader_never_gets_parts_of_two_objects(place: &impl Place) {
    let store = open(place).await;
    let fill = |byte: u8| {
        let chunks = (0..10).map(move |_| Ok::<_, StorageError>(vec![byte; 1 << 20].into()));
        stream::iter(chunks)
    };
    let none = Conditions::default();
    store.write_from("k", fill(1), &none).await.unwrap();
    let (_, mut chunks) = store.open_read("k").await.unwrap();
    let next = futures_util::StreamExt::next(&mut chunks).await;
    assert!(next.unwrap().unwrap().iter().all(|&byte| byte == 1));
    store.write_from("k", fill(2), &none).await.unwrap();
    while let Some(Ok(chunk)) = futures_util::StreamExt::next(&mut chunks).await {
        assert!(chunk.iter().all(|&byte| byte == 1), "two objects are mixed");
    }
}

pub(super) async fn the_number_of_objects_is_limited(place: &impl Place) {
    let limits = StorageLimits {
        objects: 2,
        ..StorageLimits::default()
    };
    let store = place.open(limits).await;
    store.write("a", &json!(1)).await.unwrap();
    store.write("b", &json!(1)).await.unwrap();
    let third = store.write("c", &json!(1)).await;
    assert!(matches!(third, Err(StorageError::Full { max: 2 })));
    store.write("a", &json!(2)).await.unwrap();
    drop(store);
    let store = place.open(limits).await;
    assert!(store.write("c", &json!(1)).await.is_err());
    store.delete("a").await.unwrap();
    store.write("c", &json!(1)).await.unwrap();
    assert_eq!(store.read("b").await.unwrap(), json!(1));
}
