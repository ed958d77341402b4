//! The mapper: instructions, and what they refer to.

use std::sync::{Arc, OnceLock};

use super::allowance::Allowance;
use super::replay::Replay;
use super::slices;
use crate::error::Error;
use crate::hook::Value;
use crate::hook::cap::{Cap, State};
use crate::hook::hardening::weigh_expr;
use crate::hook::promise::Resolver;
use crate::hook::screen::Screen;
use crate::wire::{DecodeError, Expr};

/// A recorded closure: what to do with an input (protocol M-3).
pub(crate) struct Mapper {
    captures: Vec<Capture>,
    instructions: Vec<Instruction>,
    terms: Arc<Terms>,
}

/// Something that the closure has taken in from around it.
struct Capture {
    cap: Cap,
    /// What it stands for, if only the peer knows; read once.
    read: OnceLock<Cap>,
}

/// One instruction, or why it cannot be read, and how much there is of it.
pub(super) struct Instruction {
    pub(super) expr: Result<Expr, DecodeError>,
    pub(super) weight: usize,
}

/// The conditions under which a mapper runs; those nested in it run under the same.
#[derive(Clone, Default)]
pub(super) struct Terms {
    pub(super) allowance: Option<Allowance>,
    conditions: Vec<Arc<dyn Condition>>,
}

/// Something that may forbid, at any time, that a mapper goes on.
pub(crate) trait Condition: Send + Sync + 'static {
    /// Fails once it is forbidden.
    fn check(&self) -> Result<(), Error>;
}

impl Mapper {
    /// Creates a mapper of this program's own.
    pub(crate) fn new(captures: Vec<Cap>, instructions: Vec<Result<Expr, DecodeError>>) -> Self {
        Self::on_terms(captures, instructions, Arc::default())
    }

    /// Creates a mapper that runs for a peer, who may spend this much on it.
    pub(crate) fn allowed(
        captures: Vec<Cap>,
        instructions: Vec<Result<Expr, DecodeError>>,
        allowance: Allowance,
    ) -> Self {
        let terms = Terms {
            allowance: Some(allowance),
            conditions: Vec::new(),
        };
        Self::on_terms(captures, instructions, Arc::new(terms))
    }

    /// Creates a mapper that runs on the same terms as the one it is nested in.
    pub(super) fn on_terms(
        captures: Vec<Cap>,
        instructions: Vec<Result<Expr, DecodeError>>,
        terms: Arc<Terms>,
    ) -> Self {
        let captures = captures.into_iter().map(Capture::new).collect();
        let instructions = instructions.into_iter().map(Instruction::new).collect();
        Self {
            captures,
            instructions,
            terms,
        }
    }

    /// Puts a mapper under one more condition.
    pub(crate) fn under(mut self, condition: Arc<dyn Condition>) -> Self {
        let terms = Arc::make_mut(&mut self.terms);
        terms.conditions.push(condition);
        self
    }

    /// Applies the mapper to a value: to each element of an array, to nothing that is not there,
    /// and once to anything else (protocol M-1).
    pub(crate) fn apply(self, input: &Value, result: Resolver) {
        match input {
            Value::Null | Value::Undefined => result.settle(Ok(input.clone())),
            input => match Replay::new(self, input, result) {
                Ok(replay) => slices::start(replay),
                Err((result, error)) => result.settle(Err(error)),
            },
        }
    }

    /// Returns whether the peer that holds the input can be asked to do it: only what this side
    /// applies can it also stop, and what it could not read it cannot repeat.
    pub(crate) fn can_travel(&self) -> bool {
        let readable = |instruction: &Instruction| instruction.expr.is_ok();
        self.terms.conditions.is_empty() && self.instructions.iter().all(readable)
    }

    /// Returns about how many bytes its instructions take.
    #[cfg(feature = "websocket")]
    pub(crate) fn weight(&self) -> usize {
        let weights = self
            .instructions
            .iter()
            .map(|instruction| instruction.weight);
        weights.fold(0, usize::saturating_add)
    }

    /// Puts in the place of every error in the instructions what a peer is told of it.
    pub(crate) fn screen(&mut self, screen: &Screen) {
        let instructions = self.instructions.iter_mut();
        for expr in instructions.filter_map(|instruction| instruction.expr.as_mut().ok()) {
            screen.expression(expr);
        }
    }

    /// Takes the mapper apart, to be sent.
    pub(crate) fn into_parts(self) -> (Vec<Cap>, Vec<Result<Expr, DecodeError>>) {
        let captures = self.captures.into_iter().map(|capture| capture.cap);
        let instructions = self.instructions.into_iter();
        (
            captures.collect(),
            instructions.map(|instruction| instruction.expr).collect(),
        )
    }

    pub(super) fn instruction(&self, at: usize) -> Option<&Instruction> {
        self.instructions.get(at)
    }

    pub(super) const fn terms(&self) -> &Arc<Terms> {
        &self.terms
    }

    /// Returns the capture at a place.
    pub(super) fn capture(&self, at: usize) -> Option<&Cap> {
        Some(&self.captures.get(at)?.cap)
    }

    /// Returns what the capture at a place stands for. A peer may have captured a promise of its
    /// own as if it were an object, there being no other way (protocol M-32): it is asked.
    pub(super) fn awaited_capture(&self, at: usize) -> Option<Cap> {
        let capture = self.captures.get(at)?;
        Some(match (capture.cap.state(), capture.cap.import()) {
            (State::Object, Some(_)) => capture.read.get_or_init(|| capture.cap.fetch()).clone(),
            _ => capture.cap.clone(),
        })
    }
}

impl Capture {
    const fn new(cap: Cap) -> Self {
        let read = OnceLock::new();
        Self { cap, read }
    }
}

impl Instruction {
    fn new(expr: Result<Expr, DecodeError>) -> Self {
        let weight = expr.as_ref().map_or(0, weigh_expr);
        Self { expr, weight }
    }
}

impl Terms {
    /// Fails once something forbids that a mapper goes on.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.conditions
            .iter()
            .try_for_each(|condition| condition.check())
    }
}
