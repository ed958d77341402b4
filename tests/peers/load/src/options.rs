//! What a program is told on its command line.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// The command line: words, and values that follow `--name`.
#[derive(Debug, Clone)]
pub struct Options(Vec<String>);

/// What a client is to do, for how long, and to whom.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The pattern of use.
    pub pattern: String,
    /// Where the server listens.
    pub at: SocketAddr,
    /// The server's process, to read its cost; 0 if there is none to read.
    pub server: u32,
    /// How long to measure.
    pub time: Duration,
    /// How long to do the same before.
    pub warm: Duration,
    /// How many calls are in flight on each connection.
    pub window: usize,
    /// How many connections there are.
    pub connections: usize,
    /// How many of whatever the pattern makes many of.
    pub many: usize,
}

impl Options {
    /// Reads this program's.
    pub fn from_command_line() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// Whether the first word is this one.
    pub fn command(&self, word: &str) -> bool {
        self.0.first().is_some_and(|first| first == word)
    }

    /// Returns the value that follows `--name`, or the default.
    ///
    /// # Panics
    ///
    /// When it cannot be read.
    pub fn get<T: FromStr<Err: Debug>>(&self, name: &str, default: T) -> T {
        let name = format!("--{name}");
        let mut words = self.0.iter().skip_while(|word| **word != name);
        let value = words.nth(1);
        value.map_or(default, |value| {
            value.parse().expect("a value that can be read")
        })
    }
}

impl Plan {
    /// Reads what a client is told.
    ///
    /// # Panics
    ///
    /// When something cannot be read.
    pub fn of(options: &Options) -> Self {
        let seconds = |name, default| Duration::from_secs_f64(options.get(name, default));
        Self {
            pattern: options.get("pattern", "sequential".to_owned()),
            at: options.get("at", SocketAddr::from(([127, 0, 0, 1], 9000))),
            server: options.get("server", 0),
            time: seconds("seconds", 2.0),
            warm: seconds("warm", 0.5),
            window: options.get("window", 1),
            connections: options.get("connections", 1),
            many: options.get("many", 0),
        }
    }
}

/// Listens on a free port, and says on which.
///
/// # Panics
///
/// When there is none.
pub async fn listening() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    announce(listener.local_addr().expect("it has an address"));
    listener
}

/// Says where a server listens.
pub fn announce(address: SocketAddr) {
    println!("listening on {address}");
}

/// Returns a runtime with one thread: the whole of a side has one core.
///
/// # Panics
///
/// When there is none to be had.
pub fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}
