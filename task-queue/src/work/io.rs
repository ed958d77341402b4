//! Reading and writing an object, and fetching a page.

use serde_json::{Map, Value, json};

use crate::work::access::Reporter;
use crate::work::error::WorkError;
use crate::work::job::{Job, Resources};
use crate::work::params;
use crate::work::steps::Steps;

/// Does the parts that the parameters name.
///
/// `read_only` only says that the task does not write; whether it may is for its storage to say.
pub(super) async fn perform(
    job: Job<'_>,
    resources: &Resources,
    reporter: &dyn Reporter,
) -> Result<Value, WorkError> {
    let uses_storage = params::flag(job.params, "use_storage")?;
    let uses_network = params::flag(job.params, "use_network")?;
    let total = u32::from(uses_storage).saturating_add(u32::from(uses_network));
    let mut steps = Steps::new(reporter, total);
    let mut result = Map::new();
    if uses_storage {
        let stored = use_storage(job.params, resources, &mut steps).await?;
        result.insert("storage".to_owned(), stored);
    }
    if uses_network {
        let fetched = use_network(job.params, resources, &mut steps).await?;
        result.insert("network".to_owned(), fetched);
    }
    Ok(Value::Object(result))
}

async fn use_storage(
    params: &Value,
    resources: &Resources,
    steps: &mut Steps<'_>,
) -> Result<Value, WorkError> {
    let key = params::text(params, "storage_key", "test_key")?;
    let reads_only = params::flag(params, "read_only")?;
    let storage = resources.storage()?;
    steps.begin().await?;
    if !reads_only {
        let default = json!("test_value");
        let value = params.get("storage_value").unwrap_or(&default);
        storage.write(key, value).await?;
        steps.begin().await?;
    }
    let value = storage.read(key).await?;
    let done = if reads_only { "read" } else { "wrote and read" };
    steps.end(&format!("{done} `{key}`")).await?;
    Ok(json!({"key": key, "value": value}))
}

async fn use_network(
    params: &Value,
    resources: &Resources,
    steps: &mut Steps<'_>,
) -> Result<Value, WorkError> {
    let url = params::required_text(params, "url")?;
    let network = resources.network()?;
    steps.begin().await?;
    let page = network.fetch(url).await?;
    steps
        .end(&format!("fetched {url}: {}", page.status))
        .await?;
    Ok(page.to_value())
}
