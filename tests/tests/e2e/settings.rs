//! Files of settings, as an operator writes them.

use std::fs;

use serde_json::Value;

use crate::support::{LIMIT, serve, start};

#[test]
fn a_server_is_what_its_file_says_and_prints_what_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("server.toml");
    let text = "dispatch = \"auto\"\ncpu_workers = 3\ngpu_workers = 0\nlog = \"off\"\n\
                [retention]\ncompleted = \"2h\"\n[pools.mail]\nmax_running = 4\nrate = \"10/s\"\n";
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let data = directory.path().join("data");

    let print = ["serve", "--config", file, "--log", "json", "--print-config"];
    let printed = start(&print).finish(LIMIT).unwrap();
    assert!(printed.status.success(), "{}", printed.stderr);
    let printed = printed.lines.join("\n");
    for line in ["log = \"json\"", "completed = \"2h\"", "failed = \"7d\""] {
        assert!(printed.contains(line), "{line}:\n{printed}");
    }
    let again = directory.path().join("again.toml");
    fs::write(&again, &printed).unwrap();
    let print = [
        "serve",
        "--config",
        again.to_str().unwrap(),
        "--print-config",
    ];
    let reprinted = start(&print).finish(LIMIT).unwrap().lines.join("\n");
    assert_eq!(reprinted, printed);

    let (mut server, url) = serve(&data, &["--config", file]);
    let access = server.line_after("Supervisor's link: ", LIMIT).unwrap();
    let ask = |command: &str| -> Value {
        let command = [command, "--json", "--url", &url, "--access", &access];
        let end = start(&command).finish(LIMIT).unwrap();
        serde_json::from_str(&end.lines.join("\n")).unwrap()
    };
    assert_eq!(ask("workers").as_array().map(Vec::len), Some(3));
    let pools = ask("pools");
    let mut pools = pools["pools"].as_array().unwrap().iter();
    let mail = pools.find(|pool| pool["name"] == "mail").unwrap();
    assert_eq!(mail["limits"]["max_running"], 4);
    assert_eq!(mail["limits"]["rate"]["per_ms"], 1_000);
}

/// The fault: a slip in a file that nobody hears of, or that is found after the data was opened.
#[test]
fn a_file_that_makes_no_sense_ends_the_program_with_2_and_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("server.toml");
    let data = directory.path().join("data");
    for command in ["serve", "worker"] {
        fs::write(&file, "\nopne = true\n").unwrap();
        let (config, data) = (file.to_str().unwrap(), data.to_str().unwrap());
        let mut arguments = vec![command, "--config", config];
        if command == "serve" {
            arguments.extend(["--data", data]);
        }
        let end = start(&arguments).finish(LIMIT).unwrap();
        assert_eq!(end.status.code(), Some(2), "{}", end.stderr);
        for word in [config, "line 2", "`opne`", "`open`"] {
            assert!(end.stderr.contains(word), "{word}: {}", end.stderr);
        }
    }
    assert!(!data.exists(), "something was made");
}
