//! Where a scenario is played: it shows each step and how it went.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::demo::house::{House, Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::web::Web;

/// Where a scenario is played: it shows each step and how it went.
pub(super) struct Stage<'a> {
    out: &'a mut (dyn Write + Send),
    limit: Duration,
    steps: usize,
    houses: Vec<Arc<House>>,
}

/// A step has failed, and was shown; the scenario ends there.
#[derive(Debug)]
pub(super) struct Failed;

/// How a scenario ends.
pub(super) type Played = Result<(), Failed>;

impl<'a> Stage<'a> {
    /// Prepares a stage that gives each step so long.
    pub(super) fn new(out: &'a mut (dyn Write + Send), limit: Duration) -> Self {
        Self {
            out,
            limit,
            steps: 0,
            houses: Vec::new(),
        }
    }

    /// Takes a step.
    pub(super) async fn step<T>(
        &mut self,
        what: &str,
        act: impl Future<Output = Result<T, Miss>>,
    ) -> Result<T, Failed> {
        let value = self.prepare(what, act).await?;
        self.pass(what);
        Ok(value)
    }

    /// Takes a step that is a call.
    pub(super) async fn call<T, E: Into<Miss>>(
        &mut self,
        what: &str,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failed> {
        self.step(what, async { call.await.map_err(E::into) }).await
    }

    /// Takes a step that only looks at what is there already.
    pub(super) fn check(&mut self, what: &str, seen: Result<(), Miss>) -> Played {
        match seen {
            Ok(()) => {
                self.pass(what);
                Ok(())
            }
            Err(miss) => Err(self.fail(what, &miss)),
        }
    }

    /// Does what has to be done before the next step; it is shown only if it fails.
    pub(super) async fn prepare<T>(
        &mut self,
        what: &str,
        act: impl Future<Output = Result<T, Miss>>,
    ) -> Result<T, Failed> {
        let done = match timeout(self.limit, act).await {
            Ok(done) => done,
            Err(_) => Err(Miss::Silence(self.limit)),
        };
        done.map_err(|miss| self.fail(what, &miss))
    }

    /// Opens a server; it is closed when the scenario is over.
    pub(super) async fn house(&mut self, rules: Rules) -> Result<Arc<House>, Failed> {
        let house = self.prepare("A server starts", House::open(rules)).await?;
        let house = Arc::new(house);
        self.houses.push(Arc::clone(&house));
        Ok(house)
    }

    /// Opens a server and connects to it.
    pub(super) async fn party(&mut self, rules: Rules) -> Result<Party, Failed> {
        let house = self.house(rules).await?;
        self.prepare("A client connects", house.party()).await
    }

    /// Starts a web server of the scenario's own.
    pub(super) async fn web(&mut self) -> Result<Web, Failed> {
        self.prepare("A web server starts", Web::start()).await
    }

    /// Closes what the scenario has opened; returns how many steps it took.
    pub(super) async fn clear(self) -> usize {
        for house in &self.houses {
            house.close().await;
        }
        self.steps
    }

    fn pass(&mut self, what: &str) {
        self.steps = self.steps.saturating_add(1);
        self.show(&format!("  ✓ {what}"));
    }

    fn fail(&mut self, what: &str, miss: &Miss) -> Failed {
        self.show(&format!("  ✗ {what}: {miss}"));
        Failed
    }

    /// What cannot be shown is not: the verdict counts, and whoever writes it sees the error.
    fn show(&mut self, line: &str) {
        drop(writeln!(self.out, "{line}").and_then(|()| self.out.flush()));
    }
}

/// Shows a title between two rules.
pub(super) fn show_title(out: &mut dyn Write, title: &str) -> io::Result<()> {
    let rule = "=".repeat(WIDTH);
    write!(out, "\n{rule}\n{title}\n{rule}\n")
}

const WIDTH: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::expect::equal;

    const LIMIT: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn each_step_is_shown_with_what_was_seen() {
        let mut out = Vec::new();
        let mut stage = Stage::new(&mut out, LIMIT);
        let seven = stage.step("Seven", async { Ok(7) }).await.unwrap();
        let failed = stage.step("Eight", async { equal(seven, 8) }).await;
        assert!(failed.is_err());
        assert_eq!(stage.clear().await, 1);
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(shown, "  ✓ Seven\n  ✗ Eight: 7 instead of 8\n");
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_that_hangs_fails() {
        let mut out = Vec::new();
        let mut stage = Stage::new(&mut out, LIMIT);
        let hung = stage
            .step("Ever", std::future::pending::<Result<(), Miss>>())
            .await;
        assert!(hung.is_err());
        assert_eq!(stage.clear().await, 0);
        assert!(
            String::from_utf8(out)
                .unwrap()
                .contains("✗ Ever: nothing for 5s")
        );
    }
}
