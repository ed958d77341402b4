//! A chain of stages.

use serde_json::{Value, json};

use crate::work::access::Reporter;
use crate::work::error::WorkError;
use crate::work::gpu::DEFAULT_OPERATION;
use crate::work::job::{Job, Resources};
use crate::work::params;
use crate::work::steps::Steps;

/// Goes through the stages in their order.
///
/// What a stage delivers is a partial result at once, and a retry goes on after the last stage that
/// was done.
pub(super) async fn perform(
    job: Job<'_>,
    resources: &Resources,
    reporter: &dyn Reporter,
) -> Result<Value, WorkError> {
    let stages = stages(job.params)?;
    let mut results = results_so_far(job, stages.len());
    let total = u32::try_from(stages.len()).unwrap_or(u32::MAX);
    let done = u32::try_from(results.len()).unwrap_or(0);
    let mut steps = Steps::new(reporter, total).resume_at(done);
    for (index, stage) in stages.iter().enumerate().skip(results.len()) {
        steps.begin().await?;
        let kind = Stage::of(stage)?;
        let delivered = kind.perform(stage, resources).await;
        let (name, value) = delivered.map_err(|source| kind.failed(index, source))?;
        let result = json!({"stage": index, "type": kind.name(), name: value});
        steps.emit(result.clone()).await?;
        results.push(result);
        steps
            .end(&format!("stage {index} ({}) is done", kind.name()))
            .await?;
        steps
            .checkpoint(json!({ "pipeline_results": results }))
            .await?;
    }
    Ok(json!({"stages_completed": results.len(), "pipeline_results": results}))
}

/// What a stage can be.
#[derive(Debug, Clone, Copy)]
enum Stage {
    StorageRead,
    StorageWrite,
    NetworkFetch,
    GpuCompute,
}

impl Stage {
    fn of(stage: &Value) -> Result<Self, WorkError> {
        let name = params::required_text(stage, "type")?;
        let known = Self::ALL.into_iter().find(|known| known.name() == name);
        known.ok_or_else(|| WorkError::UnknownStage(name.chars().take(64).collect()))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::StorageRead => "storage_read",
            Self::StorageWrite => "storage_write",
            Self::NetworkFetch => "network_fetch",
            Self::GpuCompute => "gpu_compute",
        }
    }

    /// Returns what the stage delivers, and the name by which it does.
    async fn perform(
        self,
        stage: &Value,
        resources: &Resources,
    ) -> Result<(&'static str, Value), WorkError> {
        match self {
            Self::StorageRead => {
                let key = params::required_text(stage, "key")?;
                Ok(("value", resources.storage()?.read(key).await?))
            }
            Self::StorageWrite => {
                let key = params::required_text(stage, "key")?;
                let value = stage.get("value").unwrap_or(&Value::Null);
                resources.storage()?.write(key, value).await?;
                Ok(("key", json!(key)))
            }
            Self::NetworkFetch => {
                let url = params::required_text(stage, "url")?;
                let page = resources.network()?.fetch(url).await?;
                Ok(("response", page.to_value()))
            }
            Self::GpuCompute => {
                let operation = params::text(stage, "operation", DEFAULT_OPERATION)?;
                let data = params::get(stage, "data").unwrap_or(&Value::Null);
                let computed = resources.gpu()?.compute(operation, data).await?;
                Ok(("result", computed.result))
            }
        }
    }

    fn failed(self, stage: usize, source: WorkError) -> WorkError {
        WorkError::Stage {
            stage,
            kind: self.name(),
            source: Box::new(source),
        }
    }

    const ALL: [Self; 4] = [
        Self::StorageRead,
        Self::StorageWrite,
        Self::NetworkFetch,
        Self::GpuCompute,
    ];
}

fn stages(params: &Value) -> Result<&[Value], WorkError> {
    let stages = match params::get(params, "stages") {
        None => Some(&[][..]),
        Some(stages) => stages.as_array().map(Vec::as_slice),
    };
    stages
        .filter(|stages| stages.len() <= MAX_STAGES)
        .ok_or(WorkError::Parameter {
            name: "stages",
            expected: "a list of at most 1000 stages",
        })
}

/// Returns what earlier attempts have delivered.
fn results_so_far(job: Job<'_>, stages: usize) -> Vec<Value> {
    let results = job
        .checkpoint
        .and_then(|checkpoint| checkpoint.get("pipeline_results"));
    let results = results.and_then(Value::as_array);
    let results = results.filter(|results| results.len() <= stages);
    results.cloned().unwrap_or_default()
}

const MAX_STAGES: usize = 1_000;
