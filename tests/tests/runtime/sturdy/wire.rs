//! References presented by peers.

use capnweb_runtime::sturdy::Refusal;
use capnweb_runtime::{
    Batch, Caveat, Error, Registry, RestoreError, RestorerStub, Result, SturdyUrl,
};

use super::shop::{Counter, CounterStub, Office, TillReaderStub, TillStub};
use crate::support::{Link, RawPeer, in_time, serving};

#[tokio::test]
async fn a_peer_restores_what_it_was_handed() {
    in_time(async {
        let office = Office::new();
        let url = office.serving().await;
        let reference = office.registry.seal_as("till", "1", []).await.unwrap();
        let link: SturdyUrl = reference.to_url(&url).unwrap().expose().parse().unwrap();

        let peer = Link::<CounterStub>::connect(link.server().as_str()).await;
        let till: TillStub = peer.restorer().restored(link.reference()).await.unwrap();
        assert_eq!(till.add(5).await.unwrap(), 5);
        // In one round trip, in another session, later.
        let other = Link::<CounterStub>::connect(&url).await;
        let sum = other.restorer().restored::<TillStub>(&reference).sum();
        assert_eq!(sum.await.unwrap(), 5);

        let untyped = other.restorer().restore(reference.expose()).await.unwrap();
        assert_eq!(untyped.cast::<TillStub>().sum().await.unwrap(), 5);
        drop((till, untyped));
        peer.settled().await;
        other.settled().await;
    })
    .await;
}

/// The fault: what has no connection that stays could not use what was made to outlive them.
#[tokio::test]
async fn a_batch_restores_too() {
    in_time(async {
        let office = Office::new();
        let url = office.serving().await;
        let reference = office.registry.seal_as("till", "1", []).await.unwrap();
        let batch = Batch::<CounterStub>::new(url.replacen("ws", "http", 1)).unwrap();
        let sum = batch
            .main()
            .restorer()
            .restored::<TillStub>(&reference)
            .add(3);
        let (sum,) = batch.send((sum,)).await.unwrap();
        assert_eq!(sum.unwrap(), 3);
    })
    .await;
}

#[tokio::test]
async fn a8_one_session_s_reference_is_revoked_in_all() {
    in_time(async {
        let office = Office::new();
        let url = office.serving().await;
        let reference = office.registry.seal_as("till", "1", []).await.unwrap();
        let derived = office.registry.derive(&reference, []).await.unwrap();
        let one = Link::<CounterStub>::connect(&url).await;
        let two = Link::<CounterStub>::connect(&url).await;
        let held: TillStub = one.restorer().restored(&reference).await.unwrap();
        let passed_on: TillStub = two.restorer().restored(&derived).await.unwrap();
        assert_eq!(passed_on.add(1).await.unwrap(), 1);
        office
            .registry
            .revoke(&reference, "dismissed")
            .await
            .unwrap();
        for till in [&held, &passed_on] {
            let error = till.add(1).await.unwrap_err();
            assert!(error.is_revoked(), "{error}");
            assert!(error.to_string().contains("dismissed"), "{error}");
        }
        for reference in [&reference, &derived] {
            let again = one.restorer().restored::<TillStub>(reference).await;
            assert!(
                matches!(again, Err(RestoreError::NoSuchReference)),
                "{again:?}"
            );
        }
        assert_eq!(office.refusals(), [Refusal::Revoked; 2]);
        assert_eq!(two.hello().await.unwrap(), "hello");
    })
    .await;
}

/// A2, on the raw wire: what a caveat does not name is answered like what there never was.
#[tokio::test]
async fn a2_a_peer_that_writes_its_own_messages_gets_no_more() {
    in_time(async {
        let office = Office::new();
        let mut peer = RawPeer::connect(&office.serving().await).await;
        let reader = Caveat::methods(["sum"]);
        let reference = office
            .registry
            .seal_as("till", "1", [reader])
            .await
            .unwrap();
        let text = reference.expose();
        peer.send(r#"["push",["pipeline",0,["restorer"],[]]]"#)
            .await;
        peer.send(&format!(
            r#"["push",["pipeline",1,["restore"],["{text}"]]]"#
        ))
        .await;
        assert_eq!(
            peer.ask(3, r#"["pipeline",2,["sum"],[]]"#).await,
            "resolve 0"
        );
        let denied = peer.ask(4, r#"["pipeline",2,["add"],[7]]"#).await;
        let absent = peer.ask(5, r#"["pipeline",2,["odd"],[7]]"#).await;
        assert!(denied.starts_with("reject "), "{denied}");
        assert_eq!(denied.replace("add", "odd"), absent);
        assert_eq!(
            peer.ask(6, r#"["pipeline",2,["sum"],[]]"#).await,
            "resolve 0"
        );
    })
    .await;
}

/// A15, A16: if it failed, a stranger could tell a reference that was good once from nonsense.
#[tokio::test]
async fn a15_all_that_does_not_work_is_answered_alike() {
    in_time(async {
        let office = Office::new();
        let mut peer = RawPeer::connect(&office.serving().await).await;
        let seal = async |caveats: Vec<Caveat>| {
            office.registry.seal_as("till", "1", caveats).await.unwrap()
        };
        let removed = seal(vec![]).await;
        office.registry.revoke(&removed, "").await.unwrap();
        office.registry.purge().await.unwrap();
        let revoked = seal(vec![]).await;
        office
            .registry
            .revoke(&revoked, "a reason that is nobody's business")
            .await
            .unwrap();
        let shot = seal(vec![Caveat::one_shot()]).await;
        office.registry.restore::<TillStub>(&shot).await.unwrap();
        let expired = seal(vec![Caveat::expires_at(std::time::SystemTime::UNIX_EPOCH)]).await;
        let whole = seal(vec![]).await.expose();
        let texts = [
            revoked.expose(),
            shot.expose(),
            expired.expose(),
            removed.expose(),
            flipped(&whole),
            whole[..40].to_owned(),
            "x".to_owned(),
        ];
        peer.send(r#"["push",["pipeline",0,["restorer"],[]]]"#)
            .await;
        let mut answers = Vec::new();
        for (id, text) in (2..).zip(&texts) {
            let ask = format!(r#"["pipeline",1,["restore"],["{text}"]]"#);
            answers.push(peer.ask(id, &ask).await);
        }
        let expected =
            r#"reject ["error","Error","no such reference",null,{"code":"NO_SUCH_REFERENCE"}"#;
        for (answer, text) in answers.iter().zip(&texts) {
            assert_eq!(answer, expected, "{text}");
        }
        let refusals = [
            Refusal::Revoked,
            Refusal::Spent,
            Refusal::Expired,
            Refusal::Unknown,
            Refusal::Forged,
            Refusal::Malformed,
            Refusal::Malformed,
        ];
        assert_eq!(office.refusals(), refusals);
    })
    .await;
}

/// Returns the text of a forged reference.
fn flipped(text: &str) -> String {
    let (head, last) = text.split_at(text.len() - 2);
    let other = if last.starts_with('A') { "B" } else { "A" };
    format!("{head}{other}{}", &last[1..])
}

/// A1, A13. If it failed, guessing would be free, or cost others something.
#[tokio::test(start_paused = true)]
async fn a1_guessing_is_given_up_on_and_a_neighbour_does_not_notice() {
    let office = Office::new();
    let guesser = Link::in_process(office.registry.restorer());
    let neighbour = Link::in_process(office.registry.restorer());
    let shared = office.registry.restorer();
    let (one, two) = (Link::in_process(shared.clone()), Link::in_process(shared));
    let good = office.registry.seal_as("till", "1", []).await.unwrap();
    for link in [&guesser, &one] {
        for _ in 0..10 {
            let guess = link.restore(flipped(&good.expose())).await;
            assert!(
                matches!(guess, Err(RestoreError::NoSuchReference)),
                "{guess:?}"
            );
        }
        for text in [good.expose(), "x".to_owned()] {
            let refused = link.restore(text).await.unwrap_err();
            assert!(
                matches!(refused, RestoreError::TooManyAttempts),
                "{refused:?}"
            );
        }
    }
    for link in [&neighbour, &two] {
        assert!(link.restored::<TillStub>(&good).await.is_ok());
    }
    let stub = office.registry.restorer();
    assert!(
        stub.restored::<TillStub>(&good).await.is_ok(),
        "in this process"
    );
    tokio::time::advance(std::time::Duration::from_mins(1)).await;
    assert!(
        guesser.restored::<TillStub>(&good).await.is_ok(),
        "a minute later"
    );
}

/// A1. If it failed, whoever can ask for another restorer could go on guessing.
#[tokio::test]
async fn a1_another_restorer_is_no_way_around_it() {
    in_time(async {
        let office = Office::new();
        let good = office.registry.seal_as("till", "1", []).await.unwrap();
        let registry = office.registry.clone();
        let url = serving(move |_| CounterStub::new(Generous(registry.clone()))).await;
        let link = Link::<CounterStub>::connect(&url).await;
        for _ in 0..10 {
            assert!(link.restorer().restore("x").await.is_err());
        }
        let refused = link
            .restorer()
            .restored::<TillStub>(&good)
            .await
            .unwrap_err();
        assert!(
            matches!(refused, RestoreError::TooManyAttempts),
            "{refused:?}"
        );
        let neighbour = Link::<CounterStub>::connect(&url).await;
        assert!(
            neighbour
                .restorer()
                .restored::<TillStub>(&good)
                .await
                .is_ok()
        );
    })
    .await;
}

/// Makes a restorer for each who asks.
struct Generous(Registry);

impl Counter for Generous {
    fn restorer(&self) -> RestorerStub {
        self.0.restorer()
    }

    async fn hello(&self) -> Result<String> {
        Ok("hello".to_owned())
    }
}

/// The fault: those who fail seldom, or whose references work, would be taken for guessers.
#[tokio::test(start_paused = true)]
async fn only_failures_within_a_minute_count() {
    let office = Office::new();
    let link = Link::in_process(office.registry.restorer());
    let good = office.registry.seal_as("till", "1", []).await.unwrap();
    for _ in 0..5 {
        for _ in 0..9 {
            assert!(link.restore("x").await.is_err());
        }
        for _ in 0..3 {
            assert!(link.restored::<TillStub>(&good).await.is_ok());
        }
        tokio::time::advance(std::time::Duration::from_mins(1)).await;
    }
}

/// The fault: the one who holds a reader's reference would hold, by another type, more than a reader.
#[tokio::test]
async fn a_type_that_is_claimed_gives_nothing() {
    in_time(async {
        let office = Office::new();
        let till: TillStub = {
            let reference = office.registry.seal_as("till", "1", []).await.unwrap();
            office.registry.restore(&reference).await.unwrap()
        };
        let reader: TillReaderStub = till.attenuate();
        let reference = office.registry.seal(&reader, []).await.unwrap();
        let link = Link::<CounterStub>::connect(&office.serving().await).await;
        let claimed: TillStub = link.restorer().restored(&reference).await.unwrap();
        assert!(claimed.add(1).await.is_err());
        assert_eq!(claimed.sum().await.unwrap(), 0);
    })
    .await;
}

/// The fault: what a maker says would not reach whoever asked, or what is the server's own would.
#[tokio::test]
async fn what_goes_wrong_with_a_good_reference_is_told() {
    in_time(async {
        let office = Office::new();
        let url = office.serving().await;
        let reference = office.registry.seal_as("till", "1", []).await.unwrap();
        let link = Link::<CounterStub>::connect(&url).await;
        let fails_with = |error: fn() -> Error| {
            office
                .registry
                .maker("till", move |_| async move { Err::<TillStub, _>(error()) });
        };
        fails_with(|| Error::new("the till is being counted"));
        let told = link
            .restorer()
            .restored::<TillStub>(&reference)
            .await
            .unwrap_err();
        assert_eq!(told.to_string(), "the till is being counted");
        fails_with(|| std::io::Error::other("/var/lib/tills: no space").into());
        let told = link
            .restorer()
            .restored::<TillStub>(&reference)
            .await
            .unwrap_err();
        assert_eq!(told.to_string(), "An internal error occurred.");
        assert_eq!(office.refusals(), [Refusal::MakerFailed; 2]);
    })
    .await;
}
