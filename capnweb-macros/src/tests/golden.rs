//! Compares an expansion with a reviewed file; `UPDATE_GOLDEN=1` writes it anew.

use std::fs;
use std::path::PathBuf;

use proc_macro2::TokenStream;

/// Checks that `code` is, pretty-printed, what `tests/golden/<name>.rs` says.
pub(super) fn assert_golden(name: &str, code: TokenStream) {
    let file = syn::parse2(code).expect("the expansion is a list of items");
    let code = prettyplease::unparse(&file);
    let actual =
        format!("//! The expansion of `{name}`; write it anew with UPDATE_GOLDEN=1.\n\n{code}");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
        .with_extension("rs");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &actual).expect("the golden file can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        actual == expected,
        "the expansion is not {}; if it should be, run with UPDATE_GOLDEN=1 and review the \
         diff:\n{actual}",
        path.display(),
    );
}
