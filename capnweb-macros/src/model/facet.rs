//! Facets: the same object with fewer methods, and what its results become.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::visit_mut::VisitMut;
use syn::{Ident, Path, PathArguments, ReturnType, Type, TypePath};

use super::capability::{Capability, Extent, Item, Lineage};
use super::member::Member;
use super::types::{capabilities_in, idents_in, innermost};
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
    let granted = granted(whole, args.grants);
    let types = whole.types.iter().map(ToTokens::to_token_stream);
    let members = granted
        .iter()
        .filter_map(|(grant, member)| granted_member(grant, member, errors));
    Capability {
        attrs: args.docs,
        interface: args.ident.unraw().to_string(),
        ident: args.ident,
        items: types.map(Item::Verbatim).chain(members).collect(),
        lineage: Lineage::Facet {
            of: whole.ident.clone(),
            lacks: lacking(whole, &granted),
        },
        extent: Extent::Full,
        ..whole.clone()
    }
}

/// Returns the members that are granted, each once.
fn granted(whole: &Capability, grants: Vec<Grant>) -> Vec<(Grant, &Member)> {
    let mut granted: Vec<(Grant, &Member)> = Vec::new();
    for grant in grants {
        let again = granted
            .iter()
            .any(|(other, _)| other.method == grant.method);
        if let Some(member) = whole.member(&grant.method).filter(|_| !again) {
            granted.push((grant, member));
        }
    }
    granted
}

/// Returns the names of the members that are not granted.
fn lacking(whole: &Capability, granted: &[(Grant, &Member)]) -> Vec<String> {
    let is_granted = |ident: &Ident| granted.iter().any(|(grant, _)| grant.method == *ident);
    let lacking = whole.members().filter(|member| !is_granted(member.ident()));
    lacking
        .map(|member| member.ident().unraw().to_string())
        .collect()
}

/// Makes the facet's version of a method.
fn granted_member(grant: &Grant, member: &Member, errors: &Errors) -> Option<Item> {
    let parameters = member.params.iter().map(|param| (&param.ident, &param.ty));
    errors.attempt(|| check::passed(grant, parameters, errors))?;
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
    if keeps_whole(&becomes.segments.last()?.ident, success) {
        return Some(Results::Whole);
    }
    let from = stub_in(success)?;
    let to = stub_of(becomes, &from);
    Some(Results::Narrowed {
        from: Box::new(from),
        to: Box::new(to),
    })
}

/// Returns whether naming `target` allows a result of this type to pass as it is: it names the
/// capability in the result, or data that may carry some.
pub(crate) fn keeps_whole(target: &Ident, success: &Type) -> bool {
    let capabilities = capabilities_in(success);
    match capabilities[..] {
        [] => idents_in(success).contains(target),
        _ => capabilities.contains(target) || capabilities.contains(&names::stub(target)),
    }
}

/// Returns `XStub` of `XStub`, and of an `Option`, a `Vec` or a stream of such.
pub(crate) fn stub_in(success: &Type) -> Option<TypePath> {
    match innermost(success) {
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
