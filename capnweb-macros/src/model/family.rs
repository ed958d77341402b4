//! A capability with its facets, and the ways from one to another.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{PathArguments, TraitItemType, TypePath};

use super::capability::{Capability, Extent, Item, Lineage};
use super::facet::{self, Results};
use super::member::{Declaration, Member, foreign};
use super::wire_name::WireName;
use crate::args::{CapabilityArgs, FacetArgs, MemberArgs};
use crate::case::Case;
use crate::check;
use crate::names;
use crate::parse::{ItemSource, MethodSource, TraitSource};
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
        let facets = sound_facets(&source, errors);
        let parameters = errors.attempt(|| check::parameters(&source, errors));
        let whole = capability(source, args, errors);
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

/// Returns the facets that have a name of their own.
fn sound_facets(source: &TraitSource, errors: &Errors) -> Vec<FacetArgs> {
    let mut names = check::FacetNames::new(&source.ident);
    let mut facets = FacetArgs::parse_all(&source.attrs, errors);
    facets.retain(|facet| {
        check::grants(facet, source, errors);
        errors
            .attempt(|| names.admit(&facet.ident, errors))
            .is_some()
    });
    facets
}

fn capability(source: TraitSource, args: CapabilityArgs, errors: &Errors) -> Capability {
    let types: Vec<_> = source.types().cloned().collect();
    let mut items = Vec::new();
    let sound = errors.attempt(|| {
        check::declaration(&source, errors);
        items = all_items(&source, args.case, &types, errors);
    });
    let interface = args.name.as_ref().map(syn::LitStr::value);
    Capability {
        runtime: args.runtime,
        attrs: foreign(&source.attrs),
        vis: source.vis,
        interface: interface.unwrap_or_else(|| source.ident.unraw().to_string()),
        ident: source.ident,
        generics: source.generics,
        supertraits: source.supertraits,
        types,
        items,
        lineage: Lineage::Written,
        extent: sound.map_or(Extent::Partial, |()| Extent::Full),
    }
}

fn all_items(
    source: &TraitSource,
    case: Case,
    types: &[TraitItemType],
    errors: &Errors,
) -> Vec<Item> {
    let mut names = check::Names::default();
    let items = source.items.iter().map(|item| match item {
        ItemSource::Method(method) => member(method, case, types, &mut names, errors),
        ItemSource::Type(associated) => Item::Verbatim(associated.to_token_stream()),
        ItemSource::Other(other) => Item::Verbatim(other.to_token_stream()),
    });
    items.collect()
}

fn member(
    source: &MethodSource,
    case: Case,
    types: &[TraitItemType],
    names: &mut check::Names,
    errors: &Errors,
) -> Item {
    let understood = errors.attempt(|| {
        let args = MemberArgs::parse(&source.attrs, errors);
        let wire = WireName::new(&source.sig.ident, args.name.clone(), case);
        check::method(source, args.kind, errors);
        names.admit(&source.sig.ident, &wire, errors);
        Member::new(source, &args, wire.text(), types)
    });
    match understood {
        Some(member) => Item::Member(Box::new(member)),
        None => Item::Broken(Box::new(Declaration::new(source))),
    }
}
