//! How the log is written, and what of it.

use std::fmt;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use thiserror::Error;
use tracing_subscriber::filter::{LevelFilter, Targets};

/// How the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// As lines for people.
    #[default]
    Text,
    /// As JSON, an object on each line.
    Json,
    /// Not at all.
    Off,
}

/// What is logged: from which level on, of which parts of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

/// That a text is no filter.
#[derive(Debug, Error)]
#[error(
    "it lists levels (`error`, `warn`, `info`, `debug`, `trace`, `off`), or parts with levels, as in \
     `task_queue=debug`, not `{0}`"
)]
pub struct NotAFilter(String);

impl LogFormat {
    /// All there are, by name.
    pub const ALL: [(&'static str, Self); 3] = [
        ("text", Self::Text),
        ("json", Self::Json),
        ("off", Self::Off),
    ];

    /// Returns what reads one on the command line.
    pub(in crate::cli) fn parser() -> impl TypedValueParser<Value = Self> {
        PossibleValuesParser::new(Self::ALL.map(|(name, _)| name)).map(|name| {
            let found = Self::ALL.iter().find(|(known, _)| *known == name);
            found.map_or(Self::Text, |(_, format)| *format)
        })
    }
}

impl Filter {
    /// Returns what decides by it. One that was read before can be read again.
    pub(super) fn targets(&self) -> Targets {
        self.0.parse().unwrap_or_default()
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self(USUAL.to_owned())
    }
}

impl FromStr for Filter {
    type Err = NotAFilter;

    fn from_str(text: &str) -> Result<Self, NotAFilter> {
        let is_filter = |part: &str| match part.split_once('=') {
            Some(_) => part.parse::<Targets>().is_ok(),
            // A word alone would be a part of the program, at any level: but it is a slip.
            None => part.parse::<LevelFilter>().is_ok(),
        };
        match text.split(',').find(|part| !is_filter(part)) {
            None => Ok(Self(text.to_owned())),
            Some(part) => Err(NotAFilter(part.to_owned())),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is logged unless something else is said. A span of the runtime's for each call would be made at
/// `info`, for nobody: what an operator needs, the queue says itself.
const USUAL: &str = "warn,task_queue=info";
