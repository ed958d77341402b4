//! The machine itself: its state, and what each message does to it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use super::effect::{Effect, Host};
use super::exports::{Exports, Pull};
use super::imports::{Import, ImportKind, Imports};
use super::thrown::without_capabilities;
use crate::config::SessionConfig;
use crate::counters::Counters;
use crate::error::{Disconnect, Error, Violation};
use crate::hook::{Account, Cap, Charge, State, Stats, Stub, Value, weigh};
use crate::ids::{ExportId, ImportId, ImportRef, SessionKey, WireId};
use crate::limits::Limits;
use crate::value::{Path, Segment};
use crate::wire::{self, DecodeError, Expr, Message, Remap, Target, WireRef};

/// One side of one session.
pub(crate) struct Machine {
    pub(super) key: SessionKey,
    pub(super) limits: Limits,
    pub(super) counters: Counters,
    pub(super) exports: Exports,
    pub(super) imports: Imports,
    pub(super) calls_in_flight: Arc<AtomicUsize>,
    pub(super) account: Arc<Account>,
    /// What the message that is being handled is charged to.
    pub(super) charge: Option<Arc<Charge>>,
    pub(super) frames: VecDeque<String>,
    pub(super) frame_bytes: usize,
    /// Bytes that were taken to be written, and may not have been yet.
    pub(super) bytes_in_writing: usize,
    pub(super) effects: Vec<Effect>,
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
        Self {
            key,
            account: Account::new(limits.max_retained_bytes, config.counters.clone()),
            charge: None,
            limits,
            counters: config.counters.clone(),
            exports: Exports::new(main),
            imports: Imports::new(),
            calls_in_flight: Arc::default(),
            frames: VecDeque::new(),
            frame_bytes: 0,
            bytes_in_writing: 0,
            effects: Vec::new(),
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

    /// Takes one message of the peer's (protocol F-11). After the session's end it is ignored.
    pub(crate) fn handle_message(&mut self, text: &str, host: &dyn Host) {
        if self.ended.is_some() {
            return;
        }
        self.counters.received(text.len());
        let handled = wire::decode(text, &self.limits)
            .map_err(Violation::from)
            .and_then(|message| self.apply(message, text.len(), host));
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
            calls: self
                .calls_in_flight
                .load(std::sync::atomic::Ordering::Acquire),
        }
    }

    /// Returns the sizes of the tables.
    pub(crate) fn stats(&self) -> Stats {
        Stats {
            imports: self.imports.len(),
            exports: self.exports.len(),
        }
    }

    fn apply(&mut self, message: Message, size: usize, host: &dyn Host) -> Result<(), Violation> {
        match message {
            Message::Push(expr) => {
                let size = size.max(room_of_expr(&expr));
                self.handle_push(expr, size, host)
            }
            Message::Stream(expr) => Err(not_understood(
                &wire::encode_stream(&expr).unwrap_or_default(),
            )),
            Message::Pipe => Err(not_understood(&wire::encode_pipe())),
            Message::Pull(id) => self.handle_pull(id),
            Message::Resolve(id, expr) => {
                let size = size.max(room_of_expr(&expr));
                self.handle_resolve(id, expr, size, host)
            }
            Message::Reject(id, json) => self.handle_reject(id, json, size, host),
            Message::Release(id, count) => self.handle_release(id, count),
            Message::Abort(expr) => self.handle_abort(expr, host),
        }
    }

    fn handle_push(&mut self, expr: Expr, size: usize, host: &dyn Host) -> Result<(), Violation> {
        let id = self.exports.next_pushed();
        if self.exports.len() >= self.limits.max_exports {
            return Err(Violation::TooManyExports {
                limit: self.limits.max_exports,
            });
        }
        let charge = self.charge_message(size)?;
        let cap = match self.evaluate(expr, host)? {
            // The result of a call is one also where it is named as a stub (protocol S-31, W-43).
            Value::Capability(stub)
                if stub.is_promise() || !matches!(stub.cap().state(), State::Object) =>
            {
                stub.into_cap()
            }
            value => Cap::kept(value, charge),
        };
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
                entry.pull = Pull::Started;
                let value = entry.cap.clone();
                self.effects.push(Effect::Serve { export, value });
            }
            Pull::Started => {}
            Pull::Object => {
                let error = Error::new("Tried to resolve a non-promise stub.").public();
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
        let charge = self.charge_message(size.max(room_of_expr(&expr)))?;
        let thrown = self.evaluate(expr, host)?;
        // Capabilities have no owner in a failure: they are let go of (protocol S-33, W-27).
        let thrown = without_capabilities(thrown, &mut self.effects);
        self.charge_promise(id, charge);
        self.settle_import(id, Err(Error::thrown(thrown)))
    }

    /// Charges the peer with a message that brings something to keep.
    fn charge_message(&mut self, size: usize) -> Result<Arc<Charge>, Violation> {
        let limit = self.limits.max_retained_bytes;
        let charge = self
            .account
            .charge(size)
            .ok_or(Violation::TooManyRetainedBytes { limit })?;
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
        let ImportKind::Promise { cell, .. } = &entry.kind else {
            self.discard(outcome);
            return Err(Violation::NotAPromise(id));
        };
        let (cell, introductions) = (Arc::clone(cell), entry.introductions);
        drop(self.imports.remove(import));
        self.send(wire::encode_release(import.to_wire(), introductions));
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
            self.effects.push(Effect::drop_stub(Stub::of(export.cap)));
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
        self.counters.sent(frame.len());
        self.frame_bytes = self.frame_bytes.saturating_add(room_of(&frame));
        self.frames.push_back(frame);
        let limit = self.limits.max_outgoing_bytes;
        if self.frame_bytes.saturating_add(self.bytes_in_writing) > limit {
            self.frames.clear();
            self.frame_bytes = 0;
            self.end(&Disconnect::OutgoingQueueFull { limit });
        }
    }
}

/// Refuses a message that this session has no use for, as one that it does not know.
fn not_understood(text: &str) -> Violation {
    let excerpt = text.chars().take(256).collect();
    DecodeError::BadMessage { excerpt }.into()
}

/// Returns about how much memory a message takes while it waits: a short one takes more than its
/// text.
const fn room_of(frame: &str) -> usize {
    frame.len().saturating_add(OVERHEAD)
}

/// Returns about how much memory an expression takes: `[[]]` or `1` takes more than its text.
fn room_of_expr(expr: &Expr) -> usize {
    weigh(expr, &|reference| match reference {
        WireRef::Export(_) | WireRef::Promise(_) | WireRef::Readable(_) | WireRef::Writable(_) => {
            PROMISE
        }
        WireRef::Import(target) | WireRef::Pipeline(target) => room_of_target(target),
        WireRef::Remap(remap) => room_of_remap(remap),
    })
}

fn room_of_remap(remap: &Remap) -> usize {
    let captures = remap.captures.len().saturating_mul(PROMISE);
    let instructions = remap.instructions.iter();
    let instructions = instructions.map(|instruction| match instruction {
        Ok(expr) => room_of_expr(expr),
        Err(_) => PROMISE,
    });
    instructions.fold(
        captures
            .saturating_add(room_of_path(&remap.path))
            .saturating_add(PROMISE),
        usize::saturating_add,
    )
}

fn room_of_path(path: &Path) -> usize {
    path.segments().len().saturating_mul(size_of::<Segment>())
}

fn room_of_target(target: &Target) -> usize {
    let path = target.path.as_ref().map_or(0, room_of_path);
    let args = target.args.iter().flatten().map(room_of_expr);
    args.fold(path.saturating_add(PROMISE), usize::saturating_add)
}

const OVERHEAD: usize = 128;

/// What a reference takes that is made for a message, with its promise or its place in a table.
const PROMISE: usize = 256;
