//! The file by which whoever may read it has a role.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use capnweb_runtime::{Error, SturdyUrl, Value};
use thiserror::Error;

use crate::caps::Invitation;
use crate::model::Role;
use crate::service::{Durability, Supervisor};

/// The file of a reference to a queue, together with the address at which that is reached: a line such
/// as `ws://127.0.0.1:8080/rpc/ws#cwref_…`.
#[derive(Debug)]
pub(super) struct LinkFile {
    path: PathBuf,
    durability: Durability,
}

/// Why there is no reference for the supervisor.
#[derive(Debug, Error)]
pub enum LinkError {
    /// The file cannot be read or written.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The queue has not made the reference, or cannot tell whether the one that there is works.
    #[error("{0}")]
    Queue(Error),
    /// The address is none.
    #[error("the address `{0}` is not one of `ws://` or `wss://`")]
    Address(String),
}

impl LinkFile {
    /// Sees to it that there is a reference in a directory that makes a supervisor, for its owner
    /// only: the one that is there, or if that does not work, a fresh one.
    pub(super) async fn keep(
        supervisor: &Supervisor,
        directory: &Path,
        address: &str,
        durability: Durability,
    ) -> Result<Self, LinkError> {
        let path = directory.join(NAME);
        let kept = match read(&path) {
            Some(link) => works(supervisor, &link).await?.then_some(link),
            None => None,
        };
        let reference = match kept {
            Some(link) => link.reference().expose(),
            None => mint(supervisor).await?,
        };
        write(&path, &format!("{address}#{reference}"))?;
        Ok(Self { path, durability })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LinkFile {
    fn drop(&mut self) {
        // It has ended with the queue. If it stays behind, it opens nothing.
        if self.durability == Durability::Memory {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Reads a link from a file, if there is one.
pub(super) fn read(path: &Path) -> Option<SturdyUrl> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

async fn works(supervisor: &Supervisor, link: &SturdyUrl) -> Result<bool, LinkError> {
    let redeemed = supervisor.gate().redeem(link.reference().expose()).await;
    match redeemed {
        Ok(_) => Ok(true),
        Err(error) if is_unknown(&error) => Ok(false),
        Err(error) => Err(LinkError::Queue(error)),
    }
}

fn is_unknown(error: &Error) -> bool {
    matches!(error.prop("code"), Some(Value::String(code)) if code.as_str() == "NO_SUCH_REFERENCE")
}

async fn mint(supervisor: &Supervisor) -> Result<String, LinkError> {
    let access = supervisor.gateway().get_access();
    let wish = Invitation::new(Role::Supervisor, "the server's own");
    let minted = access.mint(wish).await.map_err(LinkError::Queue)?;
    Ok(minted.reference)
}

/// Writes a secret to a file that nobody else can open, not even for a moment, and that is there as a
/// whole or as it was.
fn write(path: &Path, line: &str) -> io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create_private(Path::new(&fresh))?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

const NAME: &str = "supervisor.url";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caps::Revoking;
    use crate::service::Config;

    const ADDRESS: &str = "ws://127.0.0.1:1/rpc/ws";

    async fn start(data: &Path, durability: Durability) -> Supervisor {
        let mut config = Config::new(data);
        config.durability = durability;
        Supervisor::start(config).await.unwrap()
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_can_read_it_whatever_was_there_before() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        let planted = data.path().join(NAME);
        fs::write(&planted, "old").unwrap();
        fs::set_permissions(&planted, fs::Permissions::from_mode(0o644)).unwrap();
        let supervisor = start(data.path(), Durability::Memory).await;
        let kept = LinkFile::keep(&supervisor, data.path(), ADDRESS, Durability::Disk);
        let file = kept.await.unwrap();
        let mode = fs::metadata(file.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        supervisor.stop().await;
    }

    /// The fault: every restart, or every other port, locks out those who had the link.
    #[tokio::test]
    async fn it_stays_over_restarts_and_follows_the_address() {
        let data = tempfile::tempdir().unwrap();
        let mut before = None;
        for address in [ADDRESS, ADDRESS, "wss://queue.example/rpc/ws"] {
            let supervisor = start(data.path(), Durability::Disk).await;
            let kept = LinkFile::keep(&supervisor, data.path(), address, Durability::Disk);
            let file = kept.await.unwrap();
            supervisor.stop().await;
            drop(supervisor);
            let link = read(file.path()).unwrap();
            assert_eq!(link.server().as_str(), address);
            let before = before.replace(link.reference().clone());
            assert!(before.is_none_or(|before| before == *link.reference()));
        }
    }

    #[tokio::test]
    async fn one_that_was_revoked_is_replaced_and_one_in_memory_goes_with_it() {
        let data = tempfile::tempdir().unwrap();
        let supervisor = start(data.path(), Durability::Memory).await;
        let keep = || LinkFile::keep(&supervisor, data.path(), ADDRESS, Durability::Memory);
        let file = keep().await.unwrap();
        let first = read(file.path()).unwrap();
        let access = supervisor.gateway().get_access().await.unwrap();
        let id = access.list().await.unwrap()[0].id.to_string();
        access.revoke(id, Revoking::default()).await.unwrap();
        drop(file);
        assert_eq!(read(&data.path().join(NAME)), None, "it was left behind");
        let file = keep().await.unwrap();
        assert_ne!(read(file.path()).unwrap(), first);
        supervisor.stop().await;
    }
}
