//! Facets: the same object with fewer methods, and what its results become.

use syn::visit_mut::VisitMut;
use syn::{Ident, Path, PathArguments, ReturnType, Type, TypePath};

use super::capability::{Capability, Extent, Item, Lineage};
use super::member::Member;
use super::types::{argument_of, capabilities_in, idents_in};
use crate::args::{FacetArgs, Grant};
use crate::check;
use crate::names;
use crate::sink::Errors;

/// What a facet does with the capabilities in a method's result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Results {
    /// There are none.
    Data,
    /// They pass as they are: the user decided so.
    Whole,
    /// Each `from` becomes a `to`.
    Narrowed {
        from: Box<TypePath>,
        to: Box<TypePath>,
    },
}

/// Makes the capability that a facet is; what is wrong in it is reported and left out.
pub(super) fn narrow(whole: &Capability, args: FacetArgs, errors: &Errors) -> Capability {
    let mut grants: Vec<(Grant, &Member)> = Vec::new();
    for grant in args.grants {
        let known = grants
            .iter()
            .any(|(earlier, _)| earlier.method == grant.method);
        if let Some(member) = whole.member(&grant.method).filter(|_| !known) {
            grants.push((grant, member));
        }
    }
    let granted = |member: &Member| {
        grants
            .iter()
            .any(|(_, other)| other.ident() == member.ident())
    };
    let lacks = whole
        .members()
        .filter(|member| !granted(member))
        .map(|member| member.ident().to_string())
        .collect();
    let types = whole
        .items
        .iter()
        .filter(|item| matches!(item, Item::Verbatim(_)));
    let members = grants
        .iter()
        .filter_map(|(grant, member)| granted_member(grant, member, errors));
    Capability {
        attrs: args.docs,
        interface: args.ident.to_string(),
        ident: args.ident,
        items: types.cloned().chain(members).collect(),
        lineage: Lineage::Facet {
            of: whole.ident.clone(),
            lacks,
        },
        extent: Extent::Full,
        ..whole.clone()
    }
}

/// Makes the facet's version of a method.
fn granted_member(grant: &Grant, member: &Member, errors: &Errors) -> Option<Item> {
    let results = results(grant, member, errors)?;
    let mut member = member.clone();
    // A default body may call methods that the facet lacks.
    member.declaration.body = None;
    if let (Results::Narrowed { from, .. }, Some(becomes)) = (&results, &grant.becomes) {
        let mut narrow = Narrow { from, becomes };
        if let ReturnType::Type(_, ty) = &mut member.declaration.sig.output {
            narrow.visit_type_mut(ty);
        }
        narrow.visit_type_mut(&mut member.returns.success);
    }
    member.results = results;
    Some(Item::Member(Box::new(member)))
}

/// Decides what becomes of a method's results.
fn results(grant: &Grant, member: &Member, errors: &Errors) -> Option<Results> {
    let success = &member.returns.success;
    let Some(becomes) = &grant.becomes else {
        errors.attempt(|| check::unmapped(grant, success, errors))?;
        return Some(Results::Data);
    };
    errors.attempt(|| check::mapping(grant, becomes, success, errors))?;
    let name = &becomes.segments.last()?.ident;
    if idents_in(success).contains(name) || capabilities_in(success).contains(&names::stub(name)) {
        return Some(Results::Whole);
    }
    let from = stub_in(success)?;
    let to = stub_of(becomes, &from);
    Some(Results::Narrowed {
        from: Box::new(from),
        to: Box::new(to),
    })
}

/// Returns `XStub` of `XStub`, `Option<XStub>` or `Vec<XStub>`.
pub(crate) fn stub_in(success: &Type) -> Option<TypePath> {
    let inner = argument_of(success, "Option")
        .or_else(|| argument_of(success, "Vec"))
        .unwrap_or(success);
    match inner {
        Type::Path(path) if is_stub(&path.path.segments.last()?.ident) => Some(path.clone()),
        _ => None,
    }
}

fn is_stub(ident: &Ident) -> bool {
    let name = ident.to_string();
    name.ends_with("Stub") && name != "Stub"
}

/// `other::DirectoryReader` → `other::DirectoryReaderStub`, with the arguments of the stub it
/// narrows unless it brings its own.
fn stub_of(facet: &Path, from: &TypePath) -> TypePath {
    let mut path = facet.clone();
    let arguments = from
        .path
        .segments
        .last()
        .map(|segment| segment.arguments.clone());
    if let Some(last) = path.segments.last_mut() {
        last.ident = names::stub(&last.ident);
        if last.arguments == PathArguments::None {
            last.arguments = arguments.unwrap_or_default();
        }
    }
    TypePath {
        attrs: Vec::new(),
        qself: None,
        path,
    }
}

/// Replaces a stub by that of its facet wherever it occurs.
struct Narrow<'a> {
    from: &'a TypePath,
    becomes: &'a Path,
}

impl VisitMut for Narrow<'_> {
    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        let name = |path: &TypePath| path.path.segments.last().map(|last| last.ident.clone());
        if name(path) == name(self.from) {
            *path = stub_of(self.becomes, path);
        } else {
            syn::visit_mut::visit_type_path_mut(self, path);
        }
    }
}
