//! What the application does: each allocates its id and queues its message in one step.

use std::sync::Arc;

use super::devaluate::Added;
use super::effect::{Effect, Host};
use super::imports::{Answer, ImportKind};
use super::machine::Machine;
use super::thrown::without_capabilities;
use crate::error::{Disconnect, Error, Unsendable};
use crate::hook::{Cap, Outcome, Stub, Value};
use crate::ids::{ExportId, ImportId, ImportRef};
use crate::value::{ErrorValue, Path, Tree};
use crate::wire::{self, EncodeError, Expr, Target, WireRef};

/// Why a call could not be put on the wire.
pub(crate) enum Refused<A = Option<Vec<Value>>> {
    /// The promise it is made on has settled: make it on what it became.
    Settled {
        /// Where the call was to go.
        path: Path,
        /// Its arguments; none for a read. Or the mapper.
        args: A,
    },
    /// It fails with this.
    Failed(Error),
}

impl Machine {
    /// Calls something of the peer's, or reads it if there are no arguments; returns the promise of
    /// the result (protocol S-10).
    pub(crate) fn push(
        &mut self,
        import: ImportRef,
        path: Path,
        args: Option<Vec<Value>>,
        host: &dyn Host,
    ) -> Result<Cap, Refused> {
        if let Err(error) = self.may_push() {
            return Err(self.refuse(args, error));
        }
        if self.imports.find(import).is_none() {
            return Err(Refused::Settled { path, args });
        }
        let (frame, added) = self
            .encode_call(import, path, args, wire::encode_push)
            .map_err(|error| Refused::Failed(Error::Unsendable(error)))?;
        self.commit(added, host);
        self.has_gone_on().map_err(Refused::Failed)?;
        let id = self.imports.next_pushed();
        let promise = self.import_promise(id, Answer::Unasked, host);
        self.send(frame);
        Ok(promise)
    }

    /// Asks for the value of a promise; once (protocol S-12). Returns whether that was now.
    pub(crate) fn pull(&mut self, import: ImportRef) -> bool {
        let Some(entry) = self.imports.find_mut(import) else {
            return false;
        };
        if let ImportKind::Promise {
            answer: answer @ Answer::Unasked,
            ..
        } = &mut entry.kind
        {
            *answer = Answer::Due;
            if let Some(reason) = self.input_ended.clone() {
                self.give_up(import, Error::Disconnected(reason));
                return false;
            }
            self.send(wire::encode_pull(import.id.to_wire()));
            return true;
        }
        false
    }

    /// Returns whether a promise of the peer's has not settled.
    pub(crate) fn awaits(&self, import: ImportRef) -> bool {
        self.imports.find(import).is_some()
    }

    /// Fails a promise of the peer's that has not settled, and lets go of it there.
    pub(crate) fn give_up(&mut self, import: ImportRef, error: Error) {
        let Some(entry) = self.imports.find(import) else {
            return;
        };
        if let ImportKind::Promise { cell, .. } = &entry.kind {
            let cell = Arc::clone(cell);
            cell.store(Err(error));
            self.effects.push(Effect::Drain(cell));
            self.release(import);
        }
    }

    /// Lets go of an import whose last handle is gone (protocol S-22). Letting go of the main
    /// object ends the session (S-85).
    pub(crate) fn release(&mut self, import: ImportRef) {
        if import.id == ImportId::MAIN {
            if self.imports.find(import).is_some() {
                self.end(&Disconnect::Shutdown);
            }
            return;
        }
        if let Some(entry) = self.imports.take(import) {
            self.send_release(import.id, entry.introductions);
        }
    }

    /// Sends the value of an export that the peer waits for (protocol S-30). If the peer has let go
    /// of it, nothing is sent.
    pub(crate) fn answer(&mut self, export: ExportId, outcome: &Arc<Outcome>, host: &dyn Host) {
        if self.ended.is_some() || !self.exports.is_wanted(export) {
            return;
        }
        match outcome.as_ref() {
            Ok(value) => match wire::encode_data(export.to_wire(), value) {
                Some(frame) => {
                    self.send(frame);
                    self.answered(export);
                }
                None => self.resolve(export, value.clone(), host),
            },
            Err(error) => self.reject(export, error.clone()),
        }
    }

    /// Notes that an export was answered. A stream call is removed: it is not released by the peer
    /// (protocol S-38).
    fn answered(&mut self, export: ExportId) {
        self.exports.answered(export);
        if let Some(streamed) = self.exports.remove_streamed(export) {
            self.effects.push(Effect::drop_stub(Stub::of(streamed)));
        }
    }

    fn resolve(&mut self, export: ExportId, value: Value, host: &dyn Host) {
        let mut added = Added::default();
        let frame = self.devaluate(value, 0, &mut added).and_then(|expr| {
            wire::encode_resolve(export.to_wire(), &expr).map_err(Unsendable::from)
        });
        match frame {
            Ok(frame) => {
                self.commit(added, host);
                self.send(frame);
                self.answered(export);
            }
            Err(error) => {
                self.roll_back(added);
                let error = Error::Unsendable(error);
                self.effects.push(Effect::Reject { export, error });
            }
        }
    }

    /// Sends the failure of an export that the peer waits for.
    pub(crate) fn reject(&mut self, export: ExportId, error: Error) {
        if self.ended.is_some() || !self.exports.is_wanted(export) {
            return self.effects.push(Effect::Drop(error.into_value()));
        }
        let thrown = without_capabilities(error.into_value(), &mut self.effects);
        let frame = wire::encode_reject(export.to_wire(), &thrown).or_else(|unsendable| {
            let error = ErrorValue::new(unsendable.class(), unsendable.to_string());
            wire::encode_reject(export.to_wire(), &Tree::Error(Box::new(error)))
        });
        if let Ok(frame) = frame {
            self.send(frame);
        }
        self.answered(export);
    }

    /// Fails if the session has ended, or owes us too much already.
    pub(super) fn may_push(&self) -> Result<(), Error> {
        if let Some(reason) = &self.ended {
            return Err(Error::Disconnected(reason.clone()));
        }
        let limit = self.limits.max_imports;
        if self.imports.len() >= limit {
            self.counters.limit_hit("max_imports");
            return Err(Unsendable::TooManyImports(limit).into());
        }
        Ok(())
    }

    /// Fails if the session has ended since: what would wait for an answer would wait for ever.
    pub(super) fn has_gone_on(&self) -> Result<(), Error> {
        match &self.ended {
            Some(reason) => Err(Error::Disconnected(reason.clone())),
            None => Ok(()),
        }
    }

    fn refuse(&mut self, args: Option<Vec<Value>>, error: Error) -> Refused {
        let args = args.into_iter().flatten().map(Effect::Drop);
        self.effects.extend(args);
        Refused::Failed(error)
    }

    /// Writes a call, with what it adds to the tables; nothing is added if it cannot be sent.
    pub(super) fn encode_call(
        &mut self,
        import: ImportRef,
        path: Path,
        args: Option<Vec<Value>>,
        encode: fn(&Expr) -> Result<String, EncodeError>,
    ) -> Result<(String, Added), Unsendable> {
        let mut added = Added::default();
        let args = args
            .map(|args| self.devaluate_all(args, 1, &mut added))
            .transpose();
        let frame = args.and_then(|args| {
            let target = Target {
                id: import.id.to_wire(),
                path: Some(path),
                args,
            };
            let call = Expr::Capability(WireRef::Pipeline(target));
            Ok(encode(&call)?)
        });
        match frame {
            Ok(frame) => Ok((frame, added)),
            Err(error) => {
                self.roll_back(added);
                Err(error)
            }
        }
    }

    /// Returns why nothing can be called on an import, if so.
    pub(super) fn cannot_call(&self, import: ImportRef) -> Option<Error> {
        if let Some(reason) = &self.ended {
            return Some(Error::Disconnected(reason.clone()));
        }
        let limit = self.limits.max_imports;
        if self.imports.len() >= limit {
            self.counters.limit_hit("max_imports");
            return Some(Unsendable::TooManyImports(limit).into());
        }
        let gone = self.imports.find(import).is_none();
        gone.then(|| Error::new("Attempted to use RPC stub after it has been disposed."))
    }
}
