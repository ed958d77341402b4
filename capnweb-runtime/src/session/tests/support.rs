//! The words that tests are written in.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use futures_util::FutureExt as _;

use super::world::World;
use crate::config::SessionConfig;
use crate::connection::Connection;
use crate::error::Disconnect;
use crate::hook::{
    Arrival, Callable, Cap, FunctionHook, Outcome, Peer, Resolver, SessionControl as _, Stub,
    Value, Wait, call_function,
};
use crate::limits::Limits;
use crate::value::{Object, Path};

/// One of our sessions, whose peer is the test itself.
pub(super) struct Scripted {
    pub(super) connection: Arc<Connection>,
    /// The peer's main object.
    pub(super) main: Option<Stub>,
    /// What we serve.
    pub(super) world: World,
}

/// Whose lines in a transcript are ours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum We {
    /// Those with `←`.
    Serve,
    /// Those with `→`.
    Call,
}

impl Scripted {
    pub(super) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(super) fn with(limits: Limits) -> Self {
        let world = World::new();
        let serving = Self::serving(world.cap(), limits);
        Self { world, ..serving }
    }

    /// Serves a [`World`] in a session of this kind.
    pub(super) fn configured(config: &SessionConfig) -> Self {
        let world = World::new();
        let serving = Self::serving_configured(world.cap(), config);
        Self { world, ..serving }
    }

    /// Serves something other than a [`World`].
    pub(super) fn serving(main: Cap, limits: Limits) -> Self {
        Self::serving_configured(main, &limits.into())
    }

    fn serving_configured(main: Cap, config: &SessionConfig) -> Self {
        let (connection, main) = Connection::new(main, Peer::default(), config);
        Self {
            connection,
            main: Some(Stub::of(main)),
            world: World::new(),
        }
    }

    pub(super) fn main(&self) -> &Stub {
        self.main.as_ref().expect("the test has not dropped it")
    }

    /// Lets the peer say something.
    pub(super) fn says(&self, message: &str) {
        self.connection.handle_message(message);
    }

    /// Returns what we have said since, when nothing moves any more.
    pub(super) async fn heard(&self) -> Vec<String> {
        settle().await;
        frames(&self.connection)
    }

    /// Checks that we have said this, and nothing else.
    pub(super) async fn hears(&self, expected: &[&str]) {
        assert_eq!(self.heard().await, expected);
    }

    /// Plays a transcript in which we are the server: says each `→`, expects each `←` in order.
    pub(super) async fn serves(&self, transcript: &str) {
        self.play(We::Serve, transcript).await;
    }

    /// Plays a transcript in which we are the client.
    pub(super) async fn calls(&self, transcript: &str) {
        self.play(We::Call, transcript).await;
    }

    async fn play(&self, we: We, transcript: &str) {
        let mut expected = Vec::new();
        for (who, message) in transcript.lines().filter_map(line) {
            if who == we {
                expected.push(message);
                continue;
            }
            self.compare(&mut expected).await;
            self.says(message);
        }
        self.compare(&mut expected).await;
    }

    /// What we say need not wait for what the peer says next, so that it is compared in one go.
    async fn compare(&self, expected: &mut Vec<&str>) {
        if !expected.is_empty() {
            assert_eq!(self.heard().await, *expected);
            expected.clear();
        }
    }

    /// Waits for a promise that nothing more need be said for.
    pub(super) async fn value(&self, promise: &Stub) -> Outcome {
        within_turns(value(promise)).await
    }

    /// Checks that nothing is left but the main objects, once this was said.
    pub(super) async fn is_clean_but_for(&self, said: &[&str]) {
        self.hears(said).await;
        self.holds(1, 1);
    }

    pub(super) fn ended(&self) -> Option<Disconnect> {
        self.connection.ended()
    }

    /// Checks that nothing is left but the main objects.
    pub(super) async fn is_clean(&self) {
        self.hears(&[]).await;
        self.holds(1, 1);
    }

    #[track_caller]
    pub(super) fn holds(&self, imports: usize, exports: usize) {
        let stats = self.connection.stats();
        assert_eq!((stats.imports, stats.exports), (imports, exports));
    }
}

fn line(line: &str) -> Option<(We, &str)> {
    let line = line.trim();
    if let Some(message) = line.strip_prefix("→ ") {
        return Some((We::Call, message));
    }
    if let Some(message) = line.strip_prefix("← ") {
        return Some((We::Serve, message));
    }
    assert!(line.is_empty() || line.starts_with('#'), "{line}");
    None
}

/// Sessions in pairs, their messages carried by hand.
pub(super) struct Net {
    links: Vec<Link>,
}

/// Two connected sessions.
pub(super) struct Link {
    pub(super) left: Arc<Connection>,
    pub(super) right: Arc<Connection>,
    log: Mutex<Vec<String>>,
}

impl Net {
    pub(super) fn new() -> Self {
        Self { links: Vec::new() }
    }

    /// Connects two main objects; returns the right one as the left end sees it, and the left one
    /// as the right end sees it.
    pub(super) fn connect(&mut self, left: &Stub, right: &Stub) -> (Stub, Stub) {
        self.connect_with(left, right, &Limits::default())
    }

    pub(super) fn connect_with(
        &mut self,
        left: &Stub,
        right: &Stub,
        limits: &Limits,
    ) -> (Stub, Stub) {
        let config = SessionConfig::from(limits.clone());
        let (left, right_main) = Connection::new(left.cap().clone(), Peer::default(), &config);
        let (right, left_main) = Connection::new(right.cap().clone(), Peer::default(), &config);
        self.links.push(Link {
            left,
            right,
            log: Mutex::default(),
        });
        (Stub::of(right_main), Stub::of(left_main))
    }

    pub(super) fn link(&self, index: usize) -> &Link {
        &self.links[index]
    }

    /// Carries messages until there are none and nothing moves.
    pub(super) async fn run(&self) {
        loop {
            settle().await;
            if !self.links.iter().any(Link::carry) {
                return;
            }
        }
    }

    /// Waits for a promise, carrying messages meanwhile.
    pub(super) async fn value(&self, promise: &Stub) -> Outcome {
        let mut waiting = std::pin::pin!(value(promise));
        for _ in 0..MAX_TURNS {
            if let Poll::Ready(outcome) = poll_once(waiting.as_mut()).await {
                self.run().await;
                return outcome;
            }
            self.run().await;
        }
        panic!("the promise never settled");
    }

    /// Returns what the ends of a link have said since this was last asked, `→` from the left one.
    pub(super) fn log(&self, index: usize) -> Vec<String> {
        std::mem::take(&mut *self.links[index].log.lock().unwrap())
    }

    /// Checks that no link holds anything but main objects.
    pub(super) async fn is_clean(&self) {
        self.run().await;
        for (index, link) in self.links.iter().enumerate() {
            for end in [&link.left, &link.right] {
                let stats = end.stats();
                let log = link.log.lock().unwrap();
                assert_eq!(end.ended().map(|reason| reason.to_string()), None);
                assert_eq!(
                    (stats.imports, stats.exports),
                    (1, 1),
                    "link {index}: {log:#?}"
                );
            }
        }
    }
}

impl Link {
    /// Carries what there is to carry, one way and then the other.
    fn carry(&self) -> bool {
        let mut moved = false;
        for (from, to, arrow) in [
            (&self.left, &self.right, "→"),
            (&self.right, &self.left, "←"),
        ] {
            for frame in frames(from) {
                moved = true;
                self.log.lock().unwrap().push(format!("{arrow} {frame}"));
                to.handle_message(&frame);
            }
        }
        moved
    }
}

/// Lets every task run until none can.
pub(super) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

pub(super) fn frames(connection: &Connection) -> Vec<String> {
    let taken = connection.next_frames().now_or_never();
    let taken = taken.flatten().into_iter().flatten();
    taken.map(|frame| frame.as_str().to_owned()).collect()
}

async fn within_turns<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    for _ in 0..MAX_TURNS {
        if let Poll::Ready(value) = poll_once(future.as_mut()).await {
            return value;
        }
        settle().await;
    }
    panic!("the promise never settled");
}

async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

/// Calls a method.
pub(super) fn call(
    stub: &Stub,
    method: &'static str,
    args: impl IntoIterator<Item = Value>,
) -> Stub {
    call_at(stub, Path::single(method), args)
}

/// Calls a function.
pub(super) fn apply(stub: &Stub, args: impl IntoIterator<Item = Value>) -> Stub {
    call_at(stub, Path::EMPTY, args)
}

pub(super) fn call_at(stub: &Stub, path: Path, args: impl IntoIterator<Item = Value>) -> Stub {
    let path = stub.path().clone().join(path);
    Stub::promise(stub.cap().call_promise(path, args.into_iter().collect()))
}

/// Reads a property.
pub(super) fn read(stub: &Stub, name: &'static str) -> Stub {
    let path = stub.path().then(name);
    Stub::promise(stub.cap().read_promise(path))
}

/// Asks for a promise's value and for every promise in it.
pub(super) async fn value(promise: &Stub) -> Outcome {
    Arrival::of(promise).await
}

/// Asks for a promise's value, without waiting for it.
pub(super) fn begin(promise: &Stub) -> Wait {
    Wait::begin(promise)
}

/// Makes a function out of a closure.
pub(super) fn function(body: impl Fn(Vec<Value>) -> Outcome + Send + Sync + 'static) -> Value {
    Value::Capability(Stub::of(Cap::new(FunctionHook::new(Closure(Arc::new(
        body,
    ))))))
}

struct Closure<F>(Arc<F>);

impl<F: Fn(Vec<Value>) -> Outcome + Send + Sync + 'static> Callable for Closure<F> {
    fn invoke(&self, args: Vec<Value>, result: Resolver) {
        let body = Arc::clone(&self.0);
        call_function(args, result, move |args| async move {
            body(args.values.collect())
        });
    }
}

pub(super) fn number(number: f64) -> Value {
    Value::Number(number)
}

pub(super) fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

pub(super) fn array(items: impl IntoIterator<Item = Value>) -> Value {
    Value::Array(items.into_iter().collect())
}

pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().collect::<Object<Stub>>())
}

/// Takes the capability out of a result.
#[track_caller]
pub(super) fn stub(outcome: Outcome) -> Stub {
    match outcome {
        Ok(Value::Capability(stub)) => stub,
        other => panic!("no capability: {other:?}"),
    }
}

/// Returns the text of a failure.
#[track_caller]
pub(super) fn failure(outcome: Outcome) -> String {
    match outcome {
        Err(error) => error.to_string(),
        Ok(value) => panic!("it did not fail: {value:?}"),
    }
}

/// Checks a result; errors have no equality.
#[track_caller]
pub(super) fn is(outcome: Outcome, expected: impl Into<Option<Value>>) {
    match outcome {
        Ok(value) => assert_eq!(Some(value), expected.into()),
        Err(error) => panic!("it failed: {error}"),
    }
}

const MAX_TURNS: usize = 100;
