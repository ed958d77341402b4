//! Which facet can become which, and what that does to results: authority must never grow.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::args::CapabilityArgs;
use crate::model::{Family, Results};
use crate::parse::Annotated;
use crate::sink::Errors;
use crate::text::rust;

/// Returns every way between capabilities, as `From -> To: results, ..`.
fn ways(item: &str) -> Vec<String> {
    let errors = Errors::new();
    let args = CapabilityArgs::parse(TokenStream::new(), &errors);
    let Ok(Annotated::Trait(source)) = syn::parse_str(item) else {
        panic!("the test's source is a trait");
    };
    let family = Family::new(*source, args, &errors);
    assert_eq!(errors.into_vec().len(), 0);
    let ways = family.attenuations();
    let text = ways.iter().map(|way| {
        let grants: Vec<String> = way.grants.iter().map(describe).collect();
        format!(
            "{} -> {}: {}",
            way.from.ident,
            way.to.ident,
            grants.join(", ")
        )
    });
    text.collect()
}

fn describe(results: &Results) -> String {
    match results {
        Results::Data => "data".to_owned(),
        Results::Whole => "whole".to_owned(),
        Results::Narrowed { from, to } => {
            format!(
                "{} becomes {}",
                rust(&from.to_token_stream()),
                rust(&to.to_token_stream())
            )
        }
    }
}

#[test]
fn methods_decide_and_results_without_capabilities_do_not() {
    let ways = ways(
        "#[attenuate(R { read, id })] #[attenuate(W { write })] #[attenuate(RW { write, read, id })]
         trait S {
            fn read(&self) -> Value;
            fn write(&self);
            fn erase(&self);
            #[property] fn id(&self) -> String;
        }",
    );
    assert_eq!(
        ways,
        [
            "S -> R: data, data",
            "S -> W: data",
            "S -> RW: data, data, data",
            "RW -> R: data, data",
            "RW -> W: data",
        ]
    );
}

#[test]
fn equal_facets_reach_each_other() {
    let ways = ways("#[attenuate(A { f })] #[attenuate(B { f })] trait S { fn f(&self); }");
    assert_eq!(
        ways,
        [
            "S -> A: data",
            "S -> B: data",
            "A -> B: data",
            "B -> A: data"
        ]
    );
}

#[test]
fn a_narrowed_result_never_becomes_whole_again() {
    let ways = ways(
        "#[attenuate(Reader { open -> Reader })] #[attenuate(Walker { open -> Dir })]
         trait Dir { fn open(&self) -> DirStub; fn erase(&self); }",
    );
    assert_eq!(
        ways,
        [
            "Dir -> Reader: DirStub becomes ReaderStub",
            "Dir -> Walker: whole",
            "Walker -> Reader: DirStub becomes ReaderStub",
        ]
    );
}

#[test]
fn results_are_narrowed_along_the_ways_of_the_family() {
    let ways = ways(
        "#[attenuate(Reader { list, open -> Reader })] #[attenuate(Lister { list, open -> Lister })]
         #[attenuate(Opener { open -> Lister })]
         trait Dir { fn list(&self); fn open(&self) -> DirStub; fn erase(&self); }",
    );
    assert_eq!(
        ways[3..],
        [
            "Reader -> Lister: data, ReaderStub becomes ListerStub",
            "Reader -> Opener: ReaderStub becomes ListerStub",
            "Lister -> Reader: data, ListerStub becomes ReaderStub",
            "Lister -> Opener: whole",
        ]
    );
}

#[test]
fn a_way_that_leans_on_one_that_is_none_is_none() {
    // `Reader` lacks `erase`, so no result of `A` can become a result of `B`.
    let ways = ways(
        "#[attenuate(Reader { open -> Reader })] #[attenuate(Editor { open -> Editor, erase })]
         #[attenuate(A { open -> Reader })] #[attenuate(B { open -> Editor })]
         trait Dir { fn open(&self) -> DirStub; fn erase(&self); fn more(&self); }",
    );
    assert!(
        !ways
            .iter()
            .any(|way| way.starts_with("A -> B") || way.starts_with("A -> Editor"))
    );
    assert!(
        ways.iter()
            .any(|way| way == "B -> A: EditorStub becomes ReaderStub")
    );
}

#[test]
fn facets_of_strangers_are_not_assumed_to_be_related() {
    let ways = ways(
        "#[attenuate(A { note -> NoteReader })] #[attenuate(B { note -> NoteLister })]
         trait Dir { fn note(&self) -> NoteStub; fn erase(&self); }",
    );
    assert_eq!(ways.len(), 2);
}

#[test]
fn data_that_may_carry_capabilities_can_lose_them() {
    let ways = ways(
        "#[attenuate(A { info -> Info })] #[attenuate(B { info })]
         trait Task { fn info(&self) -> Info; fn stop(&self); }",
    );
    assert_eq!(
        ways,
        ["Task -> A: whole", "Task -> B: data", "A -> B: data"]
    );
}
