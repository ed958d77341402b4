//! A model of [`Store`](crate::store::Store)s: after any script, it has what the scheduler has.

use crate::engine::tests::dice::Dice;
use crate::engine::tests::random::random_command;
use crate::engine::tests::world::World;
use crate::engine::{State, apply};
use crate::model::{RecordId, WorkerId, WorkerStatus};
use crate::store::Store;

/// Plays random scripts of commands, commits, failed commits and restarts, and compares.
///
/// `create` makes a new, empty store; `reopen` opens what the given one has stored once more.
pub(crate) async fn holds_for<S: Store>(create: impl Fn() -> S, reopen: impl Fn(&S) -> S) {
    for seed in 1..=4 {
        let mut store = create();
        let mut world = World::auto();
        let mut dice = Dice::new(seed);
        for _ in 0..500 {
            world.later(20);
            if let Some(command) = random_command(&mut dice, &world) {
                // One that is refused is a part of the script too.
                drop(apply(&mut world.state, command, world.now));
            }
            match dice.roll(24) {
                0..=9 => commit(&store, &mut world).await,
                10 | 11 => fail(&store, &mut world).await,
                12 => {
                    commit(&store, &mut world).await;
                    store = reopen(&store);
                }
                _ => {}
            }
        }
        commit(&store, &mut world).await;
        compare(&store, &world).await;
        compare(&reopen(&store), &world).await;
    }
}

async fn commit(store: &impl Store, world: &mut World) {
    let mut changes = world.state.take_changes();
    changes.extend(world.state.take_reports());
    let committed = store.commit(changes).await;
    committed.expect("what the scheduler has changed fits what is stored");
}

/// Goes back to what is stored, as if a commit had failed.
async fn fail(store: &impl Store, world: &mut World) {
    let mut changes = world.state.take_changes();
    changes.extend(world.state.take_reports());
    let records: Vec<_> = changes.iter().map(RecordId::of).collect();
    let stored = store.fetch(records.clone()).await.expect("it can be read");
    world.state.revert(&records, stored);
}

async fn compare(store: &impl Store, world: &World) {
    let snapshot = store.load().await.expect("it can be read");
    let restored = State::restore(world.state.config().clone(), snapshot);
    assert_eq!(restored.tasks(), world.state.tasks());
    assert_eq!(workers(&restored), workers(&world.state));
    assert_eq!(restored.bytes(), world.state.bytes());
    assert_eq!(restored.queue_settings(), world.state.queue_settings());
    assert!(restored.schedules().eq(world.state.schedules()));
    for pool in world.state.pools() {
        let settings = world.state.pool_settings(&pool);
        assert_eq!(restored.pool_settings(&pool), settings);
    }
    // Of workers that have joined it is not stored how long they are waited for.
    if world
        .state
        .workers()
        .iter()
        .all(|worker| worker.member.is_none())
    {
        assert_eq!(restored.next_wake(), world.state.next_wake());
    }
}

/// The workers without their counters, which are not stored.
fn workers(state: &State) -> Vec<(WorkerId, WorkerStatus)> {
    let workers = state.workers().into_iter();
    workers.map(|worker| (worker.id, worker.status())).collect()
}
