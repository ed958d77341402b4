//! Calls on promises: typed, sent at once, with nothing fetched in between.

use capnweb_runtime::{Capability as _, Error, Pipeline, Promise, Result, capability, connect};
use serde::{Deserialize, Serialize};

use super::support::{RawServer, in_time, over_both};

#[capability]
trait Gateway {
    async fn queue(&self) -> Result<QueueStub>;
    async fn no_queue(&self) -> Result<QueueStub>;
}

#[capability]
trait Queue {
    async fn submit(&self, kind: String) -> Result<TaskStub>;
    async fn describe(&self, kind: String) -> Result<Description>;
    async fn forward(&self, task: TaskStub) -> Result<Promise<TaskStub>>;
}

#[capability]
trait Task {
    async fn info(&self) -> Result<Info>;
    async fn again(&self) -> Result<TaskStub>;
    #[property]
    fn kind(&self) -> String;
}

#[derive(Debug, Serialize, Deserialize, Pipeline)]
#[serde(rename_all = "camelCase")]
struct Info {
    kind: String,
    started_by: TaskStub,
}

#[derive(Debug, Serialize, Deserialize, Pipeline)]
struct Description {
    info: Info,
    #[serde(rename = "self")]
    task: TaskStub,
}

struct Office;

impl Gateway for Office {
    async fn queue(&self) -> Result<QueueStub> {
        Ok(QueueStub::new(Self))
    }

    async fn no_queue(&self) -> Result<QueueStub> {
        Err(Error::range_error("closed"))
    }
}

impl Queue for Office {
    async fn submit(&self, kind: String) -> Result<TaskStub> {
        // Not at once: what is called on the task has to wait for it.
        tokio::task::yield_now().await;
        Ok(TaskStub::new(Job(kind)))
    }

    async fn describe(&self, kind: String) -> Result<Description> {
        let task = TaskStub::new(Job(kind));
        let info = task.info().await?;
        Ok(Description { info, task })
    }

    async fn forward(&self, task: TaskStub) -> Result<Promise<TaskStub>> {
        Ok(task.again())
    }
}

struct Job(String);

impl Task for Job {
    async fn info(&self) -> Result<Info> {
        Ok(Info {
            kind: self.0.clone(),
            started_by: self.again().await?,
        })
    }

    async fn again(&self) -> Result<TaskStub> {
        Ok(TaskStub::new(Self(format!("{}+", self.0))))
    }

    fn kind(&self) -> String {
        self.0.clone()
    }
}

fn office() -> GatewayStub {
    GatewayStub::new(Office)
}

#[tokio::test]
async fn a_chain_of_calls_is_one_expression() {
    over_both(office, async |gateway| {
        let info = gateway.queue().submit("compute").info().await.unwrap();
        assert_eq!(info.kind, "compute");
        let kind = gateway.queue().submit("x").again().again().kind();
        assert_eq!(kind.await.unwrap(), "x++");
    })
    .await;
}

#[tokio::test]
async fn fields_of_a_promised_struct_are_promises() {
    over_both(office, async |gateway| {
        let described = gateway.queue().describe("x");
        assert_eq!((&described.info.kind).await.unwrap(), "x");
        let starter = described.info.started_by.kind();
        assert_eq!(starter.await.unwrap(), "x+");
        assert_eq!(described.task.again().kind().await.unwrap(), "x+");
        let whole = described.await.unwrap();
        assert_eq!(whole.task.kind().await.unwrap(), "x");
    })
    .await;
}

#[tokio::test]
async fn a_promise_of_a_promise_is_called_like_its_value() {
    over_both(office, async |gateway| {
        let queue = gateway.queue();
        let forwarded = queue.forward(queue.submit("x"));
        assert_eq!(forwarded.kind().await.unwrap(), "x+");
        let arrived = forwarded.await.unwrap().await.unwrap();
        assert_eq!(arrived.kind().await.unwrap(), "x+");
    })
    .await;
}

#[tokio::test]
async fn a_failure_fails_everything_that_was_called_on_it() {
    over_both(office, async |gateway| {
        let task = gateway.no_queue().submit("x");
        let (info, kind) = (task.info(), task.again().kind());
        for error in [
            info.await.unwrap_err(),
            kind.await.unwrap_err(),
            task.await.unwrap_err(),
        ] {
            assert_eq!(error.to_string(), "closed");
        }
    })
    .await;
}

#[tokio::test]
async fn promises_may_be_dropped_while_others_hang_on_them() {
    over_both(office, async |gateway| {
        let queue = gateway.queue();
        let task = queue.submit("x");
        drop(queue);
        let info = task.info();
        drop(task);
        let starter = info.started_by.again();
        drop(info);
        assert_eq!(starter.kind().await.unwrap(), "x++");
    })
    .await;
}

/// The faults: waiting for an answer before the next call is sent, and asking for results that are
/// only called upon.
/// Protocol S-10.
#[tokio::test]
async fn a_chain_is_sent_at_once_and_only_its_end_is_asked_for() {
    let server = RawServer::bind().await;
    let (gateway, mut peer) =
        in_time(async { tokio::join!(connect::<GatewayStub>(&server.url), server.accept()) }).await;
    let gateway = gateway.unwrap();
    let info = gateway.queue().submit("compute").info();
    for expected in [
        r#"["push",["pipeline",0,["queue"],[]]]"#,
        r#"["push",["pipeline",1,["submit"],["compute"]]]"#,
        r#"["push",["pipeline",2,["info"],[]]]"#,
        // The temporaries of the expression are gone; both calls are under way all the same.
        r#"["release",2,1]"#,
        r#"["release",1,1]"#,
    ] {
        assert_eq!(peer.text().await, expected);
    }
    let kind = tokio::spawn(async move { info.await.map(|info| info.kind) });
    assert_eq!(peer.text().await, r#"["pull",3]"#);
    peer.send(r#"["resolve",3,{"kind":"late","startedBy":["export",-1]}]"#)
        .await;
    assert_eq!(in_time(kind).await.unwrap().unwrap(), "late");
    assert_eq!(peer.text().await, r#"["release",3,1]"#);
    assert_eq!(peer.text().await, r#"["release",-1,1]"#);
    drop(gateway.into_stub());
}
