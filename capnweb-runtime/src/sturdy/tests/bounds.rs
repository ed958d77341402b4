//! What caveats bound: when, what, how often.

use std::time::Duration;

use super::support::{Note as _, NoteReaderStub, NoteStub, Office, Pad, far};
use crate::sturdy::{Caveat, MemoryStore, Refusal, RestoreError, SealError, SturdyEvent};
use crate::{Capability as _, Value};

#[tokio::test]
async fn what_is_sealed_is_restored_as_often_as_one_likes() {
    let office = Office::new();
    let reference = office.seal([]).await;
    for _ in 0..3 {
        let note = office.restore(&reference).await.unwrap();
        assert_eq!(note.text().await.unwrap(), "made");
    }
    let record = reference.record();
    let sealed = SturdyEvent::Sealed {
        record,
        parent: None,
    };
    let restored = SturdyEvent::Restored { record };
    assert_eq!(office.told(), [sealed, restored, restored, restored]);
}

/// The fault: a stub that was restored in time would work for ever.
#[tokio::test]
async fn it_expires_and_so_does_what_was_restored() {
    let office = Office::new();
    let reference = office.seal([office.in_a_minute()]).await;
    let note = office.restore(&reference).await.unwrap();
    office.pass(Duration::from_millis(59_999));
    assert!(note.text().await.is_ok());
    assert!(office.restore(&reference).await.is_ok());
    office.pass(Duration::from_millis(1));
    let entered = office.pad.entered();
    assert!(note.text().await.unwrap_err().is_denied());
    assert_eq!(office.pad.entered(), entered);
    office.refuses(&reference, Refusal::Expired).await;
}

/// The fault: what is not named would be known to be there.
#[tokio::test]
async fn methods_that_are_not_named_do_not_exist() {
    let office = Office::new();
    let reference = office.seal([]).await;
    let names = Caveat::methods(["text", "nothing"]);
    let reference = reference.narrow(names).unwrap();
    let note = office.restore(&reference).await.unwrap();
    assert!(note.text().await.is_ok());
    let entered = office.pad.entered();
    let denied = note.write("x").await.unwrap_err().to_string();
    let absent = note
        .as_stub()
        .call("wrote", ("x",))
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(denied.replace("write", "wrote"), absent);
    let read = note.as_stub().get("write").await.unwrap();
    assert!(matches!(read, Value::Undefined), "{read:?}");
    assert_eq!(office.pad.entered(), entered);
}

/// The fault: by a name as Rust has it, a reference would be bounded to nothing, and nobody would know.
#[tokio::test]
async fn names_that_no_member_has_are_not_sealed() {
    let office = Office::new();
    let wrong = || [Caveat::methods(["text", "get_text"])];
    let note = NoteStub::new(Pad::new("live"));
    let live = office.registry.seal(&note, []).await.unwrap();
    let made = office.seal([]).await;
    let refused = [
        office.registry.seal(&note, wrong()).await,
        office.registry.seal_as("note", "1", wrong()).await,
        office.registry.derive(&live, wrong()).await,
        office.registry.derive(&made, wrong()).await,
    ];
    for refused in refused {
        let error = refused.unwrap_err();
        assert!(
            matches!(&error, SealError::NoSuchMember(name) if name == "get_text"),
            "{error}"
        );
    }
    assert!(
        office
            .registry
            .derive(&live, [Caveat::methods(["text"])])
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn no_methods_are_none() {
    let office = Office::new();
    let reference = office.seal([Caveat::methods::<String>([])]).await;
    let note = office.restore(&reference).await.unwrap();
    assert!(note.text().await.is_err());
    assert_eq!(office.pad.entered(), 0);
}

#[tokio::test]
async fn a_one_shot_is_restored_once() {
    let office = Office::new();
    let reference = office.seal([Caveat::one_shot()]).await;
    let note = office.restore(&reference).await.unwrap();
    assert!(note.text().await.is_ok());
    office.refuses(&reference, Refusal::Spent).await;
    assert!(note.text().await.is_ok(), "what was restored goes on");
}

/// The fault: who was handed a copy could use up what another was handed, or use it twice.
#[tokio::test]
async fn copies_of_a_one_shot_share_it_and_two_do_not() {
    let office = Office::new();
    let reference = office.seal([]).await;
    let first = reference.narrow(Caveat::one_shot()).unwrap();
    let second = reference.narrow(Caveat::one_shot()).unwrap();
    let narrower = first.narrow(Caveat::methods(["text"])).unwrap();
    assert!(office.restore(&narrower).await.is_ok());
    office.refuses(&first, Refusal::Spent).await;
    assert!(office.restore(&second).await.is_ok());
    assert!(office.restore(&reference).await.is_ok());
}

/// The fault: a failure of the server would use up what can be used once.
#[tokio::test]
async fn what_fails_does_not_use_up_a_one_shot() {
    let office = Office::new();
    let reference = office.seal([Caveat::one_shot()]).await;
    let wrong = office.registry.restore::<NoteReaderStub>(&reference).await;
    assert!(
        matches!(wrong, Err(RestoreError::WrongInterface)),
        "{wrong:?}"
    );
    let failing = |_| async { Err::<NoteStub, _>(crate::Error::new("not now")) };
    office.registry.maker("note", failing);
    let error = office.restore(&reference).await.unwrap_err();
    assert_eq!(error.to_string(), "not now");
    let pad = office.pad.clone();
    office.registry.maker("note", move |_| {
        let pad = pad.clone();
        async { Ok(NoteStub::new(pad)) }
    });
    assert!(office.restore(&reference).await.is_ok());
}

/// The fault: restoring again would fill up what was used.
#[tokio::test]
async fn calls_are_counted_over_all_that_was_restored() {
    let office = Office::new();
    let reference = office.seal([Caveat::calls(5)]).await;
    let one = office.restore(&reference).await.unwrap();
    let two = office.restore(&reference).await.unwrap();
    let (far, _session) = far(&two);
    for note in [&one, &far, &one, &two, &far] {
        note.text().await.unwrap();
    }
    for note in [&one, &two, &far] {
        let error = note.text().await.unwrap_err();
        assert!(error.is_denied(), "{error}");
    }
    assert_eq!(office.pad.entered(), 5);
    office.refuses(&reference, Refusal::Spent).await;
}

/// The fault: calls that wait for the store would overtake one another.
#[tokio::test]
async fn calls_that_wait_for_the_count_stay_in_order() {
    let office = Office::new();
    let reference = office.seal([Caveat::calls(10)]).await;
    let note = office.restore(&reference).await.unwrap();
    let (note, _session) = far(&note);
    let calls: Vec<_> = (0..10)
        .flat_map(|number| [number.to_string()])
        .map(|text| note.write(text))
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(
        office.pad.text().await.unwrap(),
        "9",
        "the last one came last"
    );
    assert_eq!(office.pad.entered(), 11);
}

/// The fault: a method that was read as a function would be called without being counted.
#[tokio::test]
async fn methods_that_are_read_are_counted_when_they_are_called() {
    let office = Office::new();
    let reference = office.seal([Caveat::calls(3)]).await;
    let note = office.restore(&reference).await.unwrap();
    let Value::Capability(text) = note.as_stub().get("text").await.unwrap() else {
        panic!("a method that is read is a function");
    };
    for _ in 0..2 {
        text.call((), ()).await.unwrap();
    }
    assert!(text.call((), ()).await.unwrap_err().is_denied());
    assert!(note.text().await.unwrap_err().is_denied());
    assert_eq!(office.pad.entered(), 2, "and reading it was the third");
}

/// The fault: what bounds a reference would not bound those derived from it.
#[tokio::test]
async fn what_is_derived_inherits_and_shares() {
    let office = Office::new();
    let reference = office
        .seal([Caveat::methods(["text", "write"]), Caveat::calls(4)])
        .await;
    let narrowed = reference.narrow(office.in_a_minute()).unwrap();
    let derived = office
        .registry
        .derive(&narrowed, [Caveat::methods(["text"])])
        .await
        .unwrap();
    assert_ne!(derived.record(), reference.record());
    let again = office.registry.derive(&derived, []).await.unwrap();
    let note = office.restore(&again).await.unwrap();
    assert!(note.write("x").await.is_err());
    for _ in 0..3 {
        note.text().await.unwrap();
    }
    let parent = office.restore(&reference).await.unwrap();
    parent.text().await.unwrap();
    assert!(
        parent.text().await.unwrap_err().is_denied(),
        "one count for all"
    );
    assert!(note.text().await.unwrap_err().is_denied());
    office.pass(Duration::from_mins(1));
    office.refuses(&again, Refusal::Expired).await;
    office.refuses(&reference, Refusal::Spent).await;
}

#[tokio::test]
async fn nothing_is_derived_from_what_does_not_work() {
    let office = Office::over(MemoryStore::new());
    let reference = office.seal([office.in_a_minute()]).await;
    let shot = office.seal([Caveat::one_shot()]).await;
    let derived = office.registry.derive(&shot, []).await.unwrap();
    assert!(office.restore(&shot).await.is_ok());
    office.refuses(&derived, Refusal::Spent).await;
    office.pass(Duration::from_mins(1));
    let refused = office.registry.derive(&reference, []).await.unwrap_err();
    assert_eq!(refused.to_string(), "no such reference");
    office.registry.revoke(&shot, "over").await.unwrap();
    assert!(office.registry.derive(&shot, []).await.is_err());
}
