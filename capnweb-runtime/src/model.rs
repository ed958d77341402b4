//! Models of what threads share, in many of the orders in which they can meet.
//!
//! `shuttle`, and not `loom`: critical sections here are long, so that trying every order would never
//! end, while a thousand random schedules with few changes of thread find races in seconds; and
//! `--cfg loom` would change what `tokio` does. `Arc`s, and what `tokio` locks inside, are taken as
//! they are.
//!
//! ```text
//! RUSTFLAGS="--cfg shuttle" cargo test -p capnweb-runtime --lib model --target-dir target/shuttle
//! ```

use std::sync::Arc;

use futures_util::FutureExt as _;
use shuttle::sync::atomic::{AtomicUsize, Ordering};
use shuttle::thread;

use crate::config::SessionConfig;
use crate::connection::Connection;
use crate::error::{Disconnect, Error};
use crate::hook::{
    Callable, Cap, FunctionHook, Membrane, Peer, Resolver, Revoker, SessionControl as _, Stub,
    Value, call_function, promise,
};
use crate::value::Path;

/// A promise is settled while it is called, waited for and let go of: everybody who waits is told
/// once, and nothing runs twice or is lost.
#[test]
fn a_promise_is_settled_while_it_is_used() {
    check(|| {
        let (told, called) = (Counter::new(), Counter::new());
        let (promise, resolver) = promise();
        let (target, results) = (counting(&called), Counter::new());
        let settling = thread::spawn(move || resolver.settle(Ok(target)));
        let users = [0, 1].map(|_| {
            let (promise, told, results) = (promise.clone(), told.clone(), results.clone());
            thread::spawn(move || {
                let result = promise.call_promise(Path::EMPTY, Vec::new());
                result.when_settled(results.waiter());
                promise.when_settled(told.waiter());
            })
        });
        drop(promise);
        for thread in users.into_iter().chain([settling]) {
            thread.join().expect("it does not panic");
        }
        assert_eq!((told.get(), called.get(), results.get()), (2, 2, 2));
    });
}

/// A promise is let go of while it is settled: its value is let go of too, once.
#[test]
fn a_promise_is_abandoned_while_it_is_settled() {
    check(|| {
        let called = Counter::new();
        let (promise, resolver) = promise();
        let target = counting(&called);
        let settling = thread::spawn(move || resolver.settle(Ok(target)));
        drop(promise);
        settling.join().expect("it does not panic");
        assert_eq!(Arc::strong_count(&called.0), 1, "the value is left over");
    });
}

/// References are revoked while they are used: each call is answered once, whichever comes first, and
/// none that begins afterwards gets in.
#[test]
fn a_reference_is_revoked_while_it_is_used() {
    check(|| {
        let (called, results) = (Counter::new(), Counter::new());
        let Value::Capability(target) = counting(&called) else {
            unreachable!("it is one")
        };
        let revoker = Revoker::new();
        let guarded = revoker.revocable_stub(&target);
        drop(target);
        let using = {
            let (guarded, results) = (guarded.clone(), results.clone());
            thread::spawn(move || {
                let call = guarded.cap().call_promise(Path::EMPTY, Vec::new());
                call.when_settled(results.waiter());
            })
        };
        let revoking = thread::spawn(move || revoker.revoke("enough"));
        using.join().expect("it does not panic");
        revoking.join().expect("it does not panic");
        assert_eq!(results.get(), 1);
        let before = called.get();
        let late = guarded.cap().call_promise(Path::EMPTY, Vec::new());
        late.when_settled(results.waiter());
        assert_eq!((called.get(), results.get()), (before, 2));
        assert_eq!(Arc::strong_count(&called.0), 1, "the target is left over");
    });
}

/// Calls that come through a reference, from two threads, while it is revoked by two others, one of which
/// lets go of it: no handler is entered after the first of them has returned, and each call is answered
/// once.
#[test]
fn no_handler_is_entered_once_it_is_revoked() {
    check(|| {
        let (entries, results) = (Arc::new(Entries::default()), Counter::new());
        let revoker = Revoker::new();
        let lent = revoker.revocable_stub(&entering(&entries));
        let mut threads: Vec<_> = [0, 1].map(|_| calling(&lent, &results)).into();
        let other = revoker.clone();
        threads.push(thread::spawn(move || {
            drop(lent);
            other.revoke("one");
        }));
        revoker.revoke("other");
        entries.refuse();
        for thread in threads {
            thread.join().expect("it does not panic");
        }
        assert_eq!(entries.late(), 0, "handlers that were entered late");
        assert_eq!(results.get(), 2);
        assert_eq!(Arc::strong_count(&entries), 1, "the target is left over");
    });
}

/// The same through several gates, one behind the other and one after the other: once one of them is
/// shut, and those that were counted have ended, no handler runs.
#[test]
fn no_handler_runs_once_one_of_its_gates_is_shut_and_drained() {
    check(|| {
        let (entries, results) = (Arc::new(Entries::default()), Counter::new());
        let (house, other) = (Revoker::new(), Revoker::new());
        let lent = house.child().revocable_stub(&entering(&entries));
        let lent = other.revocable_stub(&lent);
        let threads = [0, 1].map(|_| calling(&lent, &results));
        house.revoke("enough");
        while house.drained().now_or_never().is_none() {
            thread::yield_now();
        }
        entries.refuse();
        for thread in threads {
            thread.join().expect("it does not panic");
        }
        assert_eq!(entries.late(), 0, "handlers that were entered late");
        assert_eq!(results.get(), 2);
    });
}

/// Something is called through a membrane, and something else put behind it, while it is revoked: no handler
/// is entered after that, each call is answered once, who watches is told once, and nothing is kept, though
/// the wrappers are.
#[test]
fn nothing_crosses_a_membrane_that_has_fallen() {
    check(|| {
        let (entries, results, told) = (Arc::default(), Counter::new(), Counter::new());
        let membrane = Membrane::new();
        let lent = membrane.outward_stub(&entering(&entries));
        let late = Arc::new(std::sync::Mutex::new(None));
        let calls = calling(&lent, &results);
        let crossing = {
            let (membrane, entries) = (membrane.clone(), Arc::clone(&entries));
            let (results, late) = (results.clone(), Arc::clone(&late));
            thread::spawn(move || {
                let stub = membrane.outward_stub(&entering(&entries));
                let call = stub.cap().call_promise(Path::EMPTY, Vec::new());
                call.when_settled(results.waiter());
                *late.lock().expect("nobody panics") = Some(stub);
            })
        };
        let watching = watching(&lent, &told);
        membrane.revoker().revoke("enough");
        entries.refuse();
        for thread in [calls, crossing, watching] {
            thread.join().expect("it does not panic");
        }
        assert_eq!(entries.late(), 0, "handlers that were entered late");
        assert_eq!((results.get(), told.get()), (2, 1));
        assert_eq!(Arc::strong_count(&entries), 1, "the targets are left over");
        drop((lent, late));
    });
}

/// Somebody wants to know when a reference is revoked, while it is, and while the one that it is behind is:
/// they are told once.
#[test]
fn who_watches_while_it_is_revoked_is_told_once() {
    check(|| {
        let (entries, told) = (Arc::default(), Counter::new());
        let house = Revoker::new();
        let room = house.child();
        let lent = room.revocable_stub(&entering(&entries));
        let watching = watching(&lent, &told);
        let revoking = thread::spawn(move || room.revoke("the room"));
        house.revoke("the house");
        for thread in [watching, revoking] {
            thread.join().expect("it does not panic");
        }
        assert_eq!(told.get(), 1);
        assert_eq!(Arc::strong_count(&entries), 1, "the target is left over");
    });
}

/// The last handle of an import goes while the peer introduces it again: what was introduced is
/// released, all of it, and the new handle works.
#[test]
fn an_import_is_released_while_it_is_introduced() {
    check(|| {
        let kept = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (connection, main) = session(keeping(&kept));
        connection.handle_message(r#"["push",["pipeline",0,[],[["export",-1]]]]"#);
        connection.handle_message(r#"["release",1,1]"#);
        let first = kept.lock().expect("nobody panics").pop();
        let releasing = thread::spawn(move || drop(first));
        connection.handle_message(r#"["push",["pipeline",0,[],[["export",-1]]]]"#);
        connection.handle_message(r#"["release",2,1]"#);
        releasing.join().expect("it does not panic");
        drop(kept.lock().expect("nobody panics").pop());
        let released: u32 = said(&connection)
            .iter()
            .filter_map(|frame| {
                frame
                    .strip_prefix(r#"["release",-1,"#)?
                    .strip_suffix(']')?
                    .parse()
                    .ok()
            })
            .collect::<Vec<u32>>()
            .iter()
            .sum();
        assert_eq!(released, 2, "introductions that were released");
        assert_eq!(connection.stats().imports, 1);
        drop(main);
    });
}

/// A session ends while a call comes in, and while one that waits is settled: nothing is left on the
/// accounts.
#[test]
fn a_session_ends_while_it_is_used() {
    check(|| {
        let kept = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (connection, main) = session(keeping(&kept));
        connection.handle_message(r#"["push",["promise",-1]]"#);
        let feeding = {
            let connection = Arc::clone(&connection);
            thread::spawn(move || {
                connection.handle_message(r#"["push",["pipeline",0,[],[["import",1]]]]"#);
                connection.handle_message(r#"["push",["pipeline",2,["f"],[1]]]"#);
                connection.handle_message(r#"["resolve",-1,["import",3]]"#);
            })
        };
        let ending = {
            let connection = Arc::clone(&connection);
            thread::spawn(move || connection.terminate(&Disconnect::PeerGone))
        };
        feeding.join().expect("it does not panic");
        ending.join().expect("it does not panic");
        drop((
            main,
            std::mem::take(&mut *kept.lock().expect("nobody panics")),
        ));
        let (stats, debts) = (connection.stats(), connection.debts());
        assert_eq!((stats.imports, stats.exports), (0, 0));
        assert_eq!((debts.bytes, debts.calls), (0, 0));
    });
}

/// Two promises settle to one another at the same time: no circle is closed.
#[test]
fn two_promises_become_one_another() {
    check(|| {
        let told = Counter::new();
        let ((one, settle_one), (other, settle_other)) = (promise(), promise());
        let value = |cap: &Cap| Ok(Value::Capability(Stub::promise(cap.clone())));
        let (to_one, to_other) = (value(&one), value(&other));
        one.when_settled(told.waiter());
        other.when_settled(told.waiter());
        let first = thread::spawn(move || settle_one.settle(to_other));
        let second = thread::spawn(move || settle_other.settle(to_one));
        first.join().expect("it does not panic");
        second.join().expect("it does not panic");
        assert_eq!(told.get(), 2, "a circle waits for itself");
    });
}

/// Who enters, and who does although nobody may any more. The scheduler does not see these: nothing comes
/// between an entry and its being noted.
#[derive(Default)]
struct Entries {
    refused: std::sync::atomic::AtomicBool,
    late: std::sync::atomic::AtomicUsize,
}

impl Entries {
    fn enter(&self) {
        let late = usize::from(self.refused.load(Ordering::SeqCst));
        self.late.fetch_add(late, Ordering::SeqCst);
    }

    fn refuse(&self) {
        self.refused.store(true, Ordering::SeqCst);
    }

    fn late(&self) -> usize {
        self.late.load(Ordering::SeqCst)
    }
}

/// A function whose body notes that it is entered.
struct Entering(Arc<Entries>);

impl Callable for Entering {
    fn invoke(&self, args: Vec<Value>, result: Resolver) {
        let entries = Arc::clone(&self.0);
        call_function(args, result, move |_| {
            entries.enter();
            std::future::ready(Ok(Value::Null))
        });
    }
}

fn entering(entries: &Arc<Entries>) -> Stub {
    Stub::of(Cap::new(FunctionHook::new(Entering(Arc::clone(entries)))))
}

/// Calls a function on a thread of its own.
fn calling(function: &Stub, results: &Counter) -> thread::JoinHandle<()> {
    let (function, results) = (function.clone(), results.clone());
    thread::spawn(move || {
        let call = function.cap().call_promise(Path::EMPTY, Vec::new());
        call.when_settled(results.waiter());
    })
}

/// Watches a reference from a thread of its own.
fn watching(reference: &Stub, told: &Counter) -> thread::JoinHandle<()> {
    let (reference, told) = (reference.clone(), told.clone());
    thread::spawn(move || reference.on_broken(move |_| told.count()))
}

/// Runs a model in many orders.
pub(crate) fn check(model: impl Fn() + Send + Sync + 'static) {
    shuttle::check_pct(model, SCHEDULES, 3);
}

/// Counts what happens, and who can still make it happen.
#[derive(Clone)]
pub(crate) struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(0)))
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn count(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn waiter(&self) -> crate::hook::Waiter {
        let counter = self.clone();
        crate::hook::Waiter::new(move |_| counter.count())
    }
}

/// A function that counts its calls.
struct Counting(Counter);

impl Callable for Counting {
    fn invoke(&self, _: Vec<Value>, result: Resolver) {
        self.0.count();
        result.settle(Ok(Value::Null));
    }
}

/// A function that keeps what it is given, and gives it back.
struct Keeping(Arc<std::sync::Mutex<Vec<Value>>>);

impl Callable for Keeping {
    fn invoke(&self, mut args: Vec<Value>, result: Resolver) {
        let value = args.pop().unwrap_or_default();
        self.0.lock().expect("nobody panics").push(value.clone());
        match value {
            Value::Capability(_) => result.settle(Ok(value)),
            _ => result.settle(Err(Error::new("nothing is given"))),
        }
    }
}

pub(crate) fn counting(counter: &Counter) -> Value {
    Value::Capability(Stub::of(Cap::new(FunctionHook::new(Counting(
        counter.clone(),
    )))))
}

fn keeping(kept: &Arc<std::sync::Mutex<Vec<Value>>>) -> Cap {
    Cap::new(FunctionHook::new(Keeping(Arc::clone(kept))))
}

pub(crate) fn session(main: Cap) -> (Arc<Connection>, Cap) {
    Connection::new(main, Peer::default(), &SessionConfig::new())
}

fn said(connection: &Connection) -> Vec<String> {
    let frames = connection.next_frames().now_or_never().flatten();
    let frames = frames.into_iter().flatten();
    frames.map(|frame| frame.as_str().to_owned()).collect()
}

const SCHEDULES: usize = 2_000;
