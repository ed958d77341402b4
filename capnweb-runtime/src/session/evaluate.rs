//! What an expression's references mean in a session: both tables, and effects for its calls.

use std::sync::Arc;

use super::effect::{Effect, Host};
use super::exports::Export;
use super::imports::{Answer, Import, ImportKind};
use super::machine::Machine;
use crate::error::{Error, Violation};
use crate::hook::{
    Cap, Hook, Nature, PromiseCell, Resolver, Scope, Stub, Value, evaluate, promise, promised,
};
use crate::ids::{ExportId, ImportId, ImportRef, WireId};
use crate::value::Path;
use crate::wire::{Expr, Remap};

/// The scope of a message: this session's tables. Calls become effects, in their order.
struct Tables<'a> {
    machine: &'a mut Machine,
    host: &'a dyn Host,
}

impl Scope for Tables<'_> {
    type Failure = Violation;

    fn named(&mut self, id: WireId) -> Result<Cap, Violation> {
        Ok(self.machine.exported(id)?.cap.clone())
    }

    fn introduced_object(&mut self, id: WireId) -> Result<Stub, Violation> {
        self.machine.introduced_object(id, self.host)
    }

    fn introduced_promise(&mut self, id: WireId) -> Result<Stub, Violation> {
        self.machine.introduced_promise(id, self.host)
    }

    fn readable(&mut self, id: WireId) -> Result<Stub, Violation> {
        self.machine.take_readable(id)
    }

    fn writable(&mut self, id: WireId) -> Result<Stub, Violation> {
        self.machine.introduced_writable(id, self.host)
    }

    fn blob(&mut self, media_type: String, content: Stub) -> Result<Cap, Violation> {
        Ok(self.machine.receive_blob(media_type, content, self.host))
    }

    fn map(&mut self, remap: Remap) -> Result<Value, Violation> {
        self.machine.evaluate_remap(remap, self.host).map(promised)
    }

    fn read(&mut self, target: Cap, path: Path) -> Result<Value, Violation> {
        let (value, result) = self.machine.incoming(&target, &path, self.host);
        match result {
            Ok(result) => self.machine.effects.push(Effect::Read {
                target,
                path,
                result,
            }),
            Err(refused) => self
                .machine
                .effects
                .extend([refused, Effect::drop_stub(Stub::of(target))]),
        }
        Ok(promised(value))
    }

    fn call(&mut self, target: Cap, path: Path, args: Vec<Value>) -> Result<Value, Violation> {
        let (value, result) = self.machine.incoming(&target, &path, self.host);
        match result {
            Ok(result) => self.machine.effects.push(Effect::Call {
                target,
                path,
                args,
                result,
            }),
            Err(refused) => self.machine.effects.extend([
                refused,
                Effect::Drop(Value::Array(args)),
                Effect::drop_stub(Stub::of(target)),
            ]),
        }
        Ok(promised(value))
    }

    fn discard(&mut self, value: Value) {
        self.machine.effects.push(Effect::Drop(value));
    }
}

impl Machine {
    /// Turns an expression of a message into a value; calls in it become effects.
    pub(super) fn evaluate(&mut self, expr: Expr, host: &dyn Host) -> Result<Value, Violation> {
        self.chunk_depth = self.depth_within(&expr);
        let mut tables = Tables {
            machine: self,
            host,
        };
        evaluate(&mut tables, expr)
    }

    /// The peer hands us one of its objects (protocol W-40).
    pub(super) fn introduced_object(
        &mut self,
        id: WireId,
        host: &dyn Host,
    ) -> Result<Stub, Violation> {
        self.introduced(id, |import| host.import_stub(import))
    }

    /// The peer hands us a stream to write to (protocol W-38).
    fn introduced_writable(&mut self, id: WireId, host: &dyn Host) -> Result<Stub, Violation> {
        self.introduced(id, |import| host.import_writable(import))
    }

    fn introduced(
        &mut self,
        id: WireId,
        make: impl FnOnce(ImportRef) -> Arc<dyn Hook>,
    ) -> Result<Stub, Violation> {
        let id = introduced(id)?;
        if let Some(entry) = self.imports.get_mut(id) {
            entry.introductions = entry.introductions.saturating_add(1);
            if let Some(handle) = entry.handle.upgrade() {
                return Ok(Stub::of(Cap::from_arc(handle)));
            }
        }
        self.check_imports()?;
        let generation = self.imports.next_generation();
        let hook = make(ImportRef {
            session: self.key,
            id,
            generation,
        });
        // A handle whose last owner is letting go of it at this moment leaves its introductions to
        // the new one: its own release will find another generation, and do nothing.
        let introductions = self.imports.get(id).map_or(1, |entry| entry.introductions);
        let handle = Arc::downgrade(&hook);
        let entry = Import {
            generation,
            introductions,
            handle,
            kind: ImportKind::Stub,
        };
        self.imports.insert(id, entry);
        Ok(Stub::of(Cap::from_arc(hook)))
    }

    /// The peer hands us a promise it will settle (protocol W-41).
    fn introduced_promise(&mut self, id: WireId, host: &dyn Host) -> Result<Stub, Violation> {
        let id = introduced(id)?;
        if self.imports.get(id).is_some() {
            let error = Error::new(
                "Bug in RPC system: The peer sent a promise reusing an existing export ID.",
            )
            .public();
            return Ok(Stub::promise(Cap::settled(Err(error))));
        }
        self.check_imports()?;
        Ok(Stub::promise(self.import_promise(id, Answer::Due, host)))
    }

    /// Adds a promise of the peer's to the table.
    pub(super) fn import_promise(&mut self, id: ImportId, answer: Answer, host: &dyn Host) -> Cap {
        let generation = self.imports.next_generation();
        let cell = Arc::new(PromiseCell::new());
        let import = ImportRef {
            session: self.key,
            id,
            generation,
        };
        let hook = host.import_promise(import, Arc::clone(&cell));
        let handle = Arc::downgrade(&hook);
        let kind = ImportKind::Promise { cell, answer };
        self.imports.insert(
            id,
            Import {
                generation,
                introductions: 1,
                handle,
                kind,
            },
        );
        Cap::from_arc(hook)
    }

    /// Makes the promise of a call from the peer along a path, if it may make another. What is
    /// written to a stream waits there for its turn: it is bounded by its size, not by number.
    pub(super) fn incoming(
        &mut self,
        target: &Cap,
        path: &Path,
        host: &dyn Host,
    ) -> (Cap, Result<Resolver, Effect>) {
        let (value, result) = promise();
        if let Nature::Writable(_) = target.nature() {
            return (value, Ok(self.charged(result, host)));
        }
        let result = match self.calls_in_flight.admit(path, result) {
            Ok(result) => Ok(self.charged(result, host)),
            Err((result, error)) => Err(Effect::Refuse { result, error }),
        };
        (value, result)
    }

    pub(super) fn exported(&self, id: WireId) -> Result<&Export, Violation> {
        ExportId::from_peer(id)
            .and_then(|id| self.exports.get(id))
            .ok_or(Violation::NoSuchEntry(id))
    }

    fn check_imports(&self) -> Result<(), Violation> {
        let limit = self.limits.max_imports;
        if self.imports.len() >= limit {
            return Err(Violation::TooManyImports { limit });
        }
        Ok(())
    }
}

/// Reads an id that the peer allocates (protocol W-42).
fn introduced(id: WireId) -> Result<ImportId, Violation> {
    ImportId::from_peer(id)
        .filter(|id| id.is_negative())
        .ok_or(Violation::BadIntroduction(id))
}
