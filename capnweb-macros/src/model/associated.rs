//! Associated types, which become type parameters of the stub.

use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{
    GenericParam, Generics, Ident, PathArguments, Token, TraitItemType, Type, TypeParam, TypePath,
    parse_quote,
};

/// Rewrites `Self::Item` to `Item`, for code outside the trait where `Item` is a parameter.
pub(super) struct Associated<'a> {
    types: &'a [TraitItemType],
}

impl<'a> Associated<'a> {
    pub(super) const fn new(types: &'a [TraitItemType]) -> Self {
        Self { types }
    }

    /// Returns the type with every associated type replaced by its parameter.
    pub(super) fn resolve(mut self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        self.visit_type_mut(&mut ty);
        ty
    }

    /// Returns the generics of the trait with a parameter added for every associated type.
    pub(super) fn extend(mut self, generics: &Generics) -> Generics {
        let mut generics = generics.clone();
        for associated in self.types {
            generics
                .params
                .push(GenericParam::Type(parameter(associated)));
        }
        if !self.types.is_empty() {
            strip_defaults(&mut generics);
        }
        self.visit_generics_mut(&mut generics);
        generics
    }

    fn names(&self, ident: &Ident) -> bool {
        self.types
            .iter()
            .any(|associated| associated.ident == *ident)
    }
}

impl VisitMut for Associated<'_> {
    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        let of_self = match &path.qself {
            None => path
                .path
                .segments
                .first()
                .is_some_and(|first| first.ident == "Self"),
            Some(qself) => matches!(&*qself.ty, Type::Path(ty) if ty.path.is_ident("Self")),
        };
        let item = path.path.segments.last().cloned();
        if let Some(item) = item.filter(|item| of_self && self.names(&item.ident)) {
            *path = parse_quote!(#item);
        }
        syn::visit_mut::visit_type_path_mut(self, path);
    }
}

/// `type Item: Wire;` → the parameter `Item: Wire`.
fn parameter(associated: &TraitItemType) -> TypeParam {
    TypeParam {
        attrs: Vec::new(),
        ident: associated.ident.clone(),
        colon_token: associated.colon_token,
        bounds: associated.bounds.clone(),
        default: None,
    }
}

/// Removes `= Default` from the parameters: only the last ones may have it.
pub(super) fn strip_defaults(generics: &mut Generics) {
    for param in &mut generics.params {
        match param {
            GenericParam::Type(param) => param.default = None,
            GenericParam::Const(param) => param.default = None,
            GenericParam::Lifetime(_) => {}
        }
    }
}

/// Returns the arguments that name a trait's parameters and associated types: `<T, Item = Item>`.
pub(super) fn trait_arguments(generics: &Generics, types: &[TraitItemType]) -> PathArguments {
    let mut arguments: Punctuated<syn::GenericArgument, Token![,]> = Punctuated::new();
    for param in &generics.params {
        let argument = match param {
            GenericParam::Type(param) => {
                let ident = &param.ident;
                parse_quote!(#ident)
            }
            GenericParam::Const(param) => {
                let ident = &param.ident;
                parse_quote!(#ident)
            }
            GenericParam::Lifetime(param) => {
                let lifetime = &param.lifetime;
                parse_quote!(#lifetime)
            }
        };
        arguments.push(argument);
    }
    for associated in types {
        let ident = &associated.ident;
        arguments.push(parse_quote!(#ident = #ident));
    }
    if arguments.is_empty() {
        return PathArguments::None;
    }
    PathArguments::AngleBracketed(parse_quote!(<#arguments>))
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::{TraitItemType, parse_quote};

    use super::{Associated, trait_arguments};
    use crate::text::rust;

    fn types() -> Vec<TraitItemType> {
        vec![
            parse_quote!(
                type Item: Wire;
            ),
            parse_quote!(
                type Key: From<Self::Item>;
            ),
        ]
    }

    #[test]
    fn associated_types_are_replaced_however_they_are_written() {
        let types = types();
        let table = [
            (parse_quote!(Vec<Self::Item>), "Vec<Item>"),
            (parse_quote!(<Self as Store<T>>::Item), "Item"),
            (
                parse_quote!(Map<Self::Key, other::Item>),
                "Map<Key, other::Item>",
            ),
            (parse_quote!(Self::Unknown), "Self::Unknown"),
        ];
        for (ty, expected) in table {
            assert_eq!(rust(&Associated::new(&types).resolve(&ty)), expected);
        }
    }

    #[test]
    fn a_stub_has_a_parameter_per_associated_type_with_its_bounds() {
        let generics = Associated::new(&types()).extend(&parse_quote!(<T: Wire = u8>));
        let expected = "<T: Wire, Item: Wire, Key: From<Item>>";
        assert_eq!(rust(&generics), expected);
    }

    #[test]
    fn a_bound_fixes_the_associated_types() {
        let arguments = trait_arguments(&parse_quote!(<T: Wire, const N: usize>), &types());
        assert_eq!(
            rust(&arguments.to_token_stream()),
            "<T, N, Item = Item, Key = Key>"
        );
        let none = trait_arguments(&parse_quote!(), &[]);
        assert!(none.is_none());
    }
}
