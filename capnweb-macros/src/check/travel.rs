//! Rules for types: what stands in a signature must have a form on the wire.

use quote::ToTokens;
use syn::visit::Visit;
use syn::{Type, TypeImplTrait, TypePath, TypeReference, TypeTraitObject};

use crate::model::owned;
use crate::sink::Errors;
use crate::text::rust;

/// Which way a type travels.
#[derive(Clone, Copy)]
pub(super) enum Direction {
    Argument,
    Result,
}

impl Direction {
    const fn verb(self) -> &'static str {
        match self {
            Self::Argument => "take",
            Self::Result => "return",
        }
    }
}

/// Reports the parts of a type that cannot travel, wherever they are in it.
pub(super) fn travels(ty: &Type, direction: Direction, errors: &Errors) {
    let mut inspection = Inspection {
        whole: ty,
        direction,
        errors,
    };
    inspection.visit_type(ty);
}

struct Inspection<'a> {
    whole: &'a Type,
    direction: Direction,
    errors: &'a Errors,
}

impl Inspection<'_> {
    fn report(&self, part: &impl ToTokens, problem: &str, advice: &str) {
        let verb = self.direction.verb();
        self.errors.at(part, format!("{problem}: {verb} {advice}"));
    }
}

impl<'ast> Visit<'ast> for Inspection<'_> {
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        let advice = format!("`{}` instead", rust(&owned(self.whole)));
        self.report(reference, "a reference cannot travel", &advice);
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        let future = rust(ty).contains("Future<");
        match (self.direction, future) {
            (Direction::Result, true) => self.errors.at(
                ty,
                "a method that waits is an `async fn`: write `async fn` and return what the \
                 future gives",
            ),
            _ => self.report(
                ty,
                "`impl Trait` hides what is on the wire",
                "a named type (for a callback a `Function`, for a capability its stub)",
            ),
        }
    }

    fn visit_type_trait_object(&mut self, ty: &'ast TypeTraitObject) {
        self.report(
            ty,
            "a trait object cannot travel",
            "the stub of a capability",
        );
    }

    fn visit_type_path(&mut self, path: &'ast TypePath) {
        if path.path.is_ident("Self") {
            let problem = "`Self` is whatever implements the trait and cannot travel";
            self.report(path, problem, "the stub");
        }
        syn::visit::visit_type_path(self, path);
    }
}
