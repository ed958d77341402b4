//! The functions that carry out tasks, whatever their types.

use std::sync::Arc;

use capnweb_runtime::{from_value, to_value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::future::BoxFuture;
use crate::worker::context::Context;
use crate::worker::task_error::TaskError;

/// How a handler ends, its types taken off.
pub(super) type Answer = Result<Value, TaskError>;

/// A handler without its types.
pub(super) type Handler = Arc<dyn Fn(Value, Context) -> BoxFuture<'static, Answer> + Send + Sync>;

/// Takes the types off a handler.
pub(super) fn erase<P, R, E, F>(
    handler: impl Fn(P, Context) -> F + Send + Sync + 'static,
) -> Handler
where
    P: DeserializeOwned,
    R: Serialize,
    E: Into<TaskError>,
    F: Future<Output = Result<R, E>> + Send + 'static,
{
    Arc::new(move |params, context| match parameters(&params) {
        Err(error) => Box::pin(async { Err(error) }),
        Ok(params) => {
            let work = handler(params, context);
            Box::pin(async move { result(&work.await.map_err(Into::into)?) })
        }
    })
}

/// Reads the parameters. Those that are not what they should be are so in every attempt.
fn parameters<P: DeserializeOwned>(params: &Value) -> Result<P, TaskError> {
    // Only who fails pays for knowing where.
    P::deserialize(params).map_err(|error| {
        let located = to_value(params).ok();
        let located = located.and_then(|params| from_value::<P>(params).err());
        let said = located.map_or_else(|| error.to_string(), |error| error.to_string());
        TaskError::fatal(format!("bad parameters: {said}")).with_code("BAD_PARAMS")
    })
}

fn result(result: &impl Serialize) -> Answer {
    serde_json::to_value(result).map_err(|error| {
        TaskError::fatal(format!("the result has no form: {error}")).with_code("BAD_RESULT")
    })
}
