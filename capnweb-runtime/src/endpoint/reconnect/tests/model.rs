//! A connection that comes, and one that is given up, while calls are made.

use std::sync::Arc;

use shuttle::thread;

use crate::counters::Counters;
use crate::endpoint::reconnect::core::{Core, Tether};
use crate::endpoint::reconnect::lasting::main;
use crate::endpoint::reconnect::settings::Reconnect;
use crate::error::Disconnect;
use crate::hook::{Session, Value};
use crate::model::{Counter, check, counting, session};
use crate::value::Path;

/// Calls are made while there is no connection yet, while there is one, and after it was given up, from two
/// threads: each is answered once, and made once at most.
#[test]
fn a_call_is_answered_once_whatever_becomes_of_the_connection() {
    check(|| {
        let (called, results) = (Counter::new(), Counter::new());
        let core = Core::new(Reconnect::new(), Counters::default());
        let tether = Tether::new(Arc::clone(&core));
        let reference = main(&tether, "Model");
        let callers = [0, 1].map(|_| {
            let (reference, results) = (reference.clone(), results.clone());
            thread::spawn(move || {
                let call = reference.cap().call_promise(Path::EMPTY, Vec::new());
                call.when_settled(results.waiter());
            })
        });
        let connecting = {
            let (core, Value::Capability(target)) = (Arc::clone(&core), counting(&called)) else {
                unreachable!("it is one")
            };
            thread::spawn(move || {
                let (connection, _) = session(target.cap().clone());
                core.connected(target.into_cap(), Session::new(connection));
            })
        };
        core.close(&Disconnect::Shutdown);
        for thread in callers.into_iter().chain([connecting]) {
            thread.join().expect("it does not panic");
        }
        assert_eq!(results.get(), 2);
        assert!(called.get() <= 2, "a call is made twice");
        drop((reference, tether));
    });
}
