//! One session and a peer that writes what it likes.

use super::super::choices::Choices;
use super::actor::House;
use super::end::{End, run, settle};
use super::message::message;
use crate::hook::Stub;
use crate::limits::Limits;
use crate::value::Path;

/// Plays a script against one session: nothing panics, nothing grows beyond its limit, and when the
/// session has ended nothing is left of it.
pub(crate) fn hostile(choices: &mut Choices<'_>) {
    run(async {
        let (house, limits) = (House::new(), limits());
        let main = house.actor();
        let (mut end, peer) = End::new(&main, limits.clone());
        let mut held = vec![peer];
        while !choices.is_empty() && end.is_open() {
            step(choices, &house, &end, &mut held).await;
            end.check(&limits);
            if choices.below(4) == 0 {
                while end.take().is_some() {}
            }
        }
        end.close();
        house.open_for_good();
        settle().await;
        end.serves_nothing(0);
        drop(held);
        while house.take_kept().is_some() {}
        settle().await;
        // Not before: what the peer had called stays charged to it for as long as anybody here
        // holds the result, and an answer of its own may be such a result.
        end.owes_nothing();
        drop((main, end));
        settle().await;
        assert_eq!(house.alive(), 0, "objects are left over");
    });
}

async fn step(choices: &mut Choices<'_>, house: &House, end: &End, held: &mut Vec<Stub>) {
    match choices.below(24) {
        0..=17 => end.connection.handle_message(&message(choices)),
        18 => settle().await,
        19 => house.open(),
        20 => held.extend(house.take_kept().map(|(_, stub)| stub)),
        21 => {
            let stub = choices.of(held).cloned();
            held.extend(stub.map(|stub| call(&stub)));
        }
        22 => {
            // What is asked for and not waited for.
            let stub = choices.of(held).cloned();
            drop(stub.map(|stub| tokio::spawn(async move { super::end::value(&stub).await })));
        }
        _ => {
            let at = choices.below(held.len());
            if at > 0 && at < held.len() {
                drop(held.swap_remove(at));
            }
        }
    }
}

fn call(stub: &Stub) -> Stub {
    let path = stub.path().clone().join(Path::single("f"));
    Stub::promise(stub.cap().call_promise(path, Vec::new()))
}

/// So small that a script meets them.
fn limits() -> Limits {
    Limits {
        max_exports: 30,
        max_imports: 30,
        max_calls_in_flight: 12,
        max_retained_bytes: 60_000,
        max_outgoing_bytes: 20_000,
        max_message_size: 4_000,
        ..Limits::default()
    }
}
