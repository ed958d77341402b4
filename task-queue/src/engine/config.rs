//! What the scheduler is set to.

/// What the scheduler is set to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Config {
    /// Who brings tasks and workers together.
    pub dispatch: DispatchMode,
    /// How much the queue holds.
    pub limits: Limits,
}

/// Who brings tasks and workers together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DispatchMode {
    /// Tasks stay pending until a worker is told to execute them.
    #[default]
    Manual,
    /// A pending task goes to a fitting idle worker by itself.
    Auto,
}

/// How much the queue holds, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Tasks, finished ones that were not yet reaped included.
    pub tasks: usize,
    /// Workers, revoked ones that were not yet reaped included.
    pub workers: usize,
    /// Bytes of one value that a user hands in: parameters, a result, a checkpoint.
    pub value_bytes: usize,
    /// Bytes of all values of one task together.
    pub task_bytes: usize,
    /// Bytes of the values of all tasks together; results are taken also beyond that.
    pub total_bytes: usize,
    /// Log lines kept of a task: the latest.
    pub log_lines: usize,
    /// Bytes kept of a log line or of a failure's message: the first.
    pub text_bytes: usize,
    /// Partial results of a task.
    pub partial_results: usize,
    /// Ended attempts kept of a task: the latest.
    pub history: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tasks: 100_000,
            workers: 10_000,
            value_bytes: 1 << 20,
            task_bytes: 16 << 20,
            total_bytes: 1 << 30,
            log_lines: 100,
            text_bytes: 4_096,
            partial_results: 1_000,
            history: 20,
        }
    }
}
