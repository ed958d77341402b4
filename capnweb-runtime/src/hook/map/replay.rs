//! The replay of a mapper: one instruction at a time, element after element (protocol M-4).

use std::sync::Arc;

use super::allowance::Allowance;
use super::mapper::Mapper;
use super::scope::ReplayScope;
use super::spare::Spare;
use super::variable::Variable;
use crate::error::{Disconnect, Error};
use crate::hook::Value;
use crate::hook::cap::Outcome;
use crate::hook::evaluate::evaluate_again;
use crate::hook::hardening::{Charge, Lane, weight};
use crate::hook::promise::Resolver;
use crate::hook::session::Session;

/// A mapper that is being applied.
pub(super) struct Replay {
    mapper: Mapper,
    inputs: std::vec::IntoIter<Value>,
    shape: Shape,
    outputs: Vec<Value>,
    /// The input at hand and the results of the instructions executed for it; empty between inputs.
    variables: Vec<Variable>,
    spare: Spare,
    /// What inputs and outputs are counted as, if they are kept for a peer.
    kept: Option<Arc<Charge>>,
    result: Resolver,
}

/// What becomes of the outputs.
enum Shape {
    /// There is one, and it is the result.
    Once,
    /// They are the elements of the result.
    Each,
}

/// What is left to do after a step.
pub(super) enum Progress {
    More,
    Done(Outcome),
}

impl Replay {
    /// Begins; fails if there is no room to keep the input meanwhile.
    #[allow(clippy::result_large_err, reason = "what is refused is handed back")]
    pub(super) fn new(
        mapper: Mapper,
        input: &Value,
        result: Resolver,
    ) -> Result<Self, (Resolver, Error)> {
        let kept = match mapper.terms().allowance.as_ref().map(|own| own.copy(input)) {
            Some(Err(error)) => return Err((result, error)),
            Some(Ok(charge)) => Some(charge),
            None => None,
        };
        let (inputs, shape) = match input {
            Value::Array(items) => (items.clone(), Shape::Each),
            one => (vec![one.clone()], Shape::Once),
        };
        Ok(Self {
            mapper,
            outputs: Vec::with_capacity(inputs.len()),
            inputs: inputs.into_iter(),
            shape,
            variables: Vec::new(),
            spare: Spare::default(),
            kept,
            result,
        })
    }

    /// Returns how many steps have been taken of those that the peer may take, if one may.
    pub(super) fn taken(&self) -> usize {
        let allowance = self.mapper.terms().allowance.as_ref();
        allowance.map_or(0, Allowance::taken)
    }

    /// Returns where the work of the session queues that this runs for.
    pub(super) fn lane(&self) -> Option<&Lane> {
        let allowance = self.mapper.terms().allowance.as_ref();
        allowance.map(Allowance::lane)
    }

    /// Executes the next instruction.
    pub(super) fn step(&mut self) -> Progress {
        match self.advance() {
            Ok(None) => Progress::More,
            Ok(Some(value)) => Progress::Done(Ok(value)),
            Err(error) => Progress::Done(Err(error)),
        }
    }

    /// Gives the result to whoever waits for it.
    pub(super) fn finish(self, outcome: Outcome) {
        let Self { kept, result, .. } = self;
        // The result is charged for itself from here on.
        drop(kept);
        result.settle(outcome);
    }

    fn advance(&mut self) -> Result<Option<Value>, Error> {
        self.mapper.terms().check()?;
        if self.result.session().is_some_and(Session::is_ended) {
            return Err(Disconnect::Shutdown.into());
        }
        if self.variables.is_empty() {
            let Some(input) = self.inputs.next() else {
                return Ok(Some(self.output()));
            };
            self.keep(input)?;
        }
        let at = self.variables.len().saturating_sub(1);
        let value = self.execute(at)?;
        if self.mapper.instruction(at.saturating_add(1)).is_some() {
            self.keep(value)?;
        } else {
            self.variables.clear();
            self.put(value)?;
        }
        Ok(None)
    }

    fn execute(&mut self, at: usize) -> Result<Value, Error> {
        let Some(instruction) = self.mapper.instruction(at) else {
            return Err(Error::new("Invalid empty mapper function.").public());
        };
        let expr = instruction
            .expr
            .as_ref()
            .map_err(|error| Error::of_class(error.class(), error.to_string()).public())?;
        if let Some(allowance) = &self.mapper.terms().allowance {
            allowance.step(instruction.weight)?;
        }
        let mut scope = ReplayScope {
            mapper: &self.mapper,
            variables: &self.variables,
            caller: &self.result,
            spare: &mut self.spare,
        };
        evaluate_again(&mut scope, expr)
    }

    fn keep(&mut self, value: Value) -> Result<(), Error> {
        let allowance = self.mapper.terms().allowance.as_ref();
        self.variables.push(Variable::new(value, allowance)?);
        Ok(())
    }

    fn put(&mut self, output: Value) -> Result<(), Error> {
        if let Some(kept) = &self.kept {
            kept.add(weight(&output))?;
        }
        self.outputs.push(output);
        Ok(())
    }

    fn output(&mut self) -> Value {
        let mut outputs = std::mem::take(&mut self.outputs);
        match self.shape {
            Shape::Each => Value::Array(outputs),
            Shape::Once => match outputs.pop().unwrap_or_default() {
                Value::Capability(stub) => Value::Capability(stub.into_result()),
                value => value,
            },
        }
    }
}
