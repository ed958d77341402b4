//! What is named by references: a till for each key, kept by a registry that peers can ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use capnweb_runtime::sturdy::Refusal;
use capnweb_runtime::{
    MemoryStore, Registry, RegistryKey, RestorerStub, Result, SturdyEvent, SturdyLimits,
    SturdyStore, capability,
};

use crate::support::serving;

#[capability]
#[attenuate(TillReader { sum })]
pub(super) trait Till {
    async fn sum(&self) -> Result<u32>;
    async fn add(&self, amount: u32) -> Result<u32>;
}

/// What a connection begins with: the restorer is a part of it, like anything else.
#[capability]
pub(super) trait Counter {
    fn restorer(&self) -> RestorerStub;
    async fn hello(&self) -> Result<String>;
}

/// Every till's money, by its key.
#[derive(Clone, Default)]
pub(super) struct Shop(Arc<Mutex<BTreeMap<String, u32>>>);

struct Drawer {
    shop: Shop,
    key: String,
}

impl Till for Drawer {
    async fn sum(&self) -> Result<u32> {
        self.add(0).await
    }

    async fn add(&self, amount: u32) -> Result<u32> {
        let mut tills = self.shop.0.lock().expect("nobody panics with it");
        let sum = tills.entry(self.key.clone()).or_default();
        *sum += amount;
        Ok(*sum)
    }
}

struct Desk(RestorerStub);

impl Counter for Desk {
    fn restorer(&self) -> RestorerStub {
        self.0.clone()
    }

    async fn hello(&self) -> Result<String> {
        Ok("hello".to_owned())
    }
}

/// A registry of tills, with what it has told its owner of.
#[derive(Clone)]
pub(super) struct Office {
    pub(super) registry: Registry,
    told: Arc<Mutex<Vec<SturdyEvent>>>,
}

impl Office {
    pub(super) fn new() -> Self {
        Self::with(MemoryStore::new(), SturdyLimits::default())
    }

    pub(super) fn with(store: impl SturdyStore, limits: SturdyLimits) -> Self {
        let key = RegistryKey::from_bytes(KEY);
        let registry = Registry::with_limits(key, store, limits);
        let shop = Shop::default();
        registry.maker("till", move |key| {
            let shop = shop.clone();
            async move { Ok(TillStub::new(Drawer { shop, key })) }
        });
        let told = Arc::<Mutex<Vec<SturdyEvent>>>::default();
        let log = Arc::clone(&told);
        registry.on_event(move |event| log.lock().expect("nobody panics with it").push(*event));
        Self { registry, told }
    }

    /// Serves a counter to each connection; returns the URL.
    pub(super) async fn serving(&self) -> String {
        let desk = self.registry.restorer();
        serving(move |_| CounterStub::new(Desk(desk.clone()))).await
    }

    /// Returns why references were refused, in order.
    pub(super) fn refusals(&self) -> Vec<Refusal> {
        let told = self.told.lock().expect("nobody panics with it");
        let refusals = told.iter().filter_map(|event| match event {
            SturdyEvent::Refused { refusal, .. } => Some(*refusal),
            _ => None,
        });
        refusals.collect()
    }
}

pub(super) const KEY: [u8; 32] = [0x5a; 32];
