//! Command lines, and what is made of them.

use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::ErrorKind;

use url::Url;

use super::program::Program;
use super::*;
use crate::cli::log::LogFormat;
use crate::cli::monitor::MonitorOptions;
use crate::engine::DispatchMode;
use crate::model::{Access, Grants, PoolName};
use crate::resources::gpu::DeviceChoice;
use crate::resources::network::{AllowEntry, Reach};

fn parse(line: &str) -> Result<Command, UsageError> {
    Command::parse(line.split_whitespace().map(OsString::from))
}

fn options(line: &str) -> ServeOptions {
    match parse(line) {
        Ok(Command::Serve(options)) => *options,
        other => panic!("{line}: {other:?}"),
    }
}

fn refusal(line: &str) -> String {
    let error = parse(line).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{line}");
    error.to_string()
}

#[test]
fn the_declarations_of_the_options_agree() {
    Program::command().debug_assert();
}

#[test]
fn what_is_not_said_is_left_to_the_settings() {
    assert_eq!(options("serve"), ServeOptions::default());
    assert_eq!(options("serve --open=false --memory").open, Some(false));
}

#[test]
fn every_option_is_read() {
    let line = "serve --listen [::1]:0 --open --dispatch=auto --data d --allow a:1 --allow b \
                --allow-ca c --gpu auto --grant storage:read,gpu --memory --metrics 9464 \
                 --config q.toml --print-config --log json --log-filter warn,task_queue=debug";
    let allowed = ["a:1", "b"].map(|entry| AllowEntry::new(entry, Reach::Public).unwrap());
    let expected = ServeOptions {
        config: Some("q.toml".into()),
        print_config: true,
        listen: Some("[::1]:0".to_owned()),
        open: Some(true),
        dispatch: Some(DispatchMode::Auto),
        public_url: None,
        tls_cert: None,
        tls_key: None,
        data: Some("d".into()),
        memory: Some(true),
        allowed: allowed.into(),
        authorities: vec!["c".into()],
        gpu: Some(DeviceChoice::Auto),
        client_grants: Some(Grants {
            storage: Access::ReadOnly,
            gpu: Access::Full,
            ..Grants::NOTHING
        }),
        monitor: MonitorOptions {
            metrics: Some("9464".to_owned()),
            log: Some(LogFormat::Json),
            log_filter: Some("warn,task_queue=debug".parse().unwrap()),
        },
    };
    assert_eq!(options(line), expected);
}

#[test]
fn only_an_address_that_was_written_may_be_private() {
    let reach = |entry: &str| {
        let allowed = options(&format!("serve --allow {entry}")).allowed;
        let private = AllowEntry::new(entry, Reach::Private).unwrap();
        allowed == [private]
    };
    assert!(reach("127.0.0.1:8000") && reach("[::1]:8000") && reach("localhost:1"));
    assert!(reach("https://127.0.0.1:8000") && reach("http://localhost"));
    assert!(!reach("intranet:8000") && !reach("localhost.example"));
    assert!(!reach("https://intranet"));
}

#[test]
fn what_is_wrong_is_said_with_what_was_written() {
    assert!(refusal("").contains("serve"));
    assert!(refusal("server").contains("'server'"));
    assert!(refusal("serve --opne").contains("--opne"));
    assert!(refusal("serve --listen").contains("--listen"));
    assert!(refusal("serve --grant everything").contains("`everything`"));
    assert!(refusal("serve --dispatch sometimes").contains("'sometimes'"));
    assert!(refusal("serve --allow http://a/").contains("http://a/"));
    assert!(refusal("serve 8080").contains("8080"));
    assert!(refusal("serve --open=yes").contains("--open"));
    assert!(refusal("demo 7").contains('7'));
    assert!(refusal("submit compute {").contains("JSON"));
    assert!(refusal("get").contains("<ID>"));
    assert!(refusal("list --open --access s").contains("--access"));
    assert!(refusal("list --status done").contains("`done`"));
    assert!(refusal("serve --log-filter loudly").contains("loudly"));
    assert!(refusal("watch task --from first").contains("first"));
}

#[test]
fn tasks_are_submitted_with_parameters_or_without() {
    let submitted = |line: &str| match parse(line) {
        Ok(Command::Submit(options)) => (options.kind, options.params),
        other => panic!("{line}: {other:?}"),
    };
    let params = serde_json::json!({"iterations": 3});
    assert_eq!(
        submitted("submit compute {\"iterations\":3}"),
        ("compute".to_owned(), params)
    );
    assert_eq!(submitted("submit io --open").1, serde_json::json!({}));
}

#[test]
fn a_worker_carries_out_everything_unless_it_is_told_what() {
    let options = |line: &str| match parse(line) {
        Ok(Command::Worker(options)) => options,
        other => panic!("{line}: {other:?}"),
    };
    let plain = options("worker");
    assert_eq!((plain.pool, plain.concurrency), (None, None));
    assert!(plain.types.is_empty());
    let line = "worker --pool gpu --concurrency 4 --type io --type gpu --tag eu ws://there/";
    let told = options(line);
    let pool = told.pool.as_ref().map(PoolName::as_str);
    assert_eq!((pool, told.concurrency), (Some("gpu"), Some(4)));
    assert_eq!(told.types, ["io", "gpu"]);
    assert_eq!(told.url.as_ref().map(Url::as_str), Some("ws://there/"));
    assert_eq!(told.tags, ["eu".parse().unwrap()]);
    // The fault: a secret that whoever lists the processes of the machine can read.
    assert!(refusal("worker ws://there/#cwref_secret").contains("URL"));
    assert!(refusal("worker --concurrency 0").contains("--concurrency"));
    assert!(refusal("worker --type thumbnail").contains("thumbnail"));
}

#[test]
fn help_is_given_wherever_it_is_asked_for() {
    for line in [
        "--help",
        "-h",
        "help",
        "serve --help",
        "serve --open -h",
        "demo -h",
    ] {
        let help = parse(line).unwrap_err();
        assert_eq!(help.kind(), ErrorKind::DisplayHelp, "{line}");
        assert_eq!(help.exit_code(), 0, "{line}");
    }
    assert_eq!(parse("-V").unwrap_err().exit_code(), 0);
    let version = parse("--version").unwrap_err();
    assert_eq!(version.kind(), ErrorKind::DisplayVersion);
}
