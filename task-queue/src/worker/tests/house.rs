//! A queue on a port of this machine, and a way to it that can be cut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use capnweb_runtime::{Connector, Membrane, Revoker, serve};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::timeout;

use crate::caps::{GatewayStub, TaskHandleStub, TaskInfo};
use crate::service::{Config, Durability, Supervisor};
use crate::worker::{Departure, Notice, Patience, Worker, WorkerError};

/// A queue on a port of this machine, and a way to it that can be cut.
pub(super) struct House {
    pub(super) gateway: GatewayStub,
    supervisor: Supervisor,
    url: String,
    wires: Arc<Mutex<Vec<AbortHandle>>>,
    _data: TempDir,
}

/// A worker at work.
pub(super) struct Working {
    pub(super) notices: mpsc::UnboundedReceiver<Notice>,
    stop: Option<oneshot::Sender<()>>,
    end: JoinHandle<Result<Departure, WorkerError>>,
}

impl House {
    pub(super) async fn open() -> Self {
        Self::open_within(&Revoker::new()).await
    }

    /// Opens one in which all that is reached through the port can be taken away at once.
    pub(super) async fn open_within(revoker: &Revoker) -> Self {
        let membrane = Membrane::under(revoker);
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::new(data.path());
        config.durability = Durability::Memory;
        let supervisor = Supervisor::start(config).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = supervisor.clone();
        drop(tokio::spawn(serve(listener, move |_| {
            membrane.outward(&served.gateway())
        })));
        let (wires, url) = way_to(address).await;
        Self {
            gateway: supervisor.gateway(),
            supervisor,
            url,
            wires,
            _data: data,
        }
    }

    /// Has a worker work, and waits until it has joined.
    pub(super) async fn employ(&self, worker: Worker) -> Working {
        let (tell, notices) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let engagement = worker
            .connect_by(Connector::new(&self.url))
            .patience(Patience {
                finish: Duration::from_secs(2),
                stop: Duration::from_millis(100),
            })
            .on_notice(move |notice| drop(tell.send(notice.clone())));
        let end = tokio::spawn(engagement.run(async { drop(stopped.await) }));
        let mut working = Working {
            notices,
            stop: Some(stop),
            end,
        };
        working
            .hears(|notice| matches!(notice, Notice::Joined { .. }))
            .await;
        working
    }

    pub(super) async fn submit(&self, kind: &str, params: Value) -> TaskHandleStub {
        let queue = self.gateway.get_task_queue();
        queue.submit(kind, params).await.unwrap()
    }

    /// Waits until the task has come to its end.
    pub(super) async fn end_of(&self, task: &TaskHandleStub) -> TaskInfo {
        let mut events = task.events(None).await.unwrap();
        let ended = async { while futures_util::StreamExt::next(&mut events).await.is_some() {} };
        timeout(LIMIT, ended).await.expect("the task ends");
        task.get_info().await.unwrap()
    }

    /// Cuts all connections, without a word.
    pub(super) fn cut(&self) {
        for wire in self.wires.lock().unwrap().drain(..) {
            wire.abort();
        }
    }

    pub(super) async fn close(self) {
        self.supervisor.stop().await;
    }
}

impl Working {
    /// Waits until it says such a thing.
    pub(super) async fn hears(&mut self, is_it: impl Fn(&Notice) -> bool) -> Notice {
        let heard = async {
            loop {
                match self.notices.recv().await {
                    Some(notice) if is_it(&notice) => return notice,
                    Some(_) => {}
                    None => panic!("it has ended: {:?}", (&mut self.end).await),
                }
            }
        };
        timeout(LIMIT, heard).await.expect("it says so")
    }

    /// Waits until it has ended.
    pub(super) async fn end(self) -> Result<Departure, WorkerError> {
        let end = timeout(LIMIT, self.end).await.expect("it ends");
        end.expect("it does not panic")
    }

    /// Tells it to leave.
    pub(super) fn tell_to_leave(&mut self) {
        let stop = self.stop.take().expect("it is told once");
        stop.send(()).expect("it is at work");
    }

    /// Has it leave.
    pub(super) async fn leave(mut self) -> Departure {
        self.tell_to_leave();
        self.end().await.unwrap()
    }
}

/// Listens on a port from which connections lead on to an address.
async fn way_to(address: SocketAddr) -> (Arc<Mutex<Vec<AbortHandle>>>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let wires = Arc::new(Mutex::new(Vec::new()));
    let laid = Arc::clone(&wires);
    drop(tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let wire = tokio::spawn(async move {
                let mut far = TcpStream::connect(address).await.unwrap();
                drop(copy_bidirectional(&mut near, &mut far).await);
            });
            laid.lock().unwrap().push(wire.abort_handle());
        }
    }));
    (wires, url)
}

/// Far above what anything here takes.
const LIMIT: Duration = Duration::from_mins(1);
