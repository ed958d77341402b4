//! A disk that is full for a while.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use capnweb_runtime::{Error, connect};
use futures_util::future::join_all;
use serde_json::json;
use task_queue::caps::{GatewayStub, TaskQueueStub};
use task_queue::model::TaskId;
use tests::{Process, ProcessError};
use tokio::task::block_in_place;
use tokio::time::timeout;

use super::fleet::signal;
use crate::support::{LIMIT, program, serve};

/// A server whose data is on a disk of its own, of some megabytes.
struct Small {
    server: Process,
    url: String,
    data: PathBuf,
}

impl Small {
    /// Starts one; none where such a disk cannot be made.
    #[allow(clippy::print_stdout, reason = "a test that is left out says so")]
    fn start(mount: &Path) -> Option<Self> {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"]);
        let mut server = Process::spawn(command.arg(mount).arg(program())).ok()?;
        match server.line_after("Task Queue Server running on ", LIMIT) {
            Ok(url) => {
                let root = PathBuf::from(format!("/proc/{}/root", server.id()));
                let data = root.join(mount.strip_prefix("/").unwrap());
                Some(Self { server, url, data })
            }
            Err(ProcessError::EndedEarly { stderr, .. }) => {
                println!("left out: there is no small disk here: {stderr}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Kills the server at this moment; returns a copy of what is on its disk then.
    fn what_a_kill_leaves(self, copy: &Path) {
        signal(&self.server, "STOP");
        for file in fs::read_dir(&self.data).unwrap() {
            let file = file.unwrap();
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), copy.join(file.file_name())).unwrap();
            }
        }
    }
}

/// The faults: what was answered is lost with what was not; the queue is of no use any more once its
/// disk was full.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_and_when_there_is_space_it_goes_on() {
    let (mount, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(small) = block_in_place(|| Small::start(mount.path())) else {
        return;
    };
    let ballast = small.data.join("ballast");
    fs::write(&ballast, vec![7; 2 << 20]).unwrap();
    let gateway: GatewayStub = connect(&small.url).await.unwrap();
    let queue = gateway.get_task_queue().await.unwrap();

    let (mut accepted, refusal) = submit_until_refused(&queue).await;
    assert!(accepted.len() > 100, "only {} fit", accepted.len());
    let text = refusal.to_string();
    assert!(text.contains("full"), "{text}");
    there(&queue, &accepted).await;

    fs::remove_file(ballast).unwrap();
    let more = async { while submit(&queue).await.map(|id| accepted.push(id)).is_err() {} };
    timeout(LIMIT, more)
        .await
        .expect("there is space, and it goes on");
    for _ in 0..20 {
        accepted.push(submit(&queue).await.unwrap());
    }
    block_in_place(|| small.what_a_kill_leaves(copy.path()));
    let (_server, url) = block_in_place(|| serve(copy.path(), &["--open"]));
    let gateway: GatewayStub = connect(&url).await.unwrap();
    there(&gateway.get_task_queue().await.unwrap(), &accepted).await;
}

/// Checks that these are the tasks that there are.
async fn there(queue: &TaskQueueStub, accepted: &[TaskId]) {
    for some in accepted.chunks(100) {
        let each = some.iter().map(|id| queue.get_task(id.to_string()).id());
        for (found, id) in join_all(each).await.into_iter().zip(some) {
            assert_eq!(found.as_ref().ok(), Some(id), "{found:?}");
        }
    }
    let count = queue.task_count().await.unwrap();
    assert_eq!(
        count,
        accepted.len() as u64,
        "something was refused, and is there"
    );
}

/// Submits tasks, many at a time, until there is no space for one.
async fn submit_until_refused(queue: &TaskQueueStub) -> (Vec<TaskId>, Error) {
    let mut accepted = Vec::new();
    loop {
        let many = join_all((0..AT_A_TIME).map(|_| submit(queue))).await;
        let mut refused = None;
        for answer in many {
            match answer {
                Ok(id) => accepted.push(id),
                Err(error) => refused = Some(error),
            }
        }
        if let Some(error) = refused {
            return (accepted, error);
        }
        assert!(accepted.len() < MOST, "the disk is not full after {MOST}");
    }
}

async fn submit(queue: &TaskQueueStub) -> Result<TaskId, Error> {
    let params = json!({"padding": "p".repeat(2_000)});
    queue.submit("io", params).id().await
}

/// Makes the disk, which is there for as long as the server is, and becomes the server.
const SCRIPT: &str = r#"
mount -t tmpfs -o size=6m tmpfs "$1" &&
exec "$2" serve --open --listen 127.0.0.1:0 --data "$1"
"#;

const AT_A_TIME: usize = 16;
const MOST: usize = 10_000;
