//! The values of options: texts in, what they mean or what they should be out.

use std::time::Duration;

use serde_json::Value;
use thiserror::Error;
use url::Url;

use crate::cli::config::{Lasting, Size, Word};
use crate::model::{AccountId, Grants, IdSyntax, TaskStatus, UnknownGrant};
use crate::resources::network::{AllowEntry, EntrySyntax, Reach};

/// What of an option's value makes no sense.
#[derive(Debug, Error)]
pub(in crate::cli) enum NotAnOption {
    #[error("{0}; with commas between them, or `none`")]
    Grant(#[from] UnknownGrant),
    #[error(transparent)]
    Allow(#[from] EntrySyntax),
    #[error("no task can be `{0}`")]
    Status(String),
    #[error("it is {0}")]
    Word(&'static str),
    #[error(transparent)]
    Account(#[from] IdSyntax),
    #[error("the parameters are a JSON object: {0}")]
    Json(#[from] serde_json::Error),
}

/// Reads what is written in the same way in a file of settings.
pub(super) fn word<T: Word>(text: &str) -> Result<T, NotAnOption> {
    T::read(text).ok_or(NotAnOption::Word(T::ALLOWED))
}

/// Reads what clients' tasks can be granted: resources with commas between them, or `none`.
pub(in crate::cli) fn grants(list: &str) -> Result<Grants, NotAnOption> {
    let words = list.split(',').map(str::trim);
    Ok(Grants::of_words(words.filter(|word| *word != "none"))?)
}

/// Reads how long something is, such as `24h`.
pub(super) fn duration(text: &str) -> Result<Duration, NotAnOption> {
    word(text).map(|Lasting(duration)| duration)
}

/// Reads how many bytes something has, such as `256MiB`.
pub(super) fn bytes(text: &str) -> Result<u64, NotAnOption> {
    word(text).map(|Size(bytes)| bytes)
}

/// Reads where a queue is reached.
pub(super) fn address(text: &str) -> Result<Url, NotAnOption> {
    word(text)
}

pub(super) fn account(text: &str) -> Result<AccountId, NotAnOption> {
    Ok(text.parse()?)
}

/// Reads a host that tasks may reach.
///
/// Who names an address, or this machine, means it; a name found elsewhere must lead to a public
/// address, since whoever owns the name decides where it leads.
pub(in crate::cli) fn allow(entry: &str) -> Result<AllowEntry, NotAnOption> {
    let reach = if names_a_place(entry) {
        Reach::Private
    } else {
        Reach::Public
    };
    Ok(AllowEntry::new(entry, reach)?)
}

fn names_a_place(entry: &str) -> bool {
    let authority = entry.split_once("://").map_or(entry, |(_, rest)| rest);
    let url = Url::parse(&format!("http://{authority}"));
    match url.as_ref().ok().and_then(Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => true,
        None => false,
    }
}

/// Reads where a task stands, as it is written on the wire.
pub(super) fn status(text: &str) -> Result<TaskStatus, NotAnOption> {
    let status = serde_json::from_value(Value::from(text));
    status.map_err(|_| NotAnOption::Status(text.to_owned()))
}

/// Reads parameters.
pub(in crate::cli) fn json(text: &str) -> Result<Value, NotAnOption> {
    Ok(serde_json::from_str(text)?)
}
