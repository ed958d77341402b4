//! What a machine wants done once it is let go of.

use std::sync::Arc;

use crate::error::Error;
use crate::hook::{
    Account, Cap, Hook, Mapper, OnBroken, Pipe, PromiseCell, Resolver, Session, Source, Stub, Value,
};
use crate::ids::{ExportId, ImportRef};
use crate::value::Path;

/// Something to be done by the machine's owner, in order, without holding the machine.
pub(crate) enum Effect {
    /// Start a call.
    Call {
        /// What is called.
        target: Cap,
        /// Where in it.
        path: Path,
        /// With what.
        args: Vec<Value>,
        /// What settles with the answer.
        result: Resolver,
    },
    /// Read a property.
    Read {
        /// What is read from.
        target: Cap,
        /// Where in it.
        path: Path,
        /// What settles with the value.
        result: Resolver,
    },
    /// Apply a mapper.
    Map {
        /// What it is applied to.
        target: Cap,
        /// Where in it.
        path: Path,
        /// What is done there.
        mapper: Mapper,
        /// What settles with the results.
        result: Resolver,
    },
    /// Refuse a call.
    Refuse {
        /// What fails.
        result: Resolver,
        /// With this.
        error: Error,
    },
    /// Wait for an export's value and give it to [`Machine::answer`](super::Machine::answer).
    Serve {
        /// The export the peer waits for.
        export: ExportId,
        /// Its value.
        value: Cap,
    },
    /// Tell the peer of a failure: [`Machine::reject`](super::Machine::reject).
    Reject {
        /// The export the peer waits for.
        export: ExportId,
        /// How it failed.
        error: Error,
    },
    /// Tell the peer why the session has ended: [`Machine::say_why`](super::Machine::say_why).
    Abort(Error),
    /// Run what waited for a promise that has just settled.
    Drain(Arc<PromiseCell>),
    /// Tell of the end of what somebody holds.
    Broken {
        /// Who wants to know.
        callback: OnBroken,
        /// What happened.
        error: Error,
    },
    /// Write the chunks of a source to a pipe of the peer's.
    Pump {
        /// Where they come from.
        source: Box<dyn Source>,
        /// Where they go.
        sink: Cap,
    },
    /// Receive a blob.
    Collect {
        /// What it says it is.
        media_type: String,
        /// A stream of its bytes.
        content: Stub,
        /// What settles with the blob.
        result: Resolver,
        /// What its bytes are charged to meanwhile.
        account: Arc<Account>,
    },
    /// End a pipe with its session.
    Disconnect {
        /// The pipe.
        pipe: Arc<Pipe>,
        /// Why.
        reason: Error,
    },
    /// Let go of what the peer could refer to: a stream that nobody can write to any more ends.
    Abandon(Cap),
    /// Let go of something. Its drop may come back to this session, so it must not happen inside.
    Drop(Value),
}

impl Effect {
    /// Lets go of a capability.
    pub(super) fn drop_stub(stub: Stub) -> Self {
        Self::Drop(Value::Capability(stub))
    }
}

/// What the machine's owner lends it: the making of references to what the peer holds.
pub(crate) trait Host {
    /// Makes a reference to a peer's object.
    fn import_stub(&self, import: ImportRef) -> Arc<dyn Hook>;

    /// Makes a reference to a peer's promise.
    fn import_promise(&self, import: ImportRef, cell: Arc<PromiseCell>) -> Arc<dyn Hook>;

    /// Makes a reference to a peer's stream, to write to it.
    fn import_writable(&self, import: ImportRef) -> Arc<dyn Hook>;

    /// Returns the session as a handler sees it.
    fn session(&self) -> Session;
}
