//! The queue's interface: nothing but capability traits and the data they exchange.
//!
//! Wire names and results are those of the system that this one follows, so that a client written
//! for that works unchanged (`tests/js` has one). What is new has names of its own.

mod access;
mod event;
mod gateway;
mod gpu;
mod listing;
mod lock;
mod member;
mod network;
mod observer;
mod pools;
mod queue;
mod resource_error;
mod resources;
mod schedules;
mod storage;
mod task;
mod worker;

pub use access::{
    Access, AccessStub, AccountInfo, AccountsRevoked, Invitation, Minted, Restriction, Revoking,
};
pub use event::{Event, EventKind};
pub use gateway::{
    ClientGateway, ClientGatewayStub, Executed, Gate, GateStub, Gateway, GatewayStub,
    WorkerGateway, WorkerGatewayStub,
};
pub use gpu::{
    Computed, Gpu, GpuInfo, GpuStub, MemoryChange, MemoryFreed, Reservation, ReservationStub,
};
pub use listing::{TaskFilter, TaskPage};
pub use lock::{Lock, LockStub, Permit, PermitStub};
pub use member::{
    Briefing, JoinOptions, Membership, MembershipStub, OfferedWork, WorkerAgent, WorkerAgentStub,
};
pub use network::{
    Fetched, Network, NetworkAnswer, NetworkReader, NetworkReaderStub, NetworkRequest,
    NetworkStats, NetworkStub,
};
pub use observer::{Completion, Failing, ProgressObserver, ProgressObserverStub, ProgressUpdate};
pub use pools::{PoolInfo, Pools, PoolsStub};
pub use queue::{
    Cancelled, Retried, Submission, Submitter, SubmitterStub, TaskQueue, TaskQueueStub, TaskSummary,
};
pub use resource_error::ResourceError;
pub use resources::{LentGpu, LentNetwork, LentStorage, Loan, LoanStub, Resources, ResourcesStub};
pub use schedules::{NewSchedule, ScheduleInfo, Schedules, SchedulesStub};
pub use storage::{
    KeyDone, KeyPage, Storage, StorageAppender, StorageAppenderStub, StorageReader,
    StorageReaderStub, StorageStub, StoredObject, VersionedValue, WriteConditions,
};
pub use task::{
    Assignment, AssignmentStub, Done, ProgressSet, Task, TaskHandle, TaskHandleStub, TaskInfo,
    TaskStub,
};
pub use worker::{
    Execution, MemberSummary, Recruiter, RecruiterStub, Worker, WorkerActivity, WorkerInfo,
    WorkerPool, WorkerPoolStub, WorkerRevoked, WorkerStub, WorkerSummary,
};
