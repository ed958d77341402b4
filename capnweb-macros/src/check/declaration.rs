//! Rules for the trait as a whole.

use syn::{GenericParam, Type, TypeParamBound, WherePredicate};

use crate::parse::{ItemSource, TraitSource, is_capability};
use crate::sink::Errors;

/// Reports what keeps a trait from being a capability, its parameters and methods aside.
pub(crate) fn declaration(source: &TraitSource, errors: &Errors) {
    qualifiers(source, errors);
    annotated_once(source, errors);
    supertraits(source, errors);
    items(source, errors);
}

/// Reports parameters that a stub cannot have.
pub(crate) fn parameters(source: &TraitSource, errors: &Errors) {
    lifetimes(source, errors);
    bounds_on_self(source, errors);
    associated_types(source, errors);
}

fn qualifiers(source: &TraitSource, errors: &Errors) {
    if let Some(unsafety) = &source.unsafety {
        errors.at(
            unsafety,
            "a capability cannot be `unsafe`: nothing can be asked of an implementation that is a \
             peer; remove `unsafe`",
        );
    }
    if let Some(auto) = &source.auto {
        errors.at(
            auto,
            "a capability cannot be an `auto` trait: it has methods; remove `auto`",
        );
    }
}

fn annotated_once(source: &TraitSource, errors: &Errors) {
    for attr in source.attrs.iter().filter(|attr| is_capability(attr)) {
        errors.at(attr, "`#[capability]` is given twice: keep one");
    }
}

fn lifetimes(source: &TraitSource, errors: &Errors) {
    for param in &source.generics.params {
        if let GenericParam::Lifetime(lifetime) = param {
            errors.at(
                lifetime,
                "a capability cannot have a lifetime parameter: its stubs are used from anywhere, \
                 at any time; own the data instead",
            );
        }
    }
}

fn supertraits(source: &TraitSource, errors: &Errors) {
    for bound in &source.supertraits {
        if !is_implied(bound) {
            errors.at(
                bound,
                "a capability cannot have supertraits other than `Send`, `Sync` and `'static`: a \
                 peer has only its methods; put the bound where it is needed, or the methods into \
                 this trait",
            );
        }
    }
}

/// Returns whether every capability has this bound anyway.
fn is_implied(bound: &TypeParamBound) -> bool {
    match bound {
        TypeParamBound::Trait(bound) if bound.maybe.is_none() => {
            let name = bound.path.segments.last();
            name.is_some_and(|name| name.ident == "Send" || name.ident == "Sync")
        }
        TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
        _ => false,
    }
}

fn bounds_on_self(source: &TraitSource, errors: &Errors) {
    let clause = source.generics.where_clause.iter();
    for predicate in clause.flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(bound) = predicate
            && matches!(&bound.bounded_ty, Type::Path(path) if path.path.is_ident("Self"))
        {
            errors.at(
                predicate,
                "a capability cannot put bounds on `Self`: a peer has only its methods; remove \
                 this bound",
            );
        }
    }
}

fn items(source: &TraitSource, errors: &Errors) {
    for item in &source.items {
        if let ItemSource::Other(other) = item {
            match other {
                syn::TraitItem::Const(constant) => errors.at(
                    &constant.ident,
                    "an associated constant cannot be read from afar: write `#[property] fn`",
                ),
                other => errors.at(
                    other,
                    "a capability has methods, properties and associated types only",
                ),
            }
        }
    }
}

fn associated_types(source: &TraitSource, errors: &Errors) {
    for associated in source.types() {
        if !associated.generics.params.is_empty() {
            errors.at(
                &associated.generics,
                "an associated type of a capability cannot be generic: the stub has one type \
                 parameter for it; use a plain associated type",
            );
        }
        if let Some((_, default)) = &associated.default {
            errors.at(
                default,
                "an associated type of a capability cannot have a default: remove it",
            );
        }
        let clash = source
            .generics
            .type_params()
            .any(|param| param.ident == associated.ident);
        if clash {
            errors.at(
                &associated.ident,
                format!(
                    "`{}` is also a type parameter of the trait, and the stub has both: rename one",
                    associated.ident
                ),
            );
        }
    }
}
