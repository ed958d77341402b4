//! From values to expressions: how this session names what a value refers to.

use super::effect::Effect;
use super::exports::Pull;
use super::imports::ImportKind;
use super::machine::Machine;
use super::streams::NewPipe;
use crate::error::{Error, Unsendable};
use crate::hook::{
    Cap, Found, Nature, Outcome, State, Stub, Value, find, holds_error, promise, weight,
};
use crate::ids::{ExportId, ImportRef};
use crate::value::{ErrorValue, Object, Path};
use crate::wire::{self, EncodeError, Expr, MAX_ENCODE_DEPTH, Target, WireRef};

/// What the devaluation of one message has added to the export table.
#[derive(Default)]
pub(super) struct Added {
    exports: Vec<ExportId>,
    /// The pipes that will be announced with the message.
    pub(super) pipes: Vec<NewPipe>,
    /// How many of them another part of the message has.
    pub(super) pipes_before: usize,
    /// How much room the values take that have been put in the place of settled promises.
    expanded: usize,
}

impl Added {
    /// Starts anew, except for what has been spent.
    fn after(other: &Self) -> Self {
        Self {
            exports: Vec::new(),
            pipes: Vec::new(),
            pipes_before: other.pipes.len().saturating_add(other.pipes_before),
            expanded: other.expanded,
        }
    }

    /// Fails if the text would leave out an expression for which something was exported.
    fn check(&self, expr: Expr) -> Result<Expr, Unsendable> {
        if !self.exports.is_empty() || !self.pipes.is_empty() {
            wire::encode_resolve(ExportId::MAIN.to_wire(), &expr)?;
        }
        Ok(expr)
    }

    /// Adds what a part of the message has added.
    fn append(&mut self, mut part: Self) {
        self.exports.append(&mut part.exports);
        self.pipes.append(&mut part.pipes);
    }

    /// Returns the pipes, in the order of their ids.
    pub(super) fn into_pipes(self) -> Vec<NewPipe> {
        self.pipes
    }
}

impl Machine {
    /// Turns a value into an expression. On failure the caller must [`roll_back`](Self::roll_back)
    /// what was `added`.
    pub(super) fn devaluate(
        &mut self,
        value: Value,
        depth: usize,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        if depth >= MAX_ENCODE_DEPTH {
            self.effects.push(Effect::Drop(value));
            return Err(EncodeError::TooDeep.into());
        }
        let below = depth.saturating_add(1);
        Ok(match value {
            Value::Undefined => Expr::Undefined,
            Value::Null => Expr::Null,
            Value::Bool(value) => Expr::Bool(value),
            Value::Number(value) => Expr::Number(value),
            Value::String(value) => Expr::String(value),
            Value::BigInt(value) => Expr::BigInt(value),
            Value::Date(value) => Expr::Date(value),
            Value::Bytes(value) => Expr::Bytes(value),
            Value::Array(items) => Expr::Array(self.devaluate_all(items, below, added)?),
            Value::Object(object) => Expr::Object(self.devaluate_members(object, below, added)?),
            Value::Error(error) => {
                let mut expr = ErrorValue::new(error.class, error.message);
                expr.stack = error.stack;
                expr.props = self.devaluate_props(error.props, below, added);
                Expr::Error(Box::new(expr))
            }
            Value::Url(value) => Expr::Url(value),
            Value::Headers(value) => Expr::Headers(value),
            Value::Request(request) => {
                let request = request.try_map(|body| self.devaluate_body(body, below, added))?;
                Expr::Request(Box::new(request))
            }
            Value::Response(response) => {
                let response = response.try_map(|body| self.devaluate_body(body, below, added))?;
                Expr::Response(Box::new(response))
            }
            Value::Blob(blob) => {
                let blob = blob.try_map(|content| self.devaluate_blob(content, below, added))?;
                Expr::Blob(Box::new(blob))
            }
            Value::Capability(stub) => self.devaluate_stub(stub, depth, added)?,
        })
    }

    /// Turns a body into an expression. A short one is part of the message, which every peer reads
    /// and which needs no answers, as there are none in a batch; a long one is a stream.
    fn devaluate_body(
        &mut self,
        body: Value,
        depth: usize,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        match body {
            Value::String(text) if text.len() > MAX_INLINE_BODY => {
                self.devaluate_content(text.into(), added)
            }
            Value::Bytes(bytes) if bytes.len() > MAX_INLINE_BODY => {
                self.devaluate_content(bytes.into_inner(), added)
            }
            body => self.devaluate(body, depth, added),
        }
    }

    /// Turns what is in a blob into an expression, which must be a stream (protocol W-36).
    fn devaluate_blob(
        &mut self,
        content: Value,
        depth: usize,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        match content {
            Value::Bytes(bytes) => self.devaluate_content(bytes.into_inner(), added),
            content => self.devaluate(content, depth, added),
        }
    }

    /// Turns arguments into expressions; all of them are consumed, also on failure.
    pub(super) fn devaluate_all(
        &mut self,
        items: Vec<Value>,
        depth: usize,
        added: &mut Added,
    ) -> Result<Vec<Expr>, Unsendable> {
        let mut exprs = Vec::with_capacity(items.len());
        let mut failed = None;
        for item in items {
            if failed.is_some() {
                self.effects.push(Effect::Drop(item));
                continue;
            }
            match self.devaluate(item, depth, added) {
                Ok(expr) => exprs.push(expr),
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(exprs), Err)
    }

    fn devaluate_members(
        &mut self,
        members: Object<Stub>,
        depth: usize,
        added: &mut Added,
    ) -> Result<Object<WireRef>, Unsendable> {
        let (keys, values): (Vec<_>, Vec<_>) = members.into_iter().unzip();
        let exprs = self.devaluate_all(values, depth, added)?;
        let mut object = Object::with_capacity(keys.len());
        keys.into_iter()
            .zip(exprs)
            .for_each(|(key, expr)| object.push(key, expr));
        Ok(object)
    }

    /// Turns an error's properties into expressions. One that cannot be sent is left out, with all
    /// it would have exported: the error itself always travels (protocol W-26).
    fn devaluate_props(
        &mut self,
        props: Object<Stub>,
        depth: usize,
        added: &mut Added,
    ) -> Object<WireRef> {
        let mut object = Object::with_capacity(props.len());
        for (key, prop) in props {
            let mut own = Added::after(added);
            let expr = self
                .devaluate(prop, depth, &mut own)
                .and_then(|expr| own.check(expr));
            added.expanded = own.expanded;
            match expr {
                Ok(expr) => {
                    added.append(own);
                    object.push(key, expr);
                }
                Err(_) => self.roll_back(own),
            }
        }
        object
    }

    /// Names a reference: by the peer's own id if the peer holds the original, else under a new id
    /// of ours (protocol W-45). What has settled has no id any more and goes by value (S-51).
    fn devaluate_stub(
        &mut self,
        stub: Stub,
        depth: usize,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        let stub = self.end_of_chain(stub);
        match stub.nature() {
            Nature::Readable(_) => return self.devaluate_readable(stub, added),
            // One of the peer's own is passed on like any other: it cannot be named (protocol P-27).
            Nature::Writable(_) => return self.devaluate_writable(stub, added),
            Nature::Object => {}
        }
        if let Some(import) = self.own_import(stub.cap()) {
            let expr = name_of_import(import, &stub);
            self.effects.push(Effect::drop_stub(stub));
            return Ok(expr);
        }
        match stub.cap().state() {
            State::Object if stub.path().is_empty() => {
                self.introduce(stub.into_cap(), Pull::Object, added)
            }
            State::Pending | State::Following(_) if !stub.is_promise() => {
                self.introduce(stub.into_cap(), Pull::Object, added)
            }
            State::Pending | State::Following(_) if stub.path().is_empty() => {
                self.introduce(stub.into_cap(), Pull::Started, added)
            }
            State::Object | State::Pending | State::Following(_) => {
                let read = self.read_later(&stub);
                self.effects.push(Effect::drop_stub(stub));
                self.introduce(read, Pull::Started, added)
            }
            State::Settled(outcome) => {
                let found = resolved(&outcome, stub.path());
                self.effects.push(Effect::drop_stub(stub));
                self.devaluate_resolved(found, depth, added)
            }
        }
    }

    /// Puts the value of a settled promise in its place.
    fn devaluate_resolved(
        &mut self,
        found: Result<(Value, usize), Error>,
        depth: usize,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        let (value, weight) = match found {
            Ok(found) => found,
            Err(error) => return self.introduce(Cap::settled(Err(error)), Pull::Started, added),
        };
        if holds_error(&value) {
            // What a peer is told of errors is not decided here, under the session's lock, but
            // where the value of a promise is.
            return self.introduce(Cap::settled(Ok(value)), Pull::Started, added);
        }
        added.expanded = added.expanded.saturating_add(weight);
        let limit = self.limits.max_outgoing_bytes;
        if added.expanded > limit {
            self.effects.push(Effect::Drop(value));
            return Err(Unsendable::TooLarge(limit));
        }
        self.devaluate(value, depth, added)
    }

    /// Walks past promises that have become others, except where the peer can still be told a name.
    pub(super) fn end_of_chain(&mut self, mut stub: Stub) -> Stub {
        while self.own_import(stub.cap()).is_none()
            && let State::Following(next) = stub.cap().state()
        {
            let next = stub.in_place_of(next);
            self.effects
                .push(Effect::drop_stub(std::mem::replace(&mut stub, next)));
        }
        stub
    }

    /// Returns the import of this session that a handle is, if it is one and has not settled.
    pub(super) fn own_import(&self, cap: &Cap) -> Option<ImportRef> {
        let import = cap.import().filter(|import| import.session == self.key)?;
        let entry = self.imports.find(import)?;
        matches!(entry.kind, ImportKind::Stub | ImportKind::Promise { .. }).then_some(import)
    }

    pub(super) fn introduce(
        &mut self,
        cap: Cap,
        pull: Pull,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        let id = self.introduce_id(cap.clone(), pull, added)?;
        Ok(Expr::Capability(match pull {
            Pull::Object => WireRef::Export(id.to_wire()),
            Pull::Writable => WireRef::Writable(id.to_wire()),
            Pull::Pending | Pull::Started | Pull::Answered => {
                self.effects.push(Effect::Serve {
                    export: id,
                    value: cap,
                });
                WireRef::Promise(id.to_wire())
            }
        }))
    }

    /// Adds something to the table of what the peer may refer to.
    pub(super) fn introduce_id(
        &mut self,
        cap: Cap,
        pull: Pull,
        added: &mut Added,
    ) -> Result<ExportId, Unsendable> {
        if self.exports.len() >= self.limits.max_exports {
            unclaim(&cap);
            self.counters.limit_hit("max_exports");
            self.effects.push(Effect::drop_stub(Stub::of(cap)));
            return Err(Unsendable::TooManyExports(self.limits.max_exports));
        }
        let id = self.exports.introduce(cap, pull);
        added.exports.push(id);
        Ok(id)
    }

    /// Reads a property of a local object or promise once the machine is let go of.
    fn read_later(&mut self, stub: &Stub) -> Cap {
        let (value, result) = promise();
        let (target, path) = (stub.cap().clone(), stub.path().clone());
        self.effects.push(Effect::Read {
            target,
            path,
            result,
        });
        value
    }

    /// Takes back what a failed devaluation has exported. Its ids are not used again (W-7).
    pub(super) fn roll_back(&mut self, added: Added) {
        for id in added.exports {
            if let Some(export) = self.exports.remove(id) {
                unclaim(&export.cap);
                self.effects.push(Effect::drop_stub(Stub::of(export.cap)));
            }
        }
        self.take_back_pipes(added.pipes);
    }
}

/// Takes back the handing over of a stream that was not sent.
fn unclaim(cap: &Cap) {
    if let Nature::Writable(lock) = cap.nature() {
        lock.unclaim();
    }
}

fn name_of_import(import: ImportRef, stub: &Stub) -> Expr {
    let id = import.id.to_wire();
    let path = (!stub.path().is_empty()).then(|| stub.path().clone());
    let target = Target {
        id,
        path,
        args: None,
    };
    Expr::Capability(if stub.is_promise() {
        WireRef::Pipeline(target)
    } else {
        WireRef::Import(target)
    })
}

/// Returns what a settled promise has at a path, and how much room that takes.
fn resolved(outcome: &Outcome, path: &Path) -> Result<(Value, usize), Error> {
    Ok(match find(outcome.as_ref().map_err(Clone::clone)?, path)? {
        Found::Data(value) => (value.clone(), weight(value)),
        Found::Beyond(stub) => (Value::Capability(stub), 0),
    })
}

/// How long a body may be that is no stream, in bytes.
const MAX_INLINE_BODY: usize = 64 * 1024;
