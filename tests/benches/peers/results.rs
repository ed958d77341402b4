//! What was measured: medians, ranges, and ratios within a round.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::contest::{Case, Contest, Peer};

/// What every turn has found out.
#[derive(Debug, Default)]
pub(crate) struct Results(BTreeMap<(&'static str, Peer), BTreeMap<usize, Map<String, Value>>>);

/// The middle of some numbers, and how far they reach.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Results {
    pub(crate) fn note(&mut self, case: &Case, round: usize, found: Map<String, Value>) {
        let rounds = self.0.entry((case.contest.name, case.peer)).or_default();
        rounds.insert(round, found);
    }

    /// Returns those who were measured in a contest.
    pub(crate) fn peers(&self, contest: &Contest) -> impl Iterator<Item = Peer> {
        let measured = |peer: &Peer| self.0.contains_key(&(contest.name, *peer));
        contest.peers.iter().copied().filter(measured)
    }

    /// Returns a figure over all rounds.
    pub(crate) fn spread(&self, contest: &str, peer: Peer, field: &str) -> Option<Spread> {
        Spread::of(self.values(contest, peer, field).into_values().collect())
    }

    /// Returns how many times another peer's figure one's is, taken within each round.
    pub(crate) fn ratio(
        &self,
        contest: &str,
        peer: Peer,
        other: Peer,
        field: &str,
    ) -> Option<Spread> {
        let others = self.values(contest, other, field);
        let ratios = self.values(contest, peer, field).into_iter();
        let ratios = ratios.filter_map(|(round, one)| Some(one / others.get(&round)?));
        Spread::of(ratios.filter(|ratio| ratio.is_finite()).collect())
    }

    fn values(&self, contest: &str, peer: Peer, field: &str) -> BTreeMap<usize, f64> {
        let rounds = self.0.iter();
        let mut rounds = rounds.filter(|((name, who), _)| *name == contest && *who == peer);
        let Some((_, rounds)) = rounds.next() else {
            return BTreeMap::new();
        };
        let value = |found: &Map<String, Value>| found.get(field)?.as_f64();
        let values = rounds.iter();
        values
            .filter_map(|(round, found)| Some((*round, value(found)?)))
            .collect()
    }
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
        Some(Self {
            least: *values.first()?,
            median: f64::midpoint(*values.get(low)?, *values.get(high)?),
            most: *values.last()?,
        })
    }
}
