//! An object as it lies in its file: a line about it, then its content.

use std::io::{self, BufRead, Read};

use serde::{Deserialize, Serialize};

use crate::resources::FencingToken;
use crate::resources::storage::object::{Form, Stat, Version};

/// What is known about an object without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) version: Serial,
    /// The greatest token that a writer has shown.
    pub(super) token: Option<FencingToken>,
    #[serde(default, skip_serializing_if = "Form::is_value")]
    pub(super) form: Form,
    /// How many bytes follow the line.
    pub(super) bytes: u64,
}

/// The number of a write among all of a directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Serial(u64);

impl Serial {
    pub(super) const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    pub(super) fn version(self) -> Version {
        Version::new(self.0.to_string())
    }
}

impl Header {
    /// Returns the line, which is as long for every object: of a stream it is written last.
    pub(super) fn line(self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(&self)?;
        line.resize(LINE.saturating_sub(1).max(line.len()), b' ');
        line.push(b'\n');
        Ok(line)
    }

    /// Reads the line of a file that has so many bytes in all, if that is what its writer has left.
    pub(super) fn read(file: &mut impl BufRead, length: u64) -> io::Result<Option<Self>> {
        let mut line = Vec::new();
        file.take(MAX_LINE).read_until(b'\n', &mut line)?;
        let content = u64::try_from(line.len()).map_or(0, |line| length.saturating_sub(line));
        let header: Option<Self> = serde_json::from_slice(&line).ok();
        Ok(header.filter(|header| header.bytes == content))
    }

    pub(super) fn stat(&self) -> Stat {
        Stat {
            version: self.version.version(),
            bytes: self.bytes,
            form: self.form,
        }
    }
}

/// How long the line is, in bytes: longer than what is written on it.
pub(super) const LINE: usize = 160;
const MAX_LINE: u64 = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_line_is_as_long_as_the_shortest() {
        let header = |number| Header {
            version: Serial(number),
            token: Some(FencingToken::new(number)),
            form: Form::Bytes,
            bytes: number,
        };
        assert_eq!(header(u64::MAX).line().unwrap().len(), LINE);
        assert_eq!(header(0).line().unwrap().len(), LINE);
    }
}
