//! Which tasks a task comes after.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{SpecError, TaskId, whole};

/// Which tasks a task comes after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// The tasks: it begins when all of them have come to their end. Each is named once.
    pub tasks: Vec<TaskId>,
    /// What becomes of it if one of them fails or is cancelled.
    pub on_failure: OnFailure,
}

/// What becomes of a task if one that it comes after fails or is cancelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// It fails as well.
    #[default]
    Fail,
    /// It begins nevertheless.
    Run,
}

impl After {
    /// How many tasks a task comes after at most.
    pub const MAX: usize = 1_000;

    /// Reads the parameters `after` and `on_failure`.
    ///
    /// `after` is an array of ids and, in a batch, of objects with the `index` of a task in
    /// `earlier`: those of the batch that come before this one. So there are no circles.
    pub(super) fn from_params(params: &Value, earlier: &[TaskId]) -> Result<Self, SpecError> {
        let mut after = Self {
            tasks: Vec::new(),
            on_failure: OnFailure::from_params(params)?,
        };
        let names = match params.get("after") {
            None | Some(Value::Null) => return Ok(after),
            Some(Value::Array(names)) => names,
            Some(_) => return Err(SpecError::After),
        };
        for name in names {
            after.add(predecessor(name, earlier)?)?;
        }
        Ok(after)
    }

    /// Adds a task, if it is not among them.
    pub fn add(&mut self, task: TaskId) -> Result<(), SpecError> {
        if self.tasks.contains(&task) {
            return Ok(());
        }
        if self.tasks.len() >= Self::MAX {
            return Err(SpecError::TooManyPredecessors);
        }
        self.tasks.push(task);
        Ok(())
    }

    /// Returns whether the task comes after none and says nothing about it.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl OnFailure {
    fn from_params(params: &Value) -> Result<Self, SpecError> {
        match params.get("on_failure") {
            None | Some(Value::Null) => Ok(Self::Fail),
            Some(policy) => Self::deserialize(policy).map_err(|_| SpecError::OnFailure),
        }
    }
}

fn predecessor(name: &Value, earlier: &[TaskId]) -> Result<TaskId, SpecError> {
    if let Some(id) = name.as_str() {
        return id.parse().map_err(|_| SpecError::After);
    }
    let index = name.get("index").and_then(whole).ok_or(SpecError::After)?;
    let place = usize::try_from(index).ok();
    let task = place.and_then(|place| earlier.get(place));
    task.copied().ok_or(SpecError::NotEarlier { index })
}
