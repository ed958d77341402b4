//! The settings of a worker.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use super::error::{ConfigError, Contradiction};
use super::file;
use super::number::Count;
use super::serve::{put, put_all, put_some};
use super::word::{Text, Word};
use crate::cli::args::WorkerOptions;
use crate::model::{PoolName, Tag};

/// What a worker offers and to whom, after all was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::cli) struct WorkerSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) url: Option<Text<Url>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) pool: Option<PoolName>,
    pub(in crate::cli) tags: Vec<Tag>,
    pub(in crate::cli) types: Vec<Text<BuiltIn>>,
    pub(in crate::cli) concurrency: Count,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) name: Option<String>,
    /// The file of the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) access: Option<PathBuf>,
    pub(in crate::cli) open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) ca: Option<PathBuf>,
}

/// A type of tasks that this program carries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct BuiltIn(pub(in crate::cli) &'static str);

/// Whether the environment has a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Environment {
    Silent,
    HasLink,
}

impl WorkerSettings {
    /// Returns what the options say, and where they say nothing, the environment; where that says
    /// nothing, the file; and where that says nothing, what is usual.
    pub(in crate::cli) fn of(
        options: WorkerOptions,
        environment: Environment,
    ) -> Result<Self, ConfigError> {
        let mut settings: Self = match &options.config {
            Some(file) => file::read(file)?,
            None => Self::default(),
        };
        if environment == Environment::HasLink {
            settings.access = None;
        }
        settings.heed(options);
        settings.check()?;
        Ok(settings)
    }

    /// Returns the text of a file that says the same.
    pub(in crate::cli) fn print(&self) -> Result<String, ConfigError> {
        file::write(self)
    }

    /// Returns how many tasks it carries out at a time.
    pub(in crate::cli) fn concurrency(&self) -> u32 {
        u32::try_from(self.concurrency.0).unwrap_or(u32::MAX)
    }

    fn heed(&mut self, options: WorkerOptions) {
        let concurrency = options.concurrency.map(u64::from).map(Count);
        if options.access.is_some() {
            self.open = false;
        }
        if options.open == Some(true) {
            self.access = None;
        }
        put(&mut self.open, options.open);
        put(&mut self.concurrency, concurrency);
        put_some(&mut self.url, options.url.map(Text));
        put_some(&mut self.pool, options.pool);
        put_some(&mut self.name, options.name);
        put_some(&mut self.access, options.access);
        put_some(&mut self.ca, options.ca);
        put_all(&mut self.tags, options.tags);
        let types = options.types.iter().filter_map(|kind| BuiltIn::read(kind));
        put_all(&mut self.types, types.map(Text).collect());
    }

    const fn check(&self) -> Result<(), Contradiction> {
        if self.open && self.access.is_some() {
            return Err(Contradiction::OpenTo("access"));
        }
        let (key, max) = ("concurrency", MAX_CONCURRENCY);
        if self.concurrency.0 > max {
            return Err(Contradiction::TooMuch { key, max });
        }
        Ok(())
    }
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            url: None,
            pool: None,
            tags: Vec::new(),
            types: Vec::new(),
            concurrency: Count(1),
            name: None,
            access: None,
            open: false,
            ca: None,
        }
    }
}

impl Word for BuiltIn {
    const ALLOWED: &'static str = "`compute`, `gpu`, `io` or `pipeline`";

    fn read(text: &str) -> Option<Self> {
        let known = BUILT_IN.into_iter().find(|known| *known == text);
        known.map(Self)
    }

    fn write(&self) -> String {
        self.0.to_owned()
    }
}

/// The types of tasks that this program carries out.
pub(in crate::cli) const BUILT_IN: [&str; 4] = ["compute", "gpu", "io", "pipeline"];

/// How many tasks a worker carries out at a time, at most.
const MAX_CONCURRENCY: u64 = 1_000;
