//! The fields of a struct are promises before it has arrived.

use capnweb_runtime::{Pipeline, Promise, Result, capability};
use serde::{Deserialize, Serialize};

#[capability]
pub trait Task {
    async fn info(&self) -> Result<TaskInfo>;
}

#[derive(Serialize, Deserialize, Pipeline)]
#[serde(rename_all = "camelCase")]
pub struct TaskInfo {
    pub next_task: TaskStub,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip)]
    pub cached: bool,
}

fn third(task: &TaskStub) -> Promise<TaskInfo> {
    task.info().next_task.info().next_task.info()
}

fn main() {
    let _ = third;
}
