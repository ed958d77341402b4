//! Files of settings: what is read, what is written, and what is said of what makes no sense.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::file::parse;
use super::*;
use crate::cli::args::{ServeOptions, WorkerOptions};
use crate::engine::{DispatchMode, Limits, Retention, Times};
use crate::model::{PoolLimits, PoolName, Quotas, Rate};
use crate::service::{Config, Durability};

const FILE: &str = "q.toml";

fn serve(text: &str) -> Result<ServeSettings, ConfigError> {
    parse(Path::new(FILE), text)
}

fn refusal(text: &str) -> String {
    serve(text).unwrap_err().to_string()
}

/// Reads options over a file.
fn over(text: &str, options: ServeOptions) -> Result<ServeSettings, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(FILE);
    fs::write(&file, text).unwrap();
    let config = Some(file);
    ServeSettings::of(ServeOptions { config, ..options })
}

/// A file in which nothing is as it usually is.
const ALL: &str = r#"
listen = "[::1]:9000"
public_url = "wss://queue.example/rpc/ws"
tls_cert = "/etc/cert.pem"
tls_key = "/etc/key.pem"
data = "/var/lib/task-queue"
memory = true
dispatch = "auto"
types = ["thumbnail"]
grant = "storage:read,gpu"
allow = ["https://example.org:8443", "127.0.0.1:8000", "[::1]", "intranet"]
allow_ca = ["/etc/ca.pem"]
gpu = "auto"
gpu_memory_mb = 4096
cpu_workers = 0
gpu_workers = 4
metrics = "9464"
log = "json"
log_filter = "warn,task_queue=debug"

[retention]
completed = "90m"
cancelled = "1500ms"
failed = "30d"
idempotency_keys = "36h"

[times]
attempt = "1h"
lease = "12s"

[quotas]
max_tasks = "unlimited"
max_bytes = "1GiB"
max_running = 7
max_per_second = 20

[limits]
tasks = 5_000
value_bytes = 1000

[pools.gpu]
max_running = 4
rate = "10/500ms"

[pools.slow]
rate = "1/m"

[retries.patient]
max_attempts = 100
errors = { TOO_BUSY = { retry_after = 5000 }, BROKEN = "park" }
"#;

#[test]
fn without_anything_said_a_server_is_closed_manual_local_and_durable() {
    let settings = ServeSettings::of(ServeOptions::default()).unwrap();
    let queue = settings.queue("ws://there/", Vec::new());
    let usual = Config::new("task-queue-data");
    assert_eq!(settings.listen, "127.0.0.1:8080");
    assert!(!settings.open && settings.metrics.is_none());
    assert_eq!(queue.data, usual.data);
    assert_eq!(
        (queue.dispatch, queue.durability),
        (DispatchMode::Manual, Durability::Disk)
    );
    assert_eq!(
        (queue.limits, queue.retention),
        (Limits::default(), Retention::default())
    );
    assert_eq!(
        (queue.times, queue.watchers),
        (Times::default(), usual.watchers)
    );
    assert_eq!(queue.client_grants, usual.client_grants);
    assert_eq!(queue.client_quotas, usual.client_quotas);
    assert_eq!(queue.storage_limits, usual.storage_limits);
    assert_eq!(
        (queue.lock_limits, queue.gpu_limits),
        (usual.lock_limits, usual.gpu_limits)
    );
    assert_eq!(
        (queue.cpu_workers, queue.gpu_workers),
        (usual.cpu_workers, usual.gpu_workers)
    );
    assert_eq!((queue.gpu, queue.gpu_memory), (usual.gpu, usual.gpu_memory));
    assert_eq!((queue.retries, queue.types), (usual.retries, usual.types));
    let network = (
        queue.network.requests_per_minute,
        queue.network.stream_limit,
    );
    assert_eq!(
        network,
        (
            usual.network.requests_per_minute,
            usual.network.stream_limit
        )
    );
}

#[test]
fn what_a_file_says_reaches_the_queue() {
    let settings = serve(ALL).unwrap();
    let queue = settings.queue("ws://there/", Vec::new());
    assert_eq!(queue.retention.completed, Duration::from_mins(90));
    assert_eq!(queue.retention.cancelled, Duration::from_millis(1_500));
    assert_eq!(queue.times.lease, Duration::from_secs(12));
    assert_eq!(queue.times.grace, Times::default().grace);
    let quotas = Quotas {
        submissions: None,
        bytes: Some(1 << 30),
        running: Some(7),
        per_second: Some(20),
    };
    assert_eq!(queue.client_quotas, quotas);
    assert_eq!(
        (queue.limits.tasks, queue.limits.value_bytes),
        (5_000, 1_000)
    );
    assert_eq!((queue.cpu_workers, queue.gpu_workers), (0, 4));
    assert_eq!(queue.network.allowed.len(), 4);
    assert_eq!(
        queue
            .retries
            .named("patient")
            .map(|policy| policy.max_attempts),
        Some(100)
    );
    let limits = settings.pools[&PoolName::GPU].limits();
    let rate = Rate::new(10, 500);
    assert_eq!(
        limits,
        PoolLimits {
            max_running: Some(4),
            rate
        }
    );
}

/// The fault: settings that look right when they are printed, and are others when they are read.
#[test]
fn what_is_printed_reads_back_to_the_same() {
    for text in ["", ALL] {
        let settings = serve(text).unwrap();
        let printed = settings.print().unwrap();
        let again = serve(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
        assert_eq!(again, settings, "{printed}");
        assert_eq!(again.print().unwrap(), printed);
    }
    let printed = serve(ALL).unwrap().print().unwrap();
    for line in [
        "completed = \"90m\"",
        "cancelled = \"1500ms\"",
        "failed = \"30d\"",
        "rate = \"1/m\"",
        "rate = \"10/500ms\"",
        "max_bytes = \"1GiB\"",
        "max_tasks = \"unlimited\"",
        "grant = \"storage:read,gpu\"",
    ] {
        assert!(printed.contains(line), "{line}:\n{printed}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place_its_name_and_what_is_allowed() {
    for (text, place, allowed) in SLIPS {
        let said = refusal(text);
        assert!(
            said.contains(place) && said.contains(allowed),
            "{text}: {said}"
        );
    }
}

#[test]
fn an_option_goes_before_the_file() {
    let options = ServeOptions {
        listen: Some("127.0.0.1:1".to_owned()),
        memory: Some(false),
        authorities: vec!["other.pem".into()],
        ..ServeOptions::default()
    };
    let settings = over(ALL, options).unwrap();
    assert_eq!(settings.listen, "127.0.0.1:1");
    assert!(!settings.memory, "a flag can take back what the file says");
    assert_eq!(settings.allow_ca, [Path::new("other.pem")]);
    assert_eq!(
        settings.allow.len(),
        4,
        "what no option speaks of is the file's"
    );
    assert_eq!(settings.data, Path::new("/var/lib/task-queue"));
}

#[test]
fn settings_that_contradict_each_other_are_refused_wherever_they_come_from() {
    let open = || ServeOptions {
        open: Some(true),
        ..ServeOptions::default()
    };
    let said = |text, options| over(text, options).unwrap_err().to_string();
    let tls = "tls_cert = \"c\"\ntls_key = \"k\"";
    assert!(said(tls, open()).contains("`open` and `tls_cert`"));
    let public = "public_url = \"wss://there/\"";
    assert!(said(public, open()).contains("`open` and `public_url`"));
    assert!(said("tls_cert = \"c\"", open()).contains("`tls_key` besides"));
    assert!(said("tls_key = \"k\"", open()).contains("`tls_cert` besides"));
    let large = said("limits.value_bytes = \"1GiB\"", ServeOptions::default());
    assert!(
        large.contains("`limits.value_bytes` is at most what `limits.task_bytes`"),
        "{large}"
    );
    let missing = ServeOptions {
        config: Some("/nowhere/q.toml".into()),
        ..ServeOptions::default()
    };
    let missing = ServeSettings::of(missing).unwrap_err().to_string();
    assert!(missing.contains("/nowhere/q.toml"), "{missing}");
}

#[test]
fn a_worker_has_settings_too() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("worker.toml");
    let text = "url = \"wss://there/\"\npool = \"gpu\"\ntags = [\"eu\"]\ntypes = [\"gpu\"]\n\
                concurrency = 4\nname = \"w\"\naccess = \"link.url\"\nopen = false\nca = \"ca.pem\"\n";
    fs::write(&file, text).unwrap();
    let options = |file: &Path| WorkerOptions {
        config: Some(file.to_owned()),
        ..WorkerOptions::default()
    };
    let settings = WorkerSettings::of(options(&file), Environment::Silent).unwrap();
    assert_eq!(settings.print().unwrap(), text);
    assert_eq!(settings.concurrency(), 4);
    let linked = WorkerSettings::of(options(&file), Environment::HasLink).unwrap();
    assert_eq!(linked.access, None, "the environment goes before the file");
    let open = WorkerOptions {
        open: Some(true),
        concurrency: Some(2),
        ..options(&file)
    };
    let open = WorkerSettings::of(open, Environment::Silent).unwrap();
    assert!(open.open && open.access.is_none() && open.concurrency() == 2);
    for (text, said) in [
        ("concurrency = 0", "a number from 1 on"),
        (
            "concurrency = 1001",
            "`concurrency` is a number from 1 to 1000",
        ),
        ("types = [\"thumbnail\"]", "`pipeline`"),
        ("open = true\naccess = \"a\"", "`open` and `access`"),
        ("secret = \"cwref_x\"", "unknown field `secret`"),
    ] {
        fs::write(&file, text).unwrap();
        let refusal = WorkerSettings::of(options(&file), Environment::Silent).unwrap_err();
        assert!(refusal.to_string().contains(said), "{text}: {refusal}");
    }
}

/// Files with a slip, where it is, and what should have been written.
const SLIPS: [(&str, &str, &str); 27] = [
    ("opne = true", "q.toml, line 1, `opne`", "`open`"),
    (
        "\n[retention]\nfailde = \"1d\"",
        "line 3, `retention.failde`",
        "`failed`",
    ),
    (
        "[retention]\nfailed = \"soon\"",
        "line 2, `retention.failed`",
        "such as `24h`",
    ),
    (
        "[retention]\nfailed = 7",
        "line 2, `retention.failed`",
        "such as `24h`",
    ),
    (
        "[retention]\nfailed = \"0s\"",
        "`retention.failed`",
        "from 1 on",
    ),
    (
        "retention.failed = \"99999999999999999d\"",
        "`retention.failed`",
        "`d`",
    ),
    ("retention = 3", "line 1, `retention`", "a table"),
    ("listen = 8080", "line 1, `listen`", "string"),
    ("open = \"yes\"", "`open`", "boolean"),
    (
        "dispatch = \"sometimes\"",
        "`dispatch`",
        "`manual` or `auto`",
    ),
    ("grant = \"everything\"", "`grant`", "`storage:append`"),
    (
        "allow = [\"a\", \"http://a/b\"]",
        "`allow`",
        "`example.org`",
    ),
    ("gpu = \"none\"", "`gpu`", "`software`"),
    ("log = 1", "`log`", "`json`"),
    ("log_filter = \"loudly\"", "`log_filter`", "levels"),
    (
        "public_url = \"ws://a/#cwref_x\"",
        "`public_url`",
        "wss://queue.example",
    ),
    ("types = [\"Thumb nail\"]", "`types`", "a-z"),
    (
        "[quotas]\nmax_tasks = 0",
        "`quotas.max_tasks`",
        "`unlimited`",
    ),
    (
        "[quotas]\nmax_bytes = \"1 GB\"",
        "`quotas.max_bytes`",
        "`256MiB`",
    ),
    (
        "[limits]\ntasks = -1",
        "`limits.tasks`",
        "a number from 1 on",
    ),
    (
        "[limits]\ntasks = 1.5",
        "`limits.tasks`",
        "a number from 1 on",
    ),
    ("[pools.GPU]\nmax_running = 1", "`pools.GPU`", "a-z"),
    ("[pools.gpu]\nrate = \"0/s\"", "`pools.gpu.rate`", "`500ms`"),
    ("[pools.gpu]\nrate = 10", "`pools.gpu.rate`", "`500ms`"),
    ("[retries.a]\nmax = 3", "`retries.a.max`", "`max_attempts`"),
    ("listen = \"a", "q.toml, line 1", "string"),
    (
        "open = true\nopen = false",
        "q.toml, line 2",
        "duplicate key",
    ),
];
