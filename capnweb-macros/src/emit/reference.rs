//! What every stub is: a capability that can be cloned, printed, pipelined and sent.

use proc_macro2::TokenStream;
use syn::parse_quote;

use super::marker;
use crate::model::Capability;
use crate::names::{self, generated};

/// Emits the trait implementations that all stubs have.
pub(super) fn reference(capability: &Capability) -> TokenStream {
    let conversions = conversions(capability);
    let pipeline = pipeline(capability);
    let standard = standard(capability);
    let serialize = serialize(capability);
    let deserialize = deserialize(capability);
    generated!(#conversions #pipeline #standard #serialize #deserialize)
}

fn conversions(capability: &Capability) -> TokenStream {
    let Capability {
        runtime, interface, ..
    } = capability;
    let stub = names::stub(&capability.ident);
    let generics = capability.impl_generics();
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    let marker = marker::value(capability);
    let members = capability.members().map(|member| &member.wire);
    generated! {
        #[automatically_derived]
        impl #impl_generics #runtime::Capability for #stub #arguments #where_clause {
            const INTERFACE: &'static str = #interface;
            const MEMBERS: &'static [&'static str] = &[#(#members),*];

            fn from_stub(stub: #runtime::Stub) -> Self {
                Self { __stub: stub, #marker }
            }

            fn as_stub(&self) -> &#runtime::Stub {
                &self.__stub
            }

            fn into_stub(self) -> #runtime::Stub {
                self.__stub
            }
        }
    }
}

fn pipeline(capability: &Capability) -> TokenStream {
    let Capability { runtime, .. } = capability;
    let stub = names::stub(&capability.ident);
    let generics = capability.impl_generics();
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    generated! {
        #[automatically_derived]
        impl #impl_generics #runtime::Pipeline for #stub #arguments #where_clause {
            type Pipelined = Self;

            fn pipelined(stub: #runtime::Stub) -> Self {
                <Self as #runtime::Capability>::from_stub(stub)
            }
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #impl_generics #runtime::MapResult for #stub #arguments #where_clause {
            type Arrives = Self;
        }
    }
}

/// Not derived: a derive would ask the type parameters for what they need not have.
fn standard(capability: &Capability) -> TokenStream {
    let Capability { runtime, .. } = capability;
    let stub = names::stub(&capability.ident);
    let name = stub.to_string();
    let generics = capability.impl_generics();
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    generated! {
        #[automatically_derived]
        impl #impl_generics ::core::clone::Clone for #stub #arguments #where_clause {
            fn clone(&self) -> Self {
                <Self as #runtime::Capability>::from_stub(::core::clone::Clone::clone(&self.__stub))
            }
        }

        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #stub #arguments #where_clause {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Formatter::debug_tuple(formatter, #name)
                    .field(&self.__stub)
                    .finish()
            }
        }
    }
}

fn serialize(capability: &Capability) -> TokenStream {
    let Capability { runtime, .. } = capability;
    let stub = names::stub(&capability.ident);
    let generics = capability.impl_generics();
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    generated! {
        #[automatically_derived]
        impl #impl_generics #runtime::serde::Serialize for #stub #arguments #where_clause {
            fn serialize<__S: #runtime::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<
                <__S as #runtime::serde::Serializer>::Ok,
                <__S as #runtime::serde::Serializer>::Error,
            > {
                #runtime::serialize_stub(&self.__stub, serializer)
            }
        }
    }
}

fn deserialize(capability: &Capability) -> TokenStream {
    let Capability {
        runtime, interface, ..
    } = capability;
    let stub = names::stub(&capability.ident);
    let generics = capability.impl_generics();
    let (_, arguments, where_clause) = generics.split_for_impl();
    let mut with_lifetime = generics.clone();
    with_lifetime.params.insert(0, parse_quote!('__de));
    let (impl_generics, _, _) = with_lifetime.split_for_impl();
    generated! {
        #[automatically_derived]
        impl #impl_generics #runtime::serde::Deserialize<'__de> for #stub #arguments #where_clause {
            fn deserialize<__D: #runtime::serde::Deserializer<'__de>>(
                deserializer: __D,
            ) -> ::core::result::Result<
                Self,
                <__D as #runtime::serde::Deserializer<'__de>>::Error,
            > {
                let stub = #runtime::deserialize_stub(#interface, deserializer)?;
                ::core::result::Result::Ok(<Self as #runtime::Capability>::from_stub(stub))
            }
        }
    }
}
