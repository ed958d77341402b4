//! Rules for parameters.

use syn::{Attribute, Expr, FnArg, Pat, PatType, Signature};

use super::travel::{Direction, travels};
use crate::args::MemberKind;
use crate::model::{is_call, option_inner};
use crate::sink::Errors;

/// Reports parameters that cannot be decoded from a message.
pub(super) fn arguments(sig: &Signature, kind: MemberKind, errors: &Errors) {
    let params: Vec<&PatType> = sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(param) => Some(param),
            FnArg::Receiver(_) => None,
        })
        .collect();
    for param in &params {
        pattern(param, errors);
        default(param, errors);
        travels(&param.ty, Direction::Argument, errors);
    }
    match kind {
        MemberKind::Property => no_parameters(&params, errors),
        MemberKind::Method => call_first(&params, errors),
    }
}

fn pattern(param: &PatType, errors: &Errors) {
    let named =
        matches!(&*param.pat, Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none());
    if !named {
        errors.at(
            &param.pat,
            "a parameter needs a name, errors are reported by it: take it whole and match in the \
             body",
        );
    }
}

fn default(param: &PatType, errors: &Errors) {
    let mut defaults = param
        .attrs
        .iter()
        .filter(|attr| attr.path().is_ident("default"));
    let Some(first) = defaults.next() else {
        return;
    };
    errors.absorb(expression(first));
    for again in defaults {
        errors.at(again, "`#[default]` is given twice: keep one");
    }
    if is_call(&param.ty) {
        errors.at(
            first,
            "a `Call` does not travel and is always there: remove `#[default]`",
        );
    } else if option_inner(&param.ty).is_some() {
        errors.at(
            first,
            "an `Option` may be left out anyway and is `None` then: remove `#[default]` or the \
             `Option`",
        );
    }
}

fn expression(attr: &Attribute) -> syn::Result<Expr> {
    let advice = "write the value to use: `#[default(1)]`";
    attr.parse_args()
        .map_err(|_| syn::Error::new_spanned(attr, advice))
}

fn no_parameters(params: &[&PatType], errors: &Errors) {
    for param in params {
        errors.at(
            param,
            "a property is read, not called, and has no parameters: remove this one or \
             `#[property]`",
        );
    }
}

fn call_first(params: &[&PatType], errors: &Errors) {
    let mut calls = params
        .iter()
        .enumerate()
        .filter(|(_, param)| is_call(&param.ty));
    if let Some((1.., late)) = calls.next() {
        errors.at(
            late,
            "`Call` does not travel and comes before what does: make it the first parameter",
        );
    }
    for (_, again) in calls {
        errors.at(again, "`Call` is given twice: keep the first");
    }
}
