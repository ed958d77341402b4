//! Lists of `key = "value"` settings, as all our attributes take them.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Token};

use crate::nearest::did_you_mean;
use crate::sink::Errors;

/// The settings of one attribute, or of several of the same name put together.
#[derive(Default)]
pub(crate) struct Settings(Vec<Setting>);

struct Setting {
    key: Ident,
    value: Option<Expr>,
}

impl Settings {
    /// Reads `key = value, ..`; reports keys that are not in `known` and keys that occur twice.
    pub(crate) fn parse(tokens: TokenStream, known: &[&str], errors: &Errors) -> Self {
        let mut settings = Self::default();
        settings.extend(tokens, known, errors);
        settings
    }

    /// Reads all the attributes called `name`.
    pub(crate) fn from_attributes(
        attrs: &[Attribute],
        name: &str,
        known: &[&str],
        errors: &Errors,
    ) -> Self {
        let mut settings = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
            match &attr.meta {
                Meta::List(list) => settings.extend(list.tokens.clone(), known, errors),
                Meta::Path(_) | Meta::NameValue(_) => {
                    errors.at(
                        attr,
                        format!("write `#[{name}({} = ..)]`", known.join(" = .., ")),
                    );
                }
            }
        }
        settings
    }

    fn extend(&mut self, tokens: TokenStream, known: &[&str], errors: &Errors) {
        let list = Punctuated::<Setting, Token![,]>::parse_terminated.parse2(tokens);
        for setting in errors.absorb(list).into_iter().flatten() {
            let key = setting.key.unraw().to_string();
            if !known.contains(&key.as_str()) {
                errors.at(&setting.key, unknown(&key, known));
            } else if self.0.iter().any(|other| other.key == setting.key) {
                errors.at(&setting.key, format!("`{key}` is given twice: keep one"));
            } else {
                self.0.push(setting);
            }
        }
    }

    /// Takes out the text of `key`; reports a value that is not a string.
    pub(crate) fn text(&mut self, key: &str, errors: &Errors) -> Option<LitStr> {
        let Setting { key: place, value } = self.take(key)?;
        let message = format!("`{key}` takes a string: `{key} = \"..\"`");
        match value {
            Some(Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            })) => return Some(text),
            Some(other) => errors.at(&other, message),
            None => errors.at(&place, message),
        }
        None
    }

    /// Takes out the path in the text of `key`.
    pub(crate) fn path(&mut self, key: &str, errors: &Errors) -> Option<Path> {
        let text = self.text(key, errors)?;
        errors.absorb(text.parse_with(Path::parse_mod_style))
    }

    /// Takes out a `key` that has no value; returns the key itself.
    pub(crate) fn flag(&mut self, key: &str, errors: &Errors) -> Option<Ident> {
        let setting = self.take(key)?;
        if let Some(value) = &setting.value {
            errors.at(value, format!("`{key}` takes no value"));
        }
        Some(setting.key)
    }

    fn take(&mut self, key: &str) -> Option<Setting> {
        let at = self.0.iter().position(|setting| setting.key == key)?;
        Some(self.0.remove(at))
    }
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any)?;
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Self { key, value })
    }
}

fn unknown(key: &str, known: &[&str]) -> String {
    let hint = did_you_mean(key, known.iter().copied());
    let known = known.join("`, `");
    format!("there is no setting `{key}`{hint} (there is `{known}`)")
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::Settings;
    use crate::sink::Errors;

    #[test]
    fn unknown_and_repeated_keys_are_reported_together() {
        let errors = Errors::new();
        let tokens = quote!(nmae = "a", name = "b", name = "c", crate = 7);
        let mut settings = Settings::parse(tokens, &["name", "crate"], &errors);
        assert_eq!(settings.text("name", &errors).unwrap().value(), "b");
        assert!(settings.path("crate", &errors).is_none());
        let texts: Vec<String> = errors.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "there is no setting `nmae`; did you mean `name`? (there is `name`, `crate`)",
                "`name` is given twice: keep one",
                "`crate` takes a string: `crate = \"..\"`",
            ]
        );
    }

    #[test]
    fn a_flag_takes_no_value() {
        let errors = Errors::new();
        let mut settings = Settings::parse(quote!(other = 1), &["other"], &errors);
        assert!(settings.flag("other", &errors).is_some());
        assert_eq!(errors.into_vec().len(), 1);
    }
}
