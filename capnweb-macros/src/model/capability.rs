//! A trait whose methods can be called from afar.

use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Generics, Ident, Path, Token, TraitItemType, TypeParamBound, Visibility, parse_quote,
};

use super::associated::{Associated, strip_defaults, trait_arguments};
use super::member::{Declaration, Member};
use crate::names::Runtime;

/// A capability: the user's trait, or a facet of it.
#[derive(Clone)]
pub(crate) struct Capability {
    pub(crate) runtime: Runtime,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    /// The name that error messages and interface descriptions use.
    pub(crate) interface: String,
    pub(crate) generics: Generics,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
    pub(crate) types: Vec<TraitItemType>,
    pub(crate) items: Vec<Item>,
    pub(crate) lineage: Lineage,
    pub(crate) extent: Extent,
}

/// Something inside the trait.
#[derive(Clone)]
pub(crate) enum Item {
    Member(Box<Member>),
    /// A method with a mistake: it stays in the trait and is in nothing generated from it.
    Broken(Box<Declaration>),
    /// What is emitted as it was written.
    Verbatim(TokenStream),
}

/// How much of a trait could be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Full,
    /// Something is left out, so that nothing generated can implement the trait.
    Partial,
    /// Not even its parameters: nothing but the trait can be generated.
    TraitOnly,
}

/// Where a capability comes from.
#[derive(Clone)]
pub(crate) enum Lineage {
    /// The user wrote the trait.
    Written,
    /// It is a facet of this trait and lacks these methods.
    Facet { of: Ident, lacks: Vec<String> },
}

impl Capability {
    /// Returns the methods and properties, in the order of their indices.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.items.iter().filter_map(|item| match item {
            Item::Member(member) => Some(&**member),
            Item::Broken(_) | Item::Verbatim(_) => None,
        })
    }

    /// Returns the member called `ident` in Rust.
    pub(crate) fn member(&self, ident: &Ident) -> Option<&Member> {
        self.members().find(|member| member.ident() == ident)
    }

    /// Returns the members that keep the stub from implementing the trait itself.
    pub(crate) fn unforwardable(&self) -> impl Iterator<Item = &Member> {
        self.members().filter(|member| !member.can_be_forwarded())
    }

    /// Returns the parameters of the stub: those of the trait and one per associated type.
    pub(crate) fn stub_generics(&self) -> Generics {
        Associated::new(&self.types).extend(&self.generics)
    }

    /// Returns the same without defaults, for everything but the declaration of the stub.
    pub(crate) fn impl_generics(&self) -> Generics {
        let mut generics = self.stub_generics();
        strip_defaults(&mut generics);
        generics
    }

    /// Returns the trait with its arguments: `Cell<T>`.
    pub(crate) fn as_trait(&self) -> Path {
        self.path_with(&[])
    }

    /// Returns the trait as a bound that fixes its associated types: `Cell<T, Item = Item>`.
    pub(crate) fn as_bound(&self) -> Path {
        self.path_with(&self.types)
    }

    fn path_with(&self, types: &[TraitItemType]) -> Path {
        let ident = &self.ident;
        let arguments = trait_arguments(&self.generics, types);
        parse_quote!(#ident #arguments)
    }
}
