//! One method or property of a capability.

use proc_macro2::Group;
use syn::ext::IdentExt;
use syn::{
    Attribute, Expr, FnArg, Ident, Pat, ReturnType, Signature, TraitItemType, Type, parse_quote,
};

use super::associated::Associated;
use super::facet::Results;
use super::types::{is_call, option_inner, result_parts};
use crate::args::{Cancel, MemberArgs, MemberKind};
use crate::parse::MethodSource;

/// A method or property.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) declaration: Declaration,
    pub(crate) wire: String,
    pub(crate) kind: MemberKind,
    pub(crate) cancel: Cancel,
    /// Whether the first parameter is the `Call`.
    pub(crate) wants_call: bool,
    /// The parameters that travel.
    pub(crate) params: Vec<Param>,
    pub(crate) returns: Returns,
    /// What becomes of its results when a facet grants it.
    pub(crate) results: Results,
}

/// How a method stands in its trait, without the attributes that are addressed to us.
#[derive(Clone)]
pub(crate) struct Declaration {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) sig: Signature,
    pub(crate) body: Option<Group>,
}

/// A parameter that travels.
#[derive(Clone)]
pub(crate) struct Param {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) presence: Presence,
}

/// Whether a caller may leave a parameter out.
#[derive(Clone)]
pub(crate) enum Presence {
    Required,
    /// `Option<T>`, with its `T`.
    Optional(Box<Type>),
    /// The value of one that is left out.
    Default(Box<Expr>),
}

/// What a method returns.
#[derive(Clone)]
pub(crate) struct Returns {
    pub(crate) success: Type,
    pub(crate) failure: Failure,
}

/// How a method says that it failed.
#[derive(Clone)]
pub(crate) enum Failure {
    /// Not at all: it returns its success bare.
    None,
    /// By the runtime's own error: `Result<T>`.
    Common,
    /// By an error type of its own: `Result<T, E>`.
    Own(Box<Type>),
}

impl Member {
    /// Describes a method that passed every check.
    pub(super) fn new(
        source: &MethodSource,
        args: &MemberArgs,
        wire: String,
        types: &[TraitItemType],
    ) -> Self {
        let inputs = source.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(param) => Some(param),
            FnArg::Receiver(_) => None,
        });
        let (calls, params): (Vec<_>, Vec<_>) = inputs.partition(|param| is_call(&param.ty));
        Self {
            declaration: Declaration::new(source),
            wire,
            kind: args.kind,
            cancel: args.cancel,
            wants_call: !calls.is_empty(),
            params: params
                .into_iter()
                .filter_map(|param| Param::new(param, types))
                .collect(),
            returns: Returns::new(&source.sig.output, types),
            results: Results::Data,
        }
    }

    /// Returns the name in Rust.
    pub(crate) const fn ident(&self) -> &Ident {
        &self.declaration.sig.ident
    }

    /// Returns the doc comments and a deprecation, which hold for the stub's method too.
    pub(crate) fn docs(&self) -> impl Iterator<Item = &Attribute> {
        self.declaration
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("doc") || attr.path().is_ident("deprecated"))
    }

    /// Returns whether a call through a stub can answer in the method's own words.
    pub(crate) fn can_be_forwarded(&self) -> bool {
        self.declaration.sig.asyncness.is_some() && !matches!(self.returns.failure, Failure::None)
    }
}

impl Declaration {
    pub(super) fn new(source: &MethodSource) -> Self {
        let mut sig = stripped(&source.sig);
        if source.body.is_none() {
            blank_patterns(&mut sig);
        }
        Self {
            attrs: foreign(&source.attrs),
            sig,
            body: source.body.clone(),
        }
    }
}

impl Param {
    fn new(source: &syn::PatType, types: &[TraitItemType]) -> Option<Self> {
        let Pat::Ident(pattern) = &*source.pat else {
            return None;
        };
        let ty = Associated::new(types).resolve(&source.ty);
        let default = source
            .attrs
            .iter()
            .find(|attr| attr.path().is_ident("default"));
        let presence = match default.and_then(|attr| attr.parse_args().ok()) {
            Some(value) => Presence::Default(Box::new(value)),
            None => option_inner(&ty).map_or(Presence::Required, |inner| {
                Presence::Optional(Box::new(inner.clone()))
            }),
        };
        Some(Self {
            ident: pattern.ident.clone(),
            ty,
            presence,
        })
    }

    /// Returns the name that error messages use.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

impl Returns {
    fn new(output: &ReturnType, types: &[TraitItemType]) -> Self {
        let ty = match output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, ty) => Associated::new(types).resolve(ty),
        };
        let (success, failure) = match result_parts(&ty) {
            Some((success, None)) => (success, Failure::Common),
            Some((success, Some(own))) => (success, Failure::Own(Box::new(own))),
            None => (ty, Failure::None),
        };
        Self { success, failure }
    }
}

/// Returns whether this attribute is addressed to us, so that nobody else must see it.
fn is_ours(attr: &Attribute) -> bool {
    ["rpc", "property", "default", "attenuate", "capability"]
        .iter()
        .any(|name| attr.path().is_ident(name))
}

/// Returns the attributes that are not addressed to us.
pub(super) fn foreign(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs
        .iter()
        .filter(|attr| !is_ours(attr))
        .cloned()
        .collect()
}

/// Returns the signature without the parameter attributes that are addressed to us.
fn stripped(sig: &Signature) -> Signature {
    let mut sig = sig.clone();
    for input in &mut sig.inputs {
        match input {
            FnArg::Receiver(receiver) => receiver.attrs.retain(|attr| !is_ours(attr)),
            FnArg::Typed(param) => param.attrs.retain(|attr| !is_ours(attr)),
        }
    }
    sig
}

/// Blanks the patterns that only a function with a body may have: they are reported once already.
fn blank_patterns(sig: &mut Signature) {
    for input in &mut sig.inputs {
        if let FnArg::Typed(param) = input
            && !matches!(&*param.pat, Pat::Ident(_))
        {
            *param.pat = parse_quote!(_);
        }
    }
}
