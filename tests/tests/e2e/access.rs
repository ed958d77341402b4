//! Who may use a served queue: links, roles, and TLS.

use std::fs;
use std::path::{Path, PathBuf};

use capnweb_runtime::{Capability as _, Error, SturdyUrl, Value as Wire, connect};
use rcgen::generate_simple_self_signed;
use serde_json::{Value, json};
use task_queue::caps::{GateStub, GatewayStub, Restriction};

use crate::support::{LIMIT, serve, start};

/// A server, and the supervisor's commands to it.
struct Served {
    _server: tests::Process,
    url: String,
    data: PathBuf,
    more: Vec<String>,
}

impl Served {
    fn start(data: &Path, options: &[&str], more: &[&str]) -> Self {
        let (server, url) = serve(data, options);
        Self {
            _server: server,
            url,
            data: data.to_owned(),
            more: more.iter().map(|option| (*option).to_owned()).collect(),
        }
    }

    /// Gives a command in the role of whoever has this link.
    fn give(&self, command: &[&str], link: &Path) -> (Option<i32>, String) {
        let mut arguments = command.to_vec();
        arguments.extend(["--json", "--access", link.to_str().unwrap()]);
        arguments.extend(self.more.iter().map(String::as_str));
        let end = start(&arguments).finish(LIMIT).unwrap();
        let said = [end.lines.join("\n"), end.stderr].concat();
        (end.status.code(), said)
    }

    fn supervise(&self, command: &[&str]) -> Value {
        let (code, said) = self.give(command, &self.data.join("supervisor.url"));
        assert_eq!(code, Some(0), "{command:?}: {said}");
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    /// Lets somebody in; returns the account, and the file of the link.
    fn mint(&self, name: &str, options: &[&str]) -> (String, PathBuf) {
        let minted = self.supervise(&[&["mint"], options].concat());
        let file = self.data.join(name);
        fs::write(&file, minted["url"].as_str().unwrap()).unwrap();
        (minted["id"].as_str().unwrap().to_owned(), file)
    }
}

#[test]
fn a_client_is_let_in_has_its_own_tasks_and_is_put_out_again() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path(), &[], &[]);
    let options = [
        "client",
        "--label",
        "web shop",
        "--type",
        "io",
        "--max-tasks",
        "1",
    ];
    let (shop, link) = served.mint("shop.url", &options);
    let (_, other) = served.mint("other.url", &["client"]);

    let (code, said) = served.give(&["submit", "io"], &link);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = served.give(&["submit", "io"], &link);
    assert_eq!((code, said.contains("quota")), (Some(1), true), "{said}");
    let (code, said) = served.give(&["submit", "compute"], &link);
    assert_eq!((code, said.contains("denied")), (Some(1), true), "{said}");
    assert_eq!(served.give(&["list"], &other), (Some(0), "[]".to_owned()));
    let (code, said) = served.give(&["access"], &link);
    assert_eq!(code, Some(1), "a client has no such method: {said}");

    let listed = served.supervise(&["access"]);
    let found = listed.as_array().unwrap().iter();
    let found: Vec<_> = found
        .filter(|account| account["id"] == json!(shop))
        .collect();
    assert_eq!(found[0]["label"], "web shop");
    assert!(found[0]["lastUsed"].is_number());
    let secret = fs::read_to_string(&link).unwrap();
    let secret = secret.split("cwref_").last().unwrap();
    assert!(!listed.to_string().contains(secret), "a secret is listed");

    let revoked = served.supervise(&["revoke", &shop, "--cancel"]);
    assert_eq!(revoked["cancelled"], 1);
    let (code, said) = served.give(&["list"], &link);
    assert_eq!(
        (code, said.contains("unknown secret")),
        (Some(1), true),
        "{said}"
    );
    assert_eq!(served.give(&["list"], &other).0, Some(0), "a bystander");
}

/// What holds for whoever speaks the protocol itself, and knows the names of the other roles.
#[tokio::test]
async fn another_roles_methods_are_not_there_and_what_is_revoked_is_dead() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path(), &[], &[]);
    let (id, file) = served.mint("client.url", &["client"]);
    let link: SturdyUrl = fs::read_to_string(file).unwrap().parse().unwrap();
    let gate: GateStub = connect(link.server().as_str()).await.unwrap();
    for name in [
        "getTaskQueue",
        "getAccess",
        "mint",
        "list",
        "revoke",
        "gateway",
    ] {
        assert_absent(gate.as_stub().call(name, ((),)).await, name);
    }
    let client = gate.redeem(link.reference().expose()).await.unwrap();
    for name in [
        "getWorkerPool",
        "getResources",
        "getAccess",
        "submitAndExecute",
        "redeem",
    ] {
        assert_absent(client.as_stub().call(name, ((),)).await, name);
    }
    let queue = client.get_task_queue().await.unwrap();
    for name in ["getSharedStorage", "getSharedGPU", "owner", "__proto__"] {
        assert_absent(queue.as_stub().call(name, ((),)).await, name);
    }
    let task = queue.submit("io", json!({})).await.unwrap();
    for name in ["complete", "fail", "setProgress", "emit", "saveCheckpoint"] {
        assert_absent(task.as_stub().call(name, ((),)).await, name);
    }

    served.supervise(&["revoke", &id, "--reason", "the contract is over"]);
    let refused = task.get_info().await.unwrap_err();
    assert!(refused.is_revoked(), "{refused}");
    assert!(
        refused.to_string().contains("the contract is over"),
        "{refused}"
    );
    assert!(
        queue
            .submit("io", json!({}))
            .await
            .unwrap_err()
            .is_revoked()
    );
    assert!(client.get_task_queue().await.unwrap_err().is_revoked());
    assert!(gate.redeem(link.reference().expose()).await.is_err());
}

fn assert_absent(answer: Result<Wire, Error>, name: &str) {
    let refused = answer.expect_err(name).to_string();
    assert!(refused.contains("is not a function"), "{name}: {refused}");
}

/// The faults: somebody who was let in to work reaches more than that; or works on when put out.
#[tokio::test]
async fn a_worker_works_by_its_link_has_nothing_else_and_is_put_out() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path(), &[], &[]);
    let options = ["worker", "--pool", "gpu", "--type", "gpu"];
    let (id, file) = served.mint("worker.url", &options);
    let link: SturdyUrl = fs::read_to_string(&file).unwrap().parse().unwrap();
    let gate: GateStub = connect(link.server().as_str()).await.unwrap();
    let gateway = gate.redeem(link.reference().expose()).await.unwrap();
    for name in [
        "getTaskQueue",
        "getResources",
        "getAccess",
        "getPools",
        "getSchedules",
        "submitAndExecute",
        "noSuchMethod",
    ] {
        assert_absent(gateway.as_stub().call(name, ((),)).await, name);
    }
    let pool = gateway.get_worker_pool().await.unwrap();
    for name in [
        "createWorker",
        "getWorker",
        "listWorkers",
        "revokeWorker",
        "getIdleWorker",
        "drainWorker",
        "noSuchMethod",
    ] {
        assert_absent(pool.as_stub().call(name, ((),)).await, name);
    }

    let link = file.to_str().unwrap();
    let more = start(&["worker", "--json", "--access", link]).finish(LIMIT);
    let more = more.unwrap();
    assert_eq!(more.status.code(), Some(1));
    assert!(more.stderr.contains("compute tasks"), "{}", more.stderr);
    let mut worker = start(&["worker", "--json", "--type", "gpu", "--access", link]);
    worker.line_after(r#"{"event":"joined""#, LIMIT).unwrap();
    let task = served.supervise(&["submit", "gpu", "{}"]);
    worker.line_after(r#"{"event":"ended""#, LIMIT).unwrap();
    let task = served.supervise(&["get", task["id"].as_str().unwrap()]);
    assert_eq!(task["status"], "completed", "{task}");

    served.supervise(&["revoke", &id]);
    let end = worker.finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(6), "{}", end.stderr);
    assert!(
        pool.as_stub()
            .call("join", ((),))
            .await
            .unwrap_err()
            .is_revoked()
    );
}

/// The fault: word of the end goes through what is being taken back, comes too late now and then, and the
/// worker waits forever for tasks that it will not get.
#[test]
fn every_worker_whose_link_is_revoked_goes() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path(), &[], &[]);
    for _ in 0..8 {
        let (id, file) = served.mint("worker.url", &["worker", "--pool", "gpu"]);
        let link = file.to_str().unwrap();
        let mut worker = start(&["worker", "--json", "--type", "gpu", "--access", link]);
        worker.line_after(r#"{"event":"joined""#, LIMIT).unwrap();
        served.supervise(&["submit", "gpu", "{}"]);
        worker.line_after(r#"{"event":"ended""#, LIMIT).unwrap();
        served.supervise(&["revoke", &id]);
        let end = worker.finish(LIMIT).unwrap();
        assert_eq!(end.status.code(), Some(6), "{}", end.stderr);
        fs::remove_file(file).unwrap();
    }
}

/// The faults: an id is as good as the task; what is absent and what is somebody else's look different;
/// a part of a queue outlives the link of the queue that it is of.
#[tokio::test]
async fn who_holds_a_part_of_a_queue_gets_nothing_for_the_id_of_anothers_task() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path(), &[], &[]);
    let (id, file) = served.mint("client.url", &["client"]);
    let link: SturdyUrl = fs::read_to_string(file).unwrap().parse().unwrap();
    let gate: GateStub = connect(link.server().as_str()).await.unwrap();
    let client = gate.redeem(link.reference().expose()).await.unwrap();
    let queue = client.get_task_queue().await.unwrap();
    let whole = queue.submit("io", json!({})).await.unwrap();
    let part = queue.restrict(Restriction::default()).await.unwrap();
    let own = part.submit("io", json!({})).await.unwrap();

    let others = whole.id().await.unwrap().to_string();
    let none = format!("task_{}", "0".repeat(26));
    assert_eq!(others.len(), none.len());
    for name in ["getTask", "cancelTask", "retryTask"] {
        let asked = part.as_stub().call(name, (others.clone(),)).await;
        let absent = part.as_stub().call(name, (none.clone(),)).await;
        let (asked, absent) = (asked.unwrap_err(), absent.unwrap_err());
        assert_eq!(asked.to_string(), absent.to_string(), "{name}");
    }
    for (before, is_known) in [
        (&others, false),
        (&own.id().await.unwrap().to_string(), true),
    ] {
        let after = part.submit("io", json!({"after": [before]})).await;
        assert_eq!(after.is_ok(), is_known, "{before}");
    }
    assert_eq!(part.list_tasks().await.unwrap().len(), 2);
    assert_eq!(queue.list_tasks().await.unwrap().len(), 3);

    served.supervise(&["revoke", &id]);
    assert!(part.task_count().await.unwrap_err().is_revoked());
    assert!(own.get_info().await.unwrap_err().is_revoked());
}

#[tokio::test]
async fn a_link_for_one_use_is_not_replayed() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path(), &[], &[]);
    let (_, file) = served.mint("once.url", &["client", "--uses", "1"]);
    let link: SturdyUrl = fs::read_to_string(file).unwrap().parse().unwrap();
    let gate: GateStub = connect(link.server().as_str()).await.unwrap();
    let first = gate.redeem(link.reference().expose()).await.unwrap();
    let replayed = gate.redeem(link.reference().expose()).await;
    assert!(replayed.is_err());
    assert!(
        first.get_task_queue().await.is_ok(),
        "what it opened stays open"
    );
}

#[tokio::test]
async fn a_queue_is_served_over_tls() {
    let data = tempfile::tempdir().unwrap();
    let made = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (cert, key) = (data.path().join("cert.pem"), data.path().join("key.pem"));
    fs::write(&cert, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    let options = ["--tls-cert", cert, "--tls-key", key];
    let served = Served::start(data.path(), &options, &["--ca", cert]);
    assert!(served.url.starts_with("wss://127.0.0.1:"), "{}", served.url);

    let (_, link) = served.mint("client.url", &["client"]);
    assert!(fs::read_to_string(&link).unwrap().starts_with("wss://"));
    let (code, said) = served.give(&["submit", "io"], &link);
    assert_eq!(code, Some(0), "{said}");
    let untrusted = ["list", "--access", link.to_str().unwrap()];
    let end = start(&untrusted).finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(3), "{}", end.stderr);
    let plain = served.url.replace("wss://", "ws://");
    assert!(connect::<GatewayStub>(&plain).await.is_err());
}

#[test]
fn an_open_server_presents_no_certificate() {
    let options = [
        "serve",
        "--open",
        "--tls-cert",
        "c.pem",
        "--tls-key",
        "k.pem",
    ];
    let end = start(&options).finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(2), "{}", end.stderr);
    let named = end
        .stderr
        .contains("`open` and `tls_cert` exclude each other");
    assert!(named, "{}", end.stderr);
    let missing = [
        "serve",
        "--tls-cert",
        "/nowhere.pem",
        "--tls-key",
        "/nowhere.pem",
    ];
    let end = start(&missing).finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(1));
    assert!(end.stderr.contains("/nowhere.pem"), "{}", end.stderr);
}
