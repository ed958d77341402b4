//! What the tests share: notes, a registry of them, and a clock.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sturdy::{
    Caveat, MemoryStore, Refusal, Registry, RegistryKey, RestoreError, SturdyEvent, SturdyLimits,
    SturdyRef, SturdyStore, chain,
};
use crate::{Limits, Result, Session, in_process};

#[crate::capability(crate = "crate")]
#[attenuate(NoteReader { text })]
pub(super) trait Note {
    async fn text(&self) -> Result<String>;
    async fn write(&self, text: String) -> Result<()>;
    /// Is never answered.
    async fn wait(&self) -> Result<()>;
}

/// A note, and how often any of its methods was entered.
#[derive(Clone, Default)]
pub(super) struct Pad {
    text: Arc<Mutex<String>>,
    pub(super) entered: Arc<AtomicUsize>,
}

impl Pad {
    pub(super) fn new(text: &str) -> Self {
        let pad = Self::default();
        text.clone_into(&mut pad.text.lock().unwrap());
        pad
    }

    pub(super) fn entered(&self) -> usize {
        self.entered.load(Ordering::SeqCst)
    }

    fn enter(&self) {
        self.entered.fetch_add(1, Ordering::SeqCst);
    }
}

impl Note for Pad {
    async fn text(&self) -> Result<String> {
        self.enter();
        Ok(self.text.lock().unwrap().clone())
    }

    async fn write(&self, text: String) -> Result<()> {
        self.enter();
        *self.text.lock().unwrap() = text;
        Ok(())
    }

    async fn wait(&self) -> Result<()> {
        self.enter();
        std::future::pending().await
    }
}

/// A registry whose clock stands still, with a maker of notes, and all that it has told its owner.
pub(super) struct Office {
    pub(super) registry: Registry,
    /// What the maker has made, whichever key it was asked for.
    pub(super) pad: Pad,
    time: Arc<AtomicU64>,
    told: Arc<Mutex<Vec<SturdyEvent>>>,
}

impl Office {
    pub(super) fn new() -> Self {
        Self::over(MemoryStore::new())
    }

    pub(super) fn over(store: impl SturdyStore) -> Self {
        Self::with(KEY, store, SturdyLimits::default())
    }

    pub(super) fn limited(limits: impl FnOnce(&mut SturdyLimits)) -> Self {
        let mut all = SturdyLimits::default();
        limits(&mut all);
        Self::with(KEY, MemoryStore::new(), all)
    }

    pub(super) fn with(key: [u8; 32], store: impl SturdyStore, limits: SturdyLimits) -> Self {
        let time = Arc::new(AtomicU64::new(1_000_000));
        let now = Arc::clone(&time);
        let clock =
            move || SystemTime::UNIX_EPOCH + Duration::from_millis(now.load(Ordering::SeqCst));
        let key = RegistryKey::from_bytes(key);
        let registry = Registry::with_clock(key, store, limits, Arc::new(clock));
        let pad = Pad::new("made");
        let made = pad.clone();
        registry.maker("note", move |_| {
            let made = made.clone();
            async move { Ok(NoteStub::new(made)) }
        });
        let told = Arc::<Mutex<Vec<SturdyEvent>>>::default();
        let log = Arc::clone(&told);
        registry.on_event(move |event| log.lock().unwrap().push(*event));
        Self {
            registry,
            pad,
            time,
            told,
        }
    }

    /// Seals a note that the maker makes.
    pub(super) async fn seal(&self, caveats: impl IntoIterator<Item = Caveat> + Send) -> SturdyRef {
        self.registry.seal_as("note", "1", caveats).await.unwrap()
    }

    pub(super) async fn restore(&self, reference: &SturdyRef) -> Result<NoteStub, RestoreError> {
        self.registry.restore(reference).await
    }

    /// Asserts that a reference does not work, that whoever presents it cannot tell why, and that the
    /// owner can.
    pub(super) async fn refuses(&self, reference: &SturdyRef, why: Refusal) {
        let made = self.pad.entered();
        let error = self.restore(reference).await.unwrap_err();
        assert!(
            matches!(error, RestoreError::NoSuchReference),
            "{why}: {error:?}"
        );
        assert_eq!(error.to_string(), "no such reference");
        let last = self.told().pop();
        let record = Some(reference.record());
        assert_eq!(
            last,
            Some(SturdyEvent::Refused {
                record,
                refusal: why
            })
        );
        assert_eq!(self.pad.entered(), made);
    }

    pub(super) fn told(&self) -> Vec<SturdyEvent> {
        self.told.lock().unwrap().clone()
    }

    pub(super) fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.time.fetch_add(millis, Ordering::SeqCst);
    }

    pub(super) fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.time.load(Ordering::SeqCst))
    }

    pub(super) fn in_a_minute(&self) -> Caveat {
        Caveat::expires_at(self.now() + Duration::from_mins(1))
    }
}

/// A capability as somebody else has it: at the other end of a session of its own.
pub(super) fn far(note: &NoteStub) -> (NoteStub, Session) {
    in_process(
        NoteStub::new(Pad::default()),
        note.clone(),
        Limits::default(),
    )
}

pub(super) const KEY: [u8; 32] = [0x5a; 32];

/// A small generator of numbers (xorshift), the same ones every time.
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// A reference taken apart, as an attacker who has its text can.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) identifier: [u8; 32],
    pub(super) caveats: Vec<Vec<u8>>,
    pub(super) signature: [u8; 32],
}

impl Parts {
    pub(super) fn of(reference: &SturdyRef) -> Self {
        let text = reference.expose();
        let bytes = URL_SAFE_NO_PAD.decode(&text["cwref_".len()..]).unwrap();
        let (identifier, rest) = bytes[1..].split_first_chunk().unwrap();
        let (mut rest, signature) = rest.split_last_chunk().unwrap();
        let mut caveats = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk() {
            let (caveat, after) = after.split_at(u16::from_be_bytes(*length).into());
            caveats.push(caveat.to_vec());
            rest = after;
        }
        Self {
            identifier: *identifier,
            caveats,
            signature: *signature,
        }
    }

    /// Adds a caveat as any holder can, whatever it says.
    pub(super) fn narrow(mut self, caveat: &[u8]) -> Self {
        self.signature = chain::link(&self.signature, caveat);
        self.caveats.push(caveat.to_vec());
        self
    }

    pub(super) fn build(&self) -> SturdyRef {
        let mut bytes = vec![1];
        bytes.extend(self.identifier);
        for caveat in &self.caveats {
            bytes.extend(u16::try_from(caveat.len()).unwrap().to_be_bytes());
            bytes.extend(caveat);
        }
        bytes.extend(self.signature);
        format!("cwref_{}", URL_SAFE_NO_PAD.encode(bytes))
            .parse()
            .unwrap()
    }
}
