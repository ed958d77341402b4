//! Guards: what a policy admits passes, and nothing else.

mod chains;
mod limits;
mod looks;
mod streams;
mod ways;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnweb_runtime::policy::{Crossing, Denial};
use capnweb_runtime::{Error, Function, ReadableStream, Result, WritableStream, capability};

use super::support::{Link, in_time};

/// An object that counts how often it is entered.
#[capability]
#[attenuate(ShedReader { read, list, lock -> Lock, name })]
trait Shed {
    async fn read(&self, key: String) -> Result<String>;
    async fn write(&self, key: String) -> Result<String>;
    async fn list(&self) -> Result<Vec<String>>;
    async fn lock(&self) -> Result<LockStub>;
    #[property]
    fn name(&self) -> Result<String>;
    #[property]
    fn door(&self) -> LockStub;
    async fn opener(&self) -> Result<Function<fn() -> String>>;
    async fn visit(&self, visitor: LockStub) -> Result<String>;
    async fn lines(&self) -> Result<ReadableStream<u32>>;
    async fn sink(&self) -> Result<WritableStream<u32>>;
}

#[capability]
trait Lock {
    async fn turn(&self) -> Result<String>;
}

#[derive(Debug, Clone, Default)]
struct Garden {
    entered: Arc<AtomicUsize>,
    written: Arc<AtomicUsize>,
}

impl Garden {
    #[allow(clippy::unnecessary_wraps, reason = "it is what the methods return")]
    fn enter<T>(&self, value: T) -> Result<T> {
        self.entered.fetch_add(1, Ordering::SeqCst);
        Ok(value)
    }

    fn entered(&self) -> usize {
        self.entered.load(Ordering::SeqCst)
    }

    fn shed(&self) -> ShedStub {
        ShedStub::new(self.clone())
    }
}

impl Shed for Garden {
    async fn read(&self, key: String) -> Result<String> {
        self.enter(key)
    }

    async fn write(&self, key: String) -> Result<String> {
        self.enter(key)
    }

    async fn list(&self) -> Result<Vec<String>> {
        self.enter(vec!["spade".to_owned(), "rake".to_owned()])
    }

    async fn lock(&self) -> Result<LockStub> {
        self.enter(LockStub::new(self.clone()))
    }

    fn name(&self) -> Result<String> {
        self.enter("shed".to_owned())
    }

    fn door(&self) -> LockStub {
        LockStub::new(self.clone())
    }

    async fn opener(&self) -> Result<Function<fn() -> String>> {
        let garden = self.clone();
        self.enter(Function::new(move || {
            let entered = garden.enter("opened".to_owned());
            async move { entered }
        }))
    }

    async fn visit(&self, visitor: LockStub) -> Result<String> {
        self.enter(())?;
        visitor.turn().await
    }

    async fn lines(&self) -> Result<ReadableStream<u32>> {
        self.enter(ReadableStream::new(futures_util::stream::iter([1, 2, 3])))
    }

    async fn sink(&self) -> Result<WritableStream<u32>> {
        let written = Arc::clone(&self.written);
        self.enter(WritableStream::from_fn(move |_: u32| {
            written.fetch_add(1, Ordering::SeqCst);
            async { Ok::<(), Error>(()) }
        }))
    }
}

impl Lock for Garden {
    async fn turn(&self) -> Result<String> {
        self.enter("turned".to_owned())
    }
}

/// Runs a test over a session in process, then over a WebSocket. What is left of them is not looked
/// at, since that takes calls, which a guard counts.
async fn guarded_over_both(
    main: impl Fn() -> ShedStub + Clone + Send + Sync + 'static,
    test: impl AsyncFn(ShedStub),
) {
    let link = Link::in_process(main());
    in_time(test(link.main)).await;
    let link = Link::websocket(main).await;
    in_time(test(link.main)).await;
}

/// Nothing passes.
fn nothing(_: &Crossing<'_>) -> Result<(), Denial> {
    Err(Denial::new("never"))
}

fn assert_denied<T: std::fmt::Debug>(outcome: Result<T>, why: &str) {
    let error = outcome.unwrap_err();
    assert!(error.is_denied(), "{error:?}");
    assert_eq!(error.to_string(), format!("denied: {why}"));
}
