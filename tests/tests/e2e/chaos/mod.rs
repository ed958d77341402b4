//! A queue whose processes are killed, stopped and told to leave at random moments under load.
//!
//! There are 1,000 tasks and 12 faults, or as many as `TASK_QUEUE_CHAOS_TASKS` and
//! `TASK_QUEUE_CHAOS_FAULTS` say. What happens is drawn from a seed, which is printed;
//! `TASK_QUEUE_CHAOS_SEED` sets it.

mod dice;
mod fleet;
mod found;
mod full;
mod history;
mod load;
mod recovery;

use std::env;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tests::diary;
use tokio::task::{JoinSet, block_in_place};
use tokio::time::{sleep, timeout};

use crate::support::LIMIT;
use dice::Dice;
use fleet::Fleet;
use history::{History, violations};
use load::{Pace, Said};

/// Item 10 of what the queue promises. The faults: an accepted task is lost, or done twice; what a
/// worker does or says that was given up on takes effect; something stays lent that nobody has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_killed_or_stopped_every_accepted_task_is_finished_once() {
    let seed = setting("TASK_QUEUE_CHAOS_SEED").unwrap_or_else(diary::now);
    let tasks = setting("TASK_QUEUE_CHAOS_TASKS").unwrap_or(1_000);
    let faults = setting("TASK_QUEUE_CHAOS_FAULTS").unwrap_or(12);
    println!("TASK_QUEUE_CHAOS_SEED={seed}");
    let data = tempfile::tempdir().unwrap();
    let mut fleet = block_in_place(|| Fleet::start(data.path(), WORKERS));
    let pace = Arc::new(Pace::new(tasks));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(load::client(fleet.url(), seed, Arc::clone(&pace)));
    }
    let mut dice = Dice::new(seed);
    let begun = Instant::now();
    for fault in 0..faults {
        let before = tasks * fault / faults;
        let share = tasks * (fault + 1) / faults - before;
        pace.allow(before + share);
        pace.accepted(before + dice.below(share)).await;
        sleep(Duration::from_micros(dice.below(20_000))).await;
        strike(&mut fleet, fault, &mut dice).await;
        println!("fault {fault} over at {:?}", begun.elapsed());
    }
    pace.allow(tasks);
    let said = timeout(LIMIT, clients.join_all()).await;
    let said: Said = said
        .expect("every submission is answered")
        .into_iter()
        .collect();
    assert_eq!(said.refused, [""; 0], "seed {seed}");

    println!("submitted {:?}", begun.elapsed());
    let found = found::at_the_end(&fleet.url(), seed).await;
    println!("done {:?}", begun.elapsed());
    let left = block_in_place(|| fleet.leave());
    assert_eq!(left, [""; 0], "seed {seed}");
    found::nothing_is_held(&fleet.url()).await;
    println!("left {:?}", begun.elapsed());
    let history = History {
        said,
        notes: diary::read_all(&fleet.diaries()).unwrap(),
        found,
    };
    println!("{}", history.summary());
    let violations = violations(&history);
    assert_eq!(violations, [], "seed {seed}");
}

/// Lets one fault happen.
async fn strike(fleet: &mut Fleet, number: u64, dice: &mut Dice) {
    let victim = usize::try_from(dice.below(WORKERS as u64)).unwrap_or(0);
    // Each time from another place in the order, so that a few faults are of every kind.
    match (number + dice.below(2)) % 6 {
        0 => block_in_place(|| fleet.kill_worker(victim)),
        1 => block_in_place(|| fleet.kill_server()),
        2 => {
            fleet.stop_worker(victim);
            sleep(Duration::from_millis(dice.below(1_500))).await;
            fleet.continue_worker(victim);
        }
        3 => block_in_place(|| fleet.retire_worker(victim)),
        4 => {
            fleet.stop_server();
            sleep(Duration::from_millis(dice.below(1_500))).await;
            fleet.continue_server();
        }
        _ => {
            // Its connection is lost while it does not look, and it is given up on.
            fleet.stop_worker(victim);
            block_in_place(|| fleet.kill_server());
            sleep(GRACE + Duration::from_millis(dice.below(2_000))).await;
            fleet.continue_worker(victim);
        }
    }
}

fn setting(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

const WORKERS: usize = 3;
const CLIENTS: usize = 4;

/// How long the queue waits for a worker whose connection was lost.
const GRACE: Duration = Duration::from_secs(8);
