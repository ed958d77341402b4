//! The JavaScript peer: Node.js, the pinned packages, the target and the scenarios.

mod install;
mod node;
mod scenario;

pub use install::InstallError;
pub use node::{Node, NodeError};
pub use scenario::{Passed, SCENARIOS, Scenario, ScenarioError};
