//! The queue's interface: nothing but capability traits and the data they exchange.
//!
//! Wire names and results are those of the system the seed document describes, so that a client
//! written for that works unchanged. What is new has names of its own.

mod gateway;
mod gpu;
mod lock;
mod network;
mod observer;
mod queue;
mod storage;
mod task;
mod worker;

pub use gateway::{
    ClientGateway, ClientGatewayStub, Executed, Gate, GateStub, Gateway, GatewayStub,
};
pub use gpu::{
    Gpu, GpuInfo, GpuStub, MemoryChange, MemoryFreed, Reservation, ReservationStub,
};
pub use lock::{Lock, LockStub};
pub use network::{Fetched, Network, NetworkReader, NetworkReaderStub, NetworkStats, NetworkStub};
pub use observer::{
    Completion, Failing, ProgressObserver, ProgressObserverStub, ProgressUpdate,
};
pub use queue::{
    Cancelled, Submitter, SubmitterStub, SubmitOptions, TaskQueue, TaskQueueStub, TaskSummary,
};
pub use storage::{KeyDone, Storage, StorageReader, StorageReaderStub, StorageStub};
pub use task::{
    Assignment, AssignmentStub, Done, ProgressSet, Task, TaskHandle, TaskHandleStub, TaskInfo,
    TaskStub,
};
pub use worker::{
    Execution, Worker, WorkerInfo, WorkerPool, WorkerPoolStub, WorkerRevoked, WorkerStub,
    WorkerSummary,
};
