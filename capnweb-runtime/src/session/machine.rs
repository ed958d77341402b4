//! The machine itself: its state, and what each message does to it.

use crate::sync::atomic::AtomicUsize;
use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use super::broken::Registrations;
use super::effect::{Effect, Host};
use super::exports::{Exports, Pull};
use super::imports::{Import, ImportKind, Imports};
use super::thrown::without_capabilities;
use super::traffic::Traffic;
use crate::config::SessionConfig;
use crate::counters::Counters;
use crate::error::{Disconnect, Error, Violation};
use crate::hook::{Account, CallsInFlight, Cap, Charge, Pipe, Stats, Value, weigh_expr};
use crate::ids::{ExportId, ImportId, ImportRef, SessionKey, WireId};
use crate::limits::Limits;
use crate::wire::{self, DecodeError, Expr, Message};

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
    pub(super) charge: Option<Arc<Charge>>,
    pub(super) frames: VecDeque<String>,
    pub(super) frame_bytes: usize,
    /// Bytes that were taken to be written, and may not have been yet.
    pub(super) bytes_in_writing: usize,
    pub(super) effects: Vec<Effect>,
    /// Why the peer will say no more, while this side still answers.
    pub(super) input_ended: Option<Disconnect>,
    pub(super) traffic: Traffic,
    pub(super) registrations: Registrations,
    pub(super) ended: Option<Disconnect>,
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
            charge: None,
            counters: config.counters.clone(),
            exports: Exports::new(main),
            imports: Imports::new(),
            calls_in_flight: CallsInFlight::new(
                limits.max_calls_in_flight,
                config.counters.clone(),
            ),
            limits,
            frames: VecDeque::new(),
            frame_bytes: 0,
            bytes_in_writing: 0,
            effects: Vec::new(),
            input_ended: None,
            traffic: Traffic::default(),
            registrations: Registrations::default(),
            ended: None,
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

    /// Takes one message of the peer's, of so many bytes, or what is wrong with it (protocol F-11).
    /// After the session's end it is ignored.
    pub(crate) fn handle_message(
        &mut self,
        message: Result<Message, DecodeError>,
        size: usize,
        host: &dyn Host,
    ) {
        if self.ended.is_some() {
            return;
        }
        self.traffic.received(size);
        self.counters.received(size);
        let handled = message
            .map_err(Violation::from)
            .and_then(|message| self.apply(message, size, host));
        self.charge = None;
        if let Err(violation) = handled {
            self.terminate(&Disconnect::Violation(Arc::new(violation)));
        }
    }

    /// Returns what is to be run, in order.
    pub(crate) fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Returns the messages to send, in order.
    pub(crate) fn take_frames(&mut self) -> VecDeque<String> {
        let taken = std::mem::take(&mut self.frame_bytes);
        self.bytes_in_writing = self.bytes_in_writing.saturating_add(taken);
        std::mem::take(&mut self.frames)
    }

    /// Notes that every message taken has been written.
    pub(crate) fn frames_written(&mut self) {
        self.bytes_in_writing = 0;
    }

    /// Returns about how many bytes wait to be written.
    pub(crate) const fn outgoing_bytes(&self) -> usize {
        self.frame_bytes.saturating_add(self.bytes_in_writing)
    }

    /// Returns whether there is something to send.
    pub(crate) fn has_frames(&self) -> bool {
        !self.frames.is_empty()
    }

    /// Returns why the session has ended, if it has.
    pub(crate) const fn ended(&self) -> Option<&Disconnect> {
        self.ended.as_ref()
    }

    /// Returns whether the session has ended, and there is nothing more to be sent.
    pub(crate) fn has_said_all(&self) -> bool {
        self.ended.is_some() && !self.why_due && self.frames.is_empty()
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
    pub(crate) fn stats(&self) -> Stats {
        Stats {
            imports: self.imports.len(),
            exports: self.exports.len(),
            calls_in_flight: self.calls_in_flight.taken(),
            messages_in: self.traffic.messages_in,
            bytes_in: self.traffic.bytes_in,
            messages_out: self.traffic.messages_out,
            bytes_out: self.traffic.bytes_out,
            queued_bytes: self.frame_bytes.saturating_add(self.bytes_in_writing),
            ..Stats::default()
        }
    }

    /// Returns whether everything that the peer waits for was sent (protocol S-91).
    pub(crate) fn is_drained(&self) -> bool {
        self.exports.serving() == 0
    }

    fn apply(&mut self, message: Message, size: usize, host: &dyn Host) -> Result<(), Violation> {
        match message {
            Message::Push(expr) => {
                let size = size.max(weigh_expr(&expr));
                self.handle_push(expr, size, host)
            }
            Message::Stream(expr) => {
                let size = size.max(weigh_expr(&expr));
                self.handle_stream(expr, size, host)
            }
            Message::Pipe => self.handle_pipe(),
            Message::Pull(id) => self.handle_pull(id),
            Message::Resolve(id, expr) => {
                let size = size.max(weigh_expr(&expr));
                self.handle_resolve(id, expr, size, host)
            }
            Message::Reject(id, json) => self.handle_reject(id, json, size, host),
            Message::Release(id, count) => self.handle_release(id, count),
            Message::Abort(expr) => self.handle_abort(expr, host),
        }
    }

    fn handle_push(&mut self, expr: Expr, size: usize, host: &dyn Host) -> Result<(), Violation> {
        let id = self.exports.next_pushed();
        self.check_exports()?;
        let charge = self.charge_message(size)?;
        let cap = rooted(self.evaluate(expr, host)?, charge);
        self.exports.insert_pushed(id, cap);
        Ok(())
    }

    fn handle_pull(&mut self, id: WireId) -> Result<(), Violation> {
        let export = ExportId::from_peer(id).ok_or(Violation::NoSuchExport(id))?;
        let entry = self
            .exports
            .get_mut(export)
            .ok_or(Violation::NoSuchExport(id))?;
        match entry.pull {
            Pull::Pending => {
                let value = entry.cap.clone();
                self.exports.start(export);
                self.effects.push(Effect::Serve { export, value });
            }
            Pull::Started | Pull::Answered => {}
            Pull::Object => {
                let error = Error::new("Tried to resolve a non-promise stub.").public();
                self.effects.push(Effect::Reject { export, error });
            }
            Pull::Writable => {
                let error = Error::new("Cannot pull a WritableStream stub").public();
                self.effects.push(Effect::Reject { export, error });
            }
        }
        Ok(())
    }

    fn handle_resolve(
        &mut self,
        id: WireId,
        expr: Expr,
        size: usize,
        host: &dyn Host,
    ) -> Result<(), Violation> {
        let charge = self.charge_message(size)?;
        // Evaluated even if nobody waits: it may carry capabilities to release (protocol S-33).
        let value = self.evaluate(expr, host)?;
        self.charge_promise(id, charge);
        self.settle_import(id, Ok(value))
    }

    fn handle_reject(
        &mut self,
        id: WireId,
        json: wire::Json,
        size: usize,
        host: &dyn Host,
    ) -> Result<(), Violation> {
        if ImportId::from_peer(id).is_none_or(|id| self.imports.get(id).is_none()) {
            return Ok(());
        }
        let expr = wire::decode_expr(json, &self.limits)?;
        let charge = self.charge_message(size.max(weigh_expr(&expr)))?;
        let thrown = self.evaluate(expr, host)?;
        // Capabilities have no owner in a failure: they are let go of (protocol S-33, W-27).
        let thrown = without_capabilities(thrown, &mut self.effects);
        self.charge_promise(id, charge);
        self.settle_import(id, Err(Error::thrown(thrown)))
    }

    /// Fails if the peer has as many exports as it may.
    pub(super) fn check_exports(&self) -> Result<(), Violation> {
        let limit = self.limits.max_exports;
        if self.exports.len() >= limit {
            return Err(Violation::TooManyExports { limit });
        }
        Ok(())
    }

    /// Charges the peer with a message that brings something to keep.
    fn charge_message(&mut self, size: usize) -> Result<Arc<Charge>, Violation> {
        let limit = self.limits.max_retained_bytes;
        let charge = self
            .account
            .charge(size)
            .map_err(|_| Violation::TooManyRetainedBytes { limit })?;
        self.charge = Some(Arc::clone(&charge));
        Ok(charge)
    }

    /// Charges the peer with the value of a promise that it introduced itself; how long the results
    /// of our own calls are kept is our own doing.
    fn charge_promise(&self, id: WireId, charge: Arc<Charge>) {
        let import = ImportId::from_peer(id).filter(|id| id.is_negative());
        let entry = import.and_then(|id| self.imports.get(id));
        if let Some(ImportKind::Promise { cell, .. }) = entry.map(|entry| &entry.kind) {
            cell.charge_to(charge);
        }
    }

    fn settle_import(
        &mut self,
        id: WireId,
        outcome: Result<Value, Error>,
    ) -> Result<(), Violation> {
        let entry = ImportId::from_peer(id).and_then(|id| Some((id, self.imports.get(id)?)));
        let Some((import, entry)) = entry else {
            self.discard(outcome);
            return Ok(());
        };
        let (cell, outcome) = match &entry.kind {
            ImportKind::Promise { cell, .. } => {
                let (cell, introductions) = (Arc::clone(cell), entry.introductions);
                self.send(wire::encode_release(import.to_wire(), introductions));
                (cell, outcome)
            }
            ImportKind::Stream { cell } => (Arc::clone(cell), self.acknowledgement(outcome)),
            ImportKind::Stub | ImportKind::Pipe => {
                self.discard(outcome);
                return Err(Violation::NotAPromise(id));
            }
        };
        drop(self.imports.remove(import));
        cell.store(outcome);
        self.effects.push(Effect::Drain(cell));
        Ok(())
    }

    fn handle_release(&mut self, id: WireId, count: f64) -> Result<(), Violation> {
        let export = ExportId::from_peer(id).ok_or(Violation::NoSuchExport(id))?;
        let entry = self
            .exports
            .get_mut(export)
            .ok_or(Violation::NoSuchExport(id))?;
        let released = WireId(count)
            .table_id()
            .and_then(|count| u64::try_from(count).ok())
            .filter(|count| *count > 0)
            .ok_or(Violation::BadReleaseCount(count))?;
        let underflow = Violation::RefcountUnderflow {
            held: entry.refcount,
            released: count,
        };
        entry.refcount = entry.refcount.checked_sub(released).ok_or(underflow)?;
        if entry.refcount == 0
            && let Some(export) = self.exports.remove(export)
        {
            self.let_go(export);
        }
        Ok(())
    }

    fn handle_abort(&mut self, expr: Expr, host: &dyn Host) -> Result<(), Violation> {
        let error = match self.evaluate(expr, host)? {
            Value::Undefined => Error::new("undefined"),
            thrown => Error::thrown(thrown),
        };
        self.end(&Disconnect::AbortedByPeer {
            class: error.class(),
            message: error.to_string().into(),
        });
        self.discard(Err(error));
        Ok(())
    }

    /// Lets go of an outcome that nobody waits for, outside.
    fn discard(&mut self, outcome: Result<Value, Error>) {
        let value = match outcome {
            Ok(value) => value,
            Err(error) => error.into_value(),
        };
        self.effects.push(Effect::Drop(value));
    }

    /// Queues a message.
    pub(super) fn send(&mut self, frame: String) {
        if self.ended.is_some() {
            return;
        }
        self.traffic.sent(frame.len());
        self.counters.sent(frame.len());
        self.frame_bytes = self.frame_bytes.saturating_add(room_of(&frame));
        self.frames.push_back(frame);
        let limit = self.limits.max_outgoing_bytes;
        if self.outgoing_bytes() > limit {
            self.frames.clear();
            self.frame_bytes = 0;
            self.end(&Disconnect::OutgoingQueueFull { limit });
        }
    }
}

/// Returns what a message has evaluated to, as what later ones refer to.
pub(super) fn rooted(value: Value, charge: Arc<Charge>) -> Cap {
    match value {
        Value::Capability(stub) => match stub.into_result() {
            result if result.is_promise() => result.into_cap(),
            object => Cap::kept(Value::Capability(object), charge),
        },
        value => Cap::kept(value, charge),
    }
}

/// Returns about how much memory a message takes while it waits: a short one takes more than its
/// text.
const fn room_of(frame: &str) -> usize {
    frame.len().saturating_add(OVERHEAD)
}

const OVERHEAD: usize = 128;
