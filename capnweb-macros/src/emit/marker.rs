//! The field that makes a struct use the type parameters it only talks about.

use proc_macro2::TokenStream;

use crate::model::Capability;
use crate::names::generated;

/// Emits the field, if there are type parameters.
///
/// `fn() -> T` rather than `T`: the struct owns none, and is `Send` and `Sync` whatever they are.
pub(super) fn field(capability: &Capability) -> Option<TokenStream> {
    let generics = capability.stub_generics();
    let types: Vec<_> = generics.type_params().map(|param| &param.ident).collect();
    (!types.is_empty())
        .then(|| generated!(__types: ::core::marker::PhantomData<fn() -> (#(#types,)*)>,))
}

/// Emits its value.
pub(super) fn value(capability: &Capability) -> Option<TokenStream> {
    let generics = capability.stub_generics();
    let has_types = generics.type_params().next().is_some();
    has_types.then(|| generated!(__types: ::core::marker::PhantomData,))
}
