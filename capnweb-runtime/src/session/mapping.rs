//! Mappers, received and sent: which captures are whose (protocol M-2, M-32).

use std::sync::Arc;

use super::commands::Refused;
use super::devaluate::Added;
use super::effect::{Effect, Host};
use super::exports::Pull;
use super::imports::Answer;
use super::machine::Machine;
use crate::error::{Error, Unsendable, Violation};
use crate::hook::{Allowance, Cap, Mapper, State, Stub, Value};
use crate::ids::ImportRef;
use crate::value::Path;
use crate::wire::{self, Capture, Expr, Remap, WireRef};

impl Machine {
    /// The peer has a mapper applied to something of ours (protocol M-1).
    pub(super) fn evaluate_remap(
        &mut self,
        remap: Remap,
        host: &dyn Host,
    ) -> Result<Cap, Violation> {
        let target = self.exported(remap.id)?.cap.clone();
        let captures = match self.evaluate_captures(&remap.captures, host) {
            Ok(captures) => captures,
            Err(violation) => {
                self.effects.push(Effect::drop_stub(Stub::of(target)));
                return Err(violation);
            }
        };
        let allowance = Allowance::new(
            self.limits.max_map_steps,
            self.calls_in_flight.clone(),
            Arc::clone(&self.account),
        );
        let mapper = Mapper::allowed(captures, remap.instructions, allowance);
        let (value, result) = self.incoming(&target, &remap.path, host);
        self.effects.extend(match result {
            Ok(result) => vec![Effect::Map {
                target,
                path: remap.path,
                mapper,
                result,
            }],
            Err(refused) => {
                let (captures, _) = mapper.into_parts();
                let unused = captures.into_iter().chain([target]);
                let unused = unused.map(|cap| Effect::drop_stub(Stub::of(cap)));
                [refused].into_iter().chain(unused).collect()
            }
        });
        Ok(value)
    }

    /// Applies a mapper to something of the peer's, which does it (protocol M-30); returns the
    /// promise of the result.
    pub(crate) fn push_map(
        &mut self,
        import: ImportRef,
        path: Path,
        mapper: Mapper,
        host: &dyn Host,
    ) -> Result<Cap, Refused<Mapper>> {
        if let Err(error) = self.may_push() {
            return Err(self.refuse_map(mapper, error));
        }
        if self.imports.find(import).is_none() {
            return Err(Refused::Settled { path, args: mapper });
        }
        let frame = self
            .encode_map(import, path, mapper)
            .map_err(|error| Refused::Failed(Error::Unsendable(error)))?;
        let id = self.imports.next_pushed();
        let promise = self.import_promise(id, Answer::Unasked, host);
        self.send(frame);
        Ok(promise)
    }

    fn evaluate_captures(
        &mut self,
        captures: &[Capture],
        host: &dyn Host,
    ) -> Result<Vec<Cap>, Violation> {
        let mut caps = Vec::with_capacity(captures.len());
        for capture in captures {
            let cap = match capture {
                Capture::Import(id) => self.exported(*id).map(|export| export.cap.clone()),
                Capture::Export(id) => self.introduced_object(*id, host).map(Stub::into_cap),
            };
            match cap {
                Ok(cap) => caps.push(cap),
                Err(violation) => {
                    let caps = caps.into_iter().map(Stub::of).map(Value::Capability);
                    self.effects
                        .push(Effect::Drop(Value::Array(caps.collect())));
                    return Err(violation);
                }
            }
        }
        Ok(caps)
    }

    fn encode_map(
        &mut self,
        import: ImportRef,
        path: Path,
        mapper: Mapper,
    ) -> Result<String, Unsendable> {
        let mut added = Added::default();
        let (captures, instructions) = mapper.into_parts();
        let frame = self
            .name_captures(captures, &mut added)
            .and_then(|captures| {
                let remap = Remap {
                    id: import.id.to_wire(),
                    path,
                    captures,
                    instructions,
                };
                let remap = Expr::Capability(WireRef::Remap(Box::new(remap)));
                Ok(wire::encode_push(&remap)?)
            });
        if frame.is_err() {
            self.roll_back(added);
        }
        frame
    }

    /// Names captures; all of them are consumed, also on failure.
    fn name_captures(
        &mut self,
        captures: Vec<Cap>,
        added: &mut Added,
    ) -> Result<Vec<Capture>, Unsendable> {
        let mut named = Vec::with_capacity(captures.len());
        let mut failed = None;
        for cap in captures {
            if failed.is_some() {
                self.effects.push(Effect::drop_stub(Stub::of(cap)));
                continue;
            }
            match self.name_capture(cap, added) {
                Ok(capture) => named.push(capture),
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(named), Err)
    }

    /// Names one capture: by the peer's own id if the peer holds it, else under a new one of ours.
    /// It is dropped with the mapper, whatever its name (protocol B-4).
    fn name_capture(&mut self, cap: Cap, added: &mut Added) -> Result<Capture, Unsendable> {
        let stub = self.end_of_chain(Stub::of(cap));
        if let Some(import) = self.own_import(stub.cap()) {
            self.effects.push(Effect::drop_stub(stub));
            return Ok(Capture::Import(import.id.to_wire()));
        }
        let cap = match stub.cap().state() {
            State::Settled(outcome) => match outcome.as_ref() {
                Ok(Value::Capability(settled)) if settled.path().is_empty() => {
                    let settled = settled.clone();
                    self.effects.push(Effect::drop_stub(stub));
                    return self.name_capture(settled.into_cap(), added);
                }
                _ => stub.into_cap(),
            },
            _ => stub.into_cap(),
        };
        self.introduce_id(cap, Pull::Object, added)
            .map(|id| Capture::Export(id.to_wire()))
    }

    fn refuse_map(&mut self, mapper: Mapper, error: Error) -> Refused<Mapper> {
        let (captures, _) = mapper.into_parts();
        let captures = captures.into_iter().map(Stub::of).map(Effect::drop_stub);
        self.effects.extend(captures);
        Refused::Failed(error)
    }
}
