//! Rules for the head of a method: how it is declared and how it takes `self`.

use syn::{FnArg, Generics, Receiver, ReceiverKind, ReturnType, Safety, Signature, Type};

use super::arguments;
use super::travel::{Direction, travels};
use crate::args::MemberKind;
use crate::parse::MethodSource;
use crate::sink::Errors;

/// Reports what keeps a method from being called from afar, its name aside.
pub(crate) fn method(source: &MethodSource, kind: MemberKind, errors: &Errors) {
    qualifiers(&source.sig, errors);
    generics(&source.sig.generics, errors);
    receiver(&source.sig, errors);
    conditional(source, errors);
    arguments::arguments(&source.sig, kind, errors);
    if let ReturnType::Type(_, ty) = &source.sig.output {
        travels(ty, Direction::Result, errors);
        result_alias(ty, errors);
    }
}

fn qualifiers(sig: &Signature, errors: &Errors) {
    if let Some(constness) = &sig.constness {
        errors.at(
            constness,
            "a method of a capability cannot be `const`: it may run on another machine; remove \
             `const`",
        );
    }
    if let Safety::Unsafe(unsafety) = &sig.safety {
        errors.at(
            unsafety,
            "a method of a capability cannot be `unsafe`: a peer cannot promise anything; remove \
             `unsafe`",
        );
    }
    if let Some(abi) = &sig.abi {
        errors.at(
            abi,
            "a method of a capability has no ABI of its own: remove `extern`",
        );
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(
            variadic,
            "a method of a capability cannot be variadic: take a `Vec<T>`",
        );
    }
}

fn generics(generics: &Generics, errors: &Errors) {
    if let Some(lifetime) = generics.lifetimes().next() {
        errors.at(
            lifetime,
            "a method of a capability cannot have a lifetime parameter: what travels is owned; \
             take and return owned types",
        );
    } else if !generics.params.is_empty() {
        errors.at(
            &generics.params,
            "a method of a capability cannot be generic: a peer does not know the types; make the \
             trait generic, use an enum, or use `Value`",
        );
    }
    if let Some(clause) = &generics.where_clause {
        errors.at(
            clause,
            "a method of a capability cannot have bounds of its own: put them on the trait",
        );
    }
}

fn receiver(sig: &Signature, errors: &Errors) {
    match sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) => shared(receiver, errors),
        _ => errors.at(
            &sig.ident,
            format!(
                "`{}` takes no `self`, so there is no object to call: add `&self`",
                sig.ident
            ),
        ),
    }
}

fn shared(receiver: &Receiver, errors: &Errors) {
    match &receiver.kind {
        ReceiverKind::Reference(_, None, None) => {}
        ReceiverKind::Reference(_, Some(lifetime), None) => {
            errors.at(lifetime, "a capability has no lifetimes: write `&self`");
        }
        ReceiverKind::Reference(..) => errors.at(
            receiver,
            "a capability is shared by everyone who holds a stub: write `&self`, and keep what \
             changes behind a `Mutex` or an atomic",
        ),
        ReceiverKind::Value => errors.at(
            receiver,
            "a call cannot consume the object, others may hold it too: write `&self`",
        ),
        _ => errors.at(
            receiver,
            "a capability is called through a stub: write `&self`",
        ),
    }
}

/// `Result<T>` is taken for the runtime's; of some aliases everybody knows that they are not.
fn result_alias(ty: &Type, errors: &Errors) {
    let Type::Path(path) = ty else { return };
    let mut segments = path.path.segments.iter().rev();
    let (last, module) = (segments.next(), segments.next());
    if last.is_some_and(|last| last.ident == "Result")
        && let Some(module) =
            module.filter(|module| FOREIGN.iter().any(|name| module.ident == name))
    {
        let message = format!(
            "the error in `{0}::Result` cannot travel: return the runtime's `Result<T>`, or \
             `Result<T, E>` with an error of your own that derives `RpcError`",
            module.ident
        );
        errors.at(ty, message);
    }
}

fn conditional(source: &MethodSource, errors: &Errors) {
    let params = source.sig.inputs.iter().map(|input| match input {
        FnArg::Receiver(receiver) => &receiver.attrs,
        FnArg::Typed(param) => &param.attrs,
    });
    for attr in source.attrs.iter().chain(params.flatten()) {
        if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") {
            errors.at(
                attr,
                "an interface is the same in every build, or peers disagree: put `#[cfg]` on the \
                 whole trait",
            );
        }
    }
}

/// Modules whose `Result` has an error of its own.
const FOREIGN: [&str; 4] = ["io", "fmt", "anyhow", "eyre"];
