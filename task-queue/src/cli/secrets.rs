//! The file from which whoever may read it takes a role.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::service::Secrets;

/// The file of the roles' secrets; it is there as long as they are good, which is as long as this.
#[derive(Debug)]
pub(super) struct SecretsFile(PathBuf);

impl SecretsFile {
    /// Writes the file into a directory, for its owner only.
    pub(super) fn write(directory: &Path, secrets: &Secrets) -> io::Result<Self> {
        let path = directory.join(NAME);
        let fresh = directory.join(format!("{NAME}.new"));
        remove(&fresh)?;
        let text = json!({"supervisor": secrets.supervisor, "client": secrets.client});
        create_private(&fresh)?.write_all(format!("{text:#}\n").as_bytes())?;
        fs::rename(&fresh, &path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SecretsFile {
    fn drop(&mut self) {
        // One that stays behind opens nothing: the next server draws secrets of its own.
        drop(remove(&self.0));
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Creates a file that nobody else can open, not even for a moment.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

const NAME: &str = "secrets.json";

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets {
            supervisor: "s3".to_owned(),
            client: "c4".to_owned(),
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it_whatever_was_there_before() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let planted = directory.path().join(NAME);
        fs::write(&planted, "old").unwrap();
        fs::set_permissions(&planted, fs::Permissions::from_mode(0o644)).unwrap();
        let file = SecretsFile::write(directory.path(), &secrets()).unwrap();
        let mode = fs::metadata(file.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn it_says_each_role_s_secret_and_goes_with_the_server() {
        let directory = tempfile::tempdir().unwrap();
        let file = SecretsFile::write(directory.path(), &secrets()).unwrap();
        let path = file.path().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let roles: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(roles, json!({"supervisor": "s3", "client": "c4"}));
        drop(file);
        assert!(!path.exists());
    }
}
