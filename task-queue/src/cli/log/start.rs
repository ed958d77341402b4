//! Beginning to write the log.

use std::io;

use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;

use super::format::{Filter, LogFormat};
use super::writer::{Flush, Lines};

/// Begins to write the log of this process to stderr; what waits is written when the answer is dropped.
///
/// In a process that has a log already, that one stays.
pub(in crate::cli) fn start(format: LogFormat, filter: &Filter) -> io::Result<Option<Flush>> {
    if format == LogFormat::Off {
        return Ok(None);
    }
    let (lines, flush) = Lines::to(io::stderr())?;
    let base = registry().with(filter.targets());
    let begun = match format {
        LogFormat::Json => {
            let json = layer().json().flatten_event(true).with_writer(lines);
            base.with(json).try_init()
        }
        LogFormat::Text | LogFormat::Off => base
            .with(layer().with_ansi(false).with_writer(lines))
            .try_init(),
    };
    Ok(begun.is_ok().then_some(flush))
}
