//! What must not compile does not, and says why in the user's words; what must compile does.
//!
//! The `.stderr` files were made with rustc 1.95. Another compiler may word its own part of a
//! message differently; `TRYBUILD=overwrite cargo test -p tests --test ui` writes them anew, to be
//! reviewed.

#[test]
fn mistakes_are_refused_in_the_users_words() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/[!p]*/*.rs");
    cases.compile_fail("ui/properties/*.rs");
    cases.pass("ui/pass/*.rs");
}
