//! The GPU through its capability: memory that comes back whatever happens to its holder.

use capnweb_runtime::{Limits, in_process};
use tempfile::TempDir;

use super::{Config, Supervisor};
use crate::caps::GpuStub;

async fn start() -> (Supervisor, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let supervisor = Supervisor::start(Config::new(data.path())).await.unwrap();
    (supervisor, data)
}

/// Waits until the memory that a lost peer held has come back, which is when its session has ended.
async fn until_all_is_free(gpu: &GpuStub) {
    while gpu.allocated_memory().await.unwrap() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn memory_is_freed_with_the_session_of_its_holder() {
    let (supervisor, _data) = start().await;
    let own = supervisor.gateway().get_task_queue().get_shared_gpu();
    let own = own.await.unwrap();
    let (far, session) = in_process(
        supervisor.gateway(),
        supervisor.gateway(),
        Limits::default(),
    );
    let gpu = far.get_task_queue().get_shared_gpu().await.unwrap();
    gpu.allocate(1_000).await.unwrap();
    let reserved = gpu.reserve(500).await.unwrap();
    assert_eq!(own.allocated_memory().await.unwrap(), 1_500);
    // The peer holds on to everything; only the connection goes.
    session.close("the cable is cut");
    let freed = tokio::time::timeout(LONG, until_all_is_free(&own)).await;
    freed.expect("a lost peer's memory comes back");
    assert!(reserved.size().await.is_err());
    assert!(gpu.allocate(1).await.is_err());
    supervisor.stop().await;
}

#[cfg(not(feature = "gpu"))]
#[tokio::test]
async fn without_the_device_that_was_asked_for_there_is_no_queue() {
    use crate::resources::gpu::{DeviceChoice, OpenError};
    use crate::service::StartError;

    let data = tempfile::tempdir().unwrap();
    let config = Config {
        gpu: DeviceChoice::Device,
        ..Config::new(data.path())
    };
    let refused = Supervisor::start(config).await.unwrap_err();
    assert!(
        matches!(refused, StartError::Gpu(OpenError::NotBuiltIn)),
        "{refused}"
    );
}

/// Far more than anything here takes.
const LONG: std::time::Duration = std::time::Duration::from_secs(10);
