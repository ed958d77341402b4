//! A way to an object, and the clock beside it.

use std::time::{Duration, Instant};

use capnweb_runtime::{Connector, serve};
use capnweb_runtime::{Limits, Result, Revoker, Session, in_process};
use tokio::net::TcpListener;

use super::work::{Ann, ClerkStub, DeskStub, Work};
use super::wrappers::Wrapper;

/// How a caller is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// The stub is the object's own: nothing is between.
    Local,
    /// A session within the process.
    Session,
    /// A session over a WebSocket, both ends in this process.
    WebSocket,
}

impl Way {
    pub(crate) const ALL: [Self; 3] = [Self::Local, Self::Session, Self::WebSocket];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Session => "session",
            Self::WebSocket => "websocket",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Local => "Within a process, on the stub itself",
            Self::Session => "Within a process, through a session",
            Self::WebSocket => "Over a WebSocket",
        }
    }
}

/// An object behind a wrapper, and a way to it.
pub(crate) struct Rig {
    pub(crate) way: Way,
    pub(crate) wrapper: Wrapper,
    desk: DeskStub,
    clerk: ClerkStub,
    _session: Option<Session>,
    _revokers: Vec<Revoker>,
}

impl Rig {
    pub(crate) async fn set_up(
        way: Way,
        wrapper: Wrapper,
    ) -> std::result::Result<Self, Box<dyn std::error::Error>> {
        let (object, revokers) = wrapper.object().await?;
        let (desk, session) = match way {
            Way::Local => (object, None),
            Way::Session => {
                let (desk, session) = in_process(ClerkStub::new(Ann), object, Limits::default());
                (desk, Some(session))
            }
            Way::WebSocket => {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let url = format!("ws://{}/", listener.local_addr()?);
                drop(tokio::spawn(serve(listener, move |_peer| object.clone())));
                let (desk, session) = Connector::new(url).connect_with_session().await?;
                (desk, Some(session))
            }
        };
        Ok(Self {
            way,
            wrapper,
            desk,
            clerk: ClerkStub::new(Ann),
            _session: session,
            _revokers: revokers,
        })
    }

    /// Works for so long; returns how many nanoseconds each took.
    pub(crate) async fn measure(&self, work: Work, time: Duration) -> Result<f64> {
        work.some(&self.desk, &self.clerk).await?;
        let (begun, worked, mut done) = (Instant::now(), processor_time(), 0_u32);
        while begun.elapsed() < time {
            done += work.some(&self.desk, &self.clerk).await?;
        }
        let spent = processor_time()
            .zip(worked)
            .map_or_else(|| begun.elapsed(), |(now, then)| now.saturating_sub(then));
        Ok(spent.as_secs_f64() * 1e9 / f64::from(done))
    }
}

/// Returns how long this thread has had a processor, on Linux: what others do on the machine does not
/// count. Elsewhere the clock on the wall has to do.
fn processor_time() -> Option<Duration> {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = said.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}
