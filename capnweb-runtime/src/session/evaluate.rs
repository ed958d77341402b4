//! From expressions to values: what a message's references mean in this session.

use std::sync::Arc;

use super::effect::{Effect, Host};
use super::exports::Export;
use super::imports::{Answer, Import, ImportKind};
use super::machine::Machine;
use crate::error::{Error, Violation};
use crate::hook::{Cap, Permit, PromiseCell, Resolver, Stub, Value, promise};
use crate::ids::{ExportId, ImportId, ImportRef, WireId};
use crate::value::{ErrorValue, Object, is_dropped};
use crate::wire::{Expr, Target, WireRef};

impl Machine {
    /// Turns an expression into a value, depth first, array elements and members in order
    /// (protocol W-5). Calls in it become effects, in that order.
    pub(super) fn evaluate(&mut self, expr: Expr, host: &dyn Host) -> Result<Value, Violation> {
        Ok(match expr {
            Expr::Undefined => Value::Undefined,
            Expr::Null => Value::Null,
            Expr::Bool(value) => Value::Bool(value),
            Expr::Number(value) => Value::Number(value),
            Expr::String(value) => Value::String(value),
            Expr::BigInt(value) => Value::BigInt(value),
            Expr::Date(value) => Value::Date(value),
            Expr::Bytes(value) => Value::Bytes(value),
            Expr::Array(items) => Value::Array(self.evaluate_all(items, host)?),
            Expr::Object(object) => Value::Object(self.evaluate_members(object, host)?),
            Expr::Error(error) => {
                let mut value = ErrorValue::new(error.class, error.message);
                value.stack = error.stack;
                value.props = self.evaluate_members(error.props, host)?;
                Value::Error(Box::new(value))
            }
            Expr::Capability(reference) => {
                Value::Capability(self.evaluate_reference(reference, host)?)
            }
        })
    }

    fn evaluate_all(&mut self, items: Vec<Expr>, host: &dyn Host) -> Result<Vec<Value>, Violation> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match self.evaluate(item, host) {
                Ok(value) => values.push(value),
                Err(violation) => {
                    // Not dropped here: a drop may come back to this session.
                    self.effects.push(Effect::Drop(Value::Array(values)));
                    return Err(violation);
                }
            }
        }
        Ok(values)
    }

    /// Evaluates members, and then drops those that no object may have (protocol W-19).
    fn evaluate_members(
        &mut self,
        members: Object<WireRef>,
        host: &dyn Host,
    ) -> Result<Object<Stub>, Violation> {
        let mut object = Object::with_capacity(members.len());
        for (key, member) in members {
            match self.evaluate(member, host) {
                Ok(value) if is_dropped(&key) => {
                    self.effects.push(Effect::Drop(value));
                }
                Ok(value) => object.push(key, value),
                Err(violation) => {
                    self.effects.push(Effect::Drop(Value::Object(object)));
                    return Err(violation);
                }
            }
        }
        Ok(object)
    }

    fn evaluate_reference(
        &mut self,
        reference: WireRef,
        host: &dyn Host,
    ) -> Result<Stub, Violation> {
        match reference {
            WireRef::Export(id) => self.introduced_stub(id, host),
            WireRef::Promise(id) => self.introduced_promise(id, host),
            WireRef::Import(target) => Ok(self.evaluate_target(target, host)?.into_object()),
            WireRef::Pipeline(target) => self.evaluate_target(target, host),
        }
    }

    /// The peer hands us one of its objects (protocol W-40).
    fn introduced_stub(&mut self, id: WireId, host: &dyn Host) -> Result<Stub, Violation> {
        let id = introduced(id)?;
        if let Some(entry) = self.imports.get_mut(id) {
            entry.introductions = entry.introductions.saturating_add(1);
            if let Some(handle) = entry.handle.upgrade() {
                return Ok(Stub::of(Cap::from_arc(handle)));
            }
        }
        self.check_imports()?;
        let generation = self.imports.next_generation();
        let hook = host.import_stub(ImportRef {
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

    /// The peer refers to something of ours (protocol W-43).
    fn evaluate_target(&mut self, target: Target, host: &dyn Host) -> Result<Stub, Violation> {
        let cap = self.exported(target.id)?.cap.clone();
        let Some(path) = target.path else {
            return Ok(Stub::promise(cap));
        };
        let steps = path.segments().len();
        let Some(args) = target.args else {
            let (value, result) = self.incoming(steps, host);
            self.effects.push(match result {
                Ok(result) => Effect::Read {
                    target: cap,
                    path,
                    result,
                },
                Err(refused) => refused,
            });
            return Ok(Stub::promise(value));
        };
        let args = self.evaluate_all(args, host)?;
        let (value, result) = self.incoming(steps, host);
        match result {
            Ok(result) => self.effects.push(Effect::Call {
                target: cap,
                path,
                args,
                result,
            }),
            Err(refused) => self
                .effects
                .extend([refused, Effect::Drop(Value::Array(args))]),
        }
        Ok(Stub::promise(value))
    }

    /// Makes the promise of a call from the peer along a path of so many steps, if it may make
    /// another.
    fn incoming(&self, steps: usize, host: &dyn Host) -> (Cap, Result<Resolver, Effect>) {
        let (value, result) = promise();
        let result = match self.permit(steps) {
            Ok(permit) => Ok(result
                .with_permit(permit)
                .counted(self.counters.clone())
                .with_charge(self.charge.clone())
                .for_session(host.session())),
            Err(error) => Err(Effect::Refuse { result, error }),
        };
        (value, result)
    }

    fn permit(&self, steps: usize) -> Result<Permit, Error> {
        if steps > MAX_STEPS {
            self.counters.call_refused("path_steps");
            let text = format!("The path has more than {MAX_STEPS} steps.");
            return Err(Error::range_error(text).public());
        }
        let limit = self.limits.max_calls_in_flight;
        Permit::take(&self.calls_in_flight, limit).ok_or_else(|| {
            self.counters.call_refused("max_calls_in_flight");
            Error::new(format!("Too many calls in flight: more than {limit}.")).public()
        })
    }

    fn exported(&self, id: WireId) -> Result<&Export, Violation> {
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

/// The longest path that is followed: each step through a capability is taken by recursion.
const MAX_STEPS: usize = 128;
