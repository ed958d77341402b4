//! What ids mean inside a mapper (protocol M-3).

use std::sync::Arc;

use super::allowance::Allowance;
use super::mapper::Mapper;
use super::spare::Spare;
use super::variable::Variable;
use crate::audit::Decision;
use crate::error::Error;
use crate::hook::cap::Cap;
use crate::hook::evaluate::{Scope, promised};
use crate::hook::hardening::weight;
use crate::hook::note::Note;
use crate::hook::promise::{PromiseCell, Resolver, delivered_weight, handle_of};
use crate::hook::{State, Stub, Value};
use crate::ids::WireId;
use crate::policy::CrossingKind;
use crate::value::Path;
use crate::wire::{Capture, Remap};

/// The input, the results so far, and the captures; calls are made for whoever asked for the map.
pub(super) struct ReplayScope<'a> {
    pub(super) mapper: &'a Mapper,
    pub(super) variables: &'a [Variable],
    pub(super) caller: &'a Resolver,
    pub(super) spare: &'a mut Spare,
}

/// Where an id leads.
enum Place {
    Variable(usize),
    Capture(usize),
}

impl<'a> ReplayScope<'a> {
    fn allowance(&self) -> Option<&'a Allowance> {
        self.mapper.terms().allowance.as_ref()
    }

    /// Notes something that the mapper calls for, if the session is audited that it runs for.
    fn note(&self, target: &Cap, path: &Path, kind: CrossingKind) -> Option<Note> {
        let caller = self.caller.note()?;
        Some(caller.note_part(target, path, kind))
    }

    /// Begins a call on behalf of the peer, if it may make another; `size` is what it brings. Returns
    /// the promise of the result; a small one itself, if it is there.
    fn begin(
        &mut self,
        allowance: &Allowance,
        path: &Path,
        size: usize,
        note: Option<Note>,
        begin: impl FnOnce(Resolver),
    ) -> Result<Value, Error> {
        let (cell, charge) = self.spare.take(size, allowance)?;
        let mut result = Resolver::new(Arc::clone(&cell)).with_charge(Some(charge));
        if let Some(session) = self.caller.session() {
            result = result.for_session(session.clone());
        }
        match allowance.admit(path, result.noted(note)) {
            Ok(result) => begin(result),
            Err((result, error)) => {
                result.decide(Decision::Refused);
                result.settle(Err(error));
            }
        }
        self.spare
            .put(cell)
            .or_else(|cell| promise_of(&cell, allowance))
    }
}

impl Scope for ReplayScope<'_> {
    type Failure = Error;

    fn named(&mut self, id: WireId) -> Result<Cap, Error> {
        let found = match Place::of(id) {
            Some(Place::Variable(at)) => match self.variables.get(at) {
                Some(variable) => return variable.to_cap(self.allowance()),
                None => None,
            },
            Some(Place::Capture(at)) => self.mapper.capture(at),
            None => None,
        };
        found.cloned().ok_or_else(|| no_such_entry(id))
    }

    /// What is known to be an object is passed on as one: a peer may take it for nothing else
    /// (protocol B-5).
    fn awaited(&mut self, id: WireId) -> Result<Value, Error> {
        let found = match Place::of(id) {
            Some(Place::Variable(at)) => match self.variables.get(at) {
                Some(Variable::Small(value)) => return Ok(value.clone()),
                Some(Variable::Cap(cap)) => Some(cap.clone()),
                None => None,
            },
            Some(Place::Capture(at)) => self.mapper.awaited_capture(at),
            None => None,
        };
        let cap = found.ok_or_else(|| no_such_entry(id))?;
        Ok(match cap.state() {
            State::Object => Value::Capability(Stub::of(cap)),
            _ => promised(cap),
        })
    }

    fn introduced_object(&mut self, _: WireId) -> Result<Stub, Error> {
        Err(Error::new("A mapper function cannot refer to exports.").public())
    }

    fn introduced_promise(&mut self, id: WireId) -> Result<Stub, Error> {
        self.introduced_object(id)
    }

    fn readable(&mut self, _: WireId) -> Result<Stub, Error> {
        Err(Error::new("A mapper function cannot use pipe readables.").public())
    }

    fn writable(&mut self, id: WireId) -> Result<Stub, Error> {
        self.introduced_object(id)
    }

    fn blob(&mut self, _: String, _: Stub) -> Result<Cap, Error> {
        let text = "Blob content must be serialized as a ReadableStream.";
        Err(Error::type_error(text).public())
    }

    fn read(&mut self, target: Cap, path: Path) -> Result<Value, Error> {
        let Some(allowance) = self.allowance() else {
            return Ok(promised(target.read_promise(path)));
        };
        let note = self.note(&target, &path, CrossingKind::Get);
        self.begin(allowance, &path.clone(), 0, note, |result| {
            target.read(path, result);
        })
    }

    fn call(&mut self, target: Cap, path: Path, args: Vec<Value>) -> Result<Value, Error> {
        let Some(allowance) = self.allowance() else {
            return Ok(promised(target.call_promise(path, args)));
        };
        let size = args.iter().map(weight).fold(0, usize::saturating_add);
        allowance.copied(args.iter().fold(0, |sum: usize, arg| {
            sum.saturating_add(delivered_weight(arg))
        }))?;
        let note = self.note(&target, &path, CrossingKind::Call);
        self.begin(allowance, &path.clone(), size, note, |result| {
            target.into_call(path, args, result);
        })
    }

    fn map(&mut self, remap: Remap) -> Result<Value, Error> {
        let target = self.named(remap.id)?;
        let captures = remap.captures.into_iter().map(|capture| match capture {
            Capture::Import(id) => self.named(id),
            Capture::Export(id) => self.introduced_object(id).map(Stub::into_cap),
        });
        let captures = captures.collect::<Result<_, _>>()?;
        let terms = Arc::clone(self.mapper.terms());
        let mapper = Mapper::on_terms(captures, remap.instructions, terms);
        let path = remap.path;
        match self.allowance() {
            None => Ok(promised(target.map_promise(path, mapper))),
            Some(allowance) => {
                let note = self.note(&target, &path, CrossingKind::Map);
                self.begin(allowance, &path.clone(), 0, note, |result| {
                    target.map(path, mapper, result);
                })
            }
        }
    }

    fn discard(&mut self, value: Value) {
        drop(value);
    }
}

impl Place {
    fn of(id: WireId) -> Option<Self> {
        let id = id.table_id()?;
        let at = usize::try_from(id.unsigned_abs()).ok()?;
        if id < 0 {
            return at.checked_sub(1).map(Self::Capture);
        }
        Some(Self::Variable(at))
    }
}

/// Makes a handle to a result; copying one that is there takes its steps.
fn promise_of(cell: &Arc<PromiseCell>, allowance: &Allowance) -> Result<Value, Error> {
    if let State::Settled(outcome) = cell.state()
        && let Ok(value) = outcome.as_ref()
    {
        allowance.copied(weight(value))?;
    }
    Ok(promised(Cap::from_arc(handle_of(cell))))
}

fn no_such_entry(id: WireId) -> Error {
    Error::new(format!("no such entry on exports table: {id}")).public()
}
