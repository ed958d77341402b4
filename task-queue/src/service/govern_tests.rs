//! Pools and schedules through capabilities.

use serde_json::json;
use tempfile::TempDir;

use super::{Config, Supervisor};
use crate::caps::NewSchedule;
use crate::engine::DispatchMode;
use crate::model::{Flow, Misfire, PoolLimits, PoolName, TaskStatus, Waiting};

async fn start(data: &TempDir) -> Supervisor {
    let config = Config {
        dispatch: DispatchMode::Auto,
        ..Config::new(data.path())
    };
    Supervisor::start(config).await.unwrap()
}

/// The fault: an operator pauses the queue, and a restart has it go on by itself.
#[tokio::test]
async fn a_paused_queue_is_paused_after_a_restart_too() {
    let data = tempfile::tempdir().unwrap();
    let supervisor = start(&data).await;
    supervisor.gateway().get_pools().pause(None).await.unwrap();
    supervisor.stop().await;
    drop(supervisor);
    let supervisor = start(&data).await;
    let (pools, queue) = (
        supervisor.gateway().get_pools().await.unwrap(),
        supervisor.gateway().get_task_queue().await.unwrap(),
    );
    assert!(pools.is_paused().await.unwrap());
    let task = queue.submit("compute", json!({})).await.unwrap();
    assert_eq!(task.why().await.unwrap(), Some(Waiting::QueuePaused));
    pools.resume(None).await.unwrap();
    while task.status().await.unwrap() != TaskStatus::Completed {
        tokio::task::yield_now().await;
    }
    supervisor.stop().await;
}

#[tokio::test]
async fn pools_are_listed_with_what_was_set() {
    let data = tempfile::tempdir().unwrap();
    let supervisor = start(&data).await;
    let pools = supervisor.gateway().get_pools().await.unwrap();
    let max_running = Some(1);
    let limits = PoolLimits {
        max_running,
        rate: None,
    };
    pools.set_limits(PoolName::CPU, limits).await.unwrap();
    pools.pause(PoolName::GPU).await.unwrap();
    let listed = pools.list().await.unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|pool| (pool.name.as_str(), pool.flow, pool.limits, pool.workers))
        .collect();
    let expected = [
        ("cpu", Flow::Open, limits, 2),
        ("gpu", Flow::Paused, PoolLimits::default(), 1),
    ];
    assert_eq!(told, expected);
    pools.forget(PoolName::CPU).await.unwrap();
    assert!(pools.forget(PoolName::CPU).await.is_err());
    supervisor.stop().await;
}

#[tokio::test]
async fn schedules_are_made_listed_and_deleted_and_outlive_the_process() {
    let data = tempfile::tempdir().unwrap();
    let supervisor = start(&data).await;
    let schedules = supervisor.gateway().get_schedules().await.unwrap();
    let new: NewSchedule = serde_json::from_value(json!({
        "cron": "0 9 * * mon-fri", "zone": "Europe/Zurich", "type": "compute",
    }))
    .unwrap();
    let made = schedules.create(new.clone()).await.unwrap();
    assert_eq!((made.misfire, made.flow), (Misfire::Once, Flow::Open));
    assert!(made.next_at.is_some());
    for wrong in [
        NewSchedule {
            cron: "never".to_owned(),
            ..new.clone()
        },
        NewSchedule {
            zone: "Nowhere".to_owned(),
            ..new.clone()
        },
        NewSchedule {
            kind: "mining".to_owned(),
            ..new
        },
    ] {
        assert!(schedules.create(wrong).await.is_err());
    }
    schedules.pause(made.id.to_string()).await.unwrap();
    supervisor.stop().await;
    drop((schedules, supervisor));
    let supervisor = start(&data).await;
    let schedules = supervisor.gateway().get_schedules().await.unwrap();
    let listed = schedules.list().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id, listed[0].flow), (made.id, Flow::Paused));
    schedules.resume(made.id.to_string()).await.unwrap();
    schedules.delete(made.id.to_string()).await.unwrap();
    assert!(schedules.delete(made.id.to_string()).await.is_err());
    assert!(schedules.list().await.unwrap().is_empty());
    supervisor.stop().await;
}
