//! What is wrong with settings.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// What is wrong with the settings of a program.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the settings in {file} cannot be read: {source}")]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Something in the file is not what it should be.
    #[error("{file}, line {line}{key}: {problem}", file = .file.display(), key = Key(.key))]
    File {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// Which of the settings it is, if that can be said.
        key: Option<String>,
        /// What is wrong with it, and what is allowed.
        problem: String,
    },
    /// The settings contradict each other, wherever they come from.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// The settings cannot be written as a file.
    #[error("the settings cannot be written as TOML: {0}")]
    Print(#[from] toml::ser::Error),
}

/// How settings contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// Everybody is let in, where others are to come.
    #[error(
        "`open` and `{0}` exclude each other: an open queue is for this machine only; leave one of them out"
    )]
    OpenTo(&'static str),
    /// A certificate and its key come together.
    #[error("`{given}` needs `{missing}` besides it: a certificate comes with its key")]
    HalfTls {
        /// Which is there.
        given: &'static str,
        /// Which is not.
        missing: &'static str,
    },
    /// A part would be larger than the whole.
    #[error("`limits.{part}` is at most what `limits.{whole}` is: {max} bytes")]
    PartOfLess {
        /// The part.
        part: &'static str,
        /// The whole.
        whole: &'static str,
        /// How large that is.
        max: u64,
    },
    /// A number is too high.
    #[error("`{key}` is a number from 1 to {max}")]
    TooMuch {
        /// Which.
        key: &'static str,
        /// The highest.
        max: u64,
    },
}

/// The name of a setting, within a sentence.
struct Key<'a>(&'a Option<String>);

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(key) => write!(f, ", `{key}`"),
            None => Ok(()),
        }
    }
}
