//! Every rule, with the token its mistake is reported on and the advice that is given.

use proc_macro2::TokenStream;

use crate::expand;
use crate::sink::Errors;

/// Checks that exactly these mistakes are found: each on its token, each saying this.
fn assert_mistakes(args: &str, item: &str, expected: &[(&str, &str)]) {
    let errors = Errors::new();
    let code = expand::capability(parse(args), parse(item), &errors);
    compare(code, errors, expected);
}

fn assert_mistakes_of(
    derive: fn(TokenStream, &Errors) -> Option<TokenStream>,
    item: &str,
    expected: &[(&str, &str)],
) {
    let errors = Errors::new();
    let code = derive(parse(item), &errors);
    compare(code, errors, expected);
}

fn compare(code: Option<TokenStream>, errors: Errors, expected: &[(&str, &str)]) {
    let found: Vec<(String, String)> = errors
        .into_vec()
        .iter()
        .map(|error| {
            let token = error.span().source_text().unwrap_or_default();
            (token, error.to_string())
        })
        .collect();
    assert_eq!(found.len(), expected.len(), "found {found:#?}");
    for ((token, message), (expected_token, part)) in found.iter().zip(expected) {
        assert_eq!(token, expected_token, "{message}");
        assert!(message.contains(part), "`{message}` does not say `{part}`");
    }
    let code = code.unwrap_or_default();
    syn::parse2::<syn::File>(code).expect("what is generated all the same can be parsed");
}

fn parse(text: &str) -> TokenStream {
    text.parse().expect("the test's source is made of tokens")
}

/// Checks the mistakes in one method.
fn assert_method(method: &str, expected: &[(&str, &str)]) {
    assert_mistakes("", &format!("trait T {{ {method} }}"), expected);
}

/// Checks the mistakes in one facet of a trait that has something of everything.
fn assert_facet(facet: &str, expected: &[(&str, &str)]) {
    let item = format!(
        "#[attenuate({facet})] trait Directory {{
            async fn list(&self) -> Result<Vec<String>>;
            async fn open(&self) -> Result<DirectoryStub>;
            async fn notes(&self) -> Result<Map<String, NoteStub>>;
            async fn pair(&self) -> Result<(NoteStub, DirectoryStub)>;
            async fn watch(&self) -> Result<Function<String, ()>>;
            async fn info(&self) -> Result<Option<Info>>;
            async fn log(&self) -> Result<ReadableStream<String>>;
            async fn changes(&self) -> Result<ReadableStream<NoteStub>>;
            async fn inbox(&self) -> Result<Option<WritableStream<Vec<NoteStub>>>>;
        }}"
    );
    assert_mistakes("", &item, expected);
}

#[test]
fn what_is_not_a_trait() {
    assert_mistakes("", "pub struct S;", &[("struct", "goes on a trait")]);
    assert_mistakes(
        "",
        "impl S { fn f(&self) {} }",
        &[("impl", "goes on a trait")],
    );
}

#[test]
fn traits_that_cannot_be_remote() {
    assert_mistakes("", "unsafe trait T {}", &[("unsafe", "remove `unsafe`")]);
    assert_mistakes("", "auto trait T {}", &[("auto", "remove `auto`")]);
    assert_mistakes("", "trait T<'a> {}", &[("'a", "own the data")]);
    assert_mistakes(
        "",
        "trait T: Clone + Send + ?Sized {}",
        &[
            ("Clone", "supertraits other than"),
            ("?Sized", "supertraits other than"),
        ],
    );
    assert_mistakes(
        "",
        "trait T where Self: Sized {}",
        &[("Self: Sized", "bounds on `Self`")],
    );
    assert_mistakes(
        "",
        "#[rt::capability] trait T {}",
        &[("#[rt::capability]", "twice")],
    );
}

#[test]
fn items_that_cannot_be_remote() {
    assert_method("const LIMIT: u8 = 7;", &[("LIMIT", "#[property] fn")]);
    assert_method(
        "methods!();",
        &[("methods!();", "methods, properties and associated types")],
    );
    assert_method("type Item<'a>;", &[("<'a>", "cannot be generic")]);
    assert_method("type Item = u8;", &[("u8", "cannot have a default")]);
    assert_mistakes(
        "",
        "trait T<Item> { type Item; }",
        &[("Item", "rename one")],
    );
}

#[test]
fn receivers_that_are_not_shared() {
    assert_method("fn f();", &[("f", "add `&self`")]);
    assert_method("fn f(&mut self);", &[("&mut self", "`Mutex`")]);
    assert_method("fn f(self);", &[("self", "cannot consume")]);
    assert_method(
        "fn f(self: Box<Self>);",
        &[("self: Box<Self>", "write `&self`")],
    );
    assert_method("fn f(&'static self);", &[("'static", "write `&self`")]);
}

#[test]
fn methods_that_are_more_than_a_message() {
    assert_method(
        "fn f<T: Wire>(&self, t: T);",
        &[("T: Wire", "make the trait generic")],
    );
    assert_method(
        "fn f<const N: u8>(&self);",
        &[("const N: u8", "make the trait generic")],
    );
    assert_method("fn f<'a>(&self);", &[("'a", "owned types")]);
    assert_method(
        "fn f(&self) where u8: Copy;",
        &[("where u8: Copy", "on the trait")],
    );
    assert_method("unsafe fn f(&self);", &[("unsafe", "remove `unsafe`")]);
    assert_method("const fn f(&self);", &[("const", "remove `const`")]);
    assert_method(
        "extern \"C\" fn f(&self);",
        &[("extern \"C\"", "remove `extern`")],
    );
    assert_method(
        "#[cfg(test)] fn f(&self);",
        &[("#[cfg(test)]", "on the whole trait")],
    );
}

#[test]
fn arguments_that_cannot_travel() {
    assert_method(
        "fn f(&self, a: &str);",
        &[("&str", "take `String` instead")],
    );
    assert_method(
        "fn f(&self, a: &[u8]);",
        &[("&[u8]", "take `Bytes` instead")],
    );
    assert_method(
        "fn f(&self, a: Option<&T>);",
        &[("&T", "take `Option<T>` instead")],
    );
    assert_method("fn f(&self, a: impl Fn());", &[("impl Fn()", "`Function`")]);
    assert_method("fn f(&self, a: Box<dyn X>);", &[("dyn X", "take the stub")]);
    assert_method("fn f(&self, a: Self);", &[("Self", "take the stub")]);
    assert_method(
        "fn f(&self, (a, b): (u8, u8));",
        &[("(a, b)", "needs a name")],
    );
    assert_method("fn f(&self, _: u8);", &[("_", "needs a name")]);
}

#[test]
fn calls_in_the_wrong_place() {
    assert_method(
        "fn f(&self, a: u8, call: Call);",
        &[("call: Call", "the first parameter")],
    );
    assert_method(
        "fn f(&self, a: Call, b: rt::Call);",
        &[("b: rt::Call", "twice")],
    );
    assert_method(
        "#[property] fn f(&self, call: Call);",
        &[("call: Call", "no parameters")],
    );
}

#[test]
fn defaults_that_make_no_sense() {
    let cases = [
        ("#[default] a: u8", "#[default]", "write the value"),
        ("#[default(1)] a: Call", "#[default(1)]", "always there"),
        (
            "#[default(None)] a: Option<u8>",
            "#[default(None)]",
            "may be left out anyway",
        ),
        (
            "#[default(1)] #[default(2)] a: u8",
            "#[default(2)]",
            "twice",
        ),
    ];
    for (param, token, advice) in cases {
        assert_method(&format!("fn f(&self, {param});"), &[(token, advice)]);
    }
}

#[test]
fn results_that_cannot_travel() {
    assert_method("fn f(&self) -> &str;", &[("&str", "return `String`")]);
    assert_method(
        "fn f(&self) -> Result<&'static [u8]>;",
        &[("&'static [u8]", "`Result<Bytes>`")],
    );
    assert_method(
        "fn f(&self) -> impl Iterator;",
        &[("impl Iterator", "a named type")],
    );
    assert_method(
        "fn f(&self) -> Box<dyn X>;",
        &[("dyn X", "return the stub")],
    );
    assert_method(
        "fn f(&self) -> Result<Self>;",
        &[("Self", "return the stub")],
    );
    let future = "impl Future<Output = u8> + Send";
    assert_method(
        &format!("fn f(&self) -> {future};"),
        &[(future, "write `async fn`")],
    );
}

#[test]
fn wire_names_that_never_arrive() {
    for name in ["then", "catch", "finally", "dup", "map"] {
        assert_method(
            &format!("fn {name}(&self);"),
            &[(name, "never reaches the wire")],
        );
    }
    for name in [
        "on_rpc_broken",
        "constructor",
        "to_string",
        "value_of",
        "has_own_property",
    ] {
        assert_method(
            &format!("fn {name}(&self);"),
            &[(name, "never reaches the wire")],
        );
    }
    assert_method(
        "#[rpc(name = \"toJSON\")] fn f(&self);",
        &[("\"toJSON\"", "another name")],
    );
    assert_method(
        "#[rpc(name = \"__proto__\")] fn f(&self);",
        &[("\"__proto__\"", "its own")],
    );
    assert_method(
        "#[rpc(name = \"\")] fn f(&self);",
        &[("\"\"", "needs a name")],
    );
    assert_method("fn __(&self);", &[("__", "needs a name")]);
}

#[test]
fn a_reserved_name_is_free_after_a_rename() {
    assert_method("#[rpc(name = \"mapAll\")] fn map(&self);", &[]);
}

#[test]
fn names_that_are_taken() {
    assert_method(
        "fn get_gpu(&self); #[rpc(name = \"getGpu\")] fn other(&self);",
        &[("\"getGpu\"", "`get_gpu` is called `getGpu`")],
    );
    assert_method(
        "fn a_b(&self); fn a__b(&self);",
        &[("a__b", "`a_b` is called `aB`")],
    );
    for name in [
        "new",
        "attenuate",
        "guarded",
        "revocable",
        "membrane",
        "membrane_with",
    ] {
        assert_method(&format!("fn {name}(&self);"), &[(name, "#[rpc(name =")]);
    }
}

#[test]
fn settings_that_do_not_exist() {
    assert_mistakes(
        "nmae = \"x\"",
        "trait T {}",
        &[("nmae", "did you mean `name`")],
    );
    assert_mistakes(
        "name = \"a\", name = \"b\"",
        "trait T {}",
        &[("name", "twice")],
    );
    assert_mistakes("name = 7", "trait T {}", &[("7", "takes a string")]);
    assert_mistakes(
        "rename_all = \"camelcase\"",
        "trait T {}",
        &[("\"camelcase\"", "did you mean `camelCase`")],
    );
    assert_method(
        "#[rpc(cancle = \"drop\")] fn f(&self);",
        &[("cancle", "`cancel`")],
    );
    assert_method(
        "#[rpc(cancel = \"dorp\")] fn f(&self);",
        &[("\"dorp\"", "`drop`")],
    );
    assert_method("#[rpc] fn f(&self);", &[("#[rpc]", "#[rpc(name = ..")]);
    assert_method(
        "#[property(x)] fn f(&self);",
        &[("#[property(x)]", "no settings")],
    );
    assert_method(
        "#[property] #[property] fn f(&self);",
        &[("#[property]", "twice")],
    );
}

#[test]
fn facets_of_nothing() {
    assert_facet("Reader { lst }", &[("lst", "did you mean `list`")]);
    assert_facet("Reader { list, list }", &[("list", "granted twice")]);
    assert_facet("Reader {}", &[("Reader", "grants nothing")]);
    assert_facet("Directory { list }", &[("Directory", "exists already")]);
    assert_facet(
        "DirectoryStub { list }",
        &[("DirectoryStub", "exists already")],
    );
    assert_facet("", &[("#[attenuate()]", "name the facet")]);
}

#[test]
fn facets_with_one_name() {
    assert_mistakes(
        "",
        "#[attenuate(F { a })] #[attenuate(F { b })] trait T { fn a(&self); fn b(&self); }",
        &[("F", "exists already")],
    );
}

#[test]
fn facets_that_leak() {
    assert_facet(
        "Reader { open }",
        &[(
            "open",
            "write `open -> Directory` to allow it, or `open -> <a facet of Directory>`",
        )],
    );
    assert_facet(
        "Reader { watch }",
        &[("watch", "write `watch -> Function` to allow it")],
    );
    assert_facet("Reader { pair }", &[("pair", "a whole `Note`")]);
    assert_facet(
        "Reader { log }",
        &[("log", "write `log -> ReadableStream` to allow it")],
    );
    assert_facet(
        "Reader { changes, inbox }",
        &[
            (
                "changes",
                "write `changes -> Note` to allow it, or `changes -> <a facet of Note>`",
            ),
            ("inbox", "a whole `Note`"),
        ],
    );
}

#[test]
fn mappings_that_do_not_fit() {
    assert_facet(
        "Reader { list -> String }",
        &[("String", "write `list` alone")],
    );
    assert_facet(
        "Reader { info -> Other }",
        &[("Other", "write `info` alone")],
    );
    assert_facet(
        "Reader { open -> DirectoryStub }",
        &[("DirectoryStub", "write `open -> Directory`")],
    );
    assert_facet(
        "Reader { notes -> NoteReader }",
        &[("NoteReader", "cannot be narrowed")],
    );
    assert_facet(
        "Reader { pair -> Note }",
        &[("Note", "several capabilities")],
    );
    assert_facet(
        "Reader { changes -> ReadableStream<NoteReader> }",
        &[(
            "ReadableStream<NoteReader>",
            "write `changes -> NoteReader`",
        )],
    );
    assert_facet(
        "Reader { changes -> ReadableStream, inbox -> Option<NoteStub> }",
        &[
            ("ReadableStream", "write `changes -> Note`"),
            ("Option<NoteStub>", "write `inbox -> Note`"),
        ],
    );
    assert_facet(
        "Reader { log -> WritableStream }",
        &[("WritableStream", "write `log -> ReadableStream`")],
    );
}

#[test]
fn mappings_that_fit() {
    assert_facet(
        "Reader { notes -> Note, info -> Info, watch -> Function, open -> Reader }",
        &[],
    );
    assert_facet(
        "Reader { log -> ReadableStream, changes -> NoteReader, inbox -> NoteReader }",
        &[],
    );
    assert_facet("Reader { changes -> Note, inbox -> Note }", &[]);
}

#[test]
fn all_mistakes_of_a_trait_are_reported_at_once() {
    assert_mistakes(
        "rename_al = \"none\"",
        "#[attenuate(F { missing })] trait T: Clone {
            fn new(self, a: &str) -> &str;
            fn fine(&self);
            const N: u8;
        }",
        &[
            ("rename_al", "`rename_all`"),
            ("missing", "no method"),
            ("Clone", "supertraits"),
            ("N", "associated constant"),
            ("self", "cannot consume"),
            ("&str", "take `String`"),
            ("&str", "return `String`"),
            ("new", "every stub has"),
        ],
    );
}

#[test]
fn what_is_sound_survives_the_mistakes_beside_it() {
    let errors = Errors::new();
    let item = parse("trait T { fn good(&self); fn bad(&mut self); }");
    let code = expand::capability(TokenStream::new(), item, &errors)
        .unwrap()
        .to_string();
    assert_eq!(errors.into_vec().len(), 1);
    assert!(code.contains("\"good\"") && !code.contains("\"bad\""));
    assert!(
        code.contains("fn bad (& mut self)"),
        "the trait keeps the method"
    );
    assert!(code.contains("struct TStub"), "the stub resolves");
}

#[test]
fn a_syntax_error_is_reported_alone() {
    assert_method("fn f(&self) -> ;", &[(";", "expected")]);
}

#[test]
fn facets_need_a_capability() {
    let errors = Errors::new();
    let code = expand::attenuate(
        &parse("F { f }"),
        parse("trait T { fn f(&self); }"),
        &errors,
    );
    assert_eq!(
        code.unwrap().to_string(),
        parse("trait T { fn f(&self); }").to_string()
    );
    assert!(
        errors.into_vec()[0]
            .to_string()
            .contains("`#[capability]` above")
    );
}

#[test]
fn pipelines_through_what_has_no_named_fields() {
    let derive = expand::pipeline;
    assert_mistakes_of(derive, "enum E { A }", &[("E", "nobody knows the variant")]);
    assert_mistakes_of(derive, "struct S(u8);", &[("S", "give the fields names")]);
    assert_mistakes_of(
        derive,
        "#[serde(transparent)] struct S { a: u8 }",
        &[("S", "transparent")],
    );
    assert_mistakes_of(
        derive,
        "struct S { __proto__: u8 }",
        &[("__proto__", "is dropped")],
    );
    assert_mistakes_of(
        derive,
        "struct S { #[serde(rename = \"toJSON\")] a: u8 }",
        &[("\"toJSON\"", "is dropped")],
    );
}

#[test]
fn errors_that_cannot_be_told_apart_or_filled_in() {
    let derive = expand::rpc_error;
    let other = "#[rpc(other)] Other(Error)";
    let cases = [
        ("struct E;".to_owned(), "E", "is an enum"),
        (
            "enum E { A }".to_owned(),
            "E",
            "#[rpc(other)] Other(capnweb_runtime::Error)",
        ),
        (
            format!("enum E {{ {other}, #[rpc(other)] B(Error) }}"),
            "B",
            "remove this one",
        ),
        (
            "enum E { #[rpc(other)] Other }".to_owned(),
            "Other",
            "holds the error",
        ),
        (
            format!("enum E {{ A(u8, u8), {other} }}"),
            "A",
            "give them names",
        ),
        (
            format!("enum E {{ A {{ message: u8 }}, {other} }}"),
            "message",
            "its own `message`",
        ),
        (
            format!("enum E {{ A {{ value_of: u8 }}, {other} }}"),
            "value_of",
            "is dropped",
        ),
        (
            format!("enum E {{ #[rpc(code = \"B\")] A, B, {other} }}"),
            "B",
            "`A` has the code `B` too",
        ),
        (
            format!("#[rpc(class = \"RangError\")] enum E {{ {other} }}"),
            "\"RangError\"",
            "did you mean `RangeError`",
        ),
    ];
    for (item, token, advice) in cases {
        assert_mistakes_of(derive, &item, &[(token, advice)]);
    }
}
