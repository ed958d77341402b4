//! What the layers below are lent of a session: references into it for the machine, and itself for
//! whoever holds a handle to it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::Span;

use super::import::{ImportPromise, ImportStub, ImportWritable};
use super::shared::Connection;
use crate::counters::Counters;
use crate::error::Disconnect;
use crate::hook::{
    Cap, Hook, OnBroken, Outcome, Peer, PromiseCell, Session, SessionControl, SessionStats,
    Unsettled,
};
use crate::ids::{ExportId, ImportRef};
use crate::session::Host;

impl Host for Connection {
    fn import_stub(&self, import: ImportRef) -> Arc<dyn Hook> {
        Arc::new(ImportStub::new(self.this(), import))
    }

    fn import_promise(&self, import: ImportRef, cell: Arc<PromiseCell>) -> Arc<dyn Hook> {
        Arc::new(ImportPromise::new(self.this(), import, cell))
    }

    fn import_writable(&self, import: ImportRef) -> Arc<dyn Hook> {
        Arc::new(ImportWritable::new(self.this(), import))
    }

    fn session(&self) -> Session {
        Session::new(self.this())
    }
}

impl SessionControl for Connection {
    fn id(&self) -> u64 {
        self.id
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }

    fn span(&self) -> &Span {
        &self.span
    }

    fn peer(&self) -> &Peer {
        &self.peer
    }

    fn max_handler_time(&self) -> Option<Duration> {
        self.limits.max_handler_time
    }

    fn stats(&self) -> SessionStats {
        SessionStats {
            age: self.pulse.age(),
            idle: self.pulse.silence(),
            ..self.lock().stats()
        }
    }

    fn drain(&self) -> Pin<Box<dyn Future<Output = Result<(), Disconnect>> + Send + '_>> {
        Box::pin(async move {
            loop {
                let told = self.drained.notified();
                {
                    let machine = self.lock();
                    if let Some(reason) = machine.ended() {
                        return Err(reason.clone());
                    }
                    if machine.is_drained() {
                        return Ok(());
                    }
                }
                told.await;
            }
        })
    }

    fn on_broken(&self, callback: OnBroken) {
        self.with(|machine| machine.on_broken(callback));
    }

    fn peer_main(&self) -> Option<Cap> {
        self.lock().peer_main()
    }

    fn is_ended(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    fn unsettled(&self) -> &Unsettled {
        &self.unsettled
    }

    fn answer(&self, export: ExportId, outcome: &Arc<Outcome>) {
        let outcome = self.screen.outcome(outcome);
        self.with(|machine| machine.answer(export, &outcome, self));
    }

    fn close(&self, reason: &str) {
        self.terminate(&Disconnect::Closed(reason.into()));
    }

    fn closed(&self) -> Pin<Box<dyn Future<Output = Disconnect> + Send + '_>> {
        let mut ended = self.ended.subscribe();
        Box::pin(async move {
            let reason = ended.wait_for(Option::is_some).await;
            let reason = reason.ok().and_then(|reason| reason.clone());
            // The sender is a field of `self`, which outlives this future: there is a reason.
            reason.unwrap_or(Disconnect::Shutdown)
        })
    }
}
