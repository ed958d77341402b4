//! The machine behind its lock.

use std::cell::Cell;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;
use tokio::runtime::Handle;
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, watch};
use tracing::field::display;
use tracing::{Span, debug, info_span};

use super::patience::Patience;
use crate::config::{Certainty, Limiter, SessionConfig};
use crate::counters::Counters;
use crate::error::{Disconnect, Error};
use crate::hook::{
    Auditor, Cap, Gauge, Mapper, OnBroken, Peer, Screen, Unsettled, Value, shielded,
};
use crate::ids::{ImportRef, SessionKey};
use crate::limits::Limits;
use crate::session::{BrokenPlace, Effect, Frames, Machine, Refused};
use crate::sync::{Mutex, MutexGuard};
use crate::transport::Pulse;
use crate::value::Path;
use crate::wire::{DecodeError, Message};

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
    pub(super) auditor: Option<Arc<Auditor>>,
    pub(super) counters: Counters,
    pub(super) this: Weak<Self>,
    /// Tells the driver that there is something to send, or that the session has ended.
    output: AtomicWaker,
    /// The peer is to be asked for a sign of life.
    wants_sign: AtomicBool,
    /// Tells whoever drains the session that nothing is left, or that it has ended.
    pub(super) drained: Notify,
    /// When a message last came or went.
    pub(super) pulse: Pulse,
    pub(super) ended: watch::Sender<Option<Disconnect>>,
    /// The session has ended: for those who only want to know that, and often.
    pub(super) over: AtomicBool,
    pub(super) unsettled: Unsettled,
    /// Tells streams that what was queued has been written.
    written: Notify,
    /// The streams that are being sent.
    gauge: Gauge,
    certainty: Certainty,
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
        let audited = |sink| Auditor::new(sink, key.number(), peer.clone());
        let auditor = config.audit.clone().map(audited);
        let connection = Arc::new_cyclic(|this| Self {
            machine: Mutex::new(Machine::new(key, main, config)),
            id: key.number(),
            span,
            peer,
            screen: config.screen(),
            patience: Patience::new(config.call_timeout),
            limits: Arc::new(config.limits.clone()),
            limiter: config.limiter.clone(),
            auditor,
            counters: config.counters.clone(),
            this: Weak::clone(this),
            output: AtomicWaker::new(),
            wants_sign: AtomicBool::new(false),
            drained: Notify::new(),
            pulse: Pulse::new(),
            ended: watch::Sender::new(None),
            over: AtomicBool::new(false),
            unsettled: Unsettled::new(),
            written: Notify::new(),
            gauge: Gauge::default(),
            certainty: config.certainty,
            home: Handle::try_current().ok(),
        });
        let main = connection.lock().import_main(connection.as_ref());
        (connection, main)
    }

    /// Takes one message of the peer's by itself and runs what it asks for.
    #[cfg(any(test, feature = "__fuzz"))]
    pub(crate) fn handle_message(&self, text: &str) {
        self.pulse.beat();
        let message = crate::wire::decode(text, &self.limits);
        let _: ControlFlow<()> = self.handle_read(message, text.len());
    }

    /// Takes one message of the peer's, of so many bytes, that was read within the session's
    /// [`limits`](Self::limits), and runs what it asks for. Returns whether more may follow.
    pub(super) fn handle_read(
        &self,
        message: Result<Message, DecodeError>,
        size: usize,
    ) -> ControlFlow<()> {
        let has_ended = self.with(|machine| {
            machine.handle_message(message, size, self);
            machine.ended().is_some()
        });
        if has_ended {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
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

    /// Says nothing from now on, and forgets what was to be said: the peer has stopped to listen.
    #[cfg(feature = "websocket")]
    pub(crate) fn fall_silent(&self) {
        self.with(Machine::fall_silent);
        drop(self.take_frames());
    }

    /// Ends the session.
    pub(crate) fn terminate(&self, reason: &Disconnect) {
        self.with(|machine| machine.terminate(reason));
    }

    /// Ends the session because the transport has failed, or never will write the last `taken_back`
    /// calls it was given.
    pub(crate) fn cut(&self, reason: &Disconnect, taken_back: usize) {
        self.with(|machine| machine.cut(reason, taken_back));
    }

    /// Returns whether it is to be told of calls whether they were sent.
    pub(super) fn tells_certainty(&self) -> bool {
        self.certainty != Certainty::Untold
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

    /// Takes what there is to send into `frames`, which is empty: what was taken before has been
    /// written, or is given up. Until then it counts as waiting for the peer. Breaks once the session
    /// has ended and everything was taken.
    pub(super) fn poll_frames(
        &self,
        frames: &mut Frames,
        context: &mut Context<'_>,
    ) -> Poll<ControlFlow<()>> {
        let mut polled = self.try_take(frames);
        if polled.is_pending() {
            self.output.register(context.waker());
            polled = self.try_take(frames);
        }
        self.written.notify_waiters();
        polled
    }

    fn try_take(&self, frames: &mut Frames) -> Poll<ControlFlow<()>> {
        let mut machine = self.lock();
        machine.frames_written();
        if machine.has_frames() {
            self.pulse.beat();
            machine.take_frames(frames);
            return Poll::Ready(ControlFlow::Continue(()));
        }
        if machine.has_said_all() {
            return Poll::Ready(ControlFlow::Break(()));
        }
        Poll::Pending
    }

    /// Does without being told of output, until it is polled for again.
    pub(super) fn look_away(&self) {
        drop(self.output.take());
    }

    /// Waits until there is something to send, and takes it; `None` once the session has ended and
    /// everything was taken.
    ///
    /// Cancel-safe.
    #[cfg(any(test, feature = "__fuzz"))]
    pub(crate) async fn next_frames(&self) -> Option<Frames> {
        let mut frames = Frames::new();
        let more = std::future::poll_fn(|context| self.poll_frames(&mut frames, context)).await;
        more.is_continue().then_some(frames)
    }

    /// Returns what is to be sent, without waiting for more.
    #[cfg(any(test, feature = "websocket"))]
    pub(crate) fn take_frames(&self) -> Frames {
        let mut frames = Frames::new();
        {
            let mut machine = self.lock();
            machine.take_frames(&mut frames);
            machine.frames_written();
        }
        self.written.notify_waiters();
        frames
    }

    /// Notes that messages have come.
    pub(super) fn heard(&self) {
        self.pulse.beat();
    }

    /// Has the driver ask the peer for a sign of life.
    pub(super) fn ask_for_sign(&self) {
        self.wants_sign.store(true, Ordering::Release);
        self.output.wake();
    }

    /// Returns whether the peer is to be asked for a sign of life, once.
    pub(super) fn takes_sign(&self) -> bool {
        self.wants_sign.load(Ordering::Relaxed) && self.wants_sign.swap(false, Ordering::AcqRel)
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

    /// Waits until something is queued. There is one at a time who does.
    #[cfg(any(test, feature = "websocket"))]
    pub(super) fn poll_output(&self, context: &mut Context<'_>) -> Poll<()> {
        self.output.register(context.waker());
        if self.lock().has_frames() {
            return Poll::Ready(());
        }
        Poll::Pending
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
        // Lent to the machine meanwhile, so that idle sessions keep no room. A thread that is ending has
        // none, and may still let go of a stub that it kept.
        let mut effects = EFFECTS.try_with(Cell::take).unwrap_or_default();
        let (result, news) = {
            let mut machine = self.lock();
            let before = Before::of(&machine);
            machine.take_effects(&mut effects);
            let result = act(&mut machine);
            machine.take_effects(&mut effects);
            let news = before.news(&machine);
            if news.ended.is_some() {
                self.over.store(true, Ordering::Release);
            }
            (result, news)
        };
        if news.output {
            self.output.wake();
        }
        for effect in effects.drain(..) {
            shielded(|| self.run(effect));
        }
        if effects.capacity() <= FEW {
            let _ended = EFFECTS.try_with(|room| room.set(effects)).is_err();
        }
        if news.drained {
            self.drained.notify_waiters();
        }
        if let Some(reason) = &news.ended {
            self.tell_end(reason);
            self.settle_what_waits(reason);
            self.ended.send_replace(news.ended);
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

/// How a machine was before something was done to it.
struct Before {
    is_open: bool,
    is_drained: bool,
    is_silent: bool,
}

/// What others are to be told of a machine to which something was done.
struct News {
    /// There is something to send, or the session has ended.
    output: bool,
    /// Nothing is left that the peer waits for, or the session has ended.
    drained: bool,
    /// The session has ended.
    ended: Option<Disconnect>,
}

impl Before {
    fn of(machine: &Machine) -> Self {
        Self {
            is_open: machine.ended().is_none(),
            is_drained: machine.is_drained(),
            is_silent: !machine.has_frames(),
        }
    }

    fn news(self, machine: &Machine) -> News {
        let ended = machine.ended().filter(|_| self.is_open).cloned();
        News {
            output: self.is_silent && machine.has_frames() || ended.is_some(),
            drained: machine.is_drained() && !self.is_drained || ended.is_some(),
            ended,
        }
    }
}

thread_local! {
    /// Room for what a machine wants done, from one time to the next.
    static EFFECTS: Cell<Vec<Effect>> = const { Cell::new(Vec::new()) };
}

/// For how many effects room is kept while there are none.
const FEW: usize = 16;

/// How many bytes may be queued for the peer before streams wait.
const MAX_STREAMED: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::thread;

    use super::Connection;
    use crate::config::SessionConfig;
    use crate::error::Error;
    use crate::hook::{Cap, Peer, Stub};

    thread_local! {
        static KEPT: RefCell<Vec<Stub>> = const { RefCell::new(Vec::new()) };
    }

    /// The fault: a program that keeps a stub in a thread's own storage is aborted when that thread
    /// ends, because the session's part of that storage is gone before the stub is.
    #[test]
    fn a_thread_that_ends_lets_go_of_the_stubs_it_kept() {
        let main = Cap::settled(Err(Error::new("none")));
        let (connection, peer) = Connection::new(main, Peer::default(), &SessionConfig::default());
        let peer = Stub::of(peer);
        let kept = thread::spawn(move || {
            let first = peer.clone();
            KEPT.with_borrow_mut(|kept| kept.push(first));
            drop(peer.call("f", ()));
            KEPT.with_borrow_mut(|kept| kept.push(peer));
        });
        kept.join().unwrap();
        assert!(connection.ended().is_some(), "its last stub is dropped");
    }
}
