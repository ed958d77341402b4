//! The schedules: which there are, and one more or less.

use std::io;

use serde_json::json;

use super::options::{
    NewScheduleOptions, QueueOptions, ScheduleAction, ScheduleOptions, SchedulesOptions,
};
use crate::caps::{NewSchedule, ScheduleInfo};
use crate::cli::client::{Out, say};
use crate::cli::enter::enter;
use crate::cli::error::RunError;
use crate::cli::words::plain;
use crate::model::Flow;

/// What becomes of a schedule that is there.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Removed,
    Paused,
    Resumed,
}

/// Does what is to be done about schedules.
pub(in crate::cli) async fn schedules(
    options: SchedulesOptions,
    out: Out<'_>,
) -> Result<(), RunError> {
    match options.action {
        ScheduleAction::List(options) => list(options, out).await,
        ScheduleAction::Add(options) => add(options, out).await,
        ScheduleAction::Remove(options) => settle(options, Fate::Removed, out).await,
        ScheduleAction::Pause(options) => settle(options, Fate::Paused, out).await,
        ScheduleAction::Resume(options) => settle(options, Fate::Resumed, out).await,
    }
}

async fn list(options: QueueOptions, out: Out<'_>) -> Result<(), RunError> {
    let entered = enter(&options.client).await?;
    let list = entered.gateway.get_schedules().list().await;
    let list = list.map_err(RunError::Refused)?;
    say(&options.client, out, &list, |out| {
        list.iter().try_for_each(|schedule| line(schedule, out))
    })
}

async fn add(options: NewScheduleOptions, out: Out<'_>) -> Result<(), RunError> {
    let entered = enter(&options.client).await?;
    let wanted = NewSchedule {
        cron: options.cron,
        zone: options.zone,
        kind: options.kind,
        params: options.params,
        misfire: options.misfire.into(),
    };
    let made = entered.gateway.get_schedules().create(wanted).await;
    let made = made.map_err(RunError::Refused)?;
    say(&options.client, out, &made, |out| {
        writeln!(out, "{}", made.id)
    })
}

async fn settle(options: ScheduleOptions, fate: Fate, out: Out<'_>) -> Result<(), RunError> {
    let entered = enter(&options.client).await?;
    let schedules = entered.gateway.get_schedules();
    let id = options.id;
    let (done, word) = match fate {
        Fate::Removed => (schedules.delete(&id), "removed"),
        Fate::Paused => (schedules.pause(&id), "paused"),
        Fate::Resumed => (schedules.resume(&id), "resumed"),
    };
    done.await.map_err(RunError::Refused)?;
    let answer = json!({"success": true, "scheduleId": id});
    say(&options.client, out, &answer, |out| {
        writeln!(out, "{word} {id}")
    })
}

fn line(schedule: &ScheduleInfo, out: Out<'_>) -> io::Result<()> {
    let ScheduleInfo {
        id,
        kind,
        cron,
        zone,
        made,
        ..
    } = schedule;
    write!(out, "{id}  {kind:<8}  `{cron}` {zone}  {made} made  ")?;
    match (schedule.flow, schedule.next_at) {
        (Flow::Paused, _) => write!(out, "paused")?,
        (Flow::Open, Some(at)) => write!(out, "next at {at}")?,
        (Flow::Open, None) => write!(out, "never again")?,
    }
    match &schedule.refusal {
        Some(refusal) => writeln!(out, "  the latest was refused: {}", plain(refusal)),
        None => writeln!(out),
    }
}
