//! Whether there is a connection, and what waits for one.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::queue::Queue;
use super::settings::Reconnect;
use super::state::ClientState;
use super::waiting::Waiting;
use crate::counters::Counters;
use crate::error::{Disconnect, Error};
use crate::hook::{Cap, OnBroken, Session, shielded};
use crate::ids::ImportRef;
use crate::sync::{Mutex, MutexGuard};

/// What the references of a client share.
///
/// Its lock is never held while a session is asked for anything: a session asks, under its own, for
/// the id of a reference.
pub(super) struct Core {
    pub(super) settings: Reconnect,
    counters: Counters,
    inner: Mutex<Inner>,
    state: watch::Sender<ClientState>,
    /// Tells that there is a first one that waits.
    begun: Notify,
}

struct Inner {
    link: Link,
    generations: u64,
    waiting: Queue,
    broken: Vec<OnBroken>,
}

enum Link {
    /// There is no connection.
    Down(Disconnect),
    /// There is one, and what has waited for it goes first.
    Catching(Arc<Up>),
    Up(Arc<Up>),
    Closed(Disconnect),
}

/// A session while it is the current one.
pub(super) struct Up {
    pub(super) generation: u64,
    pub(super) main: Cap,
    pub(super) session: Session,
}

/// What every reference, and the client, holds: the last one ends the client.
pub(super) struct Tether(Arc<Core>);

/// What becomes of something that there is no connection for.
enum Admitted {
    /// It waits.
    Waits,
    /// There is one by now.
    Runs(Waiting, Arc<Up>),
    /// It fails.
    Fails(Waiting, Disconnect),
}

impl Core {
    pub(super) fn new(settings: Reconnect, counters: Counters) -> Arc<Self> {
        let inner = Inner {
            link: Link::Down(not_connected()),
            generations: 0,
            waiting: Queue::default(),
            broken: Vec::new(),
        };
        let state = ClientState::Connecting {
            attempt: 1,
            next_try: None,
            why: None,
        };
        Arc::new(Self {
            settings,
            counters,
            inner: Mutex::new(inner),
            state: watch::Sender::new(state),
            begun: Notify::new(),
        })
    }

    /// Does everything that waits in a new session, in order, and whatever comes from now on.
    pub(super) fn connected(&self, main: Cap, session: Session) {
        let Some(up) = self.enter(main, session) else {
            return;
        };
        while let Some(waiting) = self.next_waiting(&up) {
            shielded(|| waiting.run(&up));
        }
    }

    /// Notes that there is no connection, and why.
    pub(super) fn lost(&self, why: &Disconnect) {
        let before = self.lock().replace_link(Link::Down(why.clone()));
        drop(before);
    }

    /// Ends the client: everything that waits fails, and nothing will be done any more.
    pub(super) fn close(&self, why: &Disconnect) {
        let (link, waiting, broken) = {
            let mut inner = self.lock();
            let Some(link) = inner.replace_link(Link::Closed(why.clone())) else {
                return;
            };
            let waiting = inner.waiting.take();
            (link, waiting, std::mem::take(&mut inner.broken))
        };
        if let (Link::Up(up) | Link::Catching(up), Disconnect::Closed(reason)) = (&link, why) {
            up.session.close(reason);
        }
        self.state.send_replace(ClientState::Closed(why.clone()));
        for waiting in waiting {
            shielded(|| waiting.fail(why));
        }
        for callback in broken {
            shielded(|| callback(&Error::Disconnected(why.clone())));
        }
        drop(link);
    }

    /// Tells who watches.
    pub(super) fn publish(&self, state: ClientState) {
        self.state.send_if_modified(|shown| {
            let goes_on = shown.closed().is_none();
            if goes_on {
                *shown = state;
            }
            goes_on
        });
    }

    /// Has something done as soon as there is a connection, after all that waits already.
    pub(super) fn wait(&self, waiting: Waiting) {
        match self.admit(waiting) {
            Admitted::Waits => {}
            Admitted::Runs(waiting, up) => waiting.run(&up),
            Admitted::Fails(waiting, why) => waiting.fail(&why),
        }
    }

    /// Fails what has waited for too long, for as long as this is polled.
    pub(super) async fn lose_patience(&self) -> Infallible {
        loop {
            let begun = self.begun.notified();
            let Some(until) = self.first_until() else {
                begun.await;
                continue;
            };
            tokio::time::sleep_until(until).await;
            while let Some((waiting, why)) = self.next_late() {
                shielded(|| waiting.fail(&why));
            }
        }
    }

    /// Runs a callback when the client has ended.
    pub(super) fn on_broken(&self, callback: OnBroken) {
        let why = {
            let mut inner = self.lock();
            match &inner.link {
                Link::Closed(why) => why.clone(),
                _ => return inner.broken.push(callback),
            }
        };
        callback(&Error::Disconnected(why));
    }

    pub(super) fn watch(&self) -> watch::Receiver<ClientState> {
        self.state.subscribe()
    }

    pub(super) fn state(&self) -> ClientState {
        self.state.borrow().clone()
    }

    /// Waits until the client has ended, and returns why.
    pub(super) async fn closed(&self) -> Disconnect {
        let mut watch = self.watch();
        let closed = watch.wait_for(|state| state.closed().is_some()).await;
        let closed = closed.ok().and_then(|state| state.closed().cloned());
        // The sender is a field of `self`, which outlives this future: there is a reason.
        closed.unwrap_or(Disconnect::Shutdown)
    }

    /// Returns the current session, unless it has ended, or is catching up.
    pub(super) fn up(&self) -> Option<Arc<Up>> {
        let up = match &self.lock().link {
            Link::Up(up) => Arc::clone(up),
            _ => return None,
        };
        if !up.session.is_ended() {
            return Some(up);
        }
        // The supervisor will be told why.
        self.step_down(&up);
        None
    }

    /// Returns the session, whether what has waited for it is done or not.
    pub(super) fn session(&self) -> Option<Session> {
        match &self.lock().link {
            Link::Up(up) | Link::Catching(up) => Some(up.session.clone()),
            Link::Down(_) | Link::Closed(_) => None,
        }
    }

    /// Returns the id of the current main object. Called under the lock of a session: nothing is let
    /// go of here.
    pub(super) fn main_import(&self) -> Option<ImportRef> {
        match &self.lock().link {
            Link::Up(up) | Link::Catching(up) => up.main.import(),
            Link::Down(_) | Link::Closed(_) => None,
        }
    }

    fn enter(&self, main: Cap, session: Session) -> Option<Arc<Up>> {
        let mut inner = self.lock();
        inner.generations = inner.generations.saturating_add(1);
        let up = Arc::new(Up {
            generation: inner.generations,
            main,
            session,
        });
        let before = inner.replace_link(Link::Catching(Arc::clone(&up)));
        drop(inner);
        before.map(|_| up)
    }

    /// Returns what is to be done next in a session, before it is the current one; that it is if there
    /// is nothing.
    fn next_waiting(&self, up: &Arc<Up>) -> Option<Waiting> {
        if up.session.is_ended() {
            // The rest waits for the next one.
            return None;
        }
        let mut inner = self.lock();
        if !matches!(&inner.link, Link::Catching(current) if Arc::ptr_eq(current, up)) {
            return None;
        }
        let next = inner.waiting.pop();
        if next.is_none() {
            // The same session is in what was there before, and in `up`: it is not let go of.
            inner.link = Link::Up(Arc::clone(up));
        }
        next
    }

    fn step_down(&self, up: &Arc<Up>) {
        let mut inner = self.lock();
        if matches!(&inner.link, Link::Up(current) if Arc::ptr_eq(current, up)) {
            let before = inner.replace_link(Link::Down(not_connected()));
            drop(inner);
            drop(before);
        }
    }

    fn admit(&self, mut waiting: Waiting) -> Admitted {
        let mut inner = self.lock();
        match &inner.link {
            Link::Up(up) => return Admitted::Runs(waiting, Arc::clone(up)),
            Link::Closed(why) => return Admitted::Fails(waiting, why.clone()),
            Link::Down(why) if self.settings.patience.is_zero() => {
                return Admitted::Fails(waiting, why.clone());
            }
            Link::Down(_) | Link::Catching(_) => {}
        }
        if let Some(limit) = self.settings.limit_hit(&inner.waiting, waiting.weight) {
            self.counters.limit_hit(limit);
            return Admitted::Fails(waiting, inner.why());
        }
        waiting.until = Instant::now().checked_add(self.settings.patience);
        inner.waiting.push(waiting);
        drop(inner);
        self.begun.notify_one();
        Admitted::Waits
    }

    fn first_until(&self) -> Option<Instant> {
        self.lock().waiting.first_until()
    }

    /// Takes out the first that has waited for too long. All have the same patience.
    fn next_late(&self) -> Option<(Waiting, Disconnect)> {
        let now = Instant::now();
        let mut inner = self.lock();
        let why = inner.why();
        inner.waiting.pop_late(now).map(|late| (late, why))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Replaces the link, unless the client has ended. What is returned must be dropped without the
    /// lock.
    fn replace_link(&mut self, link: Link) -> Option<Link> {
        if let Link::Closed(_) = self.link {
            return None;
        }
        Some(std::mem::replace(&mut self.link, link))
    }

    /// Returns why there is no connection.
    fn why(&self) -> Disconnect {
        match &self.link {
            Link::Down(why) | Link::Closed(why) => why.clone(),
            Link::Up(_) | Link::Catching(_) => not_connected(),
        }
    }
}

impl Tether {
    pub(super) fn new(core: Arc<Core>) -> Arc<Self> {
        Arc::new(Self(core))
    }

    pub(super) const fn core(&self) -> &Arc<Core> {
        &self.0
    }
}

impl Drop for Tether {
    fn drop(&mut self) {
        self.0.close(&Disconnect::Shutdown);
    }
}

/// Why there is no connection before there was any.
fn not_connected() -> Disconnect {
    Disconnect::Transport(Arc::new(io::ErrorKind::NotConnected.into()))
}
