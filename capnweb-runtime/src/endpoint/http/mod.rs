//! Serving over HTTP: from a request to a WebSocket session or the answer to a batch.
//!
//! | file | what is in it |
//! |---|---|
//! | `settings`, `origins` | what is served, to whom, for how long |
//! | `answer` | from a request to its answer |
//! | `upgrade`, `exchange` | the two ways to go on: a WebSocket session, or one batch |
//! | `rejection`, `response` | what is said to those who are not served, and how anything is said |
//! | `endpoint` | who is in, and the end of it |
//! | `service` | all of that for another HTTP server |

mod answer;
mod endpoint;
mod exchange;
mod origins;
mod rejection;
mod response;
mod service;
mod settings;
mod upgrade;

pub(super) use answer::answer;
pub(super) use endpoint::Endpoint;
pub(super) use origins::Hosts;
pub use origins::Origins;
pub(super) use rejection::Rejection;
pub use response::RpcBody;
pub use service::RpcService;
pub(super) use settings::{Cors, Settings, main_factory};
pub(super) use upgrade::Upgraded;
