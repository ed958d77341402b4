//! Rust code in error messages, spaced as people write it.

use quote::ToTokens;

/// Writes some tokens the way they would stand in a source file.
pub(crate) fn rust(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in TIGHTENINGS {
        text = text.replace(spaced, tight);
    }
    text
}

/// Writes a list as people do: "`a`, `b` and `c`".
pub(crate) fn list<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// What the token printer puts apart and people do not.
const TIGHTENINGS: [(&str, &str); 14] = [
    (" :: ", "::"),
    (":: ", "::"),
    (" : ", ": "),
    (" < ", "<"),
    ("< ", "<"),
    (" >", ">"),
    (" ,", ","),
    ("& ", "&"),
    ("( ", "("),
    (" )", ")"),
    ("[ ", "["),
    (" ]", "]"),
    (" ;", ";"),
    ("* ", "*"),
];

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{list, rust};

    #[test]
    fn types_read_as_they_were_written() {
        assert_eq!(rust(&quote!(Option<&str>)), "Option<&str>");
        assert_eq!(rust(&quote!(Vec<(a::B, [u8; 4])>)), "Vec<(a::B, [u8; 4])>");
    }

    #[test]
    fn lists_end_with_and() {
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
