//! The retry policies that tasks can ask for by name.

use std::collections::BTreeMap;

use crate::model::RetryPolicy;

/// The retry policies that tasks can ask for by name.
///
/// There is always one by the name of [`DEFAULT`](Self::DEFAULT), which is
/// [`RetryPolicy::PATIENT`] unless it is set to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicies(BTreeMap<String, RetryPolicy>);

impl RetryPolicies {
    /// The name of the policy that the tasks have which joined workers carry out, unless they ask
    /// for another.
    pub const DEFAULT: &'static str = "default";

    /// Sets the policy of a name, in place of the one before.
    pub fn set(&mut self, name: impl Into<String>, policy: RetryPolicy) {
        self.0.insert(name.into(), policy);
    }

    /// Returns the policy of a name, if there is one.
    pub fn named(&self, name: &str) -> Option<&RetryPolicy> {
        self.0.get(name)
    }
}

impl Default for RetryPolicies {
    fn default() -> Self {
        let patient = (Self::DEFAULT.to_owned(), RetryPolicy::PATIENT);
        Self(BTreeMap::from([patient]))
    }
}
