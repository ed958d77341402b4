//! The scenarios: JavaScript clients that walk through one topic against any interop target.

use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

use super::Node;
use crate::ProcessError;

/// One file of `tests/js/scenarios`, with the number of steps it is known to have.
///
/// The number is there so that a scenario that stops half-way, or is emptied, does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// The file, without its extension.
    pub name: &'static str,
    /// How many steps it has.
    pub steps: usize,
}

impl Scenario {
    /// Returns the scenario of that name.
    pub fn named(name: &str) -> Option<Self> {
        SCENARIOS.into_iter().find(|scenario| scenario.name == name)
    }

    /// Runs it against the interop target at `url`; returns what it says of its steps and the wire.
    pub fn run(&self, node: &Node, url: &str) -> Result<Passed, ScenarioError> {
        let name = self.name;
        let broken = |source| ScenarioError::Process { name, source };
        let file = format!("scenarios/{name}.mjs");
        let mut process = node.program(&file, &[url]).map_err(broken)?;
        let end = process.finish(LIMIT).map_err(broken)?;
        if !end.status.success() {
            let said = end.stderr.trim().to_owned();
            return Err(ScenarioError::Failed {
                name,
                status: end.status,
                said,
            });
        }
        self.counted(Passed::read(&end.lines))
    }

    fn counted(&self, passed: Passed) -> Result<Passed, ScenarioError> {
        if passed.steps.len() == self.steps {
            return Ok(passed);
        }
        let Self { name, steps } = *self;
        Err(ScenarioError::Steps {
            name,
            expected: steps,
            passed: passed.steps,
        })
    }
}

/// What a scenario that passed says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Its steps, in their order.
    pub steps: Vec<String>,
    /// The forms of the protocol that it has sent, as `tests/js/wire.mjs` names them.
    pub sent: Vec<String>,
    /// The forms of the protocol that it has received.
    pub received: Vec<String>,
}

impl Passed {
    fn read(lines: &[String]) -> Self {
        let after = |prefix: &str| {
            let rests = lines.iter().filter_map(|line| line.strip_prefix(prefix));
            rests.map(str::to_owned).collect()
        };
        Self {
            steps: after("ok "),
            sent: after("sent "),
            received: after("received "),
        }
    }
}

/// Every scenario, by topic.
pub const SCENARIOS: [Scenario; 12] = [
    Scenario {
        name: "batch",
        steps: 10,
    },
    Scenario {
        name: "calls",
        steps: 13,
    },
    Scenario {
        name: "pipelining",
        steps: 13,
    },
    Scenario {
        name: "callbacks",
        steps: 13,
    },
    Scenario {
        name: "capabilities",
        steps: 14,
    },
    Scenario {
        name: "properties",
        steps: 10,
    },
    Scenario {
        name: "errors",
        steps: 17,
    },
    Scenario {
        name: "values",
        steps: 31,
    },
    Scenario {
        name: "disposal",
        steps: 15,
    },
    Scenario {
        name: "map",
        steps: 21,
    },
    Scenario {
        name: "streams",
        steps: 19,
    },
    Scenario {
        name: "endings",
        steps: 14,
    },
];

/// A way in which a scenario did not pass.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// A step failed; the scenario says which.
    #[error("scenario `{name}` ({status}): {said}")]
    Failed {
        /// The scenario.
        name: &'static str,
        /// How its process ended.
        status: ExitStatus,
        /// Its stderr: `failed <step>: <why>`.
        said: String,
    },
    /// It passed, with other steps than it is known to have.
    #[error("scenario `{name}` has {expected} steps, but these ran: {passed:#?}")]
    Steps {
        /// The scenario.
        name: &'static str,
        /// The number of steps in the list.
        expected: usize,
        /// The steps that ran.
        passed: Vec<String>,
    },
    /// Its process could not be run to the end.
    #[error("scenario `{name}`: {source}")]
    Process {
        /// The scenario.
        name: &'static str,
        /// What went wrong.
        source: ProcessError,
    },
}

/// Far above the ten seconds a single hanging step takes to report itself.
const LIMIT: Duration = Duration::from_mins(1);
