//! The one entry into the scheduler.

use crate::engine::command::Command;
use crate::engine::commands::Touch;
use crate::engine::effect::Effect;
use crate::engine::rejected::Rejected;
use crate::engine::state::State;
use crate::engine::turn::Turn;
use crate::model::Timestamp;

/// Applies one command to the state at the time `now`.
///
/// Returns what is to be done in the world, in this order. A refused command has changed nothing.
pub fn apply(state: &mut State, command: Command, now: Timestamp) -> Result<Vec<Effect>, Rejected> {
    let wake_before = state.next_wake();
    let mut turn = Turn::new(state, now);
    match command {
        Command::Submit(submit) => submit.apply(&mut turn),
        Command::SubmitMany(many) => many.apply(&mut turn),
        Command::Start(start) => start.apply(&mut turn),
        Command::SetProgress(report) => report.apply(&mut turn),
        Command::AddLog(report) => report.apply(&mut turn),
        Command::Emit(report) => report.apply(&mut turn),
        Command::SaveCheckpoint(report) => report.apply(&mut turn),
        Command::Complete(complete) => complete.apply(&mut turn),
        Command::Fail(fail) => fail.apply(&mut turn),
        Command::Cancel(cancel) => cancel.apply(&mut turn),
        Command::CancelMany(many) => {
            many.apply(&mut turn);
            Ok(())
        }
        Command::Govern(govern) => {
            govern.apply(&mut turn);
            Ok(())
        }
        Command::Register(register) => register.apply(&mut turn),
        Command::Revoke(revoke) => revoke.apply(&mut turn),
        Command::Retry(retry) => retry.apply(&mut turn),
        Command::Lose(lose) => lose.apply(&mut turn),
        Command::Join(join) => join.apply(&mut turn),
        Command::Renew(renew) => renew.apply(&mut turn),
        Command::Disconnect(disconnect) => disconnect.apply(&mut turn),
        Command::Resume(resume) => resume.apply(&mut turn),
        Command::Drain(drain) => drain.apply(&mut turn),
        Command::Leave(leave) => leave.apply(&mut turn),
        Command::GiveBack(give_back) => give_back.apply(&mut turn),
        Command::Stopped(stopped) => stopped.apply(&mut turn),
        Command::Disband(disband) => {
            disband.apply(&mut turn);
            Ok(())
        }
        Command::SetFlow(set) => set.apply(&mut turn),
        Command::SetLimits(set) => set.apply(&mut turn),
        Command::ForgetPool(forget) => forget.apply(&mut turn),
        Command::CreateSchedule(create) => create.apply(&mut turn),
        Command::SetScheduleFlow(set) => set.apply(&mut turn),
        Command::DeleteSchedule(delete) => delete.apply(&mut turn),
        Command::Due => {
            turn.fire_timers();
            turn.fire_schedules();
            Ok(())
        }
        Command::Reap(reap) => {
            reap.apply(&mut turn);
            Ok(())
        }
        Command::Touch(Touch) => {
            Touch::apply(&mut turn);
            Ok(())
        }
    }?;
    turn.fail_dependants();
    turn.dispatch();
    Ok(turn.finish(wake_before))
}
