//! What the peer says, and what each message does to the machine.

use std::sync::Arc;

use super::effect::{Effect, Host};
use super::exports::Pull;
use super::imports::{ImportKind, Taken};
use super::machine::Machine;
use super::thrown::without_capabilities;
use crate::error::{Disconnect, Error, Violation};
use crate::hook::{Cap, MessageCharge, Outcome, State, Value, holds_error, is_flat, weigh_expr};
use crate::ids::{ExportId, ImportId, WireId};
use crate::wire::{DecodeError, Expr, Message};

impl Machine {
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
        let handled = message
            .map_err(Violation::from)
            .and_then(|message| self.apply(message, size, host));
        self.charge = MessageCharge::None;
        if let Err(violation) = handled {
            self.terminate(&Disconnect::Violation(Arc::new(violation)));
        }
    }

    /// Notes that no message will follow: what the peer was to settle and has not, it never will
    /// (protocol T-26).
    #[cfg(any(test, feature = "websocket"))]
    pub(crate) fn end_input(&mut self, reason: &Disconnect) {
        if self.ended.is_some() || self.input_ended.is_some() {
            return;
        }
        self.input_ended = Some(reason.clone());
        for import in self.imports.take_due() {
            if let ImportKind::Promise { cell, .. } = import.kind {
                self.fail_promise(&cell, Error::Disconnected(reason.clone()));
            }
        }
    }

    fn apply(&mut self, message: Message, size: usize, host: &dyn Host) -> Result<(), Violation> {
        match message {
            Message::Push(expr) => self.handle_push(expr, size, host),
            Message::Stream(expr) => self.handle_stream(expr, size, host),
            Message::Pipe => self.handle_pipe(),
            Message::Pull(id) => self.handle_pull(id, host),
            Message::Resolve(id, expr) => self.handle_resolve(id, expr, size, host),
            Message::Reject(id, expr) => self.handle_reject(id, expr, size, host),
            Message::Release(id, count) => self.handle_release(id, count),
            Message::Abort(expr) => self.handle_abort(expr, host),
        }
    }

    fn handle_push(&mut self, expr: Expr, size: usize, host: &dyn Host) -> Result<(), Violation> {
        let id = self.exports.next_pushed();
        self.check_exports()?;
        self.charge_message(&expr, size)?;
        let value = self.evaluate(expr, host)?;
        let cap = self.rooted(value);
        self.exports.insert_pushed(id, cap);
        Ok(())
    }

    fn handle_pull(&mut self, id: WireId, host: &dyn Host) -> Result<(), Violation> {
        let export = ExportId::from_peer(id).ok_or(Violation::NoSuchExport(id))?;
        let pulled = self.exports.pull(export);
        let (cap, before) = pulled.ok_or(Violation::NoSuchExport(id))?;
        match before {
            Pull::Pending => match cap.state() {
                // What is data, and known, need not be looked at outside.
                State::Settled(outcome) if is_plain(&outcome) => {
                    self.answer(export, &outcome, host);
                }
                _ => {
                    let value = cap.clone();
                    self.effects.push(Effect::Serve { export, value });
                }
            },
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
        self.charge_message(&expr, size)?;
        // Evaluated even if nobody waits: it may carry capabilities to release (protocol S-33).
        let value = resolved(self.evaluate(expr, host)?);
        self.charge_promise(id);
        self.settle_import(id, Ok(value))
    }

    fn handle_reject(
        &mut self,
        id: WireId,
        expr: Result<Expr, DecodeError>,
        size: usize,
        host: &dyn Host,
    ) -> Result<(), Violation> {
        if ImportId::from_peer(id).is_none_or(|id| self.imports.get(id).is_none()) {
            return Ok(());
        }
        let expr = expr?;
        self.charge_message(&expr, size)?;
        let thrown = self.evaluate(expr, host)?;
        // Capabilities have no owner in a failure: they are let go of (protocol S-33, W-27).
        let thrown = without_capabilities(thrown, &mut self.effects);
        self.charge_promise(id);
        self.settle_import(id, Err(Error::thrown(thrown)))
    }

    /// Charges the peer with a message of so many bytes that brings something to keep.
    fn charge_message(&mut self, expr: &Expr, size: usize) -> Result<(), Violation> {
        let limit = self.limits.max_retained_bytes;
        self.charge = self
            .account
            .message(size.max(weigh_expr(expr)))
            .map_err(|_| Violation::TooManyRetainedBytes { limit })?;
        Ok(())
    }

    /// Charges the peer with the value of a promise that it introduced itself; how long the results
    /// of our own calls are kept is our own doing.
    fn charge_promise(&mut self, id: WireId) {
        let import = ImportId::from_peer(id).filter(|id| id.is_negative());
        let entry = import.and_then(|id| self.imports.get(id));
        if let Some(ImportKind::Promise { cell, .. }) = entry.map(|entry| &entry.kind)
            && let Some(charge) = self.charge.share()
        {
            cell.charge_to(charge);
        }
    }

    fn settle_import(
        &mut self,
        id: WireId,
        outcome: Result<Value, Error>,
    ) -> Result<(), Violation> {
        let taken = ImportId::from_peer(id).map(|id| (id, self.imports.take_promise(id)));
        let (cell, outcome) = match taken {
            Some((
                import,
                Taken::Promise {
                    cell,
                    introductions,
                },
            )) => {
                self.send_release(import, introductions);
                (cell, outcome)
            }
            Some((_, Taken::Stream { cell })) => (cell, self.acknowledgement(outcome)),
            Some((_, Taken::NoPromise)) => {
                self.discard(outcome);
                return Err(Violation::NotAPromise(id));
            }
            Some((_, Taken::Nothing)) | None => {
                self.discard(outcome);
                return Ok(());
            }
        };
        cell.store(outcome);
        self.effects.push(Effect::Drain(cell));
        Ok(())
    }

    fn handle_release(&mut self, id: WireId, count: f64) -> Result<(), Violation> {
        if let Some(export) = self.exports.release(id, count)? {
            self.let_go(export);
        }
        Ok(())
    }

    /// Returns what a message has evaluated to, as what later ones refer to.
    pub(super) fn rooted(&mut self, value: Value) -> Cap {
        match resolved(value) {
            Value::Capability(result) if result.is_promise() => result.into_cap(),
            value => Cap::kept(value, self.charge.share()),
        }
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
}

/// Returns whether an outcome is data, with no error in it that the peer might have to be told in
/// other words.
fn is_plain(outcome: &Outcome) -> bool {
    outcome.as_ref().is_ok_and(|value| !holds_error(value)) && is_flat(outcome)
}

/// Returns what a promise is resolved to. The result of a call is one also where it is named as a stub
/// (protocol S-31, W-43).
fn resolved(value: Value) -> Value {
    match value {
        Value::Capability(stub) => Value::Capability(stub.into_result()),
        value => value,
    }
}
