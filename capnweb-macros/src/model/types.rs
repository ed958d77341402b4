//! Questions about types that syntax alone can answer.

use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;
use syn::{GenericArgument, Ident, PathArguments, PathSegment, Type, TypeFnPtr, TypePath};

/// Returns the last segment of a type that is a path.
fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// Returns the type arguments of a path segment.
fn arguments(segment: &PathSegment) -> Vec<&Type> {
    let PathArguments::AngleBracketed(list) = &segment.arguments else {
        return Vec::new();
    };
    let types = list.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// Returns `T` (and perhaps `E`) of `Result<T, E>`.
pub(super) fn result_parts(ty: &Type) -> Option<(Type, Option<Type>)> {
    let segment = last_segment(ty).filter(|segment| segment.ident == "Result")?;
    match arguments(segment)[..] {
        [ok] => Some((ok.clone(), None)),
        [ok, err] => Some((ok.clone(), Some(err.clone()))),
        _ => None,
    }
}

/// Returns `T` of a type called `name` with the one argument `T`.
pub(super) fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == name)?;
    match arguments(segment)[..] {
        [inner] => Some(inner),
        _ => None,
    }
}

/// Returns `T` of `Option<T>`.
pub(crate) fn option_inner(ty: &Type) -> Option<&Type> {
    argument_of(ty, "Option")
}

/// Returns whether this is the runtime's `Call`, the parameter that does not travel.
pub(crate) fn is_call(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "Call" && segment.arguments.is_none())
}

/// Returns the name of every type that occurs in `ty`.
pub(super) fn idents_in(ty: &Type) -> Vec<Ident> {
    let mut names = TypeNames::default();
    names.visit_type(ty);
    names.0
}

/// Returns the name of every type in `ty` that is a capability by its name. A stream counts as one
/// if it is of data: what a stream of capabilities hands out is these.
pub(crate) fn capabilities_in(ty: &Type) -> Vec<Ident> {
    let names = idents_in(ty);
    let those = |is: fn(&Ident) -> bool| -> Vec<Ident> {
        names.iter().filter(|name| is(name)).cloned().collect()
    };
    let capabilities = those(is_capability);
    if capabilities.is_empty() {
        return those(is_stream);
    }
    capabilities
}

/// Returns the name of every capability that whoever is passed a `ty` can be handed through it: what a
/// callback in it takes, what a stream in it carries that is written to.
pub(crate) fn handed_through(ty: &Type) -> Vec<Ident> {
    let mut handed = Handed::default();
    handed.visit_type(ty);
    handed.0
}

fn is_capability(ident: &Ident) -> bool {
    let name = ident.to_string();
    name.ends_with("Stub") || name == "Function" || name == "Promise"
}

fn is_stream(ident: &Ident) -> bool {
    STREAMS.iter().any(|stream| ident == stream)
}

/// Returns whether a type of this name holds values of its one argument, each of which can be
/// narrowed.
pub(crate) fn is_transparent(ident: &Ident) -> bool {
    TRANSPARENT.iter().any(|name| ident == name)
}

/// Returns what is inside all that only holds it: `T` of `Option<ReadableStream<T>>`.
pub(super) fn innermost(ty: &Type) -> &Type {
    let mut ty = ty;
    while let Some(inner) = TRANSPARENT.iter().find_map(|name| argument_of(ty, name)) {
        ty = inner;
    }
    ty
}

#[derive(Default)]
struct TypeNames(Vec<Ident>);

impl<'ast> Visit<'ast> for TypeNames {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        let last = path.path.segments.last();
        self.0.extend(last.map(|segment| segment.ident.clone()));
        syn::visit::visit_type_path(self, path);
    }
}

#[derive(Default)]
struct Handed(Vec<Ident>);

impl<'ast> Visit<'ast> for Handed {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        let last = path.path.segments.last();
        if let Some(stream) = last.filter(|segment| segment.ident == "WritableStream") {
            let chunks = arguments(stream).into_iter();
            self.0.extend(chunks.flat_map(capabilities_in));
        }
        syn::visit::visit_type_path(self, path);
    }

    fn visit_type_fn_ptr(&mut self, function: &'ast TypeFnPtr) {
        let taken = function.inputs.iter();
        self.0
            .extend(taken.flat_map(|taken| capabilities_in(&taken.ty)));
    }
}

/// Returns the type to write instead of one that borrows.
pub(crate) fn owned(ty: &Type) -> Type {
    let mut ty = ty.clone();
    Owning.visit_type_mut(&mut ty);
    ty
}

struct Owning;

impl VisitMut for Owning {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Reference(reference) = ty {
            *ty = owned_target(&reference.elem);
        }
        syn::visit_mut::visit_type_mut(self, ty);
    }
}

fn owned_target(target: &Type) -> Type {
    let span = target.span();
    let tokens = match target {
        Type::Path(path) if path.path.is_ident("str") => quote_spanned!(span=> String),
        Type::Slice(slice) if is_u8(&slice.elem) => quote_spanned!(span=> Bytes),
        Type::Slice(slice) => {
            let elem = &slice.elem;
            quote_spanned!(span=> Vec<#elem>)
        }
        other => return other.clone(),
    };
    Type::Verbatim(tokens)
}

fn is_u8(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("u8"))
}

/// The runtime's streams.
const STREAMS: [&str; 2] = ["ReadableStream", "WritableStream"];

/// What a facet can reach through to narrow what is inside.
const TRANSPARENT: [&str; 4] = ["Option", "Vec", "ReadableStream", "WritableStream"];

#[cfg(test)]
mod tests {
    use syn::{Type, parse_quote};

    use super::{
        capabilities_in, handed_through, innermost, is_call, option_inner, owned, result_parts,
    };
    use crate::text::rust;

    #[test]
    fn results_are_told_by_their_last_segment() {
        let (ok, err) = result_parts(&parse_quote!(crate::Result<u8, E>)).unwrap();
        assert_eq!((ok, err), (parse_quote!(u8), Some(parse_quote!(E))));
        assert_eq!(result_parts(&parse_quote!(Result<u8>)).unwrap().1, None);
        assert!(result_parts(&parse_quote!(Option<u8>)).is_none());
    }

    #[test]
    fn borrowed_types_have_an_owned_counterpart() {
        let table: [(Type, &str); 6] = [
            (parse_quote!(&str), "String"),
            (parse_quote!(&'static [u8]), "Bytes"),
            (parse_quote!(&[Task]), "Vec<Task>"),
            (parse_quote!(&mut Task), "Task"),
            (parse_quote!(Option<&str>), "Option<String>"),
            (parse_quote!(Vec<(u8, &Task)>), "Vec<(u8, Task)>"),
        ];
        for (borrowed, expected) in table {
            assert_eq!(rust(&owned(&borrowed)), expected);
        }
    }

    #[test]
    fn capabilities_are_found_wherever_they_hide() {
        let found = capabilities_in(&parse_quote!(HashMap<String, (Function<u8>, a::TaskStub)>));
        assert_eq!(found, ["Function", "TaskStub"]);
        assert!(capabilities_in(&parse_quote!(TaskInfo)).is_empty());
        let found = capabilities_in(&parse_quote!(ReadableStream<Option<TaskStub>>));
        assert_eq!(found, ["TaskStub"]);
        let found = capabilities_in(&parse_quote!((u8, ReadableStream<String>)));
        assert_eq!(found, ["ReadableStream"]);
    }

    #[test]
    fn what_is_passed_in_may_be_handed_capabilities() {
        let found = handed_through(&parse_quote!(Option<Function<fn(u8, Vec<TaskStub>) -> u8>>));
        assert_eq!(found, ["TaskStub"]);
        let found = handed_through(&parse_quote!(rt::WritableStream<Option<TaskStub>>));
        assert_eq!(found, ["TaskStub"]);
        for harmless in [
            parse_quote!(Function<fn(Task) -> TaskStub>),
            parse_quote!(WritableStream<String>),
            parse_quote!(ReadableStream<TaskStub>),
            parse_quote!(TaskStub),
        ] {
            assert!(handed_through(&harmless).is_empty(), "{}", rust(&harmless));
        }
    }

    #[test]
    fn what_only_holds_is_looked_through() {
        let held: Type = parse_quote!(Option<rt::ReadableStream<Vec<TaskStub>>>);
        assert_eq!(rust(innermost(&held)), "TaskStub");
        let opaque: Type = parse_quote!(Vec<HashMap<String, TaskStub>>);
        assert_eq!(rust(innermost(&opaque)), "HashMap<String, TaskStub>");
    }

    #[test]
    fn options_and_calls_are_recognised_by_any_path() {
        assert!(option_inner(&parse_quote!(std::option::Option<u8>)).is_some());
        assert!(is_call(&parse_quote!(capnweb_runtime::Call)));
        assert!(!is_call(&parse_quote!(Call<T>)));
    }
}
