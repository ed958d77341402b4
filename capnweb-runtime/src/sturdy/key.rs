//! The key of a registry: what tells its own references from forged ones.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::{Zeroize as _, Zeroizing};

use super::chain::{self, Identifier, Signature};
use super::hex;

/// The secret with which a registry signs its references.
///
/// Whoever has it can make references to everything the registry's store has, unless they lack the
/// identifiers, of which only hashes are stored; whoever has the store and not the key can make
/// none. It is overwritten in memory when it is dropped, and shown by nothing.
pub struct RegistryKey([u8; 32]);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The operating system gives no random bytes.
    #[error("there is no source of randomness")]
    NoRandomness,
    /// The file cannot be read or written.
    #[error("the key file {path} cannot be used")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What the file holds is not a key.
    #[error("{0} does not hold a key: 64 hexadecimal digits were expected")]
    Malformed(PathBuf),
    /// Others can read the file.
    #[error("{0} can be read by others than its owner: `chmod 600` it, or replace the key")]
    Exposed(PathBuf),
}

impl RegistryKey {
    /// Makes a new key from the randomness of the operating system.
    ///
    /// # Errors
    ///
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self::from_bytes(bytes))
    }

    /// Takes 32 random bytes as a key, for instance from where a deployment keeps its secrets.
    ///
    /// A password is no key: whoever holds one reference could try them all.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the key from a file, or makes a new one and writes it there, for its owner's eyes only.
    ///
    /// Of several processes that do this at the same time, all get the same key.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written, holds something else, or (on Unix) can be read by
    /// others than its owner.
    pub fn load_or_create(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        match Self::load(path) {
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Self::generate()?
                    .create(path)
                    .map_err(|source| io_error(path, source))?;
                Self::load(path)
            }
            loaded => loaded,
        }
    }

    fn load(path: &Path) -> Result<Self, KeyError> {
        let io = |source| io_error(path, source);
        let file = File::open(path).map_err(io)?;
        if is_exposed(&file).map_err(io)? {
            return Err(KeyError::Exposed(path.to_owned()));
        }
        let mut text = Zeroizing::new(Vec::with_capacity(72));
        file.take(LENGTH).read_to_end(&mut text).map_err(io)?;
        let key = str::from_utf8(&text)
            .ok()
            .and_then(|text| hex::decode(text.trim_end()));
        key.map(Self)
            .ok_or_else(|| KeyError::Malformed(path.to_owned()))
    }

    /// Writes the key to a file that is not there yet. If it has come to be meanwhile, that one stays.
    fn create(&self, path: &Path) -> io::Result<()> {
        let new = beside(path)?;
        let written = self.write(&new).and_then(|()| link(&new, path));
        let removed = fs::remove_file(&new);
        written.and(removed).and_then(|()| sync_directory(path))
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
        let text = Zeroizing::new(hex::encode(&self.0));
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    }

    /// Signs an identifier.
    pub(super) fn sign(&self, identifier: &Identifier) -> Signature {
        chain::root(&self.0, identifier)
    }
}

impl Drop for RegistryKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for RegistryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistryKey")
    }
}

/// Has a file be made for its owner's eyes only, where there is such a thing.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(unix)]
fn is_exposed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Gives a file a second name, unless that is taken.
fn link(file: &Path, name: &Path) -> io::Result<()> {
    match fs::hard_link(file, name) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

/// Makes the names in a file's directory durable.
pub(super) fn sync_directory(file: &Path) -> io::Result<()> {
    let directory = file.parent().filter(|path| !path.as_os_str().is_empty());
    #[cfg(unix)]
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
    #[cfg(not(unix))]
    drop(directory);
    Ok(())
}

/// Returns the path of a file in the same directory that nobody else uses.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", hex::encode(&bytes)));
    Ok(path.with_file_name(name))
}

fn io_error(path: &Path, source: io::Error) -> KeyError {
    KeyError::Io {
        path: path.to_owned(),
        source,
    }
}

/// How much of a file is read: more than a key and an end of line.
const LENGTH: u64 = 72;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_then_found() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let made = RegistryKey::load_or_create(&path).unwrap();
        let found = RegistryKey::load_or_create(&path).unwrap();
        assert_eq!(made.0, found.0);
        assert_eq!(
            fs::read_dir(&directory).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    /// The fault: two that start at once would sign with different keys.
    #[test]
    fn those_that_start_together_agree() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let start = || RegistryKey::load_or_create(&path).unwrap().0;
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_repeated() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        for text in ["", "hunter2", &"0".repeat(63), &"0".repeat(70), "\u{fffd}"] {
            drop(fs::remove_file(&path));
            let mut file = private(OpenOptions::new().write(true).create_new(true))
                .open(&path)
                .unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let error = RegistryKey::load_or_create(&path).unwrap_err();
            assert!(matches!(error, KeyError::Malformed(_)), "{error}");
            assert!(!error.to_string().contains("hunter2"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        drop(RegistryKey::load_or_create(&path).unwrap());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = RegistryKey::load_or_create(&path).unwrap_err();
        assert!(matches!(error, KeyError::Exposed(_)), "{error}");
    }

    #[test]
    fn nothing_shows_it() {
        let key = RegistryKey::from_bytes([0xab; 32]);
        assert_eq!(format!("{key:?}"), "RegistryKey");
    }
}
