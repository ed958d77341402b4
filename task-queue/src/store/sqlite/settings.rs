//! Settings to rows and back.

use rusqlite::{Connection, Row, params};

use crate::model::{RecordId, Setting, SettingId};
use crate::store::StoreError;
use crate::store::sqlite::records::{column, fits, parse, signed, text};
use crate::store::sqlite::writer::failed;

/// Writes a setting.
pub(super) fn put(database: &Connection, setting: &Setting) -> Result<(), StoreError> {
    let (id, revision) = (setting.id(), setting.revision());
    let statement = if revision == 1 {
        "INSERT INTO setting (name, revision, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE setting SET revision = ?2, record = ?3 WHERE name = ?1 AND revision = ?2 - 1"
    };
    let mut statement = database.prepare_cached(statement).map_err(failed)?;
    let row = params![id.to_string(), signed(revision), text(setting)?];
    let written = statement.execute(row).map_err(failed)?;
    fits(written, RecordId::Setting(Box::new(id)))
}

/// Removes a setting.
pub(super) fn remove(
    database: &Connection,
    id: &SettingId,
    revision: u64,
) -> Result<(), StoreError> {
    let delete = "DELETE FROM setting WHERE name = ?1 AND revision = ?2";
    let mut statement = database.prepare_cached(delete).map_err(failed)?;
    let row = params![id.to_string(), signed(revision)];
    let removed = statement.execute(row).map_err(failed)?;
    fits(removed, RecordId::Setting(Box::new(id.clone())))
}

/// Reads a setting, if it is there.
pub(super) fn fetch(database: &Connection, id: &SettingId) -> Result<Option<Setting>, StoreError> {
    let select = "SELECT record FROM setting WHERE name = ?1";
    let mut statement = database.prepare_cached(select).map_err(failed)?;
    let mut rows = statement.query([id.to_string()]).map_err(failed)?;
    let row = rows.next().map_err(failed)?;
    row.map(|row| read(row, 0, id.clone())).transpose()
}

/// Reads all settings.
pub(super) fn load(database: &Connection) -> Result<Vec<Setting>, StoreError> {
    let select = "SELECT record, name FROM setting";
    let mut statement = database.prepare_cached(select).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut settings = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let name: String = column(row, 1)?;
        let id = name.parse().unwrap_or(SettingId::Queue);
        settings.push(read(row, 0, id)?);
    }
    Ok(settings)
}

/// Reads a record; `id` is for the message if it is none.
fn read(row: &Row<'_>, index: usize, id: SettingId) -> Result<Setting, StoreError> {
    let stored: String = column(row, index)?;
    parse(&RecordId::Setting(Box::new(id)), &stored)
}
