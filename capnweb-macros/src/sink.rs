//! The sink that collects every mistake, so that all of them are reported at once.

use std::cell::{Cell, RefCell};
use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// Mistakes found so far; it must be turned into tokens before it is dropped.
#[derive(Debug)]
pub(crate) struct Errors {
    found: RefCell<Vec<syn::Error>>,
    reported: Cell<bool>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self {
            found: RefCell::new(Vec::new()),
            reported: Cell::new(false),
        }
    }

    /// Records a mistake on the given tokens.
    pub(crate) fn at(&self, tokens: &impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Records a mistake.
    pub(crate) fn push(&self, error: syn::Error) {
        self.found.borrow_mut().push(error);
    }

    /// Records the mistake of a failed parse; the result is what remains.
    pub(crate) fn absorb<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Runs something and returns its result if no mistake was found on the way.
    pub(crate) fn attempt<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let before = self.found.borrow().len();
        let result = work();
        (self.found.borrow().len() == before).then_some(result)
    }

    /// Turns the mistakes into one `compile_error!` each.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.reported.set(true);
        self.found
            .take()
            .iter()
            .map(syn::Error::to_compile_error)
            .collect()
    }

    /// Takes the mistakes out, for tests that look at each.
    #[cfg(test)]
    pub(crate) fn into_vec(self) -> Vec<syn::Error> {
        self.reported.set(true);
        self.found.take()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(
            self.reported.get() || std::thread::panicking(),
            "collected mistakes were never reported"
        );
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::Errors;

    #[test]
    fn all_mistakes_are_kept_in_order() {
        let errors = Errors::new();
        let one = syn::Error::new(Span::call_site(), "one");
        assert_eq!(errors.attempt(|| 7), Some(7));
        assert_eq!(errors.attempt(|| errors.push(one)), None);
        errors.push(syn::Error::new(Span::call_site(), "two"));
        let texts: Vec<String> = errors.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["one", "two"]);
    }

    #[test]
    #[should_panic(expected = "never reported")]
    fn forgetting_the_mistakes_is_noticed() {
        drop(Errors::new());
    }
}
