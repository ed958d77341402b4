//! The types of tasks that every queue knows, as a worker carries them out.

use std::sync::Arc;

use serde_json::Value;

use crate::work::{Answer as Reported, Job, Reporter, Resources, perform};
use crate::worker::context::Context;
use crate::worker::far::{FarGpu, FarNetwork, FarStorage, done};
use crate::worker::handler::{Answer, Handler};

/// Returns what carries out tasks of any of these types.
pub(super) fn handler() -> Handler {
    Arc::new(|params, context| Box::pin(carry_out(params, context)))
}

async fn carry_out(params: Value, context: Context) -> Answer {
    let saved: Option<Value> = context.resume_from();
    let job = Job {
        kind: context.kind(),
        params: &params,
        worker: context.offer(),
        checkpoint: saved.as_ref().filter(|saved| !saved.is_null()),
    };
    Ok(perform(job, &resources(&context), &context).await?)
}

fn resources(context: &Context) -> Resources {
    Resources {
        storage: context
            .storage()
            .ok()
            .map(|it| Arc::new(FarStorage(it)) as _),
        gpu: context.gpu().ok().map(|it| Arc::new(FarGpu(it)) as _),
        network: context
            .network()
            .ok()
            .map(|it| Arc::new(FarNetwork(it)) as _),
    }
}

/// Whether the work is still wanted is known here: nobody need be asked at each step.
impl Reporter for Context {
    fn progress(&self, fraction: f64) -> Reported<'_, ()> {
        Box::pin(async move { done(self.progress(fraction).await) })
    }

    fn log<'a>(&'a self, line: &'a str) -> Reported<'a, ()> {
        Box::pin(async move { done(self.log(line).await) })
    }

    fn emit(&self, value: Value) -> Reported<'_, ()> {
        Box::pin(async move { done(self.emit(value).await) })
    }

    fn checkpoint(&self, value: Value) -> Reported<'_, ()> {
        Box::pin(async move { done(self.checkpoint(value).await) })
    }

    fn is_cancelled(&self) -> Reported<'_, bool> {
        let stopped = self.is_cancelled();
        Box::pin(async move { Ok(stopped) })
    }
}
