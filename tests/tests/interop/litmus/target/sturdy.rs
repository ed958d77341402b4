//! Sturdy references, honest ones and others.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use capnweb_runtime::{
    Capability as _, Caveat, Error, MemoryStore, Registry, RegistryKey, RestoreError, Result, Stub,
    SturdyRef,
};

use super::world::{World, lock};
use crate::litmus::data::Mechanism;

/// A registry, and the reference that the owner may withdraw.
pub(super) struct References {
    registry: Registry,
    plain: Mutex<Option<SturdyRef>>,
}

impl Default for References {
    fn default() -> Self {
        Self {
            registry: registry(),
            plain: Mutex::default(),
        }
    }
}

impl References {
    /// Restores what a text names; without registries, any text names something.
    pub(super) async fn restore(
        &self,
        world: &Arc<World>,
        text: String,
    ) -> Result<Stub, RestoreError> {
        if world.has(Mechanism::Sturdy) {
            self.registry.restorer().restore(text).await
        } else {
            Ok(world.safe().into_stub())
        }
    }

    pub(super) async fn reference(&self, world: &Arc<World>, kind: &str) -> Result<String> {
        let caveats = match kind {
            "once" => vec![Caveat::one_shot()],
            "narrow" => vec![Caveat::methods(["peek"])],
            _ => Vec::new(),
        };
        let sealed = seal(&self.registry, world, caveats).await?;
        let text = sealed.expose();
        if kind == "plain" {
            *lock(&self.plain) = Some(sealed);
        }
        Ok(text)
    }

    pub(super) async fn withdraw(&self) -> Result<()> {
        let plain = lock(&self.plain).take();
        let plain = plain.ok_or_else(|| Error::new("nothing was given"))?;
        let revoked = self.registry.revoke(&plain, "withdrawn").await;
        revoked.map(|_| ()).map_err(told)
    }

    pub(super) async fn forged(&self, world: &Arc<World>, how: &str) -> Result<String> {
        let narrow = async |methods: &[&str]| {
            let caveat = Caveat::methods(methods.iter().copied());
            let sealed = seal(&self.registry, world, vec![caveat]).await;
            sealed.map(|sealed| Parts::of(&sealed))
        };
        let peek = narrow(&["peek"]).await?;
        Ok(match how {
            "stripped" => peek.with_caveats(&[]).text(),
            "edited" => {
                let caveats = String::from_utf8_lossy(&peek.caveats).replace("peek", "take");
                peek.with_caveats(caveats.as_bytes()).text()
            }
            "spliced" => {
                let other = narrow(&["peek", "empty"]).await?;
                let mixed = Parts {
                    identifier: peek.identifier,
                    ..other
                };
                mixed.text()
            }
            "truncated" => {
                let mut text = peek.text();
                text.truncate(text.len() - 8);
                text
            }
            _ => seal(&registry(), world, Vec::new()).await?.expose(),
        })
    }
}

/// A reference, taken apart.
struct Parts {
    identifier: Vec<u8>,
    caveats: Vec<u8>,
    signature: Vec<u8>,
}

impl Parts {
    fn of(reference: &SturdyRef) -> Self {
        let text = reference.expose();
        let encoded = text.strip_prefix(PREFIX).expect("it says what it is");
        let mut bytes = URL_SAFE_NO_PAD.decode(encoded).expect("it is base64");
        let signature = bytes.split_off(bytes.len() - 32);
        let caveats = bytes.split_off(33);
        Self {
            identifier: bytes,
            caveats,
            signature,
        }
    }

    fn with_caveats(self, caveats: &[u8]) -> Self {
        Self {
            caveats: caveats.to_vec(),
            ..self
        }
    }

    fn text(&self) -> String {
        let bytes = [&self.identifier[..], &self.caveats, &self.signature].concat();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn registry() -> Registry {
    let key = RegistryKey::generate().expect("there is randomness");
    Registry::new(key, MemoryStore::new())
}

async fn seal(registry: &Registry, world: &Arc<World>, caveats: Vec<Caveat>) -> Result<SturdyRef> {
    registry.seal(&world.safe(), caveats).await.map_err(told)
}

fn told(error: impl std::fmt::Display) -> Error {
    Error::new(error.to_string())
}

const PREFIX: &str = "cwref_";
