//! What a method notices when nobody waits for its result any more.

use std::sync::Mutex;
use std::time::Duration;

use capnweb_runtime::{Call, Capability as _, Error, Result, capability};
use tokio::sync::mpsc;

use super::support::{Link, in_time};

/// Says how its calls end: each of them waits until it is told to answer, or let go.
#[capability]
#[attenuate(Waiter { look, stopped })]
trait Worker {
    /// Looks whether anybody waits for it.
    async fn look(&self, call: Call, name: String) -> Result<String>;
    /// Is dropped when nobody does.
    #[rpc(cancel = "drop")]
    async fn stopped(&self, name: String) -> Result<String>;
    async fn finish(&self) -> Result<()>;
    async fn after(&self, name: String) -> Result<String>;
}

struct Watched {
    events: mpsc::UnboundedSender<String>,
    finish: tokio::sync::watch::Sender<bool>,
}

/// Tells when it is dropped, by which it is seen that a handler was.
struct Guard<'a>(&'a Watched, String);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.tell(format!("{} dropped", self.1));
    }
}

impl Watched {
    fn tell(&self, event: String) {
        // After the test nobody listens.
        drop(self.events.send(event));
    }

    async fn told_to_finish(&self) {
        let mut finish = self.finish.subscribe();
        finish
            .wait_for(|finish| *finish)
            .await
            .expect("the sender is here");
    }
}

impl Worker for Watched {
    async fn look(&self, call: Call, name: String) -> Result<String> {
        self.tell(format!("{name} started"));
        tokio::select! {
            () = call.cancelled() => {
                assert!(call.is_cancelled());
                self.tell(format!("{name} cancelled"));
                Err(Error::new("cancelled"))
            }
            () = self.told_to_finish() => {
                assert!(!call.is_cancelled());
                self.tell(format!("{name} finished"));
                Ok(name)
            }
        }
    }

    async fn stopped(&self, name: String) -> Result<String> {
        self.tell(format!("{name} started"));
        let guard = Guard(self, name.clone());
        self.told_to_finish().await;
        std::mem::forget(guard);
        self.tell(format!("{name} finished"));
        Ok(name)
    }

    async fn finish(&self) -> Result<()> {
        self.finish.send_replace(true);
        Ok(())
    }

    async fn after(&self, name: String) -> Result<String> {
        Ok(format!("after {name}"))
    }
}

struct Bench {
    link: Link<WorkerStub>,
    events: Mutex<mpsc::UnboundedReceiver<String>>,
}

fn bench() -> Bench {
    let (events, told) = mpsc::unbounded_channel();
    let finish = tokio::sync::watch::Sender::new(false);
    let worker = WorkerStub::new(Watched { events, finish });
    Bench {
        link: Link::in_process(worker),
        events: Mutex::new(told),
    }
}

impl Bench {
    async fn expect(&self, event: &str) {
        let next = std::future::poll_fn(|context| {
            let mut events = self.events.lock().expect("no test panics with it");
            events.poll_recv(context)
        });
        let next = in_time(next).await;
        assert_eq!(next.as_deref(), Some(event));
    }
}

#[tokio::test]
async fn dropping_a_promise_tells_its_method() {
    let bench = bench();
    let call = bench.link.look("a");
    bench.expect("a started").await;
    drop(call);
    bench.expect("a cancelled").await;
    bench.link.settled().await;
}

#[tokio::test]
async fn giving_up_an_await_tells_its_method() {
    let bench = bench();
    let call = bench.link.look("a");
    let waiting = tokio::spawn(call);
    bench.expect("a started").await;
    waiting.abort();
    bench.expect("a cancelled").await;
    bench.link.settled().await;
}

#[tokio::test]
async fn a_method_may_ask_to_be_dropped_instead() {
    let bench = bench();
    let call = bench.link.stopped("a");
    bench.expect("a started").await;
    drop(call);
    bench.expect("a dropped").await;
    bench.link.settled().await;
}

#[tokio::test]
async fn a_call_whose_result_is_wanted_is_not_cancelled() {
    let bench = bench();
    for (look, name) in [(true, "a"), (false, "b")] {
        let call = if look {
            bench.link.look(name)
        } else {
            bench.link.stopped(name)
        };
        let copy = call.clone();
        drop(call);
        bench.expect(&format!("{name} started")).await;
        bench.link.round_trip().await;
        bench.link.finish().await.unwrap();
        bench.expect(&format!("{name} finished")).await;
        assert_eq!(copy.await.unwrap(), name);
    }
    bench.link.settled().await;
}

/// The fault: a call counts as given up because only other calls hang on it.
#[tokio::test]
async fn a_call_whose_result_is_an_argument_is_not_cancelled() {
    let bench = bench();
    let call = bench.link.look("a");
    let after = bench.link.after(&call);
    drop(call);
    bench.expect("a started").await;
    bench.link.round_trip().await;
    bench.link.finish().await.unwrap();
    bench.expect("a finished").await;
    assert_eq!(in_time(after).await.unwrap(), "after a");
    bench.link.settled().await;
}

#[tokio::test]
async fn the_end_of_the_session_cancels_its_calls() {
    let bench = bench();
    let (looking, stopped) = (bench.link.look("a"), bench.link.stopped("b"));
    bench.expect("a started").await;
    bench.expect("b started").await;
    bench.link.session.close("enough");
    let mut ends = [String::new(), String::new()];
    for end in &mut ends {
        let next = std::future::poll_fn(|context| bench.events.lock().unwrap().poll_recv(context));
        *end = in_time(next).await.unwrap();
    }
    ends.sort_unstable();
    assert_eq!(ends, ["a cancelled", "b dropped"]);
    assert!(looking.await.unwrap_err().is_disconnected());
    assert!(stopped.await.unwrap_err().is_disconnected());
}

/// The fault: the wrapper's own promise is dropped while the caller's is still awaited, which ends
/// every such call at once.
#[tokio::test]
async fn wrappers_neither_cancel_a_call_nor_keep_it_from_being_cancelled() {
    let bench = bench();
    let facet: WaiterStub = bench.link.attenuate();
    let (revocable, _revoker) = bench.link.revocable();
    let calls = [
        ("facet", "cancelled", facet.look("facet")),
        ("revocable", "cancelled", revocable.look("revocable")),
        ("other facet", "dropped", facet.stopped("other facet")),
        (
            "other revocable",
            "dropped",
            revocable.stopped("other revocable"),
        ),
    ];
    for (name, ..) in &calls {
        bench.expect(&format!("{name} started")).await;
    }
    bench.link.round_trip().await;
    for (name, end, call) in calls {
        drop(call);
        bench.expect(&format!("{name} {end}")).await;
    }
    drop((facet, revocable));
    bench.link.settled().await;
}

/// The same, with the wrappers where the object is.
#[tokio::test]
async fn wrappers_on_the_serving_side_pass_cancellation_on() {
    let (events, told) = mpsc::unbounded_channel();
    let finish = tokio::sync::watch::Sender::new(false);
    let worker = WorkerStub::new(Watched { events, finish });
    let (revocable, _revoker) = worker.revocable();
    let facet: WaiterStub = revocable.attenuate();
    let link = Link::in_process(facet);
    let bench = Bench {
        link: Link::in_process(worker),
        events: Mutex::new(told),
    };
    let kept = link.look("kept");
    let given_up = link.stopped("given up");
    bench.expect("kept started").await;
    bench.expect("given up started").await;
    link.round_trip().await;
    drop(given_up);
    bench.expect("given up dropped").await;
    bench.link.finish().await.unwrap();
    bench.expect("kept finished").await;
    assert_eq!(in_time(kept).await.unwrap(), "kept");
    link.settled().await;
}

/// A call within the process is given up in the same way.
#[tokio::test]
async fn local_calls_are_cancelled_too() {
    let bench = bench();
    let (events, mut told) = mpsc::unbounded_channel();
    let finish = tokio::sync::watch::Sender::new(false);
    let local = WorkerStub::new(Watched { events, finish });
    let call = local.stopped("a");
    assert_eq!(told.recv().await.unwrap(), "a started");
    drop(call);
    let dropped = tokio::time::timeout(Duration::from_mins(1), told.recv()).await;
    assert_eq!(dropped.unwrap().unwrap(), "a dropped");
    assert!(local.as_stub() != bench.link.as_stub());
}
