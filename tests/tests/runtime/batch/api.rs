//! What the batches of these tests are about.

use std::sync::{Arc, Mutex};

use capnweb_runtime::{Error, Function, ReadableStream, Result, Server, Value, capability};
use futures_util::{TryStreamExt as _, stream};
use tokio::sync::watch;

use super::super::support::{Census, Citizen, serving_by};

#[capability]
pub(super) trait Api {
    async fn user(&self) -> Result<UserStub>;
    async fn greet(&self, name: String) -> Result<String>;
    async fn square(&self, number: f64) -> Result<f64>;
    async fn fail(&self) -> Result<()>;
    async fn large(&self, bytes: usize) -> Result<String>;
    async fn opened(&self) -> Result<String>;
    #[rpc(cancel = "drop")]
    async fn never(&self) -> Result<()>;
    async fn numbers(&self, count: u8) -> Result<ReadableStream<u8>>;
    async fn count(&self, numbers: ReadableStream<u8>) -> Result<usize>;
    async fn length(&self, words: ReadableStream<String>) -> Result<usize>;
    async fn tell(&self, callback: Function<fn(f64) -> Value>) -> Result<String>;
    async fn ask(&self, callback: Function<fn(f64) -> Value>) -> Result<Value>;
}

#[capability]
pub(super) trait User {
    #[property]
    fn name(&self) -> String;
}

/// One for each batch, so that a census of them tells which batches are over.
struct Main {
    house: House,
    _citizen: Citizen,
}

struct Ann;

/// What the main objects of one server share.
#[derive(Clone)]
pub(super) struct House {
    pub(super) census: Census,
    pub(super) calls: Arc<Mutex<Vec<String>>>,
    /// Opened by a test, it lets `opened` go on.
    pub(super) door: watch::Sender<bool>,
}

impl House {
    pub(super) fn new() -> Self {
        Self {
            census: Census::default(),
            calls: Arc::default(),
            door: watch::Sender::new(false),
        }
    }

    pub(super) fn server(&self) -> Server {
        let house = self.clone();
        Server::new(move |_| {
            ApiStub::new(Main {
                house: house.clone(),
                _citizen: house.census.citizen(),
            })
        })
    }

    pub(super) async fn open(&self) -> String {
        serving_by(self.server()).await.replace("ws://", "http://")
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

impl Api for Main {
    async fn user(&self) -> Result<UserStub> {
        Ok(UserStub::new(Ann))
    }

    async fn greet(&self, name: String) -> Result<String> {
        self.house.calls.lock().unwrap().push(name.clone());
        Ok(format!("Hi {name}"))
    }

    async fn square(&self, number: f64) -> Result<f64> {
        Ok(number * number)
    }

    async fn fail(&self) -> Result<()> {
        Err(Error::new("nope"))
    }

    async fn large(&self, bytes: usize) -> Result<String> {
        Ok("x".repeat(bytes))
    }

    async fn opened(&self) -> Result<String> {
        let mut opened = self.house.door.subscribe();
        drop(opened.wait_for(|opened| *opened).await);
        Ok("open".to_owned())
    }

    async fn never(&self) -> Result<()> {
        std::future::pending().await
    }

    async fn numbers(&self, count: u8) -> Result<ReadableStream<u8>> {
        Ok(ReadableStream::new(stream::iter(
            (0..count).map(Ok::<u8, Error>),
        )))
    }

    async fn count(&self, numbers: ReadableStream<u8>) -> Result<usize> {
        let numbers: Vec<u8> = numbers.try_collect().await?;
        Ok(numbers.len())
    }

    async fn length(&self, words: ReadableStream<String>) -> Result<usize> {
        let words: Vec<String> = words.try_collect().await?;
        Ok(words.iter().map(String::len).sum())
    }

    async fn tell(&self, callback: Function<fn(f64) -> Value>) -> Result<String> {
        drop(callback.call(3.0));
        Ok("ok".to_owned())
    }

    async fn ask(&self, callback: Function<fn(f64) -> Value>) -> Result<Value> {
        callback.call(3.0).await
    }
}

impl User for Ann {
    fn name(&self) -> String {
        "Ann".to_owned()
    }
}
