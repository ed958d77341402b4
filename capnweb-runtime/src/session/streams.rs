//! Streams between two sessions: pipes that are made, calls that are part of a stream, and both ends
//! of what is passed.

use crate::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::devaluate::Added;
use super::effect::{Effect, Host};
use super::exports::{Export, Pull};
use super::imports::{Import, ImportKind};
use super::machine::Machine;
use crate::error::{Error, Unsendable, Violation};
use crate::hook::{
    ByteSource, Cap, Nature, Outcome, Permit, PromiseCell, Resolver, Source, Stub, Value,
    handle_of, pipe, promise, weigh_expr,
};
use crate::ids::{ExportId, ImportId, ImportRef, WireId};
use crate::value::Path;
use crate::wire::{self, Expr, WireRef};

/// A pipe that the message which is being made will announce.
pub(super) struct NewPipe {
    id: ImportId,
    source: Box<dyn Source>,
    /// The capability that the source was taken from.
    origin: Option<Stub>,
}

impl Machine {
    /// The peer calls as part of a stream: answered unasked, and never referred to (protocol S-38).
    pub(super) fn handle_stream(
        &mut self,
        expr: Expr,
        size: usize,
        host: &dyn Host,
    ) -> Result<(), Violation> {
        let export = self.exports.next_pushed();
        self.check_exports()?;
        let limit = self.limits.max_unread_bytes;
        self.charge = self
            .unread
            .message(size.max(weigh_expr(&expr)))
            .map_err(|_| Violation::TooManyUnreadBytes { limit })?;
        let value = self.evaluate(expr, host)?;
        let value = self.rooted(value);
        self.exports.insert_streamed(export, value.clone());
        self.effects.push(Effect::Serve { export, value });
        Ok(())
    }

    /// The peer makes a stream that it will write to (protocol P-21).
    pub(super) fn handle_pipe(&mut self) -> Result<(), Violation> {
        let id = self.exports.next_pushed();
        self.check_exports()?;
        let limit = self.limits.max_streams;
        let permit =
            Permit::take(&self.streams, limit).ok_or(Violation::TooManyStreams { limit })?;
        let (writable, readable, pipe) = pipe(Some(permit));
        self.forget_ended_pipes();
        self.pipes.push(Arc::downgrade(&pipe));
        self.exports.insert_pipe(id, writable, Stub::of(readable));
        Ok(())
    }

    /// Takes the end to read of a pipe (protocol W-37).
    pub(super) fn take_readable(&mut self, id: WireId) -> Result<Stub, Violation> {
        let depth = self.chunk_depth;
        let export = ExportId::from_peer(id).and_then(|id| self.exports.get_mut(id));
        let pipe = export.and_then(|export| export.pipe.as_mut());
        let readable = pipe.and_then(|pipe| {
            pipe.depth = depth;
            pipe.readable.take()
        });
        let readable = readable.ok_or(Violation::NotAPipe(id))?;
        let limit = self.limits.max_stream_depth;
        if depth > limit {
            self.effects.push(Effect::drop_stub(readable));
            return Err(Violation::StreamsTooDeep { limit });
        }
        Ok(readable)
    }

    /// Returns how deep streams lie in what is evaluated: they do if it is called on a pipe.
    pub(super) fn depth_within(&self, expr: &Expr) -> usize {
        let Expr::Capability(WireRef::Pipeline(target) | WireRef::Import(target)) = expr else {
            return 0;
        };
        let export = ExportId::from_peer(target.id).and_then(|id| self.exports.get(id));
        match export {
            Some(export) if export.pull == Pull::Writable => {
                let depth = export.pipe.as_ref().map_or(0, |pipe| pipe.depth);
                depth.saturating_add(1)
            }
            _ => 0,
        }
    }

    /// Begins to receive a blob (protocol W-36).
    pub(super) fn receive_blob(
        &mut self,
        media_type: String,
        content: Stub,
        host: &dyn Host,
    ) -> Cap {
        let (blob, result) = promise();
        let result = self.charged(result, host);
        self.effects.push(Effect::Collect {
            media_type,
            content,
            result,
            account: Arc::clone(&self.blobs),
        });
        blob
    }

    /// Counts a result as kept for the peer.
    pub(super) fn charged(&mut self, result: Resolver, host: &dyn Host) -> Resolver {
        result
            .with_charge(self.charge.share())
            .for_session(host.session())
    }

    /// Calls a stream of the peer's; returns how many UTF-16 code units that took, and the promise of
    /// the answer.
    pub(crate) fn stream(
        &mut self,
        import: ImportRef,
        path: Path,
        args: Vec<Value>,
        host: &dyn Host,
    ) -> Result<(usize, Cap), Error> {
        if let Some(error) = self.cannot_call(import) {
            self.effects.extend(args.into_iter().map(Effect::Drop));
            return Err(error);
        }
        let (frame, added) = self.encode_call(import, path, Some(args), wire::encode_stream)?;
        self.commit(added, host);
        self.has_gone_on()?;
        let id = self.imports.next_pushed();
        let cell = Arc::new(PromiseCell::new());
        let answer = handle_of(&cell);
        let import = Import {
            generation: self.imports.next_generation(),
            introductions: 1,
            handle: Arc::downgrade(&answer),
            kind: ImportKind::Stream { cell },
        };
        self.imports.insert(id, import);
        let size = code_units(&frame);
        self.send(frame);
        Ok((size, Cap::from_arc(answer)))
    }

    /// Makes a pipe for a stream that is sent: it is announced before the message that it is part of,
    /// once that is known to go (protocol P-20, B-14).
    pub(super) fn devaluate_readable(
        &mut self,
        stub: Stub,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        let source = match stub.cap().nature() {
            Nature::Readable(readable) => readable.take(),
            Nature::Object | Nature::Writable(_) => None,
        };
        let Some(source) = source else {
            self.effects.push(Effect::drop_stub(stub));
            return Err(Unsendable::StreamTaken);
        };
        self.add_pipe(source, Some(stub), added)
    }

    /// Makes a pipe for bytes that only travel as a stream.
    pub(super) fn devaluate_content(
        &mut self,
        bytes: bytes::Bytes,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        self.add_pipe(Box::new(ByteSource::new(bytes)), None, added)
    }

    /// Hands over a stream that the peer will write to (protocol P-1).
    pub(super) fn devaluate_writable(
        &mut self,
        stub: Stub,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        let claimed = match stub.cap().nature() {
            Nature::Writable(lock) => lock.claim(),
            Nature::Object | Nature::Readable(_) => false,
        };
        if !claimed {
            self.effects.push(Effect::drop_stub(stub));
            return Err(Unsendable::StreamTaken);
        }
        self.introduce(stub.into_cap(), Pull::Writable, added)
    }

    /// Announces what a message has added, right before it is sent.
    pub(super) fn commit(&mut self, added: Added, host: &dyn Host) {
        for pipe in added.into_pipes() {
            self.send(wire::encode_pipe());
            let generation = self.imports.next_generation();
            let sink = host.import_writable(ImportRef {
                session: self.key,
                id: pipe.id,
                generation,
            });
            let import = Import {
                generation,
                introductions: 1,
                handle: Arc::downgrade(&sink),
                kind: ImportKind::Pipe,
            };
            self.imports.insert(pipe.id, import);
            self.effects.push(Effect::Pump {
                source: pipe.source,
                sink: Cap::from_arc(sink),
            });
            self.effects.extend(pipe.origin.map(Effect::drop_stub));
        }
    }

    /// Takes back pipes that were not announced. They are the last that were added.
    pub(super) fn take_back_pipes(&mut self, pipes: Vec<NewPipe>) {
        self.imports.give_back(pipes.len());
        for NewPipe { source, origin, .. } in pipes {
            if let Some(origin) = origin {
                if let Nature::Readable(readable) = origin.cap().nature() {
                    readable.put_back(source);
                }
                self.effects.push(Effect::drop_stub(origin));
            }
        }
    }

    /// Lets go of an export, outside.
    pub(super) fn let_go(&mut self, export: Export) {
        self.effects.push(Effect::Abandon(export.cap));
        let unread = export.pipe.and_then(|pipe| pipe.readable);
        self.effects.extend(unread.map(Effect::drop_stub));
    }

    /// Ends the pipes of a session that has ended.
    pub(super) fn disconnect_pipes(&mut self, reason: &Error) {
        let pipes = std::mem::take(&mut self.pipes);
        let alive = pipes.iter().filter_map(Weak::upgrade);
        self.effects.extend(alive.map(|pipe| Effect::Disconnect {
            pipe,
            reason: reason.clone(),
        }));
    }

    /// Makes of the answer to a stream call what its sender may learn: that it was accepted, or why
    /// not.
    pub(super) fn acknowledgement(&mut self, answer: Outcome) -> Outcome {
        let value = answer?;
        self.effects.push(Effect::Drop(value));
        Ok(Value::Undefined)
    }

    fn add_pipe(
        &mut self,
        source: Box<dyn Source>,
        origin: Option<Stub>,
        added: &mut Added,
    ) -> Result<Expr, Unsendable> {
        let id = self.imports.next_pushed();
        added.pipes.push(NewPipe { id, source, origin });
        let announced = added.pipes.len().saturating_add(added.pipes_before);
        let limit = self.limits.max_streams;
        if self.imports.pipes().saturating_add(announced) > limit {
            self.counters.limit_hit("max_streams");
            return Err(Unsendable::TooManyStreams(limit));
        }
        let limit = self.limits.max_imports;
        if self.imports.len().saturating_add(announced) >= limit {
            self.counters.limit_hit("max_imports");
            return Err(Unsendable::TooManyImports(limit));
        }
        Ok(Expr::Capability(WireRef::Readable(id.to_wire())))
    }

    /// Keeps the list of pipes no longer than twice what it must be.
    fn forget_ended_pipes(&mut self) {
        let open = self.streams.load(Ordering::Acquire);
        if self.pipes.len() > open.saturating_mul(2) {
            self.pipes.retain(|pipe| pipe.strong_count() > 0);
        }
    }
}

/// Returns how long a text is in JavaScript.
fn code_units(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    }
}
