//! What becomes of what is under way when a membrane is revoked.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt as _, sink, stream};

use super::matrix::check;
use super::parcels::Parcel;
use super::scene::{Place, Scene, act, apply, function, only, post, ready, settle, stub, value};
use crate::data::{from_value, to_value};
use crate::error::Error;
use crate::hook::wrapper::membrane::border::Side;
use crate::hook::{Outcome, Stub, Value, Waiter, promise, record_map};
use crate::typed::{ReadableStream, WritableStream};
use crate::value::Path;

type Found = Result<(), String>;

/// Something that is tried in each place.
type Attack = fn(Place) -> Pin<Box<dyn Future<Output = Found> + Send>>;

macro_rules! attacks {
    ($($name:ident),* $(,)?) => {
        static ATTACKS: &[(&str, Attack)] = &[
            $((stringify!($name), |place| Box::pin(attacks::$name(place)))),*
        ];
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                all_of(&[(stringify!($name), |place| Box::pin(attacks::$name(place)))])
                    .await
                    .unwrap();
            }
        )*
    };
}

attacks! {
    an_object_is_its_own_value_only_as_a_wrapper,
    what_is_pipelined_fails_at_once,
    what_is_pipelined_goes_at_once,
    what_waits_for_its_arguments_does_not_begin,
    a_stream_that_is_being_read_ends_on_both_sides,
    a_stream_that_nobody_has_begun_to_read_ends,
    a_stream_that_is_written_to_ends_on_both_sides,
    what_is_wrapped_later_is_dead,
    a_mapper_does_not_go_on,
    whoever_watches_is_told,
    a_handler_revokes_what_it_was_called_through,
    what_was_passed_on_to_others_dies_too,
    calls_do_not_overtake_each_other,
}

/// Tries everything, everywhere.
pub(super) async fn all() -> Found {
    all_of(ATTACKS).await
}

async fn all_of(attacks: &[(&str, Attack)]) -> Found {
    for (name, attack) in attacks {
        for place in Place::ALL {
            let tried = tokio::time::timeout(PATIENCE, attack(place)).await;
            let found = tried.unwrap_or_else(|_| Err("nothing happens".to_owned()));
            found.map_err(|why| format!("{name}, {place:?}: {why}"))?;
        }
    }
    Ok(())
}

const PATIENCE: Duration = Duration::from_mins(1);

fn revoked(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(Error::is_revoked)
}

mod attacks {
    use super::*;

    /// A4: the object behind the membrane as the value of its wrapper.
    pub(super) async fn an_object_is_its_own_value_only_as_a_wrapper(place: Place) -> Found {
        let scene = Scene::new(place, Parcel::Bare);
        let actor = scene.enter(|_| ready(Ok(Value::Null)));
        let read = Stub::promise(actor.begin_read(Path::EMPTY));
        let itself = stub(value(&read).await.map_err(|error| error.to_string())?);
        let itself = itself.map_err(|error| error.to_string())?;
        check(value(&act(&itself, [])).await.is_ok(), "it does not work")?;
        scene.membrane.revoker().revoke("over");
        check(revoked(&value(&act(&itself, [])).await), "it is bare")
    }

    /// A7: a call on a result that is still to come.
    pub(super) async fn what_is_pipelined_fails_at_once(place: Place) -> Found {
        let scene = Scene::new(place, Parcel::Bare);
        scene.hold();
        let goods = scene.goods(Side::Inside);
        let actor = scene.enter(move |_| {
            let goods = goods.clone();
            Box::pin(async { Ok(goods.get().await) })
        });
        let answer = act(&actor, []);
        let pipelined = apply(&answer, []);
        settle().await;
        scene.membrane.revoker().revoke("over");
        check(revoked(&value(&answer).await), "the call goes on")?;
        check(revoked(&value(&pipelined).await), "what is pipelined does")?;
        scene.release();
        settle().await;
        // What was with a peer by then, is with the peer.
        let most = usize::from(place.inside_is_elsewhere());
        let entered = scene.secret(Side::Inside).entered();
        check(entered <= most, "it is entered after the end")
    }

    /// A6: a call on what a peer has promised is with that peer before the promise is kept.
    pub(super) async fn what_is_pipelined_goes_at_once(place: Place) -> Found {
        let scene = Scene::new(place, Parcel::Bare);
        scene.hold();
        let goods = scene.goods(Side::Inside);
        let actor = scene.enter(move |_| {
            let goods = goods.clone();
            Box::pin(async { Ok(goods.get().await) })
        });
        let pipelined = apply(&act(&actor, []), []);
        settle().await;
        if place.inside_is_elsewhere() {
            let calls = scene.calls_to_inside();
            check(calls == 2, &format!("{calls} calls are there"))?;
        }
        scene.release();
        check(value(&pipelined).await.is_ok(), "it is not answered")
    }

    /// A7: a call that has got through, and waits for what it was promised.
    pub(super) async fn what_waits_for_its_arguments_does_not_begin(place: Place) -> Found {
        let scene = Scene::new(place, Parcel::Bare);
        let entered = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&entered);
        let actor = scene.enter(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            ready(Ok(Value::Null))
        });
        let (promised, result) = promise();
        let answer = act(&actor, [Value::Capability(Stub::promise(promised))]);
        settle().await;
        scene.membrane.revoker().revoke("over");
        result.settle(Ok(Value::Null));
        check(revoked(&value(&answer).await), "it is answered")?;
        settle().await;
        check(entered.load(Ordering::SeqCst) == 0, "it begins")
    }

    /// A7: mid-stream.
    pub(super) async fn a_stream_that_is_being_read_ends_on_both_sides(place: Place) -> Found {
        let scene = Scene::new(place, Parcel::Bare);
        let (to_source, mut source) = post();
        let actor = scene.enter(move |_| {
            let told = to_source.clone();
            let chunks = stream::iter([Value::Null]).chain(stream::pending());
            let chunks: ReadableStream<Value> =
                ReadableStream::with_cancel(chunks, move |why| drop(told.put(Err(why))));
            ready(to_value(&chunks).map_err(Error::from))
        });
        let chunks = value(&act(&actor, []))
            .await
            .map_err(|error| error.to_string())?;
        let mut chunks: ReadableStream<Value> = from_value(chunks).unwrap();
        check(matches!(chunks.next().await, Some(Ok(_))), "no chunk")?;
        let reader = tokio::spawn(async move { chunks.next().await });
        settle().await;
        scene.membrane.revoker().revoke("over");
        let next = reader.await.unwrap();
        check(next.is_some_and(|next| revoked(&next)), "it goes on")?;
        // A peer that sends nothing does not hear of it.
        if !place.inside_is_elsewhere() {
            let told = source.recv().await.unwrap();
            return check(revoked(&told), "the source is not told why");
        }
        Ok(())
    }

    pub(super) async fn a_stream_that_nobody_has_begun_to_read_ends(place: Place) -> Found {
        let scene = Scene::new(Place::Here, Parcel::Bare);
        let (to_source, mut source) = post();
        let actor = scene.enter(move |_| {
            let told = to_source.clone();
            let chunks: ReadableStream<Value> =
                ReadableStream::with_cancel(stream::pending::<Outcome>(), move |why| {
                    drop(told.put(Err(why)));
                });
            ready(to_value(&chunks).map_err(Error::from))
        });
        let _ = place;
        let held = value(&act(&actor, []))
            .await
            .map_err(|error| error.to_string())?;
        scene.membrane.revoker().revoke("over");
        let told = source.try_recv().map_err(|_| "the source is not told")?;
        drop(held);
        check(revoked(&told), "the source is not told why")
    }

    pub(super) async fn a_stream_that_is_written_to_ends_on_both_sides(place: Place) -> Found {
        let scene = Scene::new(place, Parcel::Bare);
        let (to_sink, mut inside) = post();
        let actor = scene.enter(move |_| {
            let told = to_sink.clone();
            let sink = sink::unfold((), |(), _: Value| async { Ok::<(), Error>(()) });
            let sink: WritableStream<Value> =
                WritableStream::with_abort(sink, move |why| drop(told.put(Err(why))));
            ready(to_value(&sink).map_err(Error::from))
        });
        let sink = value(&act(&actor, []))
            .await
            .map_err(|error| error.to_string())?;
        let mut sink: WritableStream<Value> = from_value(sink).unwrap();
        check(sink.write(Value::Null).await.is_ok(), "no chunk")?;
        settle().await;
        scene.membrane.revoker().revoke("over");
        let told = inside.recv().await.unwrap();
        check(revoked(&told), "the sink is not told why")?;
        drop(sink.write(Value::Null).await);
        let closed = sink.close().await;
        check(closed.is_err_and(|error| error.is_revoked()), "it goes on")
    }

    /// A14: what somebody puts behind a membrane that is revoked is not even kept.
    pub(super) async fn what_is_wrapped_later_is_dead(_: Place) -> Found {
        let scene = Scene::new(Place::Here, Parcel::Bare);
        scene.membrane.revoker().revoke("over");
        let secret = scene.secret(Side::Inside);
        let late = scene.membrane.outward_stub(&secret.stub());
        check(revoked(&value(&apply(&late, [])).await), "it works")?;
        check(secret.is_forgotten().await, "it is kept")
    }

    /// A11: a mapper whose first step is the end of what it is applied to.
    pub(super) async fn a_mapper_does_not_go_on(place: Place) -> Found {
        if place.outside_is_elsewhere() {
            // The steps are on their way to the outside before the first of them is taken.
            return Ok(());
        }
        let scene = Scene::new(place, Parcel::Array);
        let revoker = scene.membrane.revoker();
        let steps = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&steps);
        let step = function(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            revoker.revoke("over");
            ready(Ok(Value::Null))
        });
        let actor = scene.enter(|_| ready(Ok(Value::Null)));
        let mapped = record_map(&actor.step("goods"), |_| {
            Ok(Value::Capability(apply(&step, [])))
        });
        let mapped = value(&Stub::promise(mapped)).await;
        settle().await;
        check(revoked(&mapped), "the mapper goes on")?;
        check(steps.load(Ordering::SeqCst) == 1, "so do its steps")
    }

    pub(super) async fn whoever_watches_is_told(place: Place) -> Found {
        if place.outside_is_elsewhere() {
            // A peer is not told of what it does not use.
            return Ok(());
        }
        let scene = Scene::new(place, Parcel::Bare);
        let actor = scene.enter(|_| ready(Ok(Value::Null)));
        let (post, mut told) = post();
        let late = post.clone();
        actor.on_broken(move |why| drop(post.put(Err(why.clone()))));
        check(told.try_recv().is_err(), "it is told too early")?;
        scene.membrane.revoker().revoke("over");
        actor.on_broken(move |why| drop(late.put(Err(why.clone()))));
        for _ in 0..2 {
            let told = told.try_recv().map_err(|_| "it is not told")?;
            check(revoked(&told), "it is told something else")?;
        }
        Ok(())
    }

    /// A19.
    pub(super) async fn a_handler_revokes_what_it_was_called_through(place: Place) -> Found {
        let scene = Scene::new(place, Parcel::Bare);
        let revoker = scene.membrane.revoker();
        let actor = scene.enter(move |_| {
            revoker.revoke("from within");
            ready(Ok(Value::String("too late".to_owned())))
        });
        check(revoked(&value(&act(&actor, [])).await), "it is answered")
    }

    /// A8: the outside stores what it was given with a third party.
    pub(super) async fn what_was_passed_on_to_others_dies_too(place: Place) -> Found {
        let scene = Scene::new(place, Parcel::Bare);
        let goods = scene.goods(Side::Inside);
        let actor = scene.enter(move |_| {
            let goods = goods.clone();
            Box::pin(async { Ok(goods.get().await) })
        });
        let given = stub(
            value(&act(&actor, []))
                .await
                .map_err(|error| error.to_string())?,
        );
        let given = given.map_err(|error| error.to_string())?;
        let elsewhere = Stub::of(scene.connect(given.into_cap()));
        check(
            value(&apply(&elsewhere, [])).await.is_ok(),
            "it does not work",
        )?;
        let hanging = apply(&elsewhere, [Value::Null]);
        settle().await;
        scene.membrane.revoker().revoke("over");
        check(revoked(&value(&hanging).await), "the call goes on")?;
        check(revoked(&value(&apply(&elsewhere, [])).await), "it is alive")?;
        check(scene.secret(Side::Inside).entered() == 2, "it is entered")
    }

    /// C-51: through a promise and through what it has become.
    pub(super) async fn calls_do_not_overtake_each_other(_: Place) -> Found {
        let scene = Scene::new(Place::Here, Parcel::Bare);
        let (log, noted) = (Arc::<Mutex<Vec<Value>>>::default(), Arc::default());
        let target = {
            let log: Arc<Mutex<Vec<Value>>> = Arc::clone(&log);
            function(move |args| {
                log.lock().unwrap().push(only(args));
                ready(Ok(Value::Null))
            })
        };
        let (bare, result) = promise();
        let promised = scene.membrane.outward_stub(&Stub::promise(bare));
        let number = |number| [Value::Number(number)];
        drop(apply(&promised, number(1.0)));
        let again: Arc<Mutex<Vec<Stub>>> = noted;
        let late = Arc::clone(&again);
        promised.cap().when_settled(Waiter::new(move |outcome| {
            let became = stub(outcome.as_ref().clone().unwrap()).unwrap();
            late.lock()
                .unwrap()
                .push(apply(&became, [Value::Number(3.0)]));
        }));
        drop(apply(&promised, number(2.0)));
        result.settle(Ok(Value::Capability(target)));
        let order = log.lock().unwrap().clone();
        let expected = [1.0, 2.0, 3.0].map(Value::Number);
        check(order == expected, &format!("{order:?}"))
    }
}
