//! The server that all live in, and what an honest neighbour sees of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use capnweb_runtime::{Error, Limits, Result, Server, SessionConfig, Value, capability, redact};

/// What the server serves: what an attacker can make something of.
#[capability]
pub(crate) trait House {
    /// Gives back what it gets.
    async fn echo(&self, value: Value) -> Result<Value>;
    /// Gives an object.
    async fn room(&self) -> Result<RoomStub>;
    /// Does not return.
    #[rpc(cancel = "drop")]
    async fn wait(&self) -> Result<()>;
    /// Returns how many houses and rooms there are.
    async fn standing(&self) -> Result<usize>;
}

/// An object that can be held.
#[capability]
pub(crate) trait Room {
    /// Gives back what it gets.
    async fn echo(&self, value: Value) -> Result<Value>;
}

struct Standing(Arc<AtomicUsize>);

struct Built {
    standing: Arc<AtomicUsize>,
    _one: Standing,
}

impl Standing {
    fn one_more(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl House for Built {
    async fn echo(&self, value: Value) -> Result<Value> {
        Ok(value)
    }

    async fn room(&self) -> Result<RoomStub> {
        Ok(RoomStub::new(Standing::one_more(&self.standing)))
    }

    async fn wait(&self) -> Result<()> {
        std::future::pending().await
    }

    async fn standing(&self) -> Result<usize> {
        Ok(self.standing.load(Ordering::SeqCst))
    }
}

impl Room for Standing {
    async fn echo(&self, value: Value) -> Result<Value> {
        Ok(value)
    }
}

/// Returns a server as one is advised to run it where strangers call.
pub(crate) fn server() -> Server {
    let standing = Arc::<AtomicUsize>::default();
    let config = SessionConfig::from(Limits::for_strangers()).on_send_error(redact::unless_public);
    let house = move |_: &_| {
        HouseStub::new(Built {
            _one: Standing::one_more(&standing),
            standing: Arc::clone(&standing),
        })
    };
    Server::new(house).config(config)
}

/// Calls again and again for a while; returns how long each call took.
///
/// # Errors
///
/// The first call that fails: no neighbour's doing may make one fail.
pub(crate) async fn live(house: &HouseStub, time: Duration) -> Result<Vec<Duration>> {
    let begun = Instant::now();
    let mut calls = Vec::new();
    while begun.elapsed() < time {
        let call = Instant::now();
        let sent = Value::String("good morning".to_owned());
        if house.echo(sent.clone()).await? != sent {
            return Err(Error::new("a call gave what it should not"));
        }
        calls.push(call.elapsed());
    }
    Ok(calls)
}

/// Waits until nothing stands any more but the house of whoever asks.
///
/// # Errors
///
/// A call that fails.
pub(crate) async fn until_quiet(house: &HouseStub) -> Result<()> {
    while house.standing().await? > 1 {
        tokio::task::yield_now().await;
    }
    Ok(())
}
