//! Sessions within a process.

use crate::config::SessionConfig;
use crate::connection::pair;
use crate::hook::{Session, Stub};
use crate::typed::Capability;

/// Serves `server` to `client` through a real session within this process, with everything a wire
/// would do to what passes; returns the server's main object as the client sees it, and the
/// client's session.
///
/// This is how to test an interface without a socket. `client` is the main object that the server
/// gets. [`Limits`](crate::Limits) will do for `config`; it holds on both sides. Must be called within
/// a Tokio runtime.
///
/// ```
/// use capnweb_runtime::{Limits, Result, capability, in_process};
///
/// #[capability]
/// pub trait Greeter {
///     async fn hello(&self, name: String) -> Result<String>;
/// }
///
/// struct English;
///
/// impl Greeter for English {
///     async fn hello(&self, name: String) -> Result<String> {
///         Ok(format!("Hello, {name}!"))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// let local = GreeterStub::new(English);
/// let (remote, _session) = in_process(local.clone(), local, Limits::default());
/// assert_eq!(remote.hello("World").await?, "Hello, World!");
/// # Ok(()) }
/// ```
pub fn in_process<S: Capability>(
    client: impl Capability,
    server: S,
    config: impl Into<SessionConfig>,
) -> (S, Session) {
    let pair = pair(
        client.into_stub().into_cap(),
        server.into_stub().into_cap(),
        &config.into(),
    );
    let main = S::from_stub(Stub::of(pair.server_main));
    (main, Session::new(pair.client))
}
