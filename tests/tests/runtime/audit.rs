//! Who did what by which authority: lineage, and what is recorded of calls.

use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::audit::{AuditEvent, AuditLog, AuditSink, Decision, LinkKind};
use capnweb_runtime::policy::{CrossingKind, Methods, absent};
use capnweb_runtime::{
    Capability, Connector, Error, Limits, Result, Revoker, Server, SessionConfig, capability,
    granted, in_process,
};
use tokio::sync::Notify;

use super::support::{Link, Listener, in_time, serving_by};

#[capability]
#[attenuate(DeskReader { read, hang, lamp -> Lamp })]
trait Desk {
    async fn read(&self, page: String) -> Result<String>;
    async fn write(&self, page: String) -> Result<()>;
    async fn hang(&self) -> Result<()>;
    async fn lamp(&self) -> Result<LampStub>;
    async fn lamps(&self) -> Result<Vec<LampStub>>;
    async fn fail(&self, page: String) -> Result<()>;
    async fn keep(&self, lamp: LampStub) -> Result<()>;
}

#[capability]
trait Lamp {
    async fn light(&self, colour: String) -> Result<String>;
}

#[derive(Clone, Default)]
struct Oak {
    entered: Arc<Notify>,
    go_on: Arc<Notify>,
    kept: Arc<Mutex<Option<LampStub>>>,
}

impl Desk for Oak {
    async fn read(&self, page: String) -> Result<String> {
        Ok(page)
    }

    async fn write(&self, _: String) -> Result<()> {
        Ok(())
    }

    async fn hang(&self) -> Result<()> {
        self.entered.notify_one();
        self.go_on.notified().await;
        Ok(())
    }

    async fn lamp(&self) -> Result<LampStub> {
        Ok(granted(&LampStub::new(self.clone()), "desk to reader"))
    }

    async fn lamps(&self) -> Result<Vec<LampStub>> {
        Ok(vec![
            LampStub::new(self.clone()),
            LampStub::new(self.clone()).guarded(Methods::except(["light"])),
        ])
    }

    async fn fail(&self, page: String) -> Result<()> {
        Err(Error::Denied(page.into()))
    }

    async fn keep(&self, lamp: LampStub) -> Result<()> {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(lamp);
        Ok(())
    }
}

impl Lamp for Oak {
    async fn light(&self, colour: String) -> Result<String> {
        Ok(colour)
    }
}

/// Everything that was recorded.
#[derive(Clone, Default)]
struct Trail(Arc<Mutex<Vec<AuditEvent>>>);

impl AuditSink for Trail {
    fn record(&self, event: &AuditEvent) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event.clone());
    }
}

impl Trail {
    fn events(&self) -> Vec<AuditEvent> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What became of each, and what it was.
    fn told(&self) -> Vec<(String, Decision)> {
        let told = |event: &AuditEvent| (event.member().to_owned(), event.decision());
        self.events().iter().map(told).collect()
    }

    fn lineage_of(&self, member: &str) -> String {
        let events = self.events();
        let event = events.iter().find(|event| event.member() == member);
        let event = event.unwrap_or_else(|| panic!("no {member} among {events:#?}"));
        event.lineage().to_string()
    }

    fn config(&self) -> SessionConfig {
        SessionConfig::new().audit(self.clone())
    }
}

fn desk() -> DeskStub {
    DeskStub::new(Oak::default())
}

/// Serves something in a session of this process that is audited.
fn audited<C: Capability>(main: C, config: SessionConfig) -> Link<C> {
    let (main, session) = in_process(desk(), main, config);
    Link { main, session }
}

fn told(told: &[(&str, Decision)]) -> Vec<(String, Decision)> {
    let owned = |(member, decision): &(&str, Decision)| ((*member).to_owned(), *decision);
    told.iter().map(owned).collect()
}

/// A desk, through one of everything.
fn chain() -> (DeskReaderStub, Revoker) {
    let reader: DeskReaderStub = desk().attenuate();
    let reader = granted(&reader, "owner to supervisor");
    let (reader, revoker) = reader.guarded(Methods::except(["lamp"])).revocable();
    let reader = granted(&reader, "supervisor to worker 7");
    let (reader, _membrane) = reader.membrane();
    (reader, revoker)
}

const CHAIN: &str = "Desk > facet DeskReader > granted \"owner to supervisor\" > guard > caretaker > \
                     granted \"supervisor to worker 7\" > membrane";

/// The fault: who reads the record sees that somebody read from a desk, and not how they came by it: the
/// chain has gaps, or another order than the one in which it was made.
#[tokio::test]
async fn a_call_names_the_chain_that_it_came_through() {
    in_time(async {
        let trail = Trail::default();
        let link = audited(chain().0, trail.config());
        link.read("1".to_owned()).await.unwrap();
        assert_eq!(trail.lineage_of("read"), CHAIN);

        let trail = Trail::default();
        let server = Server::new(|_| chain().0).config(trail.config());
        let (reader, session) = Connector::new(&serving_by(server).await)
            .connect_with_session::<DeskReaderStub>()
            .await
            .unwrap();
        reader.read("1".to_owned()).await.unwrap();
        assert_eq!(trail.lineage_of("read"), CHAIN);
        let event = trail.events().remove(0);
        let grants: Vec<_> = event.lineage().grants().collect();
        assert_eq!(grants, ["owner to supervisor", "supervisor to worker 7"]);
        let root = event.lineage().links().first().unwrap();
        assert_eq!((root.kind(), root.name()), (LinkKind::Root, Some("Desk")));
        assert!(event.peer().address.is_some(), "it came over a socket");
        assert_eq!(event.kind(), CrossingKind::Call);
        drop((reader, session));
    })
    .await;
}

/// The fault: of a call that is pipelined, nothing is known but that there was a promise.
#[tokio::test]
async fn a_call_on_a_promise_names_what_that_became() {
    let trail = Trail::default();
    let link = audited(desk(), trail.config());
    let lit = in_time(link.lamp().light("red".to_owned())).await;
    assert_eq!(lit.unwrap(), "red");
    assert_eq!(
        trail.lineage_of("light"),
        r#"Lamp > granted "desk to reader""#
    );
    assert_eq!(trail.lineage_of("lamp"), "Desk");
}

/// The fault: what a peer does to its own object, through us, counts as done to one of ours.
#[tokio::test]
async fn an_object_of_another_peer_is_told_apart() {
    let oak = Oak::default();
    let first = Link::in_process(DeskStub::new(oak.clone()));
    let lamp = LampStub::new(Oak::default());
    in_time(first.keep(lamp)).await.unwrap();
    let kept = oak
        .kept
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let trail = Trail::default();
    let second = audited(kept.unwrap().revocable().0, trail.config());
    in_time(second.light("red".to_owned())).await.unwrap();
    assert_eq!(trail.told(), told(&[("light", Decision::Admitted)]));
    assert_eq!(trail.lineage_of("light"), "remote > caretaker");
}

/// The fault: only what is done is recorded, and not who has tried; or a denial that looks like absence to
/// the peer looks like that to the owner, too.
#[tokio::test]
async fn what_is_not_let_through_is_recorded_with_the_reason() {
    let trail = Trail::default();
    let guarded = desk()
        .guarded(absent(Methods::except(["lamps"])))
        .guarded(Methods::except(["write"]));
    let link = audited(guarded, trail.config());
    in_time(async {
        assert!(link.write("1".to_owned()).await.unwrap_err().is_denied());
        assert!(!link.lamps().await.unwrap_err().is_denied());
        assert!(link.fail("1".to_owned()).await.unwrap_err().is_denied());
        assert!(link.as_stub().call("paint", ()).await.is_err());
        assert!(link.as_stub().call(["lamps", "light"], ()).await.is_err());
    })
    .await;
    let expected = told(&[
        ("write", Decision::Denied),
        ("lamps", Decision::Denied),
        // What a method says about something else is none of this.
        ("fail", Decision::Admitted),
        ("paint", Decision::Absent),
        ("lamps.light", Decision::Denied),
    ]);
    assert_eq!(trail.told(), expected);
    let reader: DeskReaderStub = desk().attenuate();
    let trail = Trail::default();
    let link = audited(reader, trail.config());
    let whole: DeskStub = link.as_stub().cast();
    assert!(in_time(whole.write("1".to_owned())).await.is_err());
    assert_eq!(trail.told(), told(&[("write", Decision::Absent)]));
    assert_eq!(trail.lineage_of("write"), "Desk > facet DeskReader");
}

/// The fault: a call that has begun is recorded only when it ends, which it may never do; or that it was
/// revoked is not recorded, or not through what.
#[tokio::test]
async fn revocation_is_recorded_before_a_call_and_during_it() {
    let trail = Trail::default();
    let oak = Oak::default();
    let (desk, revoker) = DeskStub::new(oak.clone()).revocable();
    let link = audited(granted(&desk, "to worker 7"), trail.config());
    in_time(async {
        let hanging = link.hang();
        oak.entered.notified().await;
        assert_eq!(trail.told(), told(&[("hang", Decision::Admitted)]));
        revoker.revoke("enough");
        assert!(hanging.await.unwrap_err().is_revoked());
        assert!(link.read("1".to_owned()).await.unwrap_err().is_revoked());
        oak.go_on.notify_one();
        revoker.drained().await;
        while trail.events().len() < 3 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let events = trail.events();
    let later: Vec<_> = trail.told().into_iter().skip(1).collect();
    let expected = told(&[("read", Decision::Revoked), ("hang", Decision::Revoked)]);
    assert_eq!(later, expected);
    let calls: Vec<_> = events.iter().map(AuditEvent::call).collect();
    assert_eq!(calls, [0, 1, 0]);
    let sequence: Vec<_> = events.iter().map(AuditEvent::sequence).collect();
    assert_eq!(sequence, [0, 1, 2]);
    assert_eq!(
        events[1].lineage().to_string(),
        r#"caretaker > granted "to worker 7""#
    );
    assert_eq!(
        events[2].lineage().to_string(),
        r#"Desk > caretaker > granted "to worker 7""#
    );
}

/// The fault: whoever does not want to be seen puts the call into a `map`.
#[tokio::test]
async fn the_calls_of_a_map_are_recorded_one_by_one() {
    let trail = Trail::default();
    let link = audited(desk(), trail.config());
    let lit = link.lamps().map(|lamp| lamp.light("red".to_owned()));
    assert!(in_time(lit).await.is_err());
    let lights: Vec<_> = trail.events();
    let lights: Vec<_> = lights
        .iter()
        .filter(|event| event.member() == "light")
        .map(|event| (event.lineage().to_string(), event.decision()))
        .collect();
    let expected = [
        ("Lamp".to_owned(), Decision::Admitted),
        ("Lamp > guard".to_owned(), Decision::Denied),
    ];
    assert_eq!(lights, expected);
}

/// The fault: calls that a rate limit has refused, which are what somebody tries who guesses, are not there.
#[tokio::test]
async fn what_came_too_often_is_recorded() {
    let trail = Trail::default();
    let link = audited(desk(), trail.config().limit_calls(|_| false));
    assert!(in_time(link.read("1".to_owned())).await.is_err());
    assert_eq!(trail.told(), told(&[("read", Decision::Refused)]));
}

/// The fault: a session waits for whoever writes the record, or dies of it; or what is lost is lost without
/// a trace.
#[tokio::test]
async fn a_full_queue_loses_events_and_counts_them() {
    let (log, mut trail) = AuditLog::with_capacity(2);
    let link = audited(desk(), SessionConfig::new().audit(log.clone()));
    in_time(async {
        for _ in 0..5 {
            link.read("1".to_owned()).await.unwrap();
        }
        assert_eq!(log.lost(), 3);
        assert_eq!(trail.next().await.unwrap().sequence(), 0);
        assert_eq!(trail.next().await.unwrap().sequence(), 1);
        link.read("1".to_owned()).await.unwrap();
        let next = trail.next().await.unwrap();
        assert_eq!(next.sequence(), 5, "the gap is as wide as what was lost");
        drop(trail);
        link.read("1".to_owned()).await.unwrap();
        assert_eq!(log.lost(), 4, "nobody takes from it any more");
    })
    .await;
}

/// The fault: a sink that panics takes the session with it, or the call.
#[tokio::test]
async fn a_sink_that_panics_harms_nobody() {
    let sink = |_: &AuditEvent| std::panic::resume_unwind(Box::new("full"));
    let link = audited(desk(), SessionConfig::new().audit(sink));
    for _ in 0..2 {
        let read = in_time(link.read("1".to_owned())).await;
        assert_eq!(read.unwrap(), "1");
    }
}

/// A20. The fault: the record of who may know a secret has the secret in it.
#[tokio::test]
async fn a20_no_argument_and_no_error_is_recorded() {
    let (listener, _guard) = Listener::listen();
    let trail = Trail::default();
    let link = audited(
        desk().guarded(Methods::except(["write"])).revocable().0,
        trail.config(),
    );
    in_time(async {
        link.read("SECRET".to_owned()).await.unwrap();
        assert!(link.write("SECRET".to_owned()).await.is_err());
        assert!(link.fail("SECRET".to_owned()).await.is_err());
        let lit = link.lamp().light("SECRET".to_owned()).await;
        lit.unwrap();
        assert!(link.as_stub().call("a\nb", ("SECRET",)).await.is_err());
    })
    .await;
    let events = format!("{:?}", trail.events());
    assert_eq!(trail.events().len(), 6);
    assert!(!events.contains("SECRET"), "{events}");
    let lines = listener.lines().join("\n");
    assert!(!lines.contains("SECRET"), "{lines}");
    let odd = trail.events().pop().unwrap();
    assert_eq!(odd.member(), "a\u{fffd}b");
}

/// The fault: spans have the chain although nobody audits, which would cost every call, or do not have it
/// although somebody does.
#[tokio::test]
async fn the_span_of_a_call_has_the_chain_if_the_session_is_audited() {
    let (listener, _guard) = Listener::listen();
    let link = audited(chain().0, SessionConfig::new());
    in_time(link.read("1".to_owned())).await.unwrap();
    let has_chain = |line: &String| line.contains("lineage=");
    assert!(!listener.lines().iter().any(has_chain));
    let link = audited(chain().0, Trail::default().config());
    in_time(link.read("1".to_owned())).await.unwrap();
    let lines = listener.lines();
    let chain = format!("lineage={CHAIN}");
    assert!(lines.iter().any(|line| line.contains(&chain)), "{lines:#?}");
}

/// The fault: a label changes what can be done with a reference, or a promise or a stream is lost behind it.
#[tokio::test]
async fn a_grant_changes_nothing_but_the_record() {
    let labelled = granted(&desk(), &"x".repeat(1000));
    let trail = Trail::default();
    let link = Link::limited(labelled.clone(), Limits::default());
    in_time(async {
        assert_eq!(link.read("1".to_owned()).await.unwrap(), "1");
        let lit = link.lamp().light("red".to_owned()).await;
        assert_eq!(lit.unwrap(), "red");
        assert!(link.as_stub().call("paint", ()).await.is_err());
        let link = audited(labelled, trail.config());
        link.read("1".to_owned()).await.unwrap();
    })
    .await;
    let event = trail.events().remove(0);
    assert_eq!(event.lineage().grants().next().unwrap().len(), 256);
}
