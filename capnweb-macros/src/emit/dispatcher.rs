//! The dispatcher: from the index of a member to a call of the user's implementation.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Generics, Path, parse_quote};

use super::{marker, stub};
use crate::args::{Cancel, MemberKind};
use crate::model::{Capability, Failure, Member, Param, Presence, Returns};
use crate::names::{self, Runtime, generated};

/// Emits the table of members and the dispatcher.
pub(super) fn dispatcher(capability: &Capability) -> TokenStream {
    let interface = interface(capability);
    let declaration = declaration(capability);
    let dispatch = dispatch(capability);
    generated!(#interface #declaration #dispatch)
}

/// Emits the table.
fn interface(capability: &Capability) -> TokenStream {
    let Capability {
        runtime, interface, ..
    } = capability;
    let table = names::interface(&capability.ident);
    let members = capability.members().map(|member| entry(member, runtime));
    generated! {
        #[allow(non_upper_case_globals, reason = "named after the trait")]
        static #table: #runtime::Interface = #runtime::Interface {
            name: #interface,
            members: &[#(#members),*],
        };
    }
}

fn entry(member: &Member, runtime: &Runtime) -> TokenStream {
    let name = &member.wire;
    let kind = match member.kind {
        MemberKind::Method => generated!(#runtime::MemberKind::Method),
        MemberKind::Property => generated!(#runtime::MemberKind::Property),
    };
    let cancel = match member.cancel {
        Cancel::Cooperative => generated!(#runtime::Cancel::Cooperative),
        Cancel::Drop => generated!(#runtime::Cancel::Drop),
    };
    generated!(#runtime::Member { name: #name, kind: #kind, cancel: #cancel })
}

fn declaration(capability: &Capability) -> TokenStream {
    let dispatcher = names::dispatcher(&capability.ident);
    let target = names::target();
    let generics = generics(capability);
    let where_clause = &generics.where_clause;
    let marker = marker::field(capability);
    generated! {
        struct #dispatcher #generics #where_clause {
            target: ::std::sync::Arc<#target>,
            #marker
        }
    }
}

fn dispatch(capability: &Capability) -> TokenStream {
    let Capability { runtime, .. } = capability;
    let dispatcher = names::dispatcher(&capability.ident);
    let table = names::interface(&capability.ident);
    let generics = generics(capability);
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    let as_trait = capability.as_trait();
    let arms = capability
        .members()
        .enumerate()
        .map(|(index, member)| arm(index, member, &as_trait, runtime));
    generated! {
        #[automatically_derived]
        #[allow(deprecated, unused_mut, unused_variables, reason = "not every method uses all")]
        impl #impl_generics #runtime::Dispatch for #dispatcher #arguments #where_clause {
            fn interface(&self) -> &'static #runtime::Interface {
                &#table
            }

            fn dispatch(
                &self,
                member: usize,
                call: #runtime::Call,
                mut args: #runtime::Args,
            ) -> #runtime::Reply {
                let target = ::std::sync::Arc::clone(&self.target);
                match member {
                    #(#arms)*
                    _ => #runtime::no_such_member(),
                }
            }
        }
    }
}

/// Arguments are evaluated before the method is entered: a wrong one keeps it from running.
fn arm(index: usize, member: &Member, as_trait: &Path, runtime: &Runtime) -> TokenStream {
    let (ident, target) = (member.ident(), names::target());
    let call = member.wants_call.then(|| generated!(call,));
    let arguments = member.params.iter().map(decoded);
    let waits = member.declaration.sig.asyncness.map(|_| generated!(.await));
    let span = names::hygienic(member.returns.success.span());
    let result = quote_spanned! { span=>
        <#target as #as_trait>::#ident(&target, #call #(#arguments),*) #waits
    };
    let answer = answer(&member.returns, &result, runtime);
    let index = syn::LitInt::new(&index.to_string(), proc_macro2::Span::mixed_site());
    generated! {
        #index => #runtime::reply(async move { #answer }),
    }
}

fn decoded(param: &Param) -> TokenStream {
    let (name, ty) = (param.name(), &param.ty);
    match &param.presence {
        Presence::Required | Presence::Optional(_) => generated!(args.take::<#ty>(#name)?),
        Presence::Default(value) => generated!(args.take_or::<#ty>(#name, || #value)?),
    }
}

/// The type is named so that one that cannot travel is reported where the user wrote it.
fn answer(returns: &Returns, result: &TokenStream, runtime: &Runtime) -> TokenStream {
    let success = &returns.success;
    let span = names::hygienic(success.span());
    if let Failure::None = returns.failure {
        return quote_spanned!(span=> #runtime::answer_plain::<#success>(#result));
    }
    let outcome = stub::outcome(returns, runtime);
    quote_spanned!(span=> #runtime::answer::<#outcome>(#result))
}

/// The parameters of the stub, and the implementation.
fn generics(capability: &Capability) -> Generics {
    let mut generics = capability.impl_generics();
    let (target, bound) = (names::target(), capability.as_bound());
    generics.params.push(parse_quote!(#target: #bound));
    generics
}
