//! A queue, and workers that join it.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use capnweb_runtime::{
    Capability as _, Error, Limits, Result, Session, Stub, capability, in_process,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::caps::{
    AssignmentStub, Briefing, GatewayStub, JoinOptions, MembershipStub, OfferedWork,
    TaskHandleStub, WorkerAgent, WorkerAgentStub, WorkerPoolStub,
};
use crate::clock::{Clock, SystemClock};
use crate::model::{RetryPolicy, Task, TaskId, TaskStatus, Timestamp, Worker};
use crate::service::{Config, Supervisor};
use crate::store::MemoryStore;

/// A queue without workers of its own, which knows tasks of the type `thumbnail`.
pub(super) struct House {
    pub(super) supervisor: Supervisor,
    pub(super) gateway: GatewayStub,
    store: Arc<MemoryStore>,
    clock: Arc<Ticking>,
    _data: TempDir,
}

/// A connection of a worker.
pub(super) struct Guest {
    pub(super) pool: WorkerPoolStub,
    pub(super) session: Session,
    gateway: GatewayStub,
    /// The connection lasts as long as this.
    _main: Stub,
}

/// What a worker gets to do, and to hear.
pub(super) struct Hands {
    begun: mpsc::UnboundedReceiver<Begun>,
    told: mpsc::UnboundedReceiver<String>,
    asleep: Arc<AtomicBool>,
    _connection: GatewayStub,
}

/// A task that a worker is to carry out.
pub(super) struct Begun {
    pub(super) task: AssignmentStub,
    /// What it was told of it, if it takes that.
    pub(super) briefing: Option<Briefing>,
    answer: oneshot::Sender<Result<Value>>,
}

/// The clock of simulated time, which begins now: references end by the machine's clock.
#[derive(Debug)]
struct Ticking(Timestamp, Instant);

struct Agent {
    begun: mpsc::UnboundedSender<Begun>,
    told: mpsc::UnboundedSender<String>,
    asleep: Arc<AtomicBool>,
}

/// A worker that can do nothing but work.
#[capability]
pub trait Plain {
    /// Carries out a task.
    async fn execute(&self, assignment: AssignmentStub) -> Result<Value>;
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        self.0.saturating_add(self.1.elapsed())
    }
}

impl Agent {
    async fn carry_out(&self, task: AssignmentStub, briefing: Option<Briefing>) -> Result<Value> {
        let (answer, answered) = oneshot::channel();
        drop(self.begun.send(Begun {
            task,
            briefing,
            answer,
        }));
        match answered.await {
            Ok(answer) => answer,
            Err(_) => pending().await,
        }
    }
}

impl WorkerAgent for Agent {
    async fn execute(&self, assignment: AssignmentStub, briefing: Briefing) -> Result<Value> {
        self.carry_out(assignment, Some(briefing)).await
    }

    async fn alive(&self) -> Result<()> {
        if self.asleep.load(Ordering::SeqCst) {
            return pending().await;
        }
        Ok(())
    }

    async fn cancel(&self, task_id: TaskId) -> Result<()> {
        drop(self.told.send(format!("cancel {task_id}")));
        Ok(())
    }

    async fn drain(&self) -> Result<()> {
        drop(self.told.send("drain".to_owned()));
        Ok(())
    }

    async fn ended(&self, reason: String, _revoked: bool) -> Result<()> {
        drop(self.told.send(reason));
        Ok(())
    }
}

impl Plain for Agent {
    async fn execute(&self, assignment: AssignmentStub) -> Result<Value> {
        self.carry_out(assignment, None).await
    }
}

impl House {
    pub(super) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(Ticking(SystemClock.now(), Instant::now()));
        let store = Arc::new(MemoryStore::new());
        let mut config = config(&data);
        set(&mut config);
        let supervisor = begin(&clock, &store, config).await;
        Self {
            gateway: supervisor.gateway(),
            supervisor,
            store,
            clock,
            _data: data,
        }
    }

    /// Has the process be lost, and the next one begin with what is stored.
    pub(super) async fn restart(self) -> Self {
        self.supervisor.crash().await;
        // What is left of the one before still has its directory.
        let data = tempfile::tempdir().unwrap();
        let supervisor = begin(&self.clock, &self.store, config(&data)).await;
        Self {
            gateway: supervisor.gateway(),
            supervisor,
            _data: data,
            ..self
        }
    }

    pub(super) async fn connect(&self) -> Guest {
        let (gateway, session) = in_process(
            self.gateway.clone(),
            self.gateway.clone(),
            Limits::default(),
        );
        let main = gateway.as_stub().clone();
        Self::let_in(gateway, main, session).await
    }

    /// Has somebody come by a reference.
    pub(super) async fn connect_by(&self, reference: &str) -> Guest {
        let gate = self.supervisor.gate();
        let (gate, session) = in_process(gate.clone(), gate, Limits::default());
        let gateway = gate.redeem(reference).await.unwrap();
        Self::let_in(gateway, gate.into_stub(), session).await
    }

    async fn let_in(gateway: GatewayStub, main: Stub, session: Session) -> Guest {
        let pool = gateway.get_worker_pool().await.unwrap();
        Guest {
            pool,
            session,
            gateway,
            _main: main,
        }
    }

    pub(super) async fn workers(&self) -> Vec<Worker> {
        let owner = &self.supervisor.hub().owner;
        let workers = owner.read(|state| state.workers().into_iter().cloned().collect());
        workers.await.unwrap()
    }

    pub(super) async fn submit(&self, params: Value) -> TaskHandleStub {
        let queue = self.gateway.get_task_queue();
        queue.submit("thumbnail", params).await.unwrap()
    }

    pub(super) async fn look<T: Send + 'static>(
        &self,
        task: &TaskHandleStub,
        look: impl FnOnce(&Task) -> T + Send + 'static,
    ) -> T {
        let id = task.id().await.unwrap();
        let owner = &self.supervisor.hub().owner;
        owner.read_task(id, look).await.unwrap()
    }

    pub(super) async fn status(&self, task: &TaskHandleStub) -> TaskStatus {
        self.look(task, Task::status).await
    }
}

impl Guest {
    /// Joins with so many slots, for tasks of the type `thumbnail`.
    pub(super) async fn join(&self, slots: u32) -> (MembershipStub, Hands) {
        let (agent, hands) = agent(&self.gateway);
        let joined = self
            .pool
            .join(WorkerAgentStub::new(agent), offer(slots), None);
        (joined.await.unwrap(), hands)
    }

    pub(super) async fn join_plain(&self) -> (MembershipStub, Hands) {
        let (agent, hands) = agent(&self.gateway);
        let plain = PlainStub::new(agent);
        let agent: WorkerAgentStub = plain.as_stub().cast();
        let joined = self.pool.join(agent, offer(1), None);
        (joined.await.unwrap(), hands)
    }

    pub(super) async fn come_back(&self, key: &str) -> Result<(MembershipStub, Hands)> {
        let (agent, hands) = agent(&self.gateway);
        let resume = Some(key.to_owned());
        let options = JoinOptions { resume };
        let joined = self
            .pool
            .join(WorkerAgentStub::new(agent), offer(1), options);
        Ok((joined.await?, hands))
    }
}

impl Hands {
    /// Waits for the next task.
    pub(super) async fn begin(&mut self) -> Begun {
        self.begun.recv().await.expect("the agent is there")
    }

    /// Returns whether there is nothing to do now.
    pub(super) fn is_idle(&mut self) -> bool {
        self.begun.try_recv().is_err()
    }

    /// Waits until it is told something.
    pub(super) async fn hear(&mut self) -> String {
        self.told.recv().await.expect("the agent is there")
    }

    /// Has the worker not react to anything any more.
    pub(super) fn fall_asleep(&self) {
        self.asleep.store(true, Ordering::SeqCst);
    }
}

impl Begun {
    pub(super) fn answer(self, result: Value) {
        self.answer.send(Ok(result)).ok();
    }

    pub(super) fn throw(self, error: Error) {
        self.answer.send(Err(error)).ok();
    }
}

pub(super) fn offer(slots: u32) -> OfferedWork {
    OfferedWork {
        pool: None,
        types: vec!["thumbnail".parse().unwrap()],
        tags: Vec::new(),
        concurrency: Some(slots),
        name: Some("a worker".to_owned()),
    }
}

/// Waits until a task is in that state; returns how long that took.
pub(super) async fn until(house: &House, task: &TaskHandleStub, status: TaskStatus) -> Duration {
    let beginning = Instant::now();
    while house.status(task).await != status {
        assert!(
            beginning.elapsed() < Duration::from_hours(1),
            "it is not {status}"
        );
        // Simulated time: it passes while nobody else has anything to do.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    beginning.elapsed()
}

/// Parameters of a task that is tried again after a while.
pub(super) fn patient() -> Value {
    json!({"retry": {"max_attempts": 5, "unit_ms": 1_000}})
}

/// An agent that nobody looks after.
pub(super) fn idle_agent(guest: &Guest) -> impl WorkerAgent {
    agent(&guest.gateway).0
}

async fn begin(clock: &Arc<Ticking>, store: &Arc<MemoryStore>, config: Config) -> Supervisor {
    let (clock, store) = (Arc::clone(clock), Arc::clone(store));
    Supervisor::start_by(clock, store, config).await.unwrap()
}

fn agent(connection: &GatewayStub) -> (Agent, Hands) {
    let (tasks, begun) = mpsc::unbounded_channel();
    let (tell, told) = mpsc::unbounded_channel();
    let asleep = Arc::new(AtomicBool::new(false));
    let agent = Agent {
        begun: tasks,
        told: tell,
        asleep: Arc::clone(&asleep),
    };
    let hands = Hands {
        begun,
        told,
        asleep,
        _connection: connection.clone(),
    };
    (agent, hands)
}

fn config(data: &TempDir) -> Config {
    let mut config = Config {
        cpu_workers: 0,
        gpu_workers: 0,
        ..Config::new(data.path())
    };
    config.types.insert("thumbnail".parse().unwrap());
    config.retries.set("default", RetryPolicy::PATIENT);
    config
}
