//! The steps of work, as those who watch see them.

use serde_json::Value;

use crate::work::access::Reporter;
use crate::work::error::{AccessError, WorkError};

/// So many steps, of which some are done.
pub(super) struct Steps<'a> {
    reporter: &'a dyn Reporter,
    total: u32,
    done: u32,
}

impl<'a> Steps<'a> {
    pub(super) fn new(reporter: &'a dyn Reporter, total: u32) -> Self {
        Self {
            reporter,
            total,
            done: 0,
        }
    }

    /// Goes on from where an earlier attempt left off.
    pub(super) fn resume_at(mut self, done: u32) -> Self {
        self.done = done;
        self
    }

    /// Refuses to go on with work that nobody wants any more.
    pub(super) async fn begin(&self) -> Result<(), WorkError> {
        if self.reporter.is_cancelled().await? {
            return Err(WorkError::Cancelled);
        }
        Ok(())
    }

    /// Reports that another step is done.
    pub(super) async fn end(&mut self, line: &str) -> Result<(), WorkError> {
        self.pass();
        self.report(line).await
    }

    /// Counts a step of which nobody needs to hear.
    pub(super) const fn pass(&mut self) {
        self.done = self.done.saturating_add(1);
    }

    /// Keeps where the next attempt can take up the work. One that is too large to be kept is not:
    /// then the next attempt begins further back, which is no reason to fail this one.
    pub(super) async fn checkpoint(&self, value: Value) -> Result<(), WorkError> {
        match self.reporter.checkpoint(value).await {
            Ok(()) | Err(AccessError::Invalid(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn emit(&self, value: Value) -> Result<(), WorkError> {
        Ok(self.reporter.emit(value).await?)
    }

    async fn report(&self, line: &str) -> Result<(), WorkError> {
        let fraction = f64::from(self.done) / f64::from(self.total.max(1));
        self.reporter.progress(fraction).await?;
        Ok(self.reporter.log(line).await?)
    }
}
