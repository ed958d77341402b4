//! What all wrappers keep to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use super::{Facet, Membrane, Results, Revoker, attenuate, guarded};
use crate::error::Error;
use crate::hook::cap::{Hook, Outcome, itself};
use crate::hook::served::{Cancel, Interface, Member, MemberKind};
use crate::hook::stream::{Lock, Nature, Readable, Source};
use crate::hook::{Cap, Mapper, Resolver, Stub, Value, Waiter, record_map};
use crate::policy::CallBudget;
use crate::value::Path;

/// A stream of a peer's, which the peer is asked to map over; it hands itself out, too.
#[derive(Default)]
struct Elsewhere {
    lock: Lock,
    asked: AtomicUsize,
}

impl Hook for Elsewhere {
    fn call(self: Arc<Self>, _: Path, _: Vec<Value>, result: Resolver) {
        result.settle(Ok(itself(self)));
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        self.call(path, Vec::new(), result);
    }

    fn map(self: Arc<Self>, _: Path, _: Mapper, result: Resolver) {
        self.asked.fetch_add(1, Ordering::SeqCst);
        result.settle(Ok(Value::Null));
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn nature(&self) -> Nature<'_> {
        Nature::Writable(&self.lock)
    }
}

static WELL: Interface = Interface::new(
    "Well",
    &[Member::new("open", MemberKind::Method, Cancel::Cooperative)],
);
static WHOLE_WELL: Facet = Facet::new(&WELL, &[Results::Narrowed(|| &WHOLE_WELL)]);

/// A4. The fault: a mapper over a stream goes past what is in front of that, with all that it has taken in
/// from this side, to where nobody can stop it.
#[tokio::test]
async fn no_mapper_gets_past_what_is_in_front_of_a_stream() {
    let stream = Arc::<Elsewhere>::default();
    let bare = Stub::of(Cap::from_arc(Arc::clone(&stream) as _));
    let (revoker, membrane) = (Revoker::new(), Membrane::new());
    let mut all = vec![
        revoker.revocable_stub(&bare),
        membrane.outward_stub(&bare),
        guarded(&bare, None, CallBudget::new(9)),
    ];
    let opened = attenuate(&bare, &WHOLE_WELL).call("open", ()).await;
    if let Value::Capability(narrowed) = opened.unwrap() {
        all.push(narrowed);
    }
    assert_eq!(all.len(), 4);
    for wrapped in all {
        let mapped = record_map(&wrapped, |chunk| Ok(Value::Capability(chunk)));
        let mapped = Stub::promise(mapped).get(Path::EMPTY).await;
        let error = mapped.unwrap_err().to_string();
        assert_eq!(error, "Cannot use map() on a WritableStream");
    }
    assert_eq!(stream.asked.load(Ordering::SeqCst), 0);
}

/// A stream that says nothing, and does not end.
struct Quiet;

impl Source for Quiet {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Outcome>> {
        Poll::Pending
    }

    fn cancel(&mut self, _: Error) {}
}

/// What hands itself out, when it is asked for a stream.
struct Brook(Stub);

impl Hook for Brook {
    fn call(self: Arc<Self>, _: Path, _: Vec<Value>, result: Resolver) {
        result.settle(Ok(Value::Capability(self.0.clone())));
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        self.call(path, Vec::new(), result);
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }
}

/// The fault: who waits to be told that a stream to read from is gone is never told, because there is a
/// guard, a facet or another caretaker in front of it.
#[tokio::test]
async fn who_holds_a_wrapped_stream_is_told_that_it_was_taken_back() {
    let (revoker, another) = (Revoker::new(), Revoker::new());
    let bare = Stub::of(Readable::cap(Box::new(Quiet)));
    let taken = revoker.revocable_stub(&bare);
    let facet = attenuate(&Stub::of(Cap::new(Brook(taken.clone()))), &WHOLE_WELL);
    let Value::Capability(narrowed) = facet.call("open", ()).await.unwrap() else {
        panic!("a stream was to come of it");
    };
    let all = [
        guarded(&taken, None, CallBudget::new(9)),
        narrowed,
        another.revocable_stub(&taken),
        Membrane::new().outward_stub(&taken),
    ];
    let told = Arc::<AtomicUsize>::default();
    for wrapped in &all {
        let told = Arc::clone(&told);
        wrapped.cap().on_broken(Box::new(move |error| {
            assert!(matches!(error, Error::Revoked(why) if why.as_ref() == "dry"));
            told.fetch_add(1, Ordering::SeqCst);
        }));
    }
    revoker.revoke("dry");
    assert_eq!(told.load(Ordering::SeqCst), all.len());
}
