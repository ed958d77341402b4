//! What a process that is killed at any moment leaves behind: all that it has said was done.

use std::collections::BTreeSet;
use std::env;
use std::io::{Write as _, stdout};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use capnweb_runtime::sturdy::Refusal;
use capnweb_runtime::{Caveat, FileStore, SturdyLimits, SturdyRef};
use tests::Process;

use super::shop::{Office, TillStub};

/// The fault: a reference that was handed out would be gone, one that was taken back would be there,
/// or what can be used once would be used again.
#[test]
fn nothing_that_was_answered_is_lost_when_the_process_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("references");
    let mut said = Vec::new();
    for round in 1..=ROUNDS {
        said.extend(killed_after(&path, round * 37));
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(check(&path, &said));
    }
    let kinds: BTreeSet<&str> = said
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        kinds,
        BTreeSet::from(["kept", "counted", "revoked", "used"])
    );
}

/// Starts a process that seals, restores and revokes as fast as it can, kills it when it has said so
/// many things, and returns all that it has said.
fn killed_after(path: &Path, lines: usize) -> Vec<String> {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "sturdy::crash::the_process_that_is_killed"])
        .args(["--nocapture", "--test-threads=1"])
        .env(PLACE, path);
    let mut process = Process::spawn(&mut command).unwrap();
    let mut said = Vec::new();
    for _ in 0..lines {
        said.push(process.line_after(MARK, LIMIT).unwrap());
    }
    let id = process.id().to_string();
    let killed = Command::new("kill")
        .args(["-s", "KILL", &id])
        .status()
        .unwrap();
    assert!(killed.success());
    let end = process.finish(LIMIT).unwrap();
    assert!(
        !end.status.success(),
        "it was killed, and did not end by itself"
    );
    // A line that was cut off was said to nobody.
    let rest = end
        .lines
        .iter()
        .filter_map(|line| line.strip_prefix(MARK)?.strip_suffix('.'));
    for line in &mut said {
        line.pop();
    }
    said.extend(rest.map(str::to_owned));
    said
}

async fn check(path: &Path, said: &[String]) {
    let office = Office::with(FileStore::open(path).unwrap(), SturdyLimits::default());
    for line in said {
        let (what, text) = line.split_once(' ').unwrap();
        let reference: SturdyRef = text.parse().unwrap();
        let restored = office.registry.restore::<TillStub>(&reference).await;
        let refusal = office.refusals().pop();
        match what {
            "kept" => assert!(restored.is_ok(), "{line}: {refusal:?}"),
            "revoked" => assert_eq!((restored.is_ok(), refusal), (false, Some(Refusal::Revoked))),
            // Both of its two calls were made.
            "used" | "counted" => {
                assert_eq!(
                    (restored.is_ok(), refusal),
                    (false, Some(Refusal::Spent)),
                    "{line}"
                );
            }
            other => panic!("{other}"),
        }
    }
}

/// No test of its own: it does nothing unless the other one has started it.
#[test]
fn the_process_that_is_killed() {
    let Some(path) = env::var_os(PLACE) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let office = Office::with(FileStore::open(path).unwrap(), SturdyLimits::default());
        let busy = (0..4).map(|_| tokio::spawn(work(office.clone())));
        for task in busy.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
}

async fn work(office: Office) {
    let registry = &office.registry;
    loop {
        let kept = registry.seal_as("till", "1", []).await.unwrap();
        say("kept", &kept);
        let revoked = registry.derive(&kept, []).await.unwrap();
        registry.revoke(&revoked, "over").await.unwrap();
        say("revoked", &revoked);
        let used = kept.narrow(Caveat::one_shot()).unwrap();
        registry.restore::<TillStub>(&used).await.unwrap();
        say("used", &used);
        let counted = kept.narrow(Caveat::calls(2)).unwrap();
        let till: TillStub = registry.restore(&counted).await.unwrap();
        till.add(1).await.unwrap();
        till.add(1).await.unwrap();
        say("counted", &counted);
    }
}

fn say(what: &str, reference: &SturdyRef) {
    let line = format!("\n{MARK}{what} {}.\n", reference.expose());
    stdout().write_all(line.as_bytes()).unwrap();
}

/// Where the process that is killed has its store.
const PLACE: &str = "STURDY_CRASH_PLACE";
const MARK: &str = "said: ";
const ROUNDS: usize = 5;
const LIMIT: Duration = Duration::from_mins(1);
