//! From a trait as written to a capability: what is sound in it is kept, the rest reported.

use quote::ToTokens;
use syn::TraitItemType;
use syn::ext::IdentExt;

use super::capability::{Capability, Extent, Item, Lineage};
use super::member::{Declaration, Member, foreign};
use super::wire_name::WireName;
use crate::args::{CapabilityArgs, FacetArgs, MemberArgs};
use crate::case::Case;
use crate::check;
use crate::parse::{ItemSource, MethodSource, TraitSource};
use crate::sink::Errors;

/// Reads the facets; those without a name of their own are reported and left out.
pub(super) fn facets(source: &TraitSource, errors: &Errors) -> Vec<FacetArgs> {
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

/// Understands the trait; what is wrong in it is reported and left out.
pub(super) fn capability(source: TraitSource, args: CapabilityArgs, errors: &Errors) -> Capability {
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
