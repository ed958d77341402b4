//! Files of settings.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;

/// Reads settings from a file.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Result<T, ConfigError> {
    let text = fs::read_to_string(file).map_err(|source| ConfigError::Read {
        file: file.to_owned(),
        source,
    })?;
    parse(file, &text)
}

/// Writes settings as the text of a file, from which they can be read again.
pub(super) fn write(settings: &impl Serialize) -> Result<String, ConfigError> {
    Ok(toml::to_string(settings)?)
}

pub(super) fn parse<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        let before = text.get(..at).unwrap_or(text);
        ConfigError::File {
            file: file.to_owned(),
            line: before.matches('\n').count().saturating_add(1),
            key: key_at(text, at),
            problem: error.message().to_owned(),
        }
    })
}

/// Returns the whole name of the setting at a place in a text; of one that is no TOML, nothing.
fn key_at(text: &str, at: usize) -> Option<String> {
    let table = DeTable::parse(text).ok()?;
    let mut names = names_at(table.get_ref(), at)?;
    names.reverse();
    Some(names.join("."))
}

/// Returns the names that lead to a place, the innermost first.
fn names_at(table: &DeTable<'_>, at: usize) -> Option<Vec<String>> {
    table.iter().find_map(|(key, value)| {
        let within = match value.get_ref() {
            DeValue::Table(inner) => names_at(inner, at),
            _ => None,
        };
        let here = || key.span().contains(&at) || value.span().contains(&at);
        let mut names = within.or_else(|| here().then(Vec::new))?;
        names.push(key.get_ref().to_string());
        Some(names)
    })
}
