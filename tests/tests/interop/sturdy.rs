//! Sturdy references between the languages: JavaScript restores what Rust has sealed, narrows it on
//! its own, and serves what Rust restores.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use capnweb_runtime::{
    Call, Error, MemoryStore, Registry, RegistryKey, RestoreError, RestorerStub, Result, Session,
    SturdyRef, capability,
};

use tests::root;

use super::support::{node, runtime, serving};

#[capability]
trait Till {
    async fn sum(&self) -> Result<u32>;
    async fn add(&self, amount: u32) -> Result<u32>;
}

#[capability]
trait Shop {
    fn restorer(&self) -> RestorerStub;
    /// Restores a reference at the caller's; nothing if it has no such.
    async fn visit(&self, call: Call, reference: SturdyRef) -> Result<Option<u32>>;
    async fn close(&self) -> Result<()>;
}

#[derive(Clone, Default)]
struct Drawer(Arc<AtomicU32>);

impl Till for Drawer {
    async fn sum(&self) -> Result<u32> {
        self.add(0).await
    }

    async fn add(&self, amount: u32) -> Result<u32> {
        Ok(self.0.fetch_add(amount, Ordering::SeqCst) + amount)
    }
}

struct Corner {
    registry: Registry,
    reference: SturdyRef,
}

impl Shop for Corner {
    fn restorer(&self) -> RestorerStub {
        self.registry.restorer()
    }

    async fn visit(&self, call: Call, reference: SturdyRef) -> Result<Option<u32>> {
        let peer = call.session().and_then(Session::peer_main);
        let restorer: RestorerStub = peer.ok_or_else(|| Error::new("nobody is there"))?;
        match restorer.restored::<TillStub>(&reference).await {
            Ok(till) => till.sum().await.map(Some),
            Err(RestoreError::NoSuchReference) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn close(&self) -> Result<()> {
        let revoked = self.registry.revoke(&self.reference, "closed").await;
        revoked.map_err(|error| Error::new(error.to_string()))?;
        Ok(())
    }
}

#[test]
fn javascript_restores_and_narrows_what_rust_has_sealed() {
    let Some(node) = node() else { return };
    let runtime = runtime();
    let link = runtime.block_on(async {
        let key = RegistryKey::generate().unwrap();
        let registry = Registry::new(key, MemoryStore::new());
        let drawer = Drawer::default();
        registry.maker("till", move |_| {
            let drawer = drawer.clone();
            async move { Ok(TillStub::new(drawer)) }
        });
        let reference = registry.seal_as("till", "1", []).await.unwrap();
        let sealed = reference.clone();
        let url = serving(move |_| {
            let (registry, reference) = (registry.clone(), sealed.clone());
            ShopStub::new(Corner {
                registry,
                reference,
            })
        });
        reference.to_url(&url.await).unwrap().expose()
    });
    let mut client = node.program("sturdy.mjs", &[&link]).unwrap();
    let end = client.finish(Duration::from_mins(1)).unwrap();
    assert!(end.status.success(), "{}: {}", end.status, end.stderr);
    assert_eq!(end.lines, ["the references work"]);
}

/// The fault: documentation with a function that was right once.
#[test]
fn the_documentation_shows_the_function_that_is_tested() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let program = read("tests/js/narrow.mjs");
    let (_, function) = program.split_once("export ").unwrap();
    assert!(read("capnweb-runtime/docs/sturdy.md").contains(function));
}
