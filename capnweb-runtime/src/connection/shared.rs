//! The machine behind its lock.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, Weak};

use tokio::runtime::Handle;
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, watch};
use tracing::field::display;
use tracing::{Span, debug, info_span};

use super::patience::Patience;
use crate::config::{Limiter, SessionConfig};
use crate::counters::Counters;
use crate::error::{Disconnect, Error};
use crate::hook::{Cap, Gauge, Mapper, OnBroken, Peer, Screen, Unsettled, Value, shielded};
use crate::ids::{ImportRef, SessionKey};
use crate::limits::Limits;
use crate::session::{BrokenPlace, Machine, Refused};
use crate::sync::{Mutex, MutexGuard};
use crate::transport::Pulse;
use crate::value::Path;
use crate::wire::{self, DecodeError, Message};

/// One session of this process.
///
/// The lock is held for table work only: effects run after it is let go of, so that no code of a
/// user and no drop of a capability happens inside. Calls from the peer are all started by the one
/// task that feeds messages in, hence in order.
pub(crate) struct Connection {
    machine: Mutex<Machine>,
    pub(super) peer: Peer,
    pub(super) id: u64,
    pub(super) span: Span,
    pub(super) screen: Screen,
    patience: Patience,
    pub(super) limits: Arc<Limits>,
    pub(super) limiter: Option<Limiter>,
    pub(super) counters: Counters,
    pub(super) this: Weak<Self>,
    /// Tells the driver that there is something to send, or that the session has ended.
    output: Notify,
    /// Tells whoever drains the session that nothing is left, or that it has ended.
    pub(super) drained: Notify,
    /// When a message last came or went.
    pub(super) pulse: Pulse,
    pub(super) ended: watch::Sender<Option<Disconnect>>,
    pub(super) unsettled: Unsettled,
    /// Tells streams that what was queued has been written.
    written: Notify,
    /// The streams that are being sent.
    gauge: Gauge,
    /// Where the session was made, which may be used elsewhere.
    home: Option<Handle>,
}

impl Connection {
    /// Creates a session that serves `main`; also returns the peer's main object. Dropping that
    /// ends the session (protocol S-85).
    pub(crate) fn new(main: Cap, peer: Peer, config: &SessionConfig) -> (Arc<Self>, Cap) {
        config.counters.session_started();
        let key = SessionKey::unique();
        let address = peer.address.map(display);
        let span = info_span!("session", id = key.number(), peer = address);
        debug!(parent: &span, "session started");
        let connection = Arc::new_cyclic(|this| Self {
            machine: Mutex::new(Machine::new(key, main, config)),
            id: key.number(),
            span,
            peer,
            screen: config.screen(),
            patience: Patience::new(config.call_timeout),
            limits: Arc::new(config.limits.clone()),
            limiter: config.limiter.clone(),
            counters: config.counters.clone(),
            this: Weak::clone(this),
            output: Notify::new(),
            drained: Notify::new(),
            pulse: Pulse::new(),
            ended: watch::Sender::new(None),
            unsettled: Unsettled::new(),
            written: Notify::new(),
            gauge: Gauge::default(),
            home: Handle::try_current().ok(),
        });
        let main = connection.lock().import_main(connection.as_ref());
        (connection, main)
    }

    /// Takes one message of the peer's and runs what it asks for.
    pub(crate) fn handle_message(&self, text: &str) {
        self.handle_read(wire::decode(text, &self.limits), text.len());
    }

    /// Like [`handle_message`](Self::handle_message), for a message of so many bytes that was read
    /// within the session's [`limits`](Self::limits).
    pub(super) fn handle_read(&self, message: Result<Message, DecodeError>, size: usize) {
        self.pulse.beat();
        self.with(|machine| machine.handle_message(message, size, self));
    }

    /// Returns what the peer may make this side spend.
    pub(super) const fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Notes that no message will follow.
    #[cfg(any(test, feature = "websocket"))]
    pub(crate) fn end_input(&self, reason: &Disconnect) {
        self.with(|machine| machine.end_input(reason));
    }

    /// Ends the session.
    pub(crate) fn terminate(&self, reason: &Disconnect) {
        self.with(|machine| machine.terminate(reason));
    }

    /// Calls or reads something of the peer's.
    pub(super) fn push(
        &self,
        import: ImportRef,
        path: Path,
        mut args: Option<Vec<Value>>,
    ) -> Result<Cap, Refused> {
        for arg in args.iter_mut().flatten() {
            self.screen.value(arg);
        }
        self.with(|machine| machine.push(import, path, args, self))
    }

    pub(super) fn on_broken(&self, callback: OnBroken) -> BrokenPlace {
        self.with(|machine| machine.on_broken(callback))
    }

    pub(super) fn forget_broken(&self, place: BrokenPlace) -> Option<OnBroken> {
        self.with(|machine| machine.forget_broken(place))
    }

    /// Has the peer apply a mapper to something of its.
    pub(super) fn push_map(
        &self,
        import: ImportRef,
        path: Path,
        mut mapper: Mapper,
    ) -> Result<Cap, Refused<Mapper>> {
        mapper.screen(&self.screen);
        self.with(|machine| machine.push_map(import, path, mapper, self))
    }

    pub(super) fn pull(&self, import: ImportRef) {
        if self.with(|machine| machine.pull(import)) {
            self.patience
                .begin(import, |import| self.lock().awaits(import));
        }
    }

    /// Gives up calls of ours that are not answered in time, for as long as this is polled.
    pub(crate) async fn lose_patience(&self) -> Infallible {
        loop {
            let (import, time) = self.patience.end().await;
            self.with(|machine| machine.give_up(import, Error::TimedOut(time)));
        }
    }

    pub(super) fn release(&self, import: ImportRef) {
        self.with(|machine| machine.release(import));
    }

    /// Returns how many calls it keeps in mind for that.
    #[cfg(test)]
    pub(crate) fn waiting_for_answers(&self) -> usize {
        self.patience.len()
    }

    /// Waits until there is something to send, and takes it; `None` once the session has ended and
    /// everything was taken.
    ///
    /// What was taken before has been written, or is given up, when this is called again. Until then
    /// it counts as waiting for the peer.
    ///
    /// Cancel-safe.
    pub(crate) async fn next_frames(&self) -> Option<VecDeque<String>> {
        self.lock().frames_written();
        self.written.notify_waiters();
        loop {
            let notified = self.output.notified();
            {
                let mut machine = self.lock();
                if machine.has_frames() {
                    self.pulse.beat();
                    return Some(machine.take_frames());
                }
                if machine.has_said_all() {
                    return None;
                }
            }
            notified.await;
        }
    }

    /// Returns what is to be sent, without waiting for more.
    #[cfg(any(test, feature = "websocket"))]
    pub(crate) fn take_frames(&self) -> VecDeque<String> {
        let frames = {
            let mut machine = self.lock();
            let frames = machine.take_frames();
            machine.frames_written();
            frames
        };
        self.written.notify_waiters();
        frames
    }

    /// Returns why the session ended, if it has.
    pub(crate) fn ended(&self) -> Option<Disconnect> {
        self.lock().ended().cloned()
    }

    /// Returns what the peer is charged with.
    #[cfg(any(test, feature = "__fuzz"))]
    pub(crate) fn debts(&self) -> crate::session::Debts {
        self.lock().debts()
    }

    /// Puts in the place of every error in a value what the peer is told of it.
    pub(super) fn screen(&self, value: &mut Value) {
        self.screen.value(value);
    }

    /// Returns whether streams may send more, as far as what waits to be written is concerned: they
    /// are the only ones that can wait themselves, and calls are queued behind them.
    pub(super) fn has_room(&self) -> bool {
        self.lock().outgoing_bytes() < MAX_STREAMED
    }

    /// Waits until what was queued has been written, or the session has ended.
    pub(super) fn written(&self) -> Notified<'_> {
        self.written.notified()
    }

    /// Waits until something more was queued.
    #[cfg(any(test, feature = "websocket"))]
    pub(super) fn more_output(&self) -> Notified<'_> {
        self.output.notified()
    }

    pub(super) const fn gauge(&self) -> &Gauge {
        &self.gauge
    }

    pub(super) const fn home(&self) -> Option<&Handle> {
        self.home.as_ref()
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Option<Disconnect>> {
        self.ended.subscribe()
    }

    /// Does one thing to the machine, and afterwards what the machine wants done.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Machine) -> R) -> R {
        let (result, effects, wake, drained, ended) = {
            let mut machine = self.lock();
            let was_open = machine.ended().is_none();
            let was_drained = machine.is_drained();
            let result = act(&mut machine);
            let ended = machine.ended().filter(|_| was_open).cloned();
            (
                result,
                machine.take_effects(),
                machine.has_frames() || machine.ended().is_some(),
                machine.is_drained() && !was_drained || ended.is_some(),
                ended,
            )
        };
        if wake {
            self.output.notify_one();
        }
        for effect in effects {
            shielded(|| self.run(effect));
        }
        if drained {
            self.drained.notify_waiters();
        }
        if let Some(reason) = &ended {
            self.tell_end(reason);
            self.settle_what_waits(reason);
            self.ended.send_replace(ended);
            self.written.notify_waiters();
        }
        result
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns another handle to it.
    pub(super) fn this(&self) -> Arc<Self> {
        // A connection exists in an `Arc` only, and `&self` proves that one is alive.
        self.this
            .upgrade()
            .unwrap_or_else(|| unreachable!("a live connection has an owner"))
    }
}

/// How many bytes may be queued for the peer before streams wait.
const MAX_STREAMED: usize = 1024 * 1024;
