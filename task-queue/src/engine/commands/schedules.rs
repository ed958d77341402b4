//! Having tasks made by the clock.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::commands::report::shorten;
use crate::engine::commands::submit::Submit;
use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{
    Calendar, Flow, Misfire, Schedule, ScheduleId, Setting, SettingId, Submitter, TaskSpec,
};

/// Have a task made at each time of a calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSchedule {
    /// The name it will have, freshly drawn.
    pub schedule: ScheduleId,
    /// When.
    pub calendar: Calendar,
    /// What is to be done each time. It comes after no other task, and has no idempotency key and no
    /// time of its own.
    pub template: TaskSpec,
    /// Whose tasks they are.
    pub submitter: Submitter,
    /// What becomes of a time that was missed.
    pub misfire: Misfire,
}

/// Have a schedule make tasks, or not. Times at which it does not are not made up for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetScheduleFlow {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whether it makes tasks.
    pub flow: Flow,
}

/// Forget a schedule; the tasks that it has made stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteSchedule {
    /// The schedule.
    pub schedule: ScheduleId,
}

impl CreateSchedule {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        self.check(turn)?;
        let next_at = self.calendar.next_after(turn.now);
        let schedule = Schedule {
            id: self.schedule,
            revision: 0,
            calendar: self.calendar,
            template: Arc::new(self.template),
            submitter: self.submitter,
            misfire: self.misfire,
            flow: Flow::Open,
            next_at,
            made: 0,
            latest: None,
            refusal: None,
        };
        turn.state
            .put_setting(Setting::Schedule(Box::new(schedule)));
        Ok(())
    }

    fn check(&self, turn: &Turn<'_>) -> Result<(), Rejected> {
        if turn.state.schedule(self.schedule).is_some() {
            return Err(Rejected::DuplicateSchedule(self.schedule));
        }
        let max = turn.limits().schedules;
        if turn.state.count_schedules() >= max {
            return Err(Rejected::TooManySchedules { max });
        }
        let template = &self.template;
        if !template.after.tasks.is_empty()
            || template.idempotency_key.is_some()
            || template.not_before.is_some()
        {
            return Err(Rejected::NotEachTime);
        }
        if !turn.state.knows(&template.kind) {
            return Err(Rejected::UnknownType(template.kind.clone()));
        }
        turn.check_params(&template.params).map(drop)
    }
}

impl SetScheduleFlow {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let mut schedule = schedule(turn, self.schedule)?;
        if self.flow == Flow::Open && schedule.flow == Flow::Paused {
            schedule.next_at = schedule.calendar.next_after(turn.now);
        }
        schedule.flow = self.flow;
        turn.state
            .put_setting(Setting::Schedule(Box::new(schedule)));
        Ok(())
    }
}

impl DeleteSchedule {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        schedule(turn, self.schedule)?;
        turn.state
            .remove_setting(&SettingId::Schedule(self.schedule));
        Ok(())
    }
}

impl Turn<'_> {
    /// Has the schedules make their tasks whose time has come; of very many, the first. The next
    /// wake is then at once.
    ///
    /// That a task was made and when the next one will be are changes of the same commit: so a time
    /// makes one task, whenever the process is lost. However many times were missed, one is made.
    pub(in crate::engine) fn fire_schedules(&mut self) {
        for id in self.state.due_schedules(self.now, AT_ONCE) {
            if let Ok(schedule) = schedule(self, id) {
                self.fire(schedule);
            }
        }
    }

    fn fire(&mut self, mut schedule: Schedule) {
        let late = schedule.next_at.map(|at| self.now.saturating_since(at));
        let was_missed = late.is_some_and(|late| late > PUNCTUAL);
        schedule.next_at = schedule.calendar.next_after(self.now);
        if !was_missed || schedule.misfire == Misfire::Once {
            self.make_task(&mut schedule);
        }
        self.state
            .put_setting(Setting::Schedule(Box::new(schedule)));
    }

    fn make_task(&mut self, schedule: &mut Schedule) {
        let task = schedule.next_task();
        let submit = Submit {
            task,
            spec: TaskSpec::clone(&schedule.template),
            submitter: schedule.submitter.clone(),
        };
        match submit.apply(self) {
            Ok(()) => {
                schedule.latest = Some(task);
                schedule.refusal = None;
            }
            Err(refusal) => {
                let mut text = refusal.to_string();
                shorten(&mut text, self.limits().text_bytes);
                schedule.refusal = Some(text);
            }
        }
        schedule.made = schedule.made.saturating_add(1);
    }
}

fn schedule(turn: &Turn<'_>, id: ScheduleId) -> Result<Schedule, Rejected> {
    let schedule = turn.state.schedule(id).cloned();
    schedule.ok_or(Rejected::NoSuchSchedule(id))
}

/// How late a task can be made for its time not to be missed.
const PUNCTUAL: Duration = Duration::from_mins(1);

/// How many schedules make a task in one turn, so that a turn is short.
const AT_ONCE: usize = 100;
