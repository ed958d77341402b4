//! A computation on the GPU.

use serde_json::{Value, json};

use crate::model::Tag;
use crate::work::access::Reporter;
use crate::work::error::WorkError;
use crate::work::job::{Job, Resources};
use crate::work::params;
use crate::work::steps::Steps;

/// Allocates, computes, and frees whatever happens.
pub(super) async fn perform(
    job: Job<'_>,
    resources: &Resources,
    reporter: &dyn Reporter,
) -> Result<Value, WorkError> {
    if !job.worker.has(&Tag::GPU) {
        return Err(WorkError::WorkerWithoutGpu);
    }
    let megabytes = params::count(job.params, "memory_mb", 512)?;
    let operation = params::text(job.params, "operation", DEFAULT_OPERATION)?;
    let data = params::get(job.params, "data").unwrap_or(&Value::Null);
    let gpu = resources.gpu()?;
    let mut steps = Steps::new(reporter, 3);

    steps.begin().await?;
    let memory = gpu.allocate(megabytes).await?;
    steps
        .end(&format!("allocated {megabytes} MB of GPU memory"))
        .await?;

    steps.begin().await?;
    let computed = gpu.compute(operation, data).await?;
    steps
        .end(&format!("computed {operation} on {}", computed.device))
        .await?;

    // Whatever returns early above frees by dropping, too.
    drop(memory);
    steps
        .end(&format!("freed {megabytes} MB of GPU memory"))
        .await?;
    Ok(json!({
        "operation": operation,
        "device": computed.device,
        "memory_mb": megabytes,
        "result": computed.result,
    }))
}

pub(super) const DEFAULT_OPERATION: &str = "matrix_multiply";
