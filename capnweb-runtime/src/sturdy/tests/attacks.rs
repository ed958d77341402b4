//! A16, A20: what somebody can try who holds a reference, or saw one, or has none.

use super::support::{KEY, Office, Parts, Random};
use crate::sturdy::{Caveat, MemoryStore, Refusal, SturdyLimits, SturdyRef};

/// If it failed, whoever was given less would take the rest.
#[tokio::test]
async fn a16_no_caveat_can_be_taken_away() {
    let office = Office::new();
    let caveats = [
        Caveat::methods(["text"]),
        office.in_a_minute(),
        Caveat::one_shot(),
    ];
    let whole = Parts::of(&office.seal(caveats).await);
    for left_out in 0..3 {
        let mut parts = whole.clone();
        parts.caveats.remove(left_out);
        office.refuses(&parts.build(), Refusal::Forged).await;
        parts.caveats.truncate(left_out);
        office.refuses(&parts.build(), Refusal::Forged).await;
    }
    let none = Parts {
        caveats: Vec::new(),
        ..whole.clone()
    };
    office.refuses(&none.build(), Refusal::Forged).await;
    assert!(
        office.restore(&whole.build()).await.is_ok(),
        "as it was given"
    );
}

/// If it failed, the order or the words of caveats could be chosen.
#[tokio::test]
async fn a16_no_caveat_can_be_changed_or_moved() {
    let office = Office::new();
    let caveats = [
        Caveat::methods(["text"]),
        Caveat::calls(1),
        office.in_a_minute(),
    ];
    let whole = Parts::of(&office.seal(caveats).await);
    for (one, other) in [(0, 1), (1, 2), (0, 2)] {
        let mut parts = whole.clone();
        parts.caveats.swap(one, other);
        office.refuses(&parts.build(), Refusal::Forged).await;
    }
    for (at, was, now) in [(0, "text", "wait"), (1, "1", "9"), (2, "1", "9")] {
        let mut parts = whole.clone();
        let text = String::from_utf8(parts.caveats[at].clone()).unwrap();
        parts.caveats[at] = text.replacen(was, now, 1).into_bytes();
        office.refuses(&parts.build(), Refusal::Forged).await;
    }
    for _ in 0..2 {
        // The same bytes, cut into caveats at another place.
        let mut parts = whole.clone();
        let moved = parts.caveats[0].pop().unwrap();
        parts.caveats[1].insert(0, moved);
        office.refuses(&parts.build(), Refusal::Forged).await;
    }
}

/// If it failed, two references could be made into one that is more than either.
#[tokio::test]
async fn a16_nothing_of_one_reference_fits_another() {
    let office = Office::new();
    let narrow = Parts::of(&office.seal([Caveat::methods(["text"])]).await);
    let wide = Parts::of(&office.seal([]).await);
    let splices = [
        Parts {
            identifier: narrow.identifier,
            ..wide.clone()
        },
        Parts {
            signature: wide.signature,
            ..narrow.clone()
        },
        Parts {
            caveats: wide.caveats.clone(),
            ..narrow.clone()
        },
        Parts {
            caveats: narrow.caveats.clone(),
            ..wide.clone()
        },
    ];
    for splice in splices {
        office.refuses(&splice.build(), Refusal::Forged).await;
    }
}

/// If it failed, a narrower copy would tell what the wider one was signed with.
#[tokio::test]
async fn a16_any_bit_of_a_reference_matters() {
    let office = Office::new();
    let reference = office.seal([Caveat::methods(["text"])]).await;
    let mut random = Random::new(7);
    for _ in 0..200 {
        let mut parts = Parts::of(&reference);
        let bit = 1 << random.below(8);
        match random.below(3) {
            0 => parts.identifier[random.below(32)] ^= bit,
            1 => parts.signature[random.below(32)] ^= bit,
            _ => {
                let at = random.below(parts.caveats[0].len());
                parts.caveats[0][at] ^= bit;
            }
        }
        office.refuses(&parts.build(), Refusal::Forged).await;
    }
}

/// If it failed, one server's references would open another's doors.
#[tokio::test]
async fn a16_another_registry_s_references_are_forged() {
    let ours = Office::new();
    let other = [0xa5; 32];
    let theirs = Office::with(other, MemoryStore::new(), SturdyLimits::default());
    let reference = theirs.seal([]).await;
    ours.refuses(&reference, Refusal::Forged).await;
    // And with the same key, what is in another store.
    let twin = Office::with(KEY, MemoryStore::new(), SturdyLimits::default());
    ours.refuses(&twin.seal([]).await, Refusal::Unknown).await;
}

/// If it failed, a caveat of a later version, or of somebody's own, would bound nothing here.
#[tokio::test]
async fn a16_a_caveat_that_is_not_known_is_no_caveat_that_is_met() {
    let office = Office::new();
    let reference = Parts::of(&office.seal([]).await);
    for unknown in [
        &br#"{"ip":"10.0.0.1"}"#[..],
        b"",
        b"true",
        b"\xff",
        br#"{"expires":"never"}"#,
    ] {
        let narrowed = reference.clone().narrow(unknown).build();
        office.refuses(&narrowed, Refusal::UnknownCaveat).await;
        let more = narrowed.narrow(Caveat::methods(["text"])).unwrap();
        office.refuses(&more, Refusal::UnknownCaveat).await;
    }
    assert!(office.restore(&reference.build()).await.is_ok());
}

/// If it failed, adding would be a way to take away.
#[tokio::test]
async fn a16_adding_only_narrows() {
    let office = Office::new();
    let reference = office
        .seal([Caveat::methods(["text"]), office.in_a_minute()])
        .await;
    let later = office.now() + std::time::Duration::from_hours(1);
    let wider = reference
        .narrow(Caveat::methods(["text", "write", "wait"]))
        .unwrap()
        .narrow(Caveat::expires_at(later))
        .unwrap();
    let note = office.restore(&wider).await.unwrap();
    assert!(note.write("x").await.is_err());
    assert!(note.text().await.is_ok());
    office.pass(std::time::Duration::from_mins(2));
    office.refuses(&wider, Refusal::Expired).await;
}

/// If it failed, guessing would pay: no wrong text may do more than fail.
#[tokio::test]
async fn a1_the_name_of_a_record_is_no_reference() {
    let office = Office::new();
    let reference = office.seal([]).await;
    let record = reference.record();
    for text in [record.to_string(), format!("cwref_{record}")] {
        if let Ok(guess) = text.parse::<SturdyRef>() {
            office.refuses(&guess, Refusal::Forged).await;
        }
    }
    let stolen = Parts {
        identifier: *record.as_bytes(),
        ..Parts::of(&reference)
    };
    office.refuses(&stolen.build(), Refusal::Forged).await;
}

/// If it failed, whoever has stolen the store could restore what is in it.
#[tokio::test]
async fn a16_what_the_store_has_is_no_reference() {
    let office = Office::new();
    let reference = office.seal([Caveat::one_shot()]).await;
    let derived = office.registry.derive(&reference, []).await.unwrap();
    let stored = serde_json::to_string(&office.registry.list().await.unwrap()).unwrap();
    for reference in [&reference, &derived] {
        let parts = Parts::of(reference);
        for secret in [parts.identifier, parts.signature] {
            assert!(
                !stored.contains(&crate::sturdy::hex::encode(&secret)),
                "{stored}"
            );
        }
        assert!(!stored.contains("cwref_"), "{stored}");
    }
    // A guess at the key does not make it one either.
    let thief = Office::with([0; 32], MemoryStore::new(), SturdyLimits::default());
    thief.refuses(&reference, Refusal::Forged).await;
}
