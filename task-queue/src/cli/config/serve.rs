//! The settings of a server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use super::error::{ConfigError, Contradiction};
use super::file;
use super::part::{
    GpuPart, LimitsPart, LocksPart, NetworkPart, PoolPart, QuotasPart, RetentionPart, StoragePart,
    TimesPart, WatchersPart,
};
use super::word::Text;
use crate::cli::args::{Door, ServeOptions};
use crate::cli::log::{Filter, LogFormat};
use crate::cli::monitor::MonitorOptions;
use crate::engine::DispatchMode;
use crate::model::{Access, Grants, PoolName, RetryPolicy, TaskType};
use crate::resources::gpu::DeviceChoice;
use crate::resources::network::AllowEntry;
use crate::service::Durability;

/// How a queue is served, after all was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::cli) struct ServeSettings {
    pub(in crate::cli) listen: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) public_url: Option<Text<Url>>,
    pub(in crate::cli) open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) tls_cert: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) tls_key: Option<PathBuf>,
    pub(in crate::cli) data: PathBuf,
    pub(in crate::cli) memory: bool,
    pub(in crate::cli) dispatch: Text<DispatchMode>,
    /// The types of tasks that are accepted before a worker has offered to carry them out.
    pub(in crate::cli) types: BTreeSet<TaskType>,
    pub(in crate::cli) grant: Text<Grants>,
    pub(in crate::cli) allow: Vec<Text<AllowEntry>>,
    pub(in crate::cli) allow_ca: Vec<PathBuf>,
    pub(in crate::cli) gpu: Text<DeviceChoice>,
    pub(in crate::cli) gpu_memory_mb: u64,
    /// How many `cpu` workers of its own the server has to begin with.
    pub(in crate::cli) cpu_workers: usize,
    /// How many `gpu` workers of its own the server has to begin with.
    pub(in crate::cli) gpu_workers: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) metrics: Option<String>,
    pub(in crate::cli) log: Text<LogFormat>,
    pub(in crate::cli) log_filter: Text<Filter>,
    pub(super) retention: RetentionPart,
    pub(super) times: TimesPart,
    pub(super) quotas: QuotasPart,
    pub(super) limits: LimitsPart,
    pub(super) watchers: WatchersPart,
    pub(super) storage_limits: StoragePart,
    pub(super) lock_limits: LocksPart,
    pub(super) network_limits: NetworkPart,
    pub(super) gpu_limits: GpuPart,
    pub(super) retries: BTreeMap<String, RetryPolicy>,
    pub(super) pools: BTreeMap<PoolName, PoolPart>,
}

impl ServeSettings {
    /// Returns what the options say, and where they say nothing, the file; and where that says nothing,
    /// what is usual.
    pub(in crate::cli) fn of(options: ServeOptions) -> Result<Self, ConfigError> {
        let mut settings: Self = match &options.config {
            Some(file) => file::read(file)?,
            None => Self::default(),
        };
        settings.heed(options);
        settings.check()?;
        Ok(settings)
    }

    /// Returns the text of a file that says the same.
    pub(in crate::cli) fn print(&self) -> Result<String, ConfigError> {
        file::write(self)
    }

    /// Returns what a connection begins with.
    pub(in crate::cli) const fn door(&self) -> Door {
        if self.open { Door::Open } else { Door::Gate }
    }

    /// Returns whether the queue outlives the process.
    pub(in crate::cli) const fn durability(&self) -> Durability {
        if self.memory {
            Durability::Memory
        } else {
            Durability::Disk
        }
    }

    fn heed(&mut self, options: ServeOptions) {
        let MonitorOptions {
            metrics,
            log,
            log_filter,
        } = options.monitor;
        put(&mut self.listen, options.listen);
        put(&mut self.open, options.open);
        put(&mut self.dispatch.0, options.dispatch);
        put(&mut self.data, options.data);
        put(&mut self.memory, options.memory);
        put(&mut self.gpu.0, options.gpu);
        put(&mut self.grant.0, options.client_grants);
        put(&mut self.log.0, log);
        put(&mut self.log_filter.0, log_filter);
        put_some(&mut self.public_url, options.public_url.map(Text));
        put_some(&mut self.tls_cert, options.tls_cert);
        put_some(&mut self.tls_key, options.tls_key);
        put_some(&mut self.metrics, metrics);
        let allowed = options.allowed.into_iter();
        put_all(&mut self.allow, allowed.map(Text).collect());
        put_all(&mut self.allow_ca, options.authorities);
    }

    fn check(&self) -> Result<(), Contradiction> {
        let (cert, key) = (self.tls_cert.is_some(), self.tls_key.is_some());
        let (given, missing) = if cert { TLS } else { (TLS.1, TLS.0) };
        if cert != key {
            return Err(Contradiction::HalfTls { given, missing });
        }
        if self.open && cert {
            return Err(Contradiction::OpenTo(TLS.0));
        }
        if self.open && self.public_url.is_some() {
            return Err(Contradiction::OpenTo("public_url"));
        }
        self.limits.check()
    }
}

impl LimitsPart {
    fn check(&self) -> Result<(), Contradiction> {
        let value = ("value_bytes", self.value_bytes.0);
        let task = ("task_bytes", self.task_bytes.0);
        let total = ("total_bytes", self.total_bytes.0);
        for ((part, bytes), (whole, max)) in [(value, task), (task, total)] {
            if bytes > max {
                return Err(Contradiction::PartOfLess { part, whole, max });
            }
        }
        Ok(())
    }
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            public_url: None,
            open: false,
            tls_cert: None,
            tls_key: None,
            data: DATA.into(),
            memory: false,
            dispatch: Text::default(),
            types: BTreeSet::new(),
            grant: Text(Grants {
                storage: Access::Full,
                ..Grants::NOTHING
            }),
            allow: Vec::new(),
            allow_ca: Vec::new(),
            gpu: Text::default(),
            gpu_memory_mb: crate::resources::gpu::SharedGpu::DEFAULT_MEMORY,
            cpu_workers: 2,
            gpu_workers: 1,
            metrics: None,
            log: Text::default(),
            log_filter: Text::default(),
            retention: RetentionPart::default(),
            times: TimesPart::default(),
            quotas: QuotasPart::default(),
            limits: LimitsPart::default(),
            watchers: WatchersPart::default(),
            storage_limits: StoragePart::default(),
            lock_limits: LocksPart::default(),
            network_limits: NetworkPart::default(),
            gpu_limits: GpuPart::default(),
            retries: BTreeMap::new(),
            pools: BTreeMap::new(),
        }
    }
}

/// Replaces a setting by what was said, if something was.
pub(super) fn put<T>(setting: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *setting = said;
    }
}

/// Replaces a setting that need not be there by what was said, if something was.
pub(super) fn put_some<T>(setting: &mut Option<T>, said: Option<T>) {
    if said.is_some() {
        *setting = said;
    }
}

/// Replaces all of a list by what was said, if something was.
pub(super) fn put_all<T>(setting: &mut Vec<T>, said: Vec<T>) {
    if !said.is_empty() {
        *setting = said;
    }
}

/// Where a queue has its data if nothing else is said.
pub(in crate::cli) const DATA: &str = "task-queue-data";

const TLS: (&str, &str) = ("tls_cert", "tls_key");
