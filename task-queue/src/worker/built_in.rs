//! The types of tasks that every queue knows, as a worker carries them out.

use std::sync::Arc;

use serde_json::Value;

use crate::work::{Job, Resources, perform};
use crate::worker::context::Context;
use crate::worker::far::{FarGpu, FarNetwork, FarStorage, FarTask};
use crate::worker::handler::{Answer, Handler};

/// Returns what carries out tasks of any of these types.
pub(super) fn handler() -> Handler {
    Arc::new(|params, context| Box::pin(carry_out(params, context)))
}

async fn carry_out(params: Value, context: Context) -> Answer {
    let saved: Option<Value> = context.resume_from().await?;
    let job = Job {
        kind: context.kind(),
        params: &params,
        worker: context.offer(),
        checkpoint: saved.as_ref().filter(|saved| !saved.is_null()),
    };
    let task = FarTask(context.assignment().clone());
    Ok(perform(job, &resources(&context), &task).await?)
}

fn resources(context: &Context) -> Resources {
    Resources {
        storage: context.storage().ok().map(|it| Arc::new(FarStorage(it)) as _),
        gpu: context.gpu().ok().map(|it| Arc::new(FarGpu(it)) as _),
        network: context.network().ok().map(|it| Arc::new(FarNetwork(it)) as _),
    }
}
