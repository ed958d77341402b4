//! Stores: the laws, and what is special about files.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::support::Office;
use crate::sturdy::store::laws;
use crate::sturdy::{Caveat, FileStore, MemoryStore, OpenError, Refusal, SturdyRef};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn memory_keeps_the_laws() {
    laws::hold(MemoryStore::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn files_keep_the_laws() {
    let directory = tempfile::tempdir().unwrap();
    let next = std::cell::Cell::new(0);
    laws::hold(|| {
        next.set(next.get() + 1);
        FileStore::open(directory.path().join(next.get().to_string())).unwrap()
    })
    .await;
    laws::last_when_opened_again(|| FileStore::open(directory.path().join("again")).unwrap()).await;
}

fn path(directory: &tempfile::TempDir) -> PathBuf {
    directory.path().join("references")
}

fn open(path: &Path) -> Office {
    Office::over(FileStore::open(path).unwrap())
}

/// Seals and revokes; returns what was sealed.
async fn some(path: &Path) -> [SturdyRef; 2] {
    let office = open(path);
    let (kept, revoked) = (office.seal([]).await, office.seal([]).await);
    office.registry.revoke(&revoked, "over").await.unwrap();
    [kept, revoked]
}

/// The fault: two processes would each think that they alone give out what can be used once.
#[tokio::test]
async fn a_file_that_is_in_use_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    let first = FileStore::open(&path).unwrap();
    let second = FileStore::open(&path).unwrap_err();
    assert!(matches!(second, OpenError::InUse(_)), "{second}");
    drop(first);
    FileStore::open(&path).unwrap();
}

/// The fault: by another name, the same file is opened twice, and what one revokes the other restores.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_in_use_is_not_opened_by_another_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    let link = directory.path().join("another name");
    drop(FileStore::open(&path).unwrap());
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let first = FileStore::open(&link).unwrap();
    let second = FileStore::open(&path).unwrap_err();
    assert!(matches!(second, OpenError::InUse(_)), "{second}");
    drop(first);
    let first = FileStore::open(&path).unwrap();
    let second = FileStore::open(&link).unwrap_err();
    assert!(matches!(second, OpenError::InUse(_)), "{second}");
    drop(first);
}

/// The fault: a crash in the middle of a write would keep the server from starting again.
#[tokio::test]
async fn a_line_that_was_not_finished_is_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    let [kept, revoked] = some(&path).await;
    let whole = fs::read(&path).unwrap();
    let last = whole[..whole.len() - 1]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .unwrap()
        + 1;
    for torn in [1, 10, (whole.len() - last) / 2, whole.len() - last - 1] {
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(&whole).unwrap();
        file.write_all(&whole[last..last + torn]).unwrap();
        drop(file);
        let office = open(&path);
        assert!(office.restore(&kept).await.is_ok(), "{torn}");
        office.refuses(&revoked, Refusal::Revoked).await;
        let later = office.seal([]).await;
        drop(office);
        assert!(open(&path).restore(&later).await.is_ok(), "{torn}");
    }
}

/// The fault: what was not finished would become a part of the line that is written next.
#[tokio::test]
async fn nothing_is_left_of_a_long_line_that_was_not_finished() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    let [kept, _] = some(&path).await;
    let mut torn = fs::read(&path).unwrap();
    torn.extend([b'x'; 5_000]);
    fs::write(&path, torn).unwrap();
    open(&path).registry.revoke(&kept, "over").await.unwrap();
    let office = open(&path);
    office.refuses(&kept, Refusal::Revoked).await;
    office
        .registry
        .revoke(&office.seal([]).await, "over")
        .await
        .unwrap();
    drop(office);
    assert_eq!(open(&path).registry.list().await.unwrap().len(), 3);
}

/// The fault: damage would go unnoticed, and bring back what was revoked.
#[tokio::test]
async fn a_damaged_file_is_refused_with_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    some(&path).await;
    let whole = fs::read(&path).unwrap();
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for at in [
        header,
        header + 5,
        header + 20,
        header + 40,
        whole.len() - 2,
    ] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&path, &damaged).unwrap();
        let error = FileStore::open(&path).unwrap_err();
        assert!(matches!(error, OpenError::Damaged { .. }), "{at}: {error}");
        assert_eq!(fs::read(&path).unwrap(), damaged, "it was left as it was");
    }
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    for missing in 1..lines.len() - 1 {
        let mut left = lines.clone();
        left.remove(missing);
        fs::write(&path, left.concat()).unwrap();
        if let Err(error) = FileStore::open(&path) {
            let sentence = error.to_string();
            assert!(
                sentence.contains("line") && sentence.contains("damaged"),
                "{sentence}"
            );
        }
    }
    let twice = [lines[0], lines[1], lines[1]].concat();
    fs::write(&path, twice).unwrap();
    let error = FileStore::open(&path).unwrap_err().to_string();
    assert!(error.contains("line 3 of"), "{error}");
}

#[test]
fn something_else_is_not_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    for other in ["a diary\n", "x", "capnweb sturdy journal 2\n"] {
        fs::write(&path, other).unwrap();
        let error = FileStore::open(&path).unwrap_err();
        assert!(matches!(error, OpenError::Foreign(_)), "{other}: {error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), other);
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(
        FileStore::open(&path),
        Err(OpenError::Io { .. } | OpenError::Foreign(_))
    ));
    let nowhere = directory.path().join("missing").join("references");
    assert!(matches!(
        FileStore::open(nowhere),
        Err(OpenError::Io { .. })
    ));
}

/// The fault: the file would grow with every call that was ever counted.
#[tokio::test]
async fn history_is_cleared_away() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    let office = open(&path);
    let [kept, counted] = [
        office.seal([]).await,
        office.seal([Caveat::calls(1_000_000)]).await,
    ];
    let revoked = office.seal([]).await;
    office.registry.revoke(&revoked, "over").await.unwrap();
    let mut longest = 0;
    for _ in 0..700 {
        let passing = office.seal([]).await;
        office.registry.revoke(&passing, "over").await.unwrap();
        office.registry.purge().await.unwrap();
        longest = longest.max(fs::metadata(&path).unwrap().len());
        assert!(office.restore(&revoked).await.is_err(), "it was revoked");
    }
    let note = office.restore(&counted).await.unwrap();
    note.text().await.unwrap();
    drop((note, office));
    let length = fs::metadata(&path).unwrap().len();
    assert!(length < longest / 2, "{length} of {longest}");
    let office = open(&path);
    assert!(office.restore(&kept).await.is_ok());
    office.refuses(&revoked, Refusal::Unknown).await;
    assert_eq!(office.registry.list().await.unwrap().len(), 2);
    assert!(!path.with_extension("new").exists());
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_s_eyes_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    drop(FileStore::open(&path).unwrap());
    for entry in fs::read_dir(&directory).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
