//! Serving over HTTP: from a request to a WebSocket session or the answer to a batch.

mod answer;
mod endpoint;
mod exchange;
mod origins;
mod refusal;
mod response;
mod service;
mod settings;
mod upgrade;

pub(super) use answer::answer;
pub(super) use endpoint::{Endpoint, Place};
pub(super) use origins::Hosts;
pub use origins::Origins;
pub(super) use refusal::Refusal;
pub use response::RpcBody;
pub use service::RpcService;
pub(super) use settings::{Cors, Settings, main_factory};
pub(super) use upgrade::Upgraded;
