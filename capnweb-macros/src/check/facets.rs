//! Rules for facets: what may be granted, and what may come out of it.

use syn::{GenericArgument, Ident, Path, PathArguments, Type};

use crate::args::{FacetArgs, Grant, Parameters};
use crate::model::{capabilities_in, handed_through, is_transparent, keeps_whole, stub_in};
use crate::names;
use crate::nearest::did_you_mean;
use crate::parse::TraitSource;
use crate::sink::Errors;
use crate::text::{list, rust};

/// The names that a family of capabilities has given out so far.
pub(crate) struct FacetNames {
    taken: Vec<Ident>,
}

impl FacetNames {
    /// Starts with the names that the trait takes for itself.
    pub(crate) fn new(whole: &Ident) -> Self {
        Self {
            taken: vec![whole.clone(), names::stub(whole)],
        }
    }

    /// Reports a facet whose name, or whose stub's name, is taken; remembers both.
    pub(crate) fn admit(&mut self, facet: &Ident, errors: &Errors) {
        let wanted = [facet.clone(), names::stub(facet)];
        if let Some(clash) = wanted.iter().find(|name| self.taken.contains(name)) {
            let message = format!("`{clash}` exists already: a facet needs a name of its own");
            errors.at(facet, message);
        }
        self.taken.extend(wanted);
    }
}

/// Reports a facet that grants nothing, or twice, or what does not exist.
pub(crate) fn grants(facet: &FacetArgs, source: &TraitSource, errors: &Errors) {
    if facet.grants.is_empty() {
        let message = "grants nothing: list the methods it may call";
        errors.at(&facet.ident, format!("`{}` {message}", facet.ident));
    }
    let methods: Vec<String> = source
        .methods()
        .map(|method| method.sig.ident.to_string())
        .collect();
    let mut seen = Vec::new();
    for Grant { method, .. } in &facet.grants {
        if !methods.iter().any(|known| method == known) {
            let hint = did_you_mean(&method.to_string(), methods.iter().map(String::as_str));
            errors.at(
                method,
                format!("`{}` has no method `{method}` to grant{hint}", source.ident),
            );
        } else if seen.contains(&method) {
            errors.at(method, format!("`{method}` is granted twice: keep one"));
        }
        seen.push(method);
    }
}

/// Reports a result that would hand out authority without anyone having decided so.
pub(crate) fn unmapped(grant: &Grant, success: &Type, errors: &Errors) {
    let Grant { method, .. } = grant;
    let capabilities = capabilities_in(success);
    let Some(first) = capabilities.first() else {
        return;
    };
    let message = match capability_of(first) {
        Some(whole) => format!(
            "this facet would hand out a whole `{whole}`: write `{method} -> {whole}` to allow \
             it, or `{method} -> <a facet of {whole}>`"
        ),
        None => format!(
            "this facet would hand out a whole `{first}`: write `{method} -> {first}` to allow it"
        ),
    };
    errors.at(method, message);
}

/// Reports a parameter through which the object could hand out authority without anyone having decided
/// so, and a decision that there is no occasion for.
pub(crate) fn passed<'a>(
    grant: &Grant,
    mut parameters: impl Iterator<Item = (&'a Ident, &'a Type)>,
    errors: &Errors,
) {
    let method = &grant.method;
    let handing =
        parameters.find_map(|(name, ty)| Some((name, handed_through(ty).into_iter().next()?)));
    match (handing, grant.parameters) {
        (Some((name, first)), Parameters::Data) => {
            let whole = capability_of(&first).unwrap_or_else(|| first.to_string());
            errors.at(
                method,
                format!(
                    "the object could hand a whole `{whole}` to `{name}`, which a facet does not \
                     narrow: write `{method}(whole)` to allow it, or leave `{method}` out"
                ),
            );
        }
        (None, Parameters::Whole) => {
            let message = format!(
                "no parameter of `{method}` can be handed a capability: write `{method}` alone"
            );
            errors.at(method, message);
        }
        _ => {}
    }
}

/// Reports a mapping that does not fit the result it is for.
pub(crate) fn mapping(grant: &Grant, becomes: &Path, success: &Type, errors: &Errors) {
    let Some(target) = becomes.segments.last().map(|last| &last.ident) else {
        return;
    };
    let capabilities = capabilities_in(success);
    let distinct = distinct(&capabilities);
    if capabilities.is_empty() {
        plain(grant, target, success, errors);
    } else if is_transparent(target) && !keeps_whole(target, success) {
        errors.at(becomes, holder(grant, becomes, &distinct));
    } else if let Some(name) = capability_of(target) {
        errors.at(
            becomes,
            format!(
                "name the capability, not its stub: write `{} -> {name}`",
                grant.method
            ),
        );
    } else if distinct.len() > 1 {
        errors.at(
            becomes,
            format!(
                "`{}` returns several capabilities, {}: put them into a struct and write `-> <the \
                 struct>` to allow them all",
                grant.method,
                list(&distinct)
            ),
        );
    } else if !keeps_whole(target, success) && stub_in(success).is_none() {
        errors.at(
            becomes,
            format!(
                "a result of type `{}` cannot be narrowed, only a stub can, and an `Option`, a `Vec` \
                 or a stream of one: return one of these, or allow it whole",
                rust(success)
            ),
        );
    }
}

/// Says what to write where a mapping names what holds the capability: `Vec<Reader>`.
fn holder(grant: &Grant, becomes: &Path, capabilities: &[String]) -> String {
    let Grant { method, .. } = grant;
    let named = becomes.segments.last().and_then(|last| {
        let PathArguments::AngleBracketed(list) = &last.arguments else {
            return None;
        };
        match list.args.first()? {
            GenericArgument::Type(inner) => Some(rust(inner)),
            _ => None,
        }
    });
    let whole = || capabilities.first().cloned().unwrap_or_default();
    let name = named.unwrap_or_else(whole);
    let name = name.strip_suffix("Stub").unwrap_or(&name);
    format!("name the capability, not what holds it: write `{method} -> {name}`")
}

/// Returns `X` of `XStub`.
fn capability_of(stub: &Ident) -> Option<String> {
    let name = stub.to_string();
    let name = name.strip_suffix("Stub").filter(|name| !name.is_empty());
    name.map(ToOwned::to_owned)
}

fn plain(grant: &Grant, target: &Ident, success: &Type, errors: &Errors) {
    let Grant { method, .. } = grant;
    let name = target.to_string();
    if PLAIN.contains(&name.as_str()) || !keeps_whole(target, success) {
        errors.at(
            target,
            format!("`{method}` returns no capability: write `{method}` alone"),
        );
    }
}

fn distinct(capabilities: &[Ident]) -> Vec<String> {
    let mut names: Vec<String> = capabilities.iter().map(ToString::to_string).collect();
    names.sort();
    names.dedup();
    names
}

/// Types that carry no capability of their own.
const PLAIN: [&str; 26] = [
    "String", "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8",
    "u16", "u32", "u64", "u128", "usize", "Bytes", "Date", "Headers", "Url", "Vec", "Option",
    "Box", "HashMap", "BTreeMap",
];
