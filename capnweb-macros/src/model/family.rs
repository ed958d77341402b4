//! A capability with its facets, and the ways from one to another.

use syn::{PathArguments, TypePath};

use super::capability::{Capability, Extent};
use super::facet::{self, Results};
use super::understand;
use crate::args::CapabilityArgs;
use crate::check;
use crate::names;
use crate::parse::TraitSource;
use crate::sink::Errors;

/// The user's trait and its facets.
pub(crate) struct Family {
    pub(crate) whole: Capability,
    pub(crate) facets: Vec<Capability>,
}

/// One way to less authority.
pub(crate) struct Attenuation<'a> {
    pub(crate) from: &'a Capability,
    pub(crate) to: &'a Capability,
    /// What becomes of the results of each member of `to`.
    pub(crate) grants: Vec<Results>,
}

impl Family {
    /// Understands a trait; what is wrong in it is reported and left out.
    pub(crate) fn new(source: TraitSource, args: CapabilityArgs, errors: &Errors) -> Self {
        let facets = understand::facets(&source, errors);
        let parameters = errors.attempt(|| check::parameters(&source, errors));
        let whole = understand::capability(source, args, errors);
        if parameters.is_none() {
            return Self {
                whole: Capability {
                    extent: Extent::TraitOnly,
                    ..whole
                },
                facets: Vec::new(),
            };
        }
        let facets = facets
            .into_iter()
            .map(|facet| facet::narrow(&whole, facet, errors))
            .collect();
        Self { whole, facets }
    }

    /// Returns every capability of the family.
    pub(crate) fn capabilities(&self) -> impl Iterator<Item = &Capability> {
        std::iter::once(&self.whole).chain(&self.facets)
    }

    /// Returns every way from one capability of the family to a lesser one.
    pub(crate) fn attenuations(&self) -> Vec<Attenuation<'_>> {
        let from_whole = self.facets.iter().map(|to| Attenuation {
            from: &self.whole,
            to,
            grants: to.members().map(|member| member.results.clone()).collect(),
        });
        from_whole.chain(self.between_facets()).collect()
    }

    /// Starts from every pair and strikes out those that cannot be, until nothing changes: results
    /// may be narrowed from facet to facet of this very family, so pairs depend on each other.
    fn between_facets(&self) -> Vec<Attenuation<'_>> {
        let mut pairs: Vec<(&Capability, &Capability)> = Vec::new();
        for from in &self.facets {
            let others = self.facets.iter().filter(|to| to.ident != from.ident);
            pairs.extend(others.map(|to| (from, to)));
        }
        loop {
            let before = pairs.len();
            let known = pairs.clone();
            pairs.retain(|(from, to)| grants(from, to, &known).is_some());
            if pairs.len() == before {
                break;
            }
        }
        let known = pairs.clone();
        pairs
            .into_iter()
            .filter_map(|(from, to)| {
                let grants = grants(from, to, &known)?;
                Some(Attenuation { from, to, grants })
            })
            .collect()
    }
}

/// Returns what becomes of the results of `to`'s members if `from` is attenuated to it.
fn grants(
    from: &Capability,
    to: &Capability,
    known: &[(&Capability, &Capability)],
) -> Option<Vec<Results>> {
    to.members()
        .map(|member| {
            let wider = from.member(member.ident())?;
            step(&wider.results, &member.results, known)
        })
        .collect()
}

/// Returns what turns results of one facet into those of another, if that takes nothing but
/// narrowing. The second facet wraps the first, so what the first narrowed stays narrowed.
fn step(from: &Results, to: &Results, known: &[(&Capability, &Capability)]) -> Option<Results> {
    match (from, to) {
        (Results::Data | Results::Whole, Results::Data) => Some(Results::Data),
        (Results::Whole, Results::Whole | Results::Narrowed { .. }) => Some(to.clone()),
        (Results::Narrowed { to: from, .. }, Results::Narrowed { to, .. }) => {
            if from == to {
                return Some(Results::Whole);
            }
            let reachable = known
                .iter()
                .any(|(wide, narrow)| is_stub_of(from, wide) && is_stub_of(to, narrow));
            let alike = last_arguments(from) == last_arguments(to);
            (reachable && alike).then(|| Results::Narrowed {
                from: from.clone(),
                to: to.clone(),
            })
        }
        _ => None,
    }
}

fn is_stub_of(ty: &TypePath, capability: &Capability) -> bool {
    let stub = names::stub(&capability.ident);
    ty.path.segments.len() == 1 && ty.path.segments.iter().all(|segment| segment.ident == stub)
}

fn last_arguments(ty: &TypePath) -> Option<&PathArguments> {
    ty.path.segments.last().map(|last| &last.arguments)
}
