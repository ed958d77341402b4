//! Membranes around what JavaScript is handed, and what it hands in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use capnweb_runtime::{Error, Function, ReadableStream, Result, Revoker, capability};
use futures_util::{StreamExt as _, stream};

use super::support::{node, runtime, serving};

#[capability]
trait Drawer {
    async fn look(&self) -> Result<String>;
}

type Visitor = Function<fn(DrawerStub) -> String>;

#[capability]
trait Desk {
    async fn open(&self) -> Result<DrawerStub>;
    /// Hands a drawer to a visitor, and says what that says.
    async fn show(&self, to: Visitor) -> Result<String>;
    /// A drawer, and then nothing for as long as somebody waits.
    async fn drawers(&self) -> Result<ReadableStream<DrawerStub>>;
    async fn remember(&self, visitor: Visitor) -> Result<()>;
}

#[capability]
trait House {
    async fn lend(&self) -> Result<DeskStub>;
    async fn end(&self, reason: String) -> Result<()>;
    /// Calls the visitor that was remembered.
    async fn call_back(&self) -> Result<String>;
}

#[derive(Clone, Default)]
struct Oak(Arc<Mutex<Option<Visitor>>>);

impl Drawer for Oak {
    async fn look(&self) -> Result<String> {
        Ok("pencils".to_owned())
    }
}

impl Desk for Oak {
    async fn open(&self) -> Result<DrawerStub> {
        Ok(DrawerStub::new(self.clone()))
    }

    async fn show(&self, to: Visitor) -> Result<String> {
        to.call(DrawerStub::new(self.clone())).await
    }

    async fn drawers(&self) -> Result<ReadableStream<DrawerStub>> {
        let one = stream::iter([DrawerStub::new(self.clone())]);
        Ok(ReadableStream::new(one.chain(stream::pending())))
    }

    async fn remember(&self, visitor: Visitor) -> Result<()> {
        *self.0.lock().unwrap() = Some(visitor);
        Ok(())
    }
}

#[derive(Default)]
struct Lender {
    desk: Oak,
    lent: Mutex<Option<Revoker>>,
}

impl House for Lender {
    async fn lend(&self) -> Result<DeskStub> {
        let (desk, revoker) = DeskStub::new(self.desk.clone()).membrane();
        *self.lent.lock().unwrap() = Some(revoker);
        Ok(desk)
    }

    async fn end(&self, reason: String) -> Result<()> {
        if let Some(revoker) = self.lent.lock().unwrap().take() {
            revoker.revoke(&reason);
        }
        Ok(())
    }

    async fn call_back(&self) -> Result<String> {
        let visitor = self.desk.0.lock().unwrap().clone();
        let visitor = visitor.ok_or_else(|| Error::new("nobody was here"))?;
        visitor.call(DrawerStub::new(self.desk.clone())).await
    }
}

/// The fault: something that JavaScript was handed through a membrane, or has handed in, goes on working
/// when that has fallen: a result, what is reached through one, what a callback was given, a chunk, the
/// stream that it came in, the callback itself.
#[test]
fn what_javascript_has_through_a_membrane_ends_with_it() {
    let Some(node) = node() else { return };
    let runtime = runtime();
    let url = runtime.block_on(serving(|_| HouseStub::new(Lender::default())));
    let mut client = node.program("membrane.mjs", &[&url]).unwrap();
    let end = client.finish(Duration::from_mins(1)).unwrap();
    assert!(end.status.success(), "{}: {}", end.status, end.stderr);
    assert_eq!(end.lines, ["all of it has ended"]);
}
