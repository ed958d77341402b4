//! Requests that are answered by one commit.

use std::sync::Arc;

use super::handle::{AttemptEnd, Look, Reply, Request};
use super::turns::World;
use crate::engine::{Command, Effect, Rejected, Start, State, apply};
use crate::model::Timestamp;
use crate::service::refusal::Refusal;

/// What is to be said and done once a batch is stored, in order.
///
/// Refusals wait as well: what they go by may be a change that is not stored yet.
#[derive(Default)]
pub(super) struct Batch(Vec<Outcome>);

enum Outcome {
    Applied(Vec<Effect>, Reply<()>),
    Begun(Vec<Effect>, Start, Reply<AttemptEnd>),
    Rejected(Rejected, Reply<()>),
    NotBegun(Rejected, Reply<AttemptEnd>),
    Unasked(Vec<Effect>),
    Look(Look),
}

impl Batch {
    /// Applies a command that nobody waits for.
    pub(super) fn apply_unasked(&mut self, state: &mut State, command: Command, now: Timestamp) {
        if let Ok(effects) = apply(state, command, now) {
            self.0.push(Outcome::Unasked(effects));
        }
    }

    /// Handles one request; returns whether it asks to stop.
    pub(super) fn handle(&mut self, state: &mut State, request: Request, now: Timestamp) -> bool {
        self.0.push(match request {
            Request::Apply(command, reply) => match apply(state, *command, now) {
                Ok(effects) => Outcome::Applied(effects, reply),
                Err(rejected) => Outcome::Rejected(rejected, reply),
            },
            Request::Execute(start, reply) => {
                match apply(state, Command::Start(start.clone()), now) {
                    Ok(effects) => Outcome::Begun(effects, start, reply),
                    Err(rejected) => Outcome::NotBegun(rejected, reply),
                }
            }
            Request::Read(look) => Outcome::Look(look),
            Request::Stop => return true,
        });
        false
    }

    /// Answers, and lets things happen: all of it is stored.
    pub(super) fn carry_out<W: World>(self, state: &State, world: &Arc<W>) {
        for outcome in self.0 {
            // First, so that who hears the answer finds it counted.
            world.observe(state, outcome.effects());
            for effect in outcome.answer(state, world) {
                world.run(effect);
            }
        }
    }

    /// Answers that nothing of it has happened; the state is again what is stored.
    pub(super) fn refuse(self, state: &State, why: impl Fn() -> Refusal) {
        drop(self.tell(why, |look| look(Ok(state))));
    }

    /// Answers that nothing of it has happened, and that what is stored cannot even be read.
    /// Returns what would have happened.
    pub(super) fn refuse_all(self, why: impl Fn() -> Refusal) -> Vec<Effect> {
        self.tell(&why, |look| look(Err(why())))
    }

    fn tell(self, why: impl Fn() -> Refusal, show: impl Fn(Look)) -> Vec<Effect> {
        let mut undone = Vec::new();
        for outcome in self.0 {
            match outcome {
                Outcome::Applied(effects, reply) => {
                    undone.extend(effects);
                    drop(reply.send(Err(why())));
                }
                Outcome::Begun(effects, _, reply) => {
                    undone.extend(effects);
                    drop(reply.send(Err(why())));
                }
                Outcome::Unasked(effects) => undone.extend(effects),
                Outcome::Rejected(_, reply) => drop(reply.send(Err(why()))),
                Outcome::NotBegun(_, reply) => drop(reply.send(Err(why()))),
                Outcome::Look(look) => show(look),
            }
        }
        undone
    }
}

impl Outcome {
    fn effects(&self) -> &[Effect] {
        match self {
            Self::Applied(effects, _) | Self::Begun(effects, ..) | Self::Unasked(effects) => {
                effects
            }
            Self::Rejected(..) | Self::NotBegun(..) | Self::Look(_) => &[],
        }
    }

    /// Answers whoever asked; returns what is to happen then. Whoever asked may have stopped waiting.
    fn answer<W: World>(self, state: &State, world: &Arc<W>) -> Vec<Effect> {
        match self {
            Self::Unasked(effects) => return effects,
            Self::Applied(effects, reply) => {
                drop(reply.send(Ok(())));
                return effects;
            }
            Self::Begun(effects, start, reply) => {
                drop(reply.send(Ok(world.await_end(start.task))));
                return effects;
            }
            Self::Rejected(rejected, reply) => drop(reply.send(Err(rejected.into()))),
            Self::NotBegun(rejected, reply) => drop(reply.send(Err(rejected.into()))),
            Self::Look(look) => look(Ok(state)),
        }
        Vec::new()
    }
}
