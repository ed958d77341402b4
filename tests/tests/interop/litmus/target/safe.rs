//! What is attacked.

use std::sync::Arc;

use capnweb_runtime::{
    Capability as _, Error, Function, ReadableStream, Result, Value, capability,
};
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};

use super::world::{Callback, Present, World};

#[capability]
#[attenuate(SafeReader {
    peek,
    inner -> SafeReader,
    list -> SafeReader,
    doors -> SafeReader,
    later -> SafeReader,
    nested,
    failing,
})]
pub(crate) trait Safe {
    async fn peek(&self) -> Result<String>;
    async fn take(&self, value: Value) -> Result<Value>;
    async fn hold(&self) -> Result<String>;
    async fn empty(&self) -> Result<String>;
    #[property]
    fn combination(&self) -> String;
    async fn inner(&self) -> Result<SafeStub>;
    async fn list(&self) -> Result<Vec<SafeStub>>;
    async fn nested(&self) -> Result<Value>;
    async fn later(&self) -> Result<SafeStub>;
    async fn doors(&self) -> Result<ReadableStream<SafeStub>>;
    async fn ticks(&self) -> Result<ReadableStream<u32>>;
    async fn failing(&self) -> Result<()>;
    async fn call(&self, callback: Function<fn(SafeStub) -> Value>) -> Result<Outcome>;
    async fn keep(&self, callback: Callback) -> Result<()>;
    async fn pass(&self, value: Value) -> Result<Returned>;
    async fn own(&self, value: Value) -> Result<bool>;
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Outcome {
    result: Value,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Returned {
    back: Value,
}

/// A safe with gold in it.
pub(super) struct Gold {
    world: Arc<World>,
    /// What it revokes when something of it is taken.
    revokes: Option<&'static str>,
    _present: Present,
}

impl Gold {
    pub(super) fn new(world: &Arc<World>, revokes: Option<&'static str>) -> Self {
        Self {
            world: Arc::clone(world),
            revokes,
            _present: world.new_safe(),
        }
    }
}

impl Safe for Gold {
    async fn peek(&self) -> Result<String> {
        self.world.worked.count();
        Ok("gold".to_owned())
    }

    async fn take(&self, value: Value) -> Result<Value> {
        self.world.worked.count();
        if let Some(name) = self.revokes {
            self.world.revoke(name, "called in");
        }
        Ok(value)
    }

    async fn hold(&self) -> Result<String> {
        self.world.worked.count();
        self.world.opened().await;
        Ok("held".to_owned())
    }

    async fn empty(&self) -> Result<String> {
        self.world.robbed.count();
        Ok("all of it".to_owned())
    }

    fn combination(&self) -> String {
        self.world.robbed.count();
        "12-34-56".to_owned()
    }

    async fn inner(&self) -> Result<SafeStub> {
        Ok(self.world.safe())
    }

    async fn list(&self) -> Result<Vec<SafeStub>> {
        Ok(vec![self.world.safe(), self.world.safe()])
    }

    async fn nested(&self) -> Result<Value> {
        capnweb_runtime::to_value(&Outside {
            a: [Inside {
                b: self.world.safe(),
            }],
        })
        .map_err(Into::into)
    }

    async fn later(&self) -> Result<SafeStub> {
        self.world.opened().await;
        Ok(self.world.safe())
    }

    async fn doors(&self) -> Result<ReadableStream<SafeStub>> {
        let (first, world) = (self.world.safe(), Arc::clone(&self.world));
        let second = stream::once(async move {
            world.opened().await;
            world.safe()
        });
        Ok(ReadableStream::new(stream::iter([first]).chain(second)))
    }

    async fn ticks(&self) -> Result<ReadableStream<u32>> {
        let world = Arc::clone(&self.world);
        let second = stream::once(async move {
            world.opened().await;
            2
        });
        Ok(ReadableStream::new(stream::iter([1]).chain(second)))
    }

    async fn failing(&self) -> Result<()> {
        let safe = Value::Capability(self.world.safe().into_stub());
        Err(Error::new("it is stuck").with_prop("safe", safe))
    }

    async fn call(&self, callback: Function<fn(SafeStub) -> Value>) -> Result<Outcome> {
        let result = callback.call(self.world.safe()).await?;
        Ok(Outcome { result })
    }

    async fn keep(&self, callback: Callback) -> Result<()> {
        self.world.keep(callback);
        Ok(())
    }

    async fn pass(&self, value: Value) -> Result<Returned> {
        Ok(Returned { back: value })
    }

    async fn own(&self, value: Value) -> Result<bool> {
        Ok(self.world.is_own(&value))
    }
}

#[derive(Serialize)]
struct Outside {
    a: [Inside; 1],
}

#[derive(Serialize)]
struct Inside {
    b: SafeStub,
}
