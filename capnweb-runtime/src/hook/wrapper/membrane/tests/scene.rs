//! Two sides, a membrane between them, and sessions where there may be any.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use tokio::sync::{mpsc, watch};

use super::parcels::Parcel;
use crate::config::SessionConfig;
use crate::connection::{Connection, pair};
use crate::error::Error;
use crate::hook::wrapper::membrane::Membrane;
use crate::hook::wrapper::membrane::border::Side;
use crate::hook::{
    Args, Arrival, Call, Callable, Cancel, Cap, Dispatch, FunctionHook, Interface, Member,
    MemberKind, Outcome, Reply, Resolver, SessionControl as _, Stub, Target, Value, call_function,
};
use crate::value::Path;

/// Where the two sides are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In this process.
    Here,
    /// The outside is at the other end of a session.
    OutsideElsewhere,
    /// The inside is.
    InsideElsewhere,
    /// Both are.
    BothElsewhere,
}

impl Place {
    pub(super) const ALL: [Self; 4] = [
        Self::Here,
        Self::OutsideElsewhere,
        Self::InsideElsewhere,
        Self::BothElsewhere,
    ];

    pub(super) const fn inside_is_elsewhere(self) -> bool {
        matches!(self, Self::InsideElsewhere | Self::BothElsewhere)
    }

    pub(super) const fn outside_is_elsewhere(self) -> bool {
        matches!(self, Self::OutsideElsewhere | Self::BothElsewhere)
    }
}

/// An attempt to get a capability across.
pub(super) struct Scene {
    pub(super) membrane: Membrane,
    pub(super) place: Place,
    pub(super) parcel: Parcel,
    inside: Secret,
    outside: Secret,
    go: watch::Sender<bool>,
    /// The main objects of the sessions, which keep them open.
    mains: Mutex<Vec<(Cap, Arc<Connection>)>>,
}

impl Scene {
    pub(super) fn new(place: Place, parcel: Parcel) -> Self {
        Self {
            membrane: Membrane::new(),
            place,
            parcel,
            inside: Secret::new(),
            outside: Secret::new(),
            go: watch::Sender::new(true),
            mains: Mutex::default(),
        }
    }

    /// Holds everything back that is to cross.
    pub(super) fn hold(&self) {
        self.go.send_replace(false);
    }

    /// Lets it go on.
    pub(super) fn release(&self) {
        self.go.send_replace(true);
    }

    pub(super) const fn secret(&self, side: Side) -> &Secret {
        match side {
            Side::Inside => &self.inside,
            Side::Outside => &self.outside,
        }
    }

    /// Returns what a side will try to get across, when it is time.
    pub(super) fn goods(&self, side: Side) -> Goods {
        Goods {
            stub: Arc::clone(&self.secret(side).stub),
            parcel: self.parcel,
            go: self.go.subscribe(),
        }
    }

    /// Puts somebody on the inside who does this when called, and returns what the outside has of it.
    pub(super) fn enter<F>(&self, act: F) -> Stub
    where
        F: Fn(Vec<Value>) -> Work + Send + Sync + 'static,
    {
        let inside = Cap::new(Target::new(Actor {
            act: Box::new(act),
            goods: self.goods(Side::Inside),
        }));
        let inside = if self.place.inside_is_elsewhere() {
            self.connect(inside)
        } else {
            inside
        };
        let wrapped = self.membrane.outward_stub(&Stub::of(inside));
        if self.place.outside_is_elsewhere() {
            Stub::of(self.connect(wrapped.into_cap()))
        } else {
            wrapped
        }
    }

    /// Returns how many calls are under way where the inside is, which is elsewhere.
    pub(super) fn calls_to_inside(&self) -> usize {
        let (_, server) = &self.mains.lock().unwrap()[0];
        server.stats().calls_in_flight
    }

    /// Serves somebody at the other end of a session.
    pub(super) fn connect(&self, main: Cap) -> Cap {
        let nobody = function(|_| ready(Ok(Value::Undefined)));
        let pair = pair(nobody.into_cap(), main, &SessionConfig::default());
        let main = pair.server_main;
        self.mains.lock().unwrap().push((main.clone(), pair.server));
        main
    }
}

/// A capability that is to get to the other side, in its parcel.
#[derive(Clone)]
pub(super) struct Goods {
    /// Not kept by whoever holds this, only lent.
    stub: Arc<Mutex<Option<Stub>>>,
    parcel: Parcel,
    go: watch::Receiver<bool>,
}

impl Goods {
    /// Returns them when it is time.
    pub(super) async fn get(mut self) -> Value {
        drop(self.go.wait_for(|go| *go).await);
        let stub = self.stub.lock().unwrap().clone();
        stub.map_or(Value::Null, |stub| self.parcel.pack(&stub))
    }

    /// Returns a failure that carries them.
    pub(super) async fn failure(self) -> Error {
        Error::new("a trap")
            .public()
            .with_prop("it", self.get().await)
    }
}

/// Returns what a failure carries; itself, if that is nothing.
pub(super) fn carried(error: &Error) -> Outcome {
    error.prop("it").cloned().ok_or_else(|| error.clone())
}

/// A capability that counts how often it was reached.
pub(super) struct Secret {
    stub: Arc<Mutex<Option<Stub>>>,
    entered: Arc<AtomicUsize>,
    alive: Weak<()>,
}

impl Secret {
    pub(super) fn new() -> Self {
        let (entered, token) = (Arc::<AtomicUsize>::default(), Arc::new(()));
        let alive = Arc::downgrade(&token);
        let count = Arc::clone(&entered);
        let stub = function(move |args| {
            let alive = Arc::clone(&token);
            count.fetch_add(1, Ordering::SeqCst);
            if args.is_empty() {
                return ready(Ok(Value::Bool(true)));
            }
            Box::pin(async {
                let never = std::future::pending().await;
                drop(alive);
                never
            })
        });
        Self {
            stub: Arc::new(Mutex::new(Some(stub))),
            entered,
            alive,
        }
    }

    pub(super) fn stub(&self) -> Stub {
        self.stub.lock().unwrap().clone().unwrap()
    }

    pub(super) fn entered(&self) -> usize {
        self.entered.load(Ordering::SeqCst)
    }

    /// Lets go of it; returns whether nobody else holds it, soon.
    pub(super) async fn is_forgotten(&self) -> bool {
        drop(self.stub.lock().unwrap().take());
        for _ in 0..TURNS {
            if self.alive.strong_count() == 0 {
                return true;
            }
            tokio::task::yield_now().await;
        }
        false
    }
}

/// Somebody on the inside.
struct Actor {
    act: Box<dyn Fn(Vec<Value>) -> Work + Send + Sync>,
    goods: Goods,
}

pub(super) type Work = Pin<Box<dyn Future<Output = Outcome> + Send>>;

impl Dispatch for Actor {
    fn interface(&self) -> &'static Interface {
        &ACTOR
    }

    fn dispatch(&self, member: usize, _: Call, args: Args) -> Reply {
        match ACTOR.members[member].kind {
            MemberKind::Method => (self.act)(args.values.collect()),
            MemberKind::Property => {
                let goods = self.goods.clone();
                Box::pin(async { Ok(goods.get().await) })
            }
        }
    }
}

static ACTOR: Interface = Interface::new(
    "Actor",
    &[
        Member::new("act", MemberKind::Method, Cancel::Cooperative),
        Member::new("goods", MemberKind::Property, Cancel::Cooperative),
    ],
);

/// A function of the test's.
pub(super) fn function<F>(body: F) -> Stub
where
    F: Fn(Vec<Value>) -> Work + Send + Sync + 'static,
{
    Stub::of(Cap::new(FunctionHook::new(Body(Arc::new(body)))))
}

struct Body<F>(Arc<F>);

impl<F: Fn(Vec<Value>) -> Work + Send + Sync + 'static> Callable for Body<F> {
    fn invoke(&self, args: Vec<Value>, result: Resolver) {
        let body = Arc::clone(&self.0);
        call_function(args, result, move |args| body(args.values.collect()));
    }
}

pub(super) fn ready(outcome: Outcome) -> Work {
    Box::pin(std::future::ready(outcome))
}

/// Somebody who waits for what gets there.
pub(super) fn post() -> (Post, mpsc::UnboundedReceiver<Outcome>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Post(sender), receiver)
}

#[derive(Clone)]
pub(super) struct Post(mpsc::UnboundedSender<Outcome>);

impl Post {
    pub(super) fn put(&self, arrived: Outcome) -> Value {
        drop(self.0.send(arrived));
        Value::Undefined
    }
}

/// Calls somebody on the inside.
pub(super) fn act(actor: &Stub, args: impl Into<Vec<Value>>) -> Stub {
    Stub::promise(actor.begin_call(Path::single("act"), args.into()))
}

/// Calls a function.
pub(super) fn apply(function: &Stub, args: impl Into<Vec<Value>>) -> Stub {
    Stub::promise(function.begin_call(Path::EMPTY, args.into()))
}

/// Waits for what a promise becomes.
pub(super) async fn value(promise: &Stub) -> Outcome {
    Arrival::of(promise).await
}

/// Takes the only argument.
pub(super) fn only(args: Vec<Value>) -> Value {
    args.into_iter().next().unwrap_or_default()
}

/// Takes a value as a capability.
pub(super) fn stub(value: Value) -> Result<Stub, Error> {
    match value {
        Value::Capability(stub) => Ok(stub),
        other => Err(Error::new(format!("{} is no capability", other.kind()))),
    }
}

/// Lets everybody act who can.
pub(super) async fn settle() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}

const TURNS: usize = 100;
