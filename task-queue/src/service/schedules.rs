//! Schedules as a capability.

use std::sync::Arc;

use capnweb_runtime::Result;

use super::access::Seat;
use super::hub::Hub;
use super::refusal::Refusal;
use crate::caps::{Done, NewSchedule, ScheduleInfo, Schedules};
use crate::engine::{Command, CreateSchedule, DeleteSchedule, SetScheduleFlow};
use crate::entropy::OsEntropy;
use crate::model::{Calendar, Flow, Schedule, ScheduleId, TaskSpec};

/// The schedules, as somebody sees them.
pub(super) struct ServedSchedules {
    pub(super) hub: Arc<Hub>,
    /// Whose view it is, and how far their tasks may go.
    pub(super) seat: Seat,
}

impl ServedSchedules {
    async fn accept(&self, new: NewSchedule) -> Result<ScheduleInfo, Refusal> {
        let template = TaskSpec::from_submission(&new.kind, new.params, &self.seat.terms.grants)?;
        self.seat.check_type(&template.kind)?;
        let id = ScheduleId::generate(&mut OsEntropy);
        let create = CreateSchedule {
            schedule: id,
            calendar: Calendar::new(&new.cron, &new.zone)?,
            template,
            submitter: self.seat.submitter.clone(),
            misfire: new.misfire,
        };
        let create = Command::CreateSchedule(Box::new(create));
        self.hub.owner.apply(create).await?;
        let made = self
            .hub
            .owner
            .read(move |state| state.schedule(id).map(describe));
        made.await?.ok_or(Refusal::NoSuchSchedule)
    }

    /// Returns the name of a schedule in this view. A name that is not even one is as good as one
    /// of a schedule that never was.
    async fn find(&self, id: &str) -> Result<ScheduleId, Refusal> {
        let id = id.parse().map_err(|_| Refusal::NoSuchSchedule)?;
        let who = self.seat.submitter.clone();
        let found = self.hub.owner.read(move |state| {
            let schedule = state.schedule(id);
            schedule.is_some_and(|schedule| who.sees(&schedule.submitter))
        });
        found.await?.then_some(id).ok_or(Refusal::NoSuchSchedule)
    }

    async fn set_flow(&self, id: &str, flow: Flow) -> Result<Done, Refusal> {
        let schedule = self.find(id).await?;
        let set = Command::SetScheduleFlow(SetScheduleFlow { schedule, flow });
        self.hub.owner.apply(set).await?;
        Ok(Done::YES)
    }
}

impl Schedules for ServedSchedules {
    async fn create(&self, schedule: NewSchedule) -> Result<ScheduleInfo> {
        Ok(self.accept(schedule).await?)
    }

    async fn list(&self) -> Result<Vec<ScheduleInfo>> {
        let who = self.seat.submitter.clone();
        let schedules = self.hub.owner.read(move |state| {
            let schedules = state.schedules();
            let known = schedules.filter(|one| who.sees(&one.submitter));
            known.map(describe).collect()
        });
        Ok(schedules.await?)
    }

    async fn pause(&self, id: String) -> Result<Done> {
        Ok(self.set_flow(&id, Flow::Paused).await?)
    }

    async fn resume(&self, id: String) -> Result<Done> {
        Ok(self.set_flow(&id, Flow::Open).await?)
    }

    async fn delete(&self, id: String) -> Result<Done> {
        let schedule = self.find(&id).await?;
        let delete = Command::DeleteSchedule(DeleteSchedule { schedule });
        self.hub.owner.apply(delete).await?;
        Ok(Done::YES)
    }
}

fn describe(schedule: &Schedule) -> ScheduleInfo {
    ScheduleInfo {
        id: schedule.id,
        cron: schedule.calendar.cron().to_owned(),
        zone: schedule.calendar.zone().to_owned(),
        kind: schedule.template.kind.clone(),
        params: schedule.template.params.value(),
        misfire: schedule.misfire,
        flow: schedule.flow,
        next_at: schedule.next_at,
        made: schedule.made,
        latest: schedule.latest,
        refusal: schedule.refusal.clone(),
    }
}
