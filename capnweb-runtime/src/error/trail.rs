//! Where in some data an error is.

use std::fmt;

use super::excerpt::Excerpt;

/// One step into data: to a member or to an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A struct's field, an object's member or an enum's variant, by its name on the wire, of which
    /// the first 64 characters are kept.
    Member(String),
    /// An element, counted from 0.
    Element(usize),
}

impl Step {
    pub(crate) fn member(name: &str) -> Self {
        Self::Member(Excerpt::of_name(name).to_string())
    }
}

/// The way from some data to the place of an error inside it; it reads like `user.tags[3]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Trail {
    /// Innermost first: the way is found while the error travels outwards.
    steps: Vec<Step>,
}

impl Trail {
    /// Puts a step before the others.
    pub(crate) fn prepend(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Returns whether this is the place of the data itself.
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().rev().enumerate() {
            match step {
                Step::Element(index) => write!(f, "[{index}]")?,
                Step::Member(name) if at == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
            }
        }
        Ok(())
    }
}
