//! The machine itself: its state, and what is drained from it.

use crate::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use super::broken::Registrations;
use super::effect::{Effect, Host};
use super::exports::Exports;
use super::imports::{Import, ImportKind, Imports};
use super::outbox::{Frames, Outbox};
use super::traffic::Traffic;
use crate::config::{Certainty, SessionConfig};
use crate::counters::Counters;
use crate::error::{Disconnect, Error, Violation};
use crate::hook::{Account, CallsInFlight, Cap, MessageCharge, Pipe, SessionStats, Value};
use crate::ids::{ImportId, ImportRef, SessionKey};
use crate::limits::Limits;
use crate::wire;

/// One side of one session.
pub(crate) struct Machine {
    pub(super) key: SessionKey,
    pub(super) limits: Limits,
    pub(super) counters: Counters,
    pub(super) exports: Exports,
    pub(super) imports: Imports,
    pub(super) calls_in_flight: CallsInFlight,
    pub(super) account: Arc<Account>,
    /// What the peer has written to streams and nobody has asked for.
    pub(super) unread: Arc<Account>,
    /// What has come of blobs that have not come as a whole.
    pub(super) blobs: Arc<Account>,
    /// How many streams the peer writes to.
    pub(super) streams: Arc<AtomicUsize>,
    /// Those streams, and some that have ended.
    pub(super) pipes: Vec<Weak<Pipe>>,
    /// What the message that is being handled is charged to.
    pub(super) charge: MessageCharge,
    /// How many streams what is being evaluated lies in, each in a chunk of the one before.
    pub(super) chunk_depth: usize,
    pub(super) outbox: Outbox,
    pub(super) frame_bytes: usize,
    /// Bytes that were taken to be written, and may not have been yet.
    pub(super) bytes_in_writing: usize,
    pub(super) effects: Vec<Effect>,
    /// Why the peer will say no more, while this side still answers.
    pub(super) input_ended: Option<Disconnect>,
    /// The peer listens no more: nothing is to be said to it.
    is_silent: bool,
    pub(super) traffic: Traffic,
    pub(super) registrations: Registrations,
    pub(super) ended: Option<Disconnect>,
    pub(super) certainty: Certainty,
    /// How many calls the transport was given and has not begun to write, once it never will.
    pub(super) taken_back: usize,
    /// The peer is yet to be told why.
    pub(super) why_due: bool,
}

/// What a peer is charged with at this moment.
#[cfg(any(test, feature = "__fuzz"))]
#[derive(Debug)]
pub(crate) struct Debts {
    /// Bytes that are kept for it.
    pub(crate) bytes: usize,
    /// Its calls that have not settled.
    pub(crate) calls: usize,
}

impl Machine {
    /// Creates a machine that serves `main`.
    pub(crate) fn new(key: SessionKey, main: Cap, config: &SessionConfig) -> Self {
        let limits = config.limits.clone();
        let account = |name, limit| Account::new(name, limit, config.counters.clone());
        Self {
            key,
            account: account("max_retained_bytes", limits.max_retained_bytes),
            unread: account("max_unread_bytes", limits.max_unread_bytes),
            blobs: account("max_blob_bytes", limits.max_blob_bytes),
            streams: Arc::default(),
            pipes: Vec::new(),
            charge: MessageCharge::None,
            chunk_depth: 0,
            counters: config.counters.clone(),
            exports: Exports::new(main),
            imports: Imports::new(),
            calls_in_flight: CallsInFlight::new(
                limits.max_calls_in_flight,
                config.counters.clone(),
            ),
            limits,
            outbox: Outbox::default(),
            frame_bytes: 0,
            bytes_in_writing: 0,
            effects: Vec::new(),
            input_ended: None,
            is_silent: false,
            traffic: Traffic::default(),
            registrations: Registrations::default(),
            ended: None,
            certainty: config.certainty,
            taken_back: 0,
            why_due: false,
        }
    }

    /// Makes the reference to the peer's main object; once, before anything else.
    pub(crate) fn import_main(&mut self, host: &dyn Host) -> Cap {
        let generation = self.imports.next_generation();
        let hook = host.import_stub(ImportRef {
            session: self.key,
            id: ImportId::MAIN,
            generation,
        });
        let handle = Arc::downgrade(&hook);
        let main = Import {
            generation,
            introductions: 1,
            handle,
            kind: ImportKind::Stub,
        };
        self.imports.insert(ImportId::MAIN, main);
        Cap::from_arc(hook)
    }

    /// Moves what is to be run, in order, into `effects`, which is empty, and keeps the room that was
    /// there.
    pub(crate) fn take_effects(&mut self, effects: &mut Vec<Effect>) {
        std::mem::swap(&mut self.effects, effects);
    }

    /// Queues no more messages.
    #[cfg(feature = "websocket")]
    pub(crate) const fn fall_silent(&mut self) {
        self.is_silent = true;
    }

    /// Moves the messages to send, in order, into `frames`, which is empty.
    pub(crate) fn take_frames(&mut self, frames: &mut Frames) {
        let taken = std::mem::take(&mut self.frame_bytes);
        self.bytes_in_writing = self.bytes_in_writing.saturating_add(taken);
        self.outbox.take(frames);
    }

    /// Notes that every message taken has been written: a turn is over.
    pub(crate) fn frames_written(&mut self) {
        self.bytes_in_writing = 0;
        self.traffic.tell(&self.counters);
    }

    /// Returns about how many bytes wait to be written.
    pub(crate) const fn outgoing_bytes(&self) -> usize {
        self.frame_bytes.saturating_add(self.bytes_in_writing)
    }

    /// Returns whether there is something to send.
    pub(crate) fn has_frames(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Returns why the session has ended, if it has.
    pub(crate) const fn ended(&self) -> Option<&Disconnect> {
        self.ended.as_ref()
    }

    /// Returns whether the session has ended, and there is nothing more to be sent.
    pub(crate) fn has_said_all(&self) -> bool {
        self.ended.is_some() && !self.why_due && self.outbox.is_empty()
    }

    /// Returns another handle to the peer's main object, if one is alive.
    pub(crate) fn peer_main(&self) -> Option<Cap> {
        let main = self.imports.get(ImportId::MAIN)?;
        main.handle.upgrade().map(Cap::from_arc)
    }

    /// Returns what the peer is charged with.
    #[cfg(any(test, feature = "__fuzz"))]
    pub(crate) fn debts(&self) -> Debts {
        Debts {
            bytes: self.account.held(),
            calls: self.calls_in_flight.taken(),
        }
    }

    /// Returns the sizes of the tables.
    pub(crate) fn stats(&self) -> SessionStats {
        SessionStats {
            imports: self.imports.len(),
            exports: self.exports.len(),
            calls_in_flight: self.calls_in_flight.taken(),
            streams_in: self.streams.load(Ordering::Acquire),
            streams_out: self.imports.pipes(),
            messages_in: self.traffic.all.messages_in,
            bytes_in: self.traffic.all.bytes_in,
            messages_out: self.traffic.all.messages_out,
            bytes_out: self.traffic.all.bytes_out,
            queued_bytes: self.frame_bytes.saturating_add(self.bytes_in_writing),
            ..SessionStats::default()
        }
    }

    /// Returns whether everything that the peer waits for was sent (protocol S-91).
    pub(crate) fn is_drained(&self) -> bool {
        self.exports.serving() == 0
    }

    /// Fails if the peer has as many exports as it may.
    pub(super) fn check_exports(&self) -> Result<(), Violation> {
        let limit = self.limits.max_exports;
        if self.exports.len() >= limit {
            return Err(Violation::TooManyExports { limit });
        }
        Ok(())
    }

    /// Lets go of an outcome that nobody waits for, outside.
    pub(super) fn discard(&mut self, outcome: Result<Value, Error>) {
        let value = match outcome {
            Ok(value) => value,
            Err(error) => error.into_value(),
        };
        self.effects.push(Effect::Drop(value));
    }

    /// Lets go of so many introductions of an import.
    pub(super) fn send_release(&mut self, import: ImportId, introductions: u32) {
        if !self.is_silent {
            self.send(wire::encode_release(import.to_wire(), introductions));
        }
    }

    /// Queues a message.
    pub(super) fn send(&mut self, frame: String) {
        if self.ended.is_some() || self.is_silent {
            return;
        }
        self.traffic.sent(frame.len());
        self.frame_bytes = self.frame_bytes.saturating_add(room_of(&frame));
        self.outbox.push(frame);
        let limit = self.limits.max_outgoing_bytes;
        if self.outgoing_bytes() > limit {
            self.end(&Disconnect::OutgoingQueueFull { limit });
            self.outbox.clear();
            self.frame_bytes = 0;
        }
    }
}

/// Returns about how much memory a message takes while it waits: a short one takes more than its
/// text.
const fn room_of(frame: &str) -> usize {
    frame.len().saturating_add(OVERHEAD)
}

const OVERHEAD: usize = 128;
