//! The list of the scenarios, by number.

use crate::demo::scenario::Scenario;
use crate::demo::scenarios::{
    authority, chains, concurrency, endings, lives, memory, network, resources, retries,
    revocation, roles, tasks,
};

macro_rules! scenarios {
    ($($title:literal => $play:path,)*) => {
        [$(Scenario { title: $title, play: |stage| Box::pin($play(stage)) }),*]
    };
}

/// Every scenario; the first twelve are the seed document's.
pub(in crate::demo) const SCENARIOS: [Scenario; 25] = scenarios![
    "Basic Task Submission and Execution" => tasks::basic,
    "Nested Capability Passing" => resources::nested,
    "Capability Attenuation" => authority::attenuation,
    "Worker Revocation" => revocation::worker,
    "Progress Streaming" => tasks::progress,
    "Error Propagation" => endings::errors,
    "Pipeline Tasks" => resources::pipeline,
    "Concurrent Task Execution" => concurrency::many_tasks,
    "Task Cancellation" => endings::cancellation,
    "Resource Revocation" => revocation::resources,
    "Multi-level Capability Chains" => chains::one_round_trip,
    "GPU Resource Management" => memory::gpu,
    "Really Concurrent Workers" => concurrency::same_moment,
    "Really Revoked Storage" => revocation::storage,
    "Forged Completion Refused" => authority::forgery,
    "Retry with Exponential Backoff" => retries::backoff,
    "Partial Results Kept After a Failure" => retries::partial_results,
    "Lock Released When Its Holder Disconnects" => lives::lock,
    "Network Allow-list and Rate Limit" => network::allow_list,
    "Roles Are Capabilities" => roles::roles,
    "Ids Designate, Capabilities Authorise" => roles::ids,
    "GPU Memory Freed With Its Holder" => lives::gpu_memory,
    "Race Conditions: Compare and Swap" => concurrency::races,
    "A Lost Worker's Task Goes Elsewhere" => revocation::elsewhere,
    "Time Limits and Scheduled Tasks" => endings::time,
];
