//! The service through its capabilities, within the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnweb_runtime::{Result, Revoker};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::task::{Bearer, Identity, assignment};
use super::{Config, Supervisor};
use crate::caps::{
    Completion, Failing, GatewayStub, Invitation, ProgressObserver, ProgressObserverStub,
    ProgressUpdate, WorkerActivity,
};
use crate::engine::DispatchMode;
use crate::entropy::OsEntropy;
use crate::future::BoxFuture;
use crate::model::{Change, Epoch, Grants, PoolName, Role, TaskId, TaskStatus, TaskType, WorkerId};
use crate::model::{RecordId, Snapshot};
use crate::store::{MemoryStore, Store, StoreError};

struct Running {
    gateway: GatewayStub,
    supervisor: Supervisor,
    _data: TempDir,
}

async fn start(dispatch: DispatchMode) -> Running {
    let data = tempfile::tempdir().unwrap();
    let config = Config {
        dispatch,
        ..Config::new(data.path())
    };
    let supervisor = Supervisor::start(config).await.unwrap();
    Running {
        gateway: supervisor.gateway(),
        supervisor,
        _data: data,
    }
}

impl Running {
    /// Comes in through the gate, in a role.
    async fn redeem(&self, role: Role) -> GatewayStub {
        let reference = mint(&self.supervisor, role).await;
        self.supervisor.gate().redeem(reference).await.unwrap()
    }
}

async fn mint(supervisor: &Supervisor, role: Role) -> String {
    let access = supervisor.gateway().get_access();
    let minted = access.mint(Invitation::new(role, "test")).await.unwrap();
    minted.reference
}

/// An observer that passes everything on.
struct Watcher(mpsc::UnboundedSender<Value>);

impl ProgressObserver for Watcher {
    async fn on_progress(&self, update: ProgressUpdate) -> Result<()> {
        self.0.send(json!(update.progress)).unwrap();
        Ok(())
    }

    async fn on_complete(&self, completion: Completion) -> Result<()> {
        self.0.send(completion.result).unwrap();
        Ok(())
    }

    async fn on_error(&self, failing: Failing) -> Result<()> {
        self.0.send(json!({"error": failing.error})).unwrap();
        Ok(())
    }
}

#[tokio::test]
async fn a_task_is_carried_out_and_its_record_says_so() {
    let running = start(DispatchMode::Manual).await;
    let queue = running.gateway.get_task_queue();
    let task = queue
        .submit("compute", json!({"iterations": 4, "multiplier": 3}))
        .await
        .unwrap();
    assert_eq!(task.status().await.unwrap(), TaskStatus::Pending);

    let worker = running
        .gateway
        .get_worker_pool()
        .get_idle_worker(PoolName::CPU)
        .await
        .unwrap();
    let execution = worker.execute(&task).await.unwrap();
    assert_eq!(execution.result, json!({"computed": 18, "iterations": 4}));

    let info = task.get_info().await.unwrap();
    assert_eq!(info.status, TaskStatus::Completed);
    assert_eq!(info.result, Some(execution.result));
    assert!(!info.logs.is_empty());
    assert_eq!(worker.get_info().await.unwrap().tasks_completed, 1);
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_task_uses_the_storage_it_was_granted() {
    let running = start(DispatchMode::Manual).await;
    let params = json!({"needs_storage": true, "use_storage": true, "storage_key": "k", "storage_value": [1, {"x": null}]});
    let done = running
        .gateway
        .submit_and_execute("io", params)
        .await
        .unwrap();
    assert_eq!(
        done.result["storage"],
        json!({"key": "k", "value": [1, {"x": null}]})
    );
    let storage = running.gateway.get_task_queue().get_shared_storage();
    assert_eq!(storage.read("k").await.unwrap(), json!([1, {"x": null}]));
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_read_only_grant_has_no_write() {
    let running = start(DispatchMode::Manual).await;
    let params = json!({"needs_storage": true, "read_only": true});
    let task = running
        .gateway
        .get_task_queue()
        .submit("io", params)
        .await
        .unwrap();
    let storage = task.get_storage().await.unwrap();
    assert!(storage.read_only().await.unwrap());
    let refused = storage.write("k", json!(1), None).await.unwrap_err();
    assert_eq!(refused.to_string(), "'write' is not a function.");
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_handle_cannot_complete_its_task() {
    let running = start(DispatchMode::Manual).await;
    let task = running
        .gateway
        .get_task_queue()
        .submit("compute", json!({}))
        .await
        .unwrap();
    let stub = capnweb_runtime::Capability::as_stub(&task).clone();
    for method in [
        "complete",
        "fail",
        "setProgress",
        "addLog",
        "emit",
        "nothingOfTheKind",
    ] {
        let refused = stub.call(method, ("forged",)).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("'{method}' is not a function.")
        );
    }
    assert_eq!(task.status().await.unwrap(), TaskStatus::Pending);
    running.supervisor.stop().await;
}

#[tokio::test]
async fn an_object_that_says_it_is_a_task_is_none() {
    let running = start(DispatchMode::Manual).await;
    let queue = running.gateway.get_task_queue().await.unwrap();
    let worker = running
        .gateway
        .get_worker_pool()
        .get_idle_worker(None)
        .await
        .unwrap();
    let impostor: crate::caps::TaskHandleStub =
        capnweb_runtime::Capability::into_stub(queue).cast();
    let refused = worker.execute(impostor).await.unwrap_err();
    assert_eq!(refused.to_string(), "not a task of this queue");
    running.supervisor.stop().await;
}

#[tokio::test]
async fn an_observer_is_told_of_every_step_and_of_the_end() {
    let running = start(DispatchMode::Manual).await;
    let (sender, mut told) = mpsc::unbounded_channel();
    let observer = ProgressObserverStub::new(Watcher(sender));
    let task = running
        .gateway
        .get_task_queue()
        .submit("compute", json!({"iterations": 5}))
        .await
        .unwrap();
    task.set_progress_callback(observer).await.unwrap();
    let worker = running
        .gateway
        .get_worker_pool()
        .get_idle_worker(None)
        .await
        .unwrap();
    worker.execute(&task).await.unwrap();
    let mut seen = Vec::new();
    while let Some(next) = told.recv().await {
        seen.push(next);
    }
    assert!(seen.len() > 5, "{seen:?}");
    assert_eq!(seen.last().unwrap()["computed"], json!(10));
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_revoked_worker_says_so_and_its_task_goes_on_elsewhere() {
    let running = start(DispatchMode::Auto).await;
    let pool = running.gateway.get_worker_pool().await.unwrap();
    let workers = pool.list_workers().await.unwrap();
    for worker in &workers {
        pool.revoke_worker(worker.id.to_string()).await.unwrap();
    }
    let worker = pool.get_worker(workers[0].id.to_string()).await.unwrap();
    assert_eq!(worker.status().await.unwrap(), WorkerActivity::Revoked);
    let task = running
        .gateway
        .get_task_queue()
        .submit("compute", json!({}))
        .await
        .unwrap();
    let refused = worker.execute(&task).await.unwrap_err();
    assert!(refused.to_string().contains("revoked"), "{refused}");

    let (sender, mut told) = mpsc::unbounded_channel();
    task.set_progress_callback(ProgressObserverStub::new(Watcher(sender)))
        .await
        .unwrap();
    pool.create_worker(None).await.unwrap();
    let mut last = Value::Null;
    while let Some(next) = told.recv().await {
        last = next;
    }
    assert_eq!(last["iterations"], json!(10));
    running.supervisor.stop().await;
}

#[tokio::test]
async fn what_was_lent_dies_with_its_loan() {
    let running = start(DispatchMode::Manual).await;
    let lent = running
        .gateway
        .get_resources()
        .lend_storage(false)
        .await
        .unwrap();
    lent.storage.write("k", json!(1), None).await.unwrap();
    let held = lent.storage.lock("key", None).await.unwrap();
    let waiting = lent.storage.lock("key", None);
    let waiting = tokio::spawn(waiting);
    lent.loan.revoke("over".to_owned()).await.unwrap();
    let failed = waiting.await.unwrap().unwrap_err();
    assert!(failed.to_string().contains("revoked: over"), "{failed}");
    let failed = lent.storage.read("k").await.unwrap_err();
    assert!(failed.to_string().contains("revoked: over"), "{failed}");
    // What was taken through it dies with it too, though its holder still holds on.
    let again = running.gateway.get_task_queue().get_shared_storage();
    let lock = again.lock("key", None).await.unwrap();
    assert!(lock.token().await.unwrap() > 1);
    assert!(held.release().await.unwrap_err().is_revoked());
    running.supervisor.stop().await;
}

#[tokio::test]
async fn memory_of_a_loan_is_freed_with_it() {
    let running = start(DispatchMode::Manual).await;
    let lent = running.gateway.get_resources().lend_gpu().await.unwrap();
    lent.gpu.allocate(100).await.unwrap();
    let reserved = lent.gpu.reserve(200).await.unwrap();
    lent.loan.revoke(None).await.unwrap();
    let gpu = running.gateway.get_task_queue().get_shared_gpu();
    assert_eq!(gpu.allocated_memory().await.unwrap(), 0);
    assert!(reserved.size().await.unwrap_err().is_revoked());
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_client_cannot_grant_its_tasks_what_its_role_lacks() {
    let running = start(DispatchMode::Manual).await;
    let client = running.redeem(Role::Client).await;
    let queue = client.get_task_queue().await.unwrap();
    for params in [json!({"needs_gpu": true}), json!({"needs_network": true})] {
        let refused = queue.submit("io", params).await.unwrap_err();
        assert!(refused.to_string().contains("not granted"), "{refused}");
    }
    assert!(
        queue
            .submit("io", json!({"needs_storage": true}))
            .await
            .is_ok()
    );
    running.supervisor.stop().await;
}

/// A lock or a reservation that outlives the loan is a resource that nobody can take back.
#[tokio::test]
async fn what_was_got_through_a_loan_dies_with_it() {
    let running = start(DispatchMode::Manual).await;
    let resources = running.gateway.get_resources().await.unwrap();
    let queue = running.gateway.get_task_queue().await.unwrap();

    let lent = resources.lend_gpu().await.unwrap();
    let reserved = lent.gpu.reserve(4_000).await.unwrap();
    lent.gpu.allocate(1_000).await.unwrap();
    lent.loan.revoke("over".to_owned()).await.unwrap();
    let gpu = queue.get_shared_gpu().await.unwrap();
    assert_eq!(gpu.allocated_memory().await.unwrap(), 0);
    assert!(reserved.size().await.unwrap_err().is_revoked());

    let lent = resources.lend_storage(false).await.unwrap();
    let held = lent.storage.lock("key", None).await.unwrap();
    lent.loan.revoke("over".to_owned()).await.unwrap();
    assert!(held.token().await.unwrap_err().is_revoked());
    let storage = queue.get_shared_storage().await.unwrap();
    let again = tokio::time::timeout(LONG, storage.lock("key", None)).await;
    again.expect("the lock is free").unwrap();
    running.supervisor.stop().await;
}

/// Far more than anything here takes.
const LONG: std::time::Duration = std::time::Duration::from_secs(10);

#[tokio::test]
async fn memory_is_freed_with_its_holder() {
    let running = start(DispatchMode::Manual).await;
    let queue = running.gateway.get_task_queue().await.unwrap();
    let (first, second) = (
        queue.get_shared_gpu().await.unwrap(),
        queue.get_shared_gpu().await.unwrap(),
    );
    assert_eq!(first.allocate(1_000).await.unwrap().total, 1_000);
    assert!(second.free(1_000).await.is_err(), "somebody else's memory");
    let reserved = second.reserve(500).await.unwrap();
    assert_eq!(first.allocated_memory().await.unwrap(), 1_500);
    drop(reserved);
    drop(first);
    assert_eq!(second.allocated_memory().await.unwrap(), 0);
    running.supervisor.stop().await;
}

#[tokio::test]
async fn the_gate_opens_for_a_secret_and_no_further_than_its_role() {
    let running = start(DispatchMode::Manual).await;
    let gate = running.supervisor.gate();
    assert!(gate.redeem("wrong").await.is_err());
    let client = running.redeem(Role::Client).await;
    let task = client
        .get_task_queue()
        .submit("compute", json!({}))
        .await
        .unwrap();
    let refused = client.get_worker_pool().worker_count().await.unwrap_err();
    assert_eq!(refused.to_string(), "'getWorkerPool' is not a function.");

    let others = running
        .gateway
        .get_task_queue()
        .submit("compute", json!({}))
        .await
        .unwrap();
    let others = others.id().await.unwrap().to_string();
    assert!(
        client.get_task_queue().get_task(others).await.is_err(),
        "another's task by its name"
    );
    let own = task.id().await.unwrap().to_string();
    assert!(client.get_task_queue().get_task(own).await.is_ok());

    let all = running.redeem(Role::Supervisor).await;
    assert_eq!(all.get_task_queue().task_count().await.unwrap(), 2);
    running.supervisor.stop().await;
}

/// The fault: a worker whose attempt has ended, and whose locks and memory nobody else can have.
#[tokio::test]
async fn what_an_attempt_got_through_its_resources_ends_with_it() {
    let running = start(DispatchMode::Manual).await;
    let hub = running.supervisor.hub();
    let (task, worker) = (
        TaskId::generate(&mut OsEntropy),
        WorkerId::generate(&mut OsEntropy),
    );
    let revoker = Revoker::new();
    let bearer = Bearer::attempt(Epoch::default(), worker, revoker.clone());
    let task = Identity {
        id: task,
        kind: TaskType::GPU,
        grants: Grants::EVERYTHING,
    };
    let held = assignment(hub, task, bearer);
    let lock = held.get_storage().lock("key", None).await.unwrap();
    let memory = held.get_gpu().reserve(100).await.unwrap();

    revoker.revoke("the attempt has ended");
    let queue = running.gateway.get_task_queue().await.unwrap();
    assert!(queue.get_shared_storage().lock("key", None).await.is_ok());
    let gpu = queue.get_shared_gpu().await.unwrap();
    assert_eq!(gpu.allocated_memory().await.unwrap(), 0);
    assert!(lock.release().await.unwrap_err().is_revoked());
    assert!(memory.free().await.unwrap_err().is_revoked());
    running.supervisor.stop().await;
}

/// A disk that has room for so many commits, and is full for so many after them.
#[derive(Debug, Default)]
struct FullDisk {
    records: MemoryStore,
    room: AtomicUsize,
    refusals: AtomicUsize,
}

impl Store for FullDisk {
    fn load(&self) -> BoxFuture<'_, std::result::Result<Snapshot, StoreError>> {
        self.records.load()
    }

    fn fetch(
        &self,
        records: Vec<RecordId>,
    ) -> BoxFuture<'_, std::result::Result<Snapshot, StoreError>> {
        self.records.fetch(records)
    }

    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, std::result::Result<(), StoreError>> {
        let less = |left: usize| left.checked_sub(1);
        let has = |count: &AtomicUsize| {
            let taken = count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
            taken.is_ok()
        };
        if !has(&self.room) && has(&self.refusals) {
            return Box::pin(async { Err(StoreError::Full) });
        }
        self.records.commit(changes)
    }
}

/// The fault: a submitter who believes in a task that is not there, or a result that is thrown away,
/// because the disk was full when it came.
#[tokio::test(start_paused = true)]
async fn while_the_disk_is_full_submitters_are_told_and_workers_keep_their_results() {
    let data = tempfile::tempdir().unwrap();
    let disk = Arc::new(FullDisk::default());
    let store: Arc<dyn Store> = Arc::<FullDisk>::clone(&disk);
    let config = Config::new(data.path());
    let supervisor = Supervisor::start_on(store, config).await.unwrap();
    let gateway = supervisor.gateway();
    let queue = gateway.get_task_queue().await.unwrap();
    let pool = gateway.get_worker_pool().await.unwrap();

    disk.refusals.store(1, Ordering::SeqCst);
    let refused = queue.submit("compute", json!({})).await.unwrap_err();
    assert!(refused.to_string().contains("disk is full"), "{refused}");
    let code = capnweb_runtime::Value::String("STORAGE_FULL".to_owned());
    assert_eq!(refused.prop("code"), Some(&code));
    assert_eq!(queue.task_count().await.unwrap(), 0);

    let task = queue
        .submit("compute", json!({"iterations": 0}))
        .await
        .unwrap();
    let worker = pool.get_idle_worker(None).await.unwrap();
    // The beginning of the attempt is stored, its end is not at first.
    disk.room.store(1, Ordering::SeqCst);
    disk.refusals.store(3, Ordering::SeqCst);
    let execution = worker.execute(&task).await.unwrap();
    assert_eq!(execution.result["computed"], json!(0));
    assert_eq!(
        disk.refusals.load(Ordering::SeqCst),
        0,
        "nothing was refused"
    );
    assert_eq!(task.status().await.unwrap(), TaskStatus::Completed);
    supervisor.stop().await;
}

/// The fault: clients who do not find their tasks again after a restart, or see those of others.
#[tokio::test]
async fn after_a_restart_each_role_sees_the_tasks_it_saw_before() {
    let data = tempfile::tempdir().unwrap();
    let count = async |supervisor: &Supervisor, secret: &str| {
        let client = supervisor.gate().redeem(secret).await.unwrap();
        let gateway = supervisor.gateway();
        let of_client = client.get_task_queue().task_count().await.unwrap();
        (
            of_client,
            gateway.get_task_queue().task_count().await.unwrap(),
        )
    };
    let first = Supervisor::start(Config::new(data.path())).await.unwrap();
    let secret = mint(&first, Role::Client).await;
    let client = first.gate().redeem(&secret);
    client
        .get_task_queue()
        .submit("io", json!({}))
        .await
        .unwrap();
    let gateway = first.gateway();
    gateway
        .get_task_queue()
        .submit("io", json!({}))
        .await
        .unwrap();
    assert_eq!(count(&first, &secret).await, (1, 2));
    first.stop().await;
    drop((client, gateway, first));
    let second = Supervisor::start(Config::new(data.path())).await.unwrap();
    assert_eq!(count(&second, &secret).await, (1, 2));
    assert_eq!(
        second
            .gateway()
            .get_worker_pool()
            .worker_count()
            .await
            .unwrap(),
        3
    );
    second.stop().await;
}
