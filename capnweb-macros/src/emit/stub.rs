//! The stub: a typed reference to an object, local or remote.

use proc_macro2::TokenStream;

use super::{docs, marker};
use crate::args::MemberKind;
use crate::model::{Capability, Failure, Member, Param, Presence, Returns};
use crate::names::{self, Runtime, generated};

/// Emits the type.
pub(super) fn declaration(capability: &Capability) -> TokenStream {
    let Capability { runtime, vis, .. } = capability;
    let stub = names::stub(&capability.ident);
    let docs = docs::stub(capability);
    let generics = capability.stub_generics();
    let where_clause = &generics.where_clause;
    let marker = marker::field(capability);
    generated! {
        #docs
        #vis struct #stub #generics #where_clause {
            __stub: #runtime::Stub,
            #marker
        }
    }
}

/// Emits its functions.
pub(super) fn inherent(capability: &Capability) -> TokenStream {
    let Capability { runtime, vis, .. } = capability;
    let stub = names::stub(&capability.ident);
    let generics = capability.impl_generics();
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    let bound = capability.as_bound();
    let dispatcher = names::dispatcher(&capability.ident);
    let methods = capability
        .members()
        .map(|member| method(member, capability));
    let (new, attenuate) = (docs::new(capability), docs::attenuate());
    let (guarded, revocable) = (docs::guarded(), docs::revocable());
    let (membrane, membrane_with) = (docs::membrane(), docs::membrane_with());
    let marker = marker::value(capability);
    generated! {
        #[allow(clippy::too_many_arguments, reason = "as many as the trait has")]
        impl #impl_generics #stub #arguments #where_clause {
            #new
            #vis fn new(target: impl #bound) -> Self {
                <Self as #runtime::Capability>::from_stub(#runtime::serve(#dispatcher {
                    target: ::std::sync::Arc::new(target),
                    #marker
                }))
            }

            #(#methods)*

            #attenuate
            #vis fn attenuate<__Facet>(&self) -> __Facet
            where
                __Facet: #runtime::FacetOf<Self>,
            {
                <__Facet as #runtime::FacetOf<Self>>::of(self)
            }

            #guarded
            #[must_use = "only the reference that this returns is guarded"]
            #vis fn guarded(&self, policy: impl #runtime::Policy) -> Self {
                #runtime::guarded(self, policy)
            }

            #revocable
            #[must_use = "only the reference that this returns can be revoked"]
            #vis fn revocable(&self) -> (Self, #runtime::Revoker) {
                let (stub, revoker) = #runtime::revocable(&self.__stub);
                (<Self as #runtime::Capability>::from_stub(stub), revoker)
            }

            #membrane
            #[must_use = "only the reference that this returns is behind the membrane"]
            #vis fn membrane(&self) -> (Self, #runtime::Revoker) {
                #runtime::membrane(self)
            }

            #membrane_with
            #[must_use = "only the reference that this returns is behind the membrane"]
            #vis fn membrane_with(&self, policy: impl #runtime::Policy) -> (Self, #runtime::Revoker) {
                #runtime::membrane_with(self, policy)
            }
        }
    }
}

/// Emits the method that calls the one of the same name, wherever the object is.
fn method(member: &Member, capability: &Capability) -> TokenStream {
    let Capability { runtime, vis, .. } = capability;
    let (ident, wire) = (member.ident(), &member.wire);
    let docs = docs::member(member);
    let promise = promise(&member.returns, runtime);
    let outcome = outcome(&member.returns, runtime);
    match member.kind {
        MemberKind::Property => generated! {
            #docs
            #vis fn #ident(&self) -> #promise {
                #runtime::get::<#outcome>(&self.__stub, #wire)
            }
        },
        MemberKind::Method => {
            let params = member.params.iter().map(|param| parameter(param, runtime));
            let arguments = member.params.iter().map(argument);
            generated! {
                #docs
                #vis fn #ident(&self, #(#params),*) -> #promise {
                    #runtime::call::<#outcome>(
                        &self.__stub,
                        #wire,
                        #runtime::ArgList::new() #(#arguments)*,
                    )
                }
            }
        }
    }
}

fn parameter(param: &Param, runtime: &Runtime) -> TokenStream {
    let Param { ident, ty, .. } = param;
    match &param.presence {
        Presence::Default(_) => generated! {
            #ident: impl #runtime::IntoArg<::core::option::Option<#ty>>
        },
        Presence::Required | Presence::Optional(_) => generated! {
            #ident: impl #runtime::IntoArg<#ty>
        },
    }
}

fn argument(param: &Param) -> TokenStream {
    let (ident, name) = (&param.ident, param.name());
    match &param.presence {
        Presence::Required => {
            let ty = &param.ty;
            generated!(.with::<#ty>(#name, #ident))
        }
        Presence::Optional(ty) => generated!(.with_optional::<#ty>(#name, #ident)),
        Presence::Default(_) => {
            let ty = &param.ty;
            generated!(.with_optional::<#ty>(#name, #ident))
        }
    }
}

/// `Promise<T>` or `Promise<T, E>`.
fn promise(returns: &Returns, runtime: &Runtime) -> TokenStream {
    let Returns { success, failure } = returns;
    match failure {
        Failure::None | Failure::Common => generated!(#runtime::Promise<#success>),
        Failure::Own(own) => generated!(#runtime::Promise<#success, #own>),
    }
}

/// The types of a success and of a failure, which a remote call always has.
pub(super) fn outcome(returns: &Returns, runtime: &Runtime) -> TokenStream {
    let Returns { success, failure } = returns;
    match failure {
        Failure::None | Failure::Common => generated!(#success, #runtime::Error),
        Failure::Own(own) => generated!(#success, #own),
    }
}
