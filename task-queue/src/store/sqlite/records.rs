//! Tasks and workers to rows and back.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, Params, Row, params};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};

use crate::model::{
    Change, Entry, Events, Kept, RecordId, Snapshot, Task, TaskId, TaskSpec, Worker, WorkerId,
};
use crate::store::StoreError;
use crate::store::sqlite::packed::{NoSuchPlace, Packed};
use crate::store::sqlite::settings;
use crate::store::sqlite::writer::failed;

/// Writes changes in their order, up to the first that does not fit what is stored.
pub(super) fn write(database: &Connection, changes: &[Change]) -> Result<(), StoreError> {
    let mut rows = Rows::of(database);
    changes.iter().try_for_each(|change| match change {
        Change::PutTask { task, kept } => rows.put_task(task, *kept),
        Change::RemoveTask {
            id,
            order,
            revision,
        } => rows.remove_task(*id, *order, *revision),
        Change::PutWorker(worker) => rows.put_worker(worker),
        Change::RemoveWorker { id, revision } => rows.remove_worker(*id, *revision),
        Change::PutSetting(setting) => settings::put(database, setting),
        Change::RemoveSetting { id, revision } => settings::remove(database, id, *revision),
    })
}

/// Reads all records.
pub(super) fn load(database: &Connection) -> Result<Snapshot, StoreError> {
    let rows = Rows::of(database);
    let mut snapshot = Snapshot::default();
    let mut checkpoints = rows.checkpoints()?;
    let mut partial_results = rows.partial_results()?;
    let mut pages = rows.pages()?;
    let mut specs = rows.specs()?;
    rows.each("SELECT place, id, revision, record FROM task", [], |row| {
        let stored = StoredTask::read(row)?;
        let place = stored.place;
        snapshot.tasks.push(stored.into_task(&Parts {
            spec: specs.remove(&place),
            checkpoint: checkpoints.remove(&place),
            partial_results: partial_results.remove(&place).unwrap_or_default(),
            pages: pages.remove(&place).unwrap_or_default(),
        })?);
        Ok(())
    })?;
    rows.each("SELECT id, revision, record FROM worker", [], |row| {
        snapshot.workers.push(worker(row)?);
        Ok(())
    })?;
    snapshot.settings = settings::load(database)?;
    Ok(snapshot)
}

/// Reads those of these records that there are.
pub(super) fn fetch(database: &Connection, wanted: &[RecordId]) -> Result<Snapshot, StoreError> {
    let rows = Rows::of(database);
    let mut snapshot = Snapshot::default();
    for record in wanted {
        match record {
            RecordId::Task { id, order } => snapshot.tasks.extend(rows.task(*id, *order)?),
            RecordId::Worker(id) => snapshot.workers.extend(rows.worker(*id)?),
            RecordId::Setting(id) => snapshot.settings.extend(settings::fetch(database, id)?),
        }
    }
    Ok(snapshot)
}

/// The tables, one method for each statement.
struct Rows<'a> {
    database: &'a Connection,
    /// What most changes of a commit are made with: it need not be looked for each time.
    update: Option<CachedStatement<'a>>,
}

impl<'a> Rows<'a> {
    const fn of(database: &'a Connection) -> Self {
        Self {
            database,
            update: None,
        }
    }

    fn put_task(&mut self, task: &Task, kept: Kept) -> Result<(), StoreError> {
        let place = signed(task.order);
        let record = text(&Packed::of(task))?;
        let record = (
            &task.id.bits().to_be_bytes()[..],
            signed(task.revision),
            record,
        );
        let written = if task.revision == 1 {
            self.execute(
                "INSERT INTO task (place, id, revision, record) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                params![place, record.0, record.1, record.2],
            )?
        } else {
            self.update_task(params![place, record.0, record.1, record.2])?
        };
        fits(written, RecordId::of_task(task))?;
        self.put_parts(place, task, kept)
    }

    fn update_task(&mut self, parameters: impl Params) -> Result<usize, StoreError> {
        let update = if let Some(update) = &mut self.update {
            update
        } else {
            let prepared = self.prepare(
                "UPDATE task SET revision = ?3, record = ?4
                 WHERE place = ?1 AND id = ?2 AND revision = ?3 - 1",
            )?;
            self.update.insert(prepared)
        };
        update.execute(parameters).map_err(failed)
    }

    /// Writes what of a task's large parts is not as it is stored already.
    fn put_parts(&self, place: i64, task: &Task, kept: Kept) -> Result<(), StoreError> {
        if task.revision == 1 {
            let insert = "INSERT INTO spec (place, spec) VALUES (?1, ?2)";
            self.execute(insert, params![place, text(&task.spec)?])?;
        }
        if let Some(checkpoint) = task.checkpoint.as_ref().filter(|_| !kept.checkpoint) {
            let replace = "INSERT OR REPLACE INTO checkpoint (place, value) VALUES (?1, ?2)";
            self.execute(replace, params![place, text(checkpoint)?])?;
        }
        let numbered = (0_i64..).zip(&task.partial_results);
        for (number, value) in numbered.skip(kept.partial_results) {
            let insert = "INSERT INTO partial_result (place, number, value) VALUES (?1, ?2, ?3)";
            self.execute(insert, params![place, number, text(value)?])?;
        }
        self.put_page(place, &task.events, kept.events)
    }

    /// Writes what has become a page of the task's events; if nothing of them is kept, it is all there
    /// is in pages.
    fn put_page(&self, place: i64, events: &Events, kept: u64) -> Result<(), StoreError> {
        let last = events.paged();
        if last == kept {
            return Ok(());
        }
        if kept == 0 {
            self.execute("DELETE FROM event WHERE place = ?1", [place])?;
        }
        let page: Vec<_> = events.entries().take_while(|e| e.seq <= last).collect();
        let insert = "INSERT INTO event (place, last, page) VALUES (?1, ?2, ?3)";
        self.execute(insert, params![place, signed(last), text(&page)?])?;
        Ok(())
    }

    fn remove_task(&self, id: TaskId, order: u64, revision: u64) -> Result<(), StoreError> {
        let place = signed(order);
        let removed = self.execute(
            "DELETE FROM task WHERE place = ?1 AND id = ?2 AND revision = ?3",
            params![place, &id.bits().to_be_bytes()[..], signed(revision)],
        )?;
        fits(removed, RecordId::Task { id, order })?;
        for part in [
            "DELETE FROM spec WHERE place = ?1",
            "DELETE FROM checkpoint WHERE place = ?1",
            "DELETE FROM partial_result WHERE place = ?1",
            "DELETE FROM event WHERE place = ?1",
        ] {
            self.execute(part, [place])?;
        }
        Ok(())
    }

    fn put_worker(&self, worker: &Worker) -> Result<(), StoreError> {
        let id = worker.id.bits().to_be_bytes();
        let (revision, record) = (signed(worker.revision), text(worker)?);
        let statement = if worker.revision == 1 {
            "INSERT INTO worker (id, revision, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
        } else {
            "UPDATE worker SET revision = ?2, record = ?3 WHERE id = ?1 AND revision = ?2 - 1"
        };
        let written = self.execute(statement, params![&id[..], revision, record])?;
        fits(written, RecordId::Worker(worker.id))
    }

    fn remove_worker(&self, id: WorkerId, revision: u64) -> Result<(), StoreError> {
        let delete = "DELETE FROM worker WHERE id = ?1 AND revision = ?2";
        let bits = id.bits().to_be_bytes();
        let removed = self.execute(delete, params![&bits[..], signed(revision)])?;
        fits(removed, RecordId::Worker(id))
    }

    fn task(&self, id: TaskId, order: u64) -> Result<Option<Task>, StoreError> {
        let place = signed(order);
        let mut stored = None;
        let select = "SELECT place, id, revision, record FROM task WHERE place = ?1 AND id = ?2";
        let bits = id.bits().to_be_bytes();
        self.each(select, params![place, &bits[..]], |row| {
            stored = Some(StoredTask::read(row)?);
            Ok(())
        })?;
        let Some(stored) = stored else {
            return Ok(None);
        };
        let spec = self.texts("SELECT spec FROM spec WHERE place = ?1", place)?;
        let checkpoint = self.texts("SELECT value FROM checkpoint WHERE place = ?1", place)?;
        let partial_results = self.texts(
            "SELECT value FROM partial_result WHERE place = ?1 ORDER BY number",
            place,
        )?;
        let pages = self.texts(
            "SELECT page FROM event WHERE place = ?1 ORDER BY last",
            place,
        )?;
        let task = stored.into_task(&Parts {
            spec: spec.into_iter().next(),
            checkpoint: checkpoint.into_iter().next(),
            partial_results,
            pages,
        })?;
        Ok(Some(task))
    }

    fn worker(&self, id: WorkerId) -> Result<Option<Worker>, StoreError> {
        let mut found = None;
        let select = "SELECT id, revision, record FROM worker WHERE id = ?1";
        let bits = id.bits().to_be_bytes();
        self.each(select, params![&bits[..]], |row| {
            found = Some(worker(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    fn specs(&self) -> Result<HashMap<i64, String>, StoreError> {
        self.by_place("SELECT place, spec FROM spec")
    }

    fn checkpoints(&self) -> Result<HashMap<i64, String>, StoreError> {
        self.by_place("SELECT place, value FROM checkpoint")
    }

    fn partial_results(&self) -> Result<HashMap<i64, Vec<String>>, StoreError> {
        self.all_by_place("SELECT place, value FROM partial_result ORDER BY place, number")
    }

    fn pages(&self) -> Result<HashMap<i64, Vec<String>>, StoreError> {
        self.all_by_place("SELECT place, page FROM event ORDER BY place, last")
    }

    fn all_by_place(&self, select: &str) -> Result<HashMap<i64, Vec<String>>, StoreError> {
        let mut found: HashMap<i64, Vec<String>> = HashMap::new();
        self.each(select, [], |row| {
            let (place, value) = (column(row, 0)?, column(row, 1)?);
            found.entry(place).or_default().push(value);
            Ok(())
        })?;
        Ok(found)
    }

    fn by_place(&self, select: &str) -> Result<HashMap<i64, String>, StoreError> {
        let mut found = HashMap::new();
        self.each(select, [], |row| {
            found.insert(column(row, 0)?, column(row, 1)?);
            Ok(())
        })?;
        Ok(found)
    }

    fn texts(&self, select: &str, place: i64) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        self.each(select, [place], |row| {
            found.push(column(row, 0)?);
            Ok(())
        })?;
        Ok(found)
    }

    fn each(
        &self,
        select: &str,
        parameters: impl Params,
        mut take: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.prepare(select)?;
        let mut rows = statement.query(parameters).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            take(row)?;
        }
        Ok(())
    }

    fn execute(&self, statement: &str, parameters: impl Params) -> Result<usize, StoreError> {
        self.prepare(statement)?.execute(parameters).map_err(failed)
    }

    fn prepare(&self, statement: &str) -> Result<CachedStatement<'a>, StoreError> {
        self.database.prepare_cached(statement).map_err(failed)
    }
}

/// A task's row, without its large parts.
struct StoredTask {
    place: i64,
    id: TaskId,
    revision: i64,
    record: String,
}

/// What belongs to a task's row in other tables.
struct Parts {
    spec: Option<String>,
    checkpoint: Option<String>,
    partial_results: Vec<String>,
    /// Of its events.
    pages: Vec<String>,
}

impl StoredTask {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            place: column(row, 0)?,
            id: TaskId::of_bits(bits(row, 1)?),
            revision: column(row, 2)?,
            record: column(row, 3)?,
        })
    }

    fn into_task(self, parts: &Parts) -> Result<Task, StoreError> {
        let (id, order) = (self.id, self.place.cast_unsigned());
        let record = RecordId::Task { id, order };
        let packed: Packed<'_> = parse(&record, &self.record)?;
        let changing = packed.unpack().map_err(|NoSuchPlace| StoreError::Damaged {
            record: record.clone(),
            source: serde_json::Error::custom("it names a worker that it does not know"),
        })?;
        // Of a task without a specification, there is no reading the nothing.
        let spec: TaskSpec = parse(&record, parts.spec.as_deref().unwrap_or_default())?;
        let value = |text: &String| parse(&record, text).map(Arc::new);
        let partial_results = parts.partial_results.iter().map(value);
        let pages = parts.pages.iter().map(|page| parse(&record, page));
        let pages: Vec<Vec<Entry>> = pages.collect::<Result<_, _>>()?;
        Ok(Task {
            id,
            revision: self.revision.cast_unsigned(),
            order,
            submitted_at: changing.submitted_at,
            submitter: changing.submitter,
            spec: Arc::new(spec),
            state: changing.state,
            progress: changing.progress,
            events: Events::restore(pages.into_iter().flatten().collect(), changing.events),
            partial_results: partial_results.collect::<Result<_, _>>()?,
            checkpoint: parts.checkpoint.as_ref().map(value).transpose()?,
            bytes: changing.bytes,
            last_failure: changing.last_failure.map(Box::new),
            failures: changing.failures,
            losses: changing.losses,
            epoch: changing.epoch,
            history: changing.history.into(),
        })
    }
}

fn worker(row: &Row<'_>) -> Result<Worker, StoreError> {
    let id = WorkerId::of_bits(bits(row, 0)?);
    let revision: i64 = column(row, 1)?;
    let stored: String = column(row, 2)?;
    let worker: Worker = parse(&RecordId::Worker(id), &stored)?;
    Ok(Worker {
        id,
        revision: revision.cast_unsigned(),
        ..worker
    })
}

/// One row is what a change fits; none, what it does not.
pub(super) fn fits(rows: usize, record: RecordId) -> Result<(), StoreError> {
    match rows {
        0 => Err(StoreError::Conflict { record }),
        _ => Ok(()),
    }
}

pub(super) fn text(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Io(error.into()))
}

pub(super) fn parse<T: DeserializeOwned>(record: &RecordId, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Damaged {
        record: record.clone(),
        source,
    })
}

pub(super) fn column<T: rusqlite::types::FromSql>(
    row: &Row<'_>,
    index: usize,
) -> Result<T, StoreError> {
    row.get(index).map_err(failed)
}

fn bits(row: &Row<'_>, index: usize) -> Result<u128, StoreError> {
    column(row, index).map(u128::from_be_bytes)
}

/// The database has signed numbers; no bit is lost.
pub(super) const fn signed(number: u64) -> i64 {
    number.cast_signed()
}
