//! What a session does once it has let go of its machine.

use std::sync::Weak;

use tracing::{debug, warn};

use super::shared::Connection;
use crate::audit::Decision;
use crate::error::{Disconnect, Error};
use crate::hook::{Cap, Resolver, SessionControl, Waiter, shielded};
use crate::policy::CrossingKind;
use crate::session::Effect;
use crate::value::Path;

impl Connection {
    /// Tells whoever listens that the session has ended: how, but not in what words, for those may
    /// be a peer's.
    pub(super) fn tell_end(&self, reason: &Disconnect) {
        let violation = match reason {
            Disconnect::Violation(violation) => Some(violation.kind()),
            _ => None,
        };
        if violation.is_some() || reason.limit().is_some() {
            warn!(parent: &self.span, reason = reason.kind(), violation, "session ended");
        } else {
            debug!(parent: &self.span, reason = reason.kind(), "session ended");
        }
    }

    /// Fails every call of the peer's that waits in a queue: it might be its own.
    pub(super) fn settle_what_waits(&self, reason: &Disconnect) {
        for result in self.unsettled.close() {
            shielded(|| {
                result.store(Err(Error::Disconnected(reason.clone())));
                result.drain();
            });
        }
    }

    /// Does what the machine wants done.
    pub(super) fn run(&self, effect: Effect) {
        match effect {
            Effect::Call {
                target,
                path,
                args,
                result,
            } if target.is_writable() => target.call(path, args, result),
            Effect::Call {
                target,
                path,
                args,
                result,
            } => {
                let result = self.noted(result, &target, &path, CrossingKind::Call);
                self.admit(result, |result| target.into_call(path, args, result));
            }
            Effect::Read {
                target,
                path,
                result,
            } => {
                let result = self.noted(result, &target, &path, CrossingKind::Get);
                self.admit(result, |result| target.read(path, result));
            }
            Effect::Map {
                target,
                path,
                mapper,
                result,
            } => {
                let result = self.noted(result, &target, &path, CrossingKind::Map);
                self.admit(result, |result| target.map(path, mapper, result));
            }
            Effect::Refuse { result, error } => result.settle(Err(error)),
            Effect::Serve { export, value } => {
                let this = Weak::clone(&self.this);
                let session: Weak<dyn SessionControl> = this;
                value.when_settled(Waiter::Peer { session, export });
            }
            Effect::Pump { source, sink } => self.pump(source, sink),
            Effect::Collect {
                media_type,
                content,
                result,
                account,
            } => self.collect(media_type, &content, result, account),
            Effect::Disconnect { pipe, reason } => pipe.disconnect(&reason),
            Effect::Abandon(cap) => cap.abandon(),
            Effect::Reject { export, error } => {
                let error = self.screen.error(error);
                self.with(|machine| machine.reject(export, error));
            }
            Effect::Abort(error) => {
                let error = self.screen.error(error);
                self.with(|machine| machine.say_why(error));
            }
            Effect::Drain(cell) => cell.drain(),
            Effect::Broken { callback, error } => callback(&error),
            Effect::Drop(value) => drop(value),
        }
    }

    /// Notes what the peer calls for, if the session is audited.
    fn noted(&self, result: Resolver, target: &Cap, path: &Path, kind: CrossingKind) -> Resolver {
        match &self.auditor {
            Some(auditor) => result.noted(Some(auditor.note(target, path, kind))),
            None => result,
        }
    }

    /// Begins something that the peer calls for, if the program admits it now.
    fn admit(&self, result: Resolver, begin: impl FnOnce(Resolver)) {
        if self
            .limiter
            .as_ref()
            .is_none_or(|admits| admits(&self.peer))
        {
            return begin(result);
        }
        self.counters.call_refused("limit_calls");
        result.decide(Decision::Refused);
        let error = Error::range_error("Too many calls: try again later.").public();
        result.settle(Err(error));
    }
}
