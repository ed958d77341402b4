//! What a program that listens is told of sessions and calls, and what never.

use capnweb_runtime::{Call, Error, Limits, Result, Server, Value, capability};
use tracing::info;

use super::support::{Heard, Link, Listener, RawPeer, in_time, serving_by};

#[capability]
trait Clerk {
    async fn write(&self, text: String) -> Result<String>;
    async fn fail(&self, text: String) -> Result<()>;
    async fn panic(&self, text: String) -> Result<()>;
    #[rpc(cancel = "drop")]
    async fn wait(&self, call: Call) -> Result<()>;
    async fn relay(&self, value: Value) -> Result<Value>;
}

struct Office;

impl Clerk for Office {
    async fn write(&self, text: String) -> Result<String> {
        info!("before");
        tokio::task::yield_now().await;
        info!("after");
        Ok(text)
    }

    async fn fail(&self, text: String) -> Result<()> {
        Err(Error::new(text.clone()).with_prop("text", Value::String(text)))
    }

    async fn panic(&self, _: String) -> Result<()> {
        tokio::task::yield_now().await;
        std::panic::resume_unwind(Box::new("SECRET"))
    }

    async fn wait(&self, _: Call) -> Result<()> {
        std::future::pending().await
    }

    async fn relay(&self, value: Value) -> Result<Value> {
        Ok(value)
    }
}

/// The number of the first span of a name.
fn span(lines: &[String], name: &str, having: &str) -> String {
    let prefix = format!("span {name}#");
    let line = lines
        .iter()
        .find(|line| line.starts_with(&prefix) && line.contains(having));
    let line = line.unwrap_or_else(|| panic!("no {name} with {having} in {lines:#?}"));
    let id = line.trim_start_matches(&prefix);
    let end = id.find([' ', ':']).expect("fields follow");
    format!("{name}#{}", &id[..end])
}

/// A handler's own events belong to its call, also once it has become a task.
#[tokio::test]
async fn each_call_runs_in_a_span_of_its_own() {
    let (listener, _guard) = Listener::listen();
    let link = Link::in_process(ClerkStub::new(Office));
    link.write("a").await.unwrap();
    drop(link);
    let lines = listener.lines();
    let call = span(&lines, "call", r#"method="write""#);
    for text in ["before", "after"] {
        let told = format!("event INFO in {call}: message={text}");
        assert!(lines.contains(&told), "{told} in {lines:#?}");
    }
    let is_end = |line: &&String| line.starts_with(&format!("record in {call}: "));
    let ends: Vec<_> = lines.iter().filter(is_end).collect();
    assert_eq!(ends.len(), 2, "{lines:#?}");
    assert!(ends[0].ends_with(r#"outcome="ok""#), "{ends:?}");
    assert!(ends[1].contains("duration_us="), "{ends:?}");
    let begun = lines
        .iter()
        .find(|line| line.starts_with(&format!("span {call} in session#")));
    let begun = begun.unwrap_or_else(|| panic!("within its session's: {lines:#?}"));
    assert!(
        begun.contains(r#"interface="Clerk" method="write" session="#),
        "{begun}"
    );
}

#[tokio::test]
async fn a_span_says_how_its_call_ended() {
    let (listener, _guard) = Listener::listen();
    let mut limits = Limits::default();
    limits.max_handler_time = Some(std::time::Duration::from_millis(1));
    let link = Link::limited(ClerkStub::new(Office), limits);
    assert!(link.fail("no").await.is_err());
    assert!(link.wait().await.unwrap_err().is_timed_out());
    let link = Link::in_process(ClerkStub::new(Office));
    assert!(link.panic("no").await.is_err());
    drop(link.wait());
    link.settled().await;
    let lines = listener.lines();
    for outcome in ["error", "timed_out", "panicked", "cancelled"] {
        let end = format!("outcome=\"{outcome}\"");
        assert!(
            lines.iter().any(|line| line.ends_with(&end)),
            "{end} in {lines:#?}"
        );
    }
}

#[tokio::test]
async fn the_end_of_a_session_is_told_with_its_reason() {
    let (listener, _guard) = Listener::listen();
    let url = serving_by(Server::new(|_| ClerkStub::new(Office))).await;
    let mut peer = RawPeer::connect(&url).await;
    peer.send(r#"["pull",7]"#).await;
    while !matches!(peer.hear().await, Heard::Closed(..) | Heard::Gone) {}
    let lines = listener.lines();
    let session = span(&lines, "session", "peer=127.0.0.1");
    let end = format!(
        "event WARN in {session}: message=session ended reason=\"violation\" \
         violation=\"no_such_export\""
    );
    assert!(lines.contains(&end), "{end} in {lines:#?}");
}

/// A20: whatever a peer or a handler says, no word of it is in a log.
#[tokio::test]
async fn a20_no_secret_is_ever_traced() {
    let (listener, _guard) = Listener::listen();
    in_time(async {
        let url = serving_by(Server::new(|_| ClerkStub::new(Office))).await;
        let link = Link::<ClerkStub>::connect(&url).await;
        link.write("SECRET").await.unwrap();
        assert!(link.fail("SECRET").await.is_err());
        assert!(link.panic("SECRET").await.is_err());
        let stub = capnweb_runtime::Capability::as_stub(&*link);
        assert!(stub.call("SECRET", ("SECRET",)).await.is_err());
        assert!(stub.call(["write", "SECRET"], ("SECRET",)).await.is_err());
        let thrown = Error::new("SECRET").with_cause(Error::new("SECRET"));
        let callback = capnweb_runtime::Function::<fn() -> i64>::new(move || {
            let thrown = thrown.clone();
            async move { Err(thrown) }
        });
        link.relay(capnweb_runtime::to_value(&callback).unwrap())
            .await
            .unwrap();
        link.session.close("SECRET");
        for message in [
            r#"["SECRET"]"#,
            "SECRET",
            r#"["push",["SECRET",1]]"#,
            r#"["push",["bigint","SECRET"]]"#,
            r#"["push",["bytes","AA","SECRET"]]"#,
            r#"["push",["pipeline",0,["SECRET"],["SECRET",["SECRET"]]]]"#,
            r#"["abort",["error","SECRET","SECRET",null,{"SECRET":"SECRET"}]]"#,
            r#"["reject",1,["error","Error","SECRET"]]"#,
        ] {
            let mut peer = RawPeer::connect(&url).await;
            peer.send(message).await;
            peer.send(r#"["pull",99]"#).await;
            while !matches!(peer.hear().await, Heard::Closed(..) | Heard::Gone) {}
        }
    })
    .await;
    let lines = listener.lines();
    assert!(lines.len() > 40, "something was traced: {lines:#?}");
    let secrets: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("SECRET"))
        .collect();
    assert_eq!(secrets, [""; 0]);
}
