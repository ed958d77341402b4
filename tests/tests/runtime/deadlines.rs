//! Time limits as users set them.

use std::time::Duration;

use capnweb_runtime::{
    Call, Capability as _, Connector, Error, Function, Limits, Result, Server, SessionConfig,
    capability, in_process,
};

use super::support::{Frozen, Link, in_time, serving_by};

const SECOND: Duration = Duration::from_secs(1);

#[capability]
trait Sleeper {
    async fn sleep(&self, call: Call, ms: u64) -> Result<bool>;
    /// Says how much time it has, in milliseconds.
    async fn left(&self, call: Call) -> Option<u64>;
    async fn call_back(&self, back: Function<fn() -> i64>) -> Result<i64>;
}

struct Bed;

impl Sleeper for Bed {
    async fn sleep(&self, call: Call, ms: u64) -> Result<bool> {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        Ok(call.is_cancelled())
    }

    async fn left(&self, call: Call) -> Option<u64> {
        let deadline = call.deadline()?;
        let left = deadline.duration_since(tokio::time::Instant::now().into_std());
        u64::try_from(left.as_millis()).ok()
    }

    async fn call_back(&self, back: Function<fn() -> i64>) -> Result<i64> {
        back.call().await
    }
}

fn link(config: impl Into<SessionConfig>) -> Link<SleeperStub> {
    let (main, session) = in_process(SleeperStub::new(Bed), SleeperStub::new(Bed), config);
    Link { main, session }
}

fn limited() -> Link<SleeperStub> {
    let mut limits = Limits::default();
    limits.max_handler_time = Some(SECOND);
    link(limits)
}

/// A function whose calls never end.
fn hanging() -> Function<fn() -> i64> {
    Function::new(std::future::pending::<Result<i64, Error>>)
}

#[tokio::test(start_paused = true)]
async fn a_method_knows_its_deadline_and_fails_past_it() {
    let link = limited();
    assert_eq!(link.left().await.unwrap(), Some(1000));
    assert!(!link.sleep(500_u64).await.unwrap());
    let late = link.sleep(1500_u64).await.unwrap_err();
    assert!(late.is_timed_out(), "{late:?}");
    assert_eq!(late.to_string(), "timed out after 1s");
    assert!(!matches!(late, Error::TimedOut(_)), "it is the peer's");
}

#[tokio::test(start_paused = true)]
async fn by_default_there_is_no_deadline() {
    let link = link(Limits::default());
    assert_eq!(link.left().await.unwrap(), None);
    assert!(!link.sleep(3_600_000_u64).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_promise_can_be_given_a_time() {
    let link = link(Limits::default());
    assert!(!link.sleep(500_u64).timeout(SECOND).await.unwrap());
    let late = link.sleep(1500_u64).timeout(SECOND).await.unwrap_err();
    assert!(
        matches!(late, Error::TimedOut(after) if after == SECOND),
        "{late:?}"
    );
    assert!(late.is_timed_out());
    link.settled().await;
}

/// The time runs from when it was given, and not from the first look.
#[tokio::test(start_paused = true)]
async fn a_promise_is_late_also_if_it_is_awaited_late() {
    let link = link(Limits::default());
    let promise = link.call_back(hanging()).timeout(SECOND);
    tokio::time::sleep(2 * SECOND).await;
    let before = tokio::time::Instant::now();
    assert!(promise.await.unwrap_err().is_timed_out());
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_session_can_give_a_time_to_all_its_calls() {
    let link = link(SessionConfig::new().call_timeout(SECOND));
    assert!(!link.sleep(500_u64).await.unwrap());
    let late = link.sleep(1500_u64).await.unwrap_err();
    assert!(
        matches!(late, Error::TimedOut(after) if after == SECOND),
        "{late:?}"
    );
    link.settled().await;
}

/// A server must not wait for ever for a client that it calls back, whatever stub it calls through.
#[tokio::test]
async fn a_server_can_give_a_time_to_its_calls_of_clients() {
    in_time(async {
        let config = SessionConfig::new().call_timeout(Duration::from_millis(20));
        let url = serving_by(Server::new(|_| SleeperStub::new(Bed)).config(config)).await;
        let link = Link::<SleeperStub>::connect(&url).await;
        assert!(link.call_back(hanging()).await.unwrap_err().is_timed_out());
        link.settled().await;
    })
    .await;
}

/// The client lets go, so that the method is told: it is one session's end that this is about.
#[tokio::test]
async fn the_end_of_a_session_cancels_its_calls() {
    #[capability]
    trait Waiter {
        async fn wait(&self, call: Call) -> Result<()>;
    }
    struct Patient(tokio::sync::mpsc::UnboundedSender<String>);
    impl Waiter for Patient {
        async fn wait(&self, call: Call) -> Result<()> {
            drop(self.0.send("waiting".to_owned()));
            call.cancelled().await;
            drop(self.0.send("cancelled".to_owned()));
            Ok(())
        }
    }
    in_time(async {
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let server = Server::new(move |_| WaiterStub::new(Patient(told.clone())));
        let url = serving_by(server).await;
        let (main, session) = Connector::new(url)
            .connect_with_session::<WaiterStub>()
            .await
            .unwrap();
        let held = main.as_stub().clone();
        let waiting = main.wait();
        assert_eq!(heard.recv().await.as_deref(), Some("waiting"));
        session.close("enough");
        assert_eq!(heard.recv().await.as_deref(), Some("cancelled"));
        drop((waiting, held));
    })
    .await;
}

/// The fault: a method that waits for ever, because a client never answers what it is asked.
#[tokio::test]
async fn a_server_waits_for_its_clients_no_longer_than_it_was_told() {
    let clock = Frozen::new();
    let config = SessionConfig::new().call_timeout(SECOND);
    let server = Server::new(|_| SleeperStub::new(Bed)).config(config);
    let link = Link::<SleeperStub>::connect(&serving_by(server).await).await;
    let late = clock.pass_until(link.call_back(hanging())).await;
    let late = late.unwrap_err();
    assert!(late.is_timed_out(), "{late:?}");
    assert!(!matches!(late, Error::TimedOut(_)), "it is the server's");
    // It is no limit on the client's own calls, nor on methods.
    let patient = link.sleep(5000_u64);
    assert!(!clock.pass_until(patient).await.unwrap());
}

/// The fault: the timeout of one promise counts on a client only.
#[tokio::test]
async fn a_method_may_wait_for_a_callback_for_a_time() {
    #[capability]
    trait Caller {
        async fn call_back(&self, back: Function<fn() -> i64>) -> Result<i64>;
    }
    struct Impatient;
    impl Caller for Impatient {
        async fn call_back(&self, back: Function<fn() -> i64>) -> Result<i64> {
            back.call().timeout(SECOND).await.or(Ok(-1))
        }
    }
    let clock = Frozen::new();
    let server = Server::new(|_| CallerStub::new(Impatient));
    let link = Link::<CallerStub>::connect(&serving_by(server).await).await;
    assert_eq!(
        clock.pass_until(link.call_back(hanging())).await.unwrap(),
        -1
    );
    let seven = Function::new(|| async { Ok(7) });
    assert_eq!(clock.pass_until(link.call_back(seven)).await.unwrap(), 7);
}
