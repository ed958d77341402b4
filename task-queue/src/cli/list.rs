//! Listing tasks, page after page.

use std::io::{self, Write};

use crate::caps::{TaskFilter, TaskSummary};
use crate::cli::args::ListOptions;
use crate::cli::client::{Out, connected};
use crate::cli::error::RunError;

/// Says which tasks there are.
pub(super) async fn list(options: ListOptions, out: Out<'_>) -> Result<(), RunError> {
    let served = connected(&options.client).await?;
    let filter = TaskFilter {
        status: options.status,
        kind: options.kind,
    };
    let mut listing = Listing {
        is_json: options.client.json,
        before: "[",
    };
    let mut after = None;
    loop {
        let page = served.queue.tasks(filter.clone(), after, PAGE).await;
        let page = page.map_err(RunError::Refused)?;
        let shown = listing.show(out, &page.tasks, page.next.is_none());
        shown.map_err(RunError::Output)?;
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Writes a task in a line.
pub(super) fn line(task: &TaskSummary, out: &mut dyn Write) -> io::Result<()> {
    let percent = task.progress * 100.0;
    writeln!(
        out,
        "{}  {:<8}  {:<9}  {percent:>3.0} %",
        task.id, task.kind, task.status
    )
}

/// A list under way: lines, or one array on a line of its own.
struct Listing {
    is_json: bool,
    /// What comes before the next task.
    before: &'static str,
}

impl Listing {
    fn show(
        &mut self,
        out: &mut dyn Write,
        tasks: &[TaskSummary],
        is_last: bool,
    ) -> io::Result<()> {
        if !self.is_json {
            tasks.iter().try_for_each(|task| line(task, out))?;
            return out.flush();
        }
        for task in tasks {
            let text = serde_json::to_string(task).map_err(io::Error::from)?;
            write!(out, "{}{text}", self.before)?;
            self.before = ",";
        }
        if is_last {
            let nothing = if self.before == "[" { "[" } else { "" };
            writeln!(out, "{nothing}]")?;
        }
        out.flush()
    }
}

/// How many tasks are asked for at a time.
const PAGE: u32 = 1_000;
