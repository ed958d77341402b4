//! One golden file per thing that can be asked for.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::golden::assert_golden;
use crate::expand::{self, reporting};

fn capability(item: TokenStream) -> TokenStream {
    capability_with(TokenStream::new(), item)
}

fn capability_with(args: TokenStream, item: TokenStream) -> TokenStream {
    reporting(|errors| expand::capability(args, item, errors))
}

fn pipeline(item: TokenStream) -> TokenStream {
    reporting(|errors| expand::pipeline(item, errors))
}

fn rpc_error(item: TokenStream) -> TokenStream {
    reporting(|errors| expand::rpc_error(item, errors))
}

#[test]
fn the_smallest_capability() {
    let code = capability(quote! {
        /// Greets.
        pub trait Greeter {
            /// Says hello to somebody.
            async fn hello(&self, name: String) -> Result<String>;
        }
    });
    assert_golden("hello", code);
}

#[test]
fn members_of_every_kind() {
    let args = quote!(rename_all = "snake_case", name = "Meter");
    let code = capability_with(
        args,
        quote! {
            #[must_use]
            pub(crate) trait Counter: Send {
                #[property]
                fn id(&self) -> String;
                #[property]
                async fn total(&self) -> Result<i64, CounterError>;
                #[rpc(name = "increment", cancel = "drop")]
                async fn add(&self, call: Call, #[default(1)] amount: i64, note: Option<String>)
                    -> Result<i64, CounterError>;
                #[deprecated]
                fn r#type(&self) -> String;
                async fn reset(&self);
                async fn twice(&self, mut amount: i64) -> Result<i64> {
                    amount *= 2;
                    Ok(amount)
                }
            }
        },
    );
    assert_golden("members", code);
}

#[test]
fn facets_narrow_what_they_hand_out() {
    let code = capability(quote! {
        #[attenuate(DirectoryReader { list, open -> DirectoryReader, notes -> other::NoteReader })]
        #[attenuate(
            /// May look around, whole directories included.
            DirectoryWalker {
                list, open -> Directory, find -> DirectoryReader, describe -> Entry,
                changes -> DirectoryReader,
            }
        )]
        #[attenuate(DirectoryLister { list, open -> DirectoryLister })]
        trait Directory {
            async fn list(&self) -> Result<Vec<String>>;
            async fn open(&self, name: String) -> Result<DirectoryStub, OpenError>;
            async fn notes(&self) -> Result<Option<NoteStub>>;
            async fn find(&self, text: String) -> Result<Vec<DirectoryStub>>;
            async fn describe(&self) -> Result<Entry>;
            async fn changes(&self) -> Result<ReadableStream<DirectoryStub>>;
            async fn delete(&self) -> Result<()>;
        }
    });
    assert_golden("facets", code);
}

#[test]
fn generics_and_associated_types() {
    let code = capability(quote! {
        #[attenuate(CellReader { load, nested -> CellReader })]
        pub trait Cell<T: Wire = String, const N: usize = 1>
        where
            T: Clone,
            Self::Item: Clone,
        {
            /// What comes with a value.
            type Item: Wire;
            async fn load(&self) -> Result<(T, Self::Item)>;
            async fn store(&self, value: T, items: Vec<Self::Item>) -> Result<()>;
            async fn nested(&self) -> Result<CellStub<T, N, Self::Item>>;
        }
    });
    assert_golden("generics", code);
}

#[test]
fn a_renamed_runtime_is_reached_by_its_path_alone() {
    let code = capability_with(
        quote!(crate = "crate::rpc"),
        quote! {
            #[attenuate(Reader { read, id })]
            trait Store {
                async fn read(&self, key: Option<String>, #[default(1)] n: u8) -> Result<String>;
                async fn write(&self, key: String) -> Result<(), WriteError>;
                #[property]
                fn id(&self) -> String;
            }
        },
    );
    assert!(!mentions(code.clone(), "capnweb_runtime"));
    assert_golden("renamed", code);
}

#[test]
fn derives_reach_a_renamed_runtime_by_its_path_alone() {
    let pipeline = pipeline(quote! {
        #[pipeline(crate = "rpc")]
        struct S { task: TaskStub }
    });
    let error = rpc_error(quote! {
        #[rpc(crate = "rpc")]
        enum E { A { b: u8 }, #[rpc(other)] Other(rpc::Error) }
    });
    assert!(!mentions(pipeline, "capnweb_runtime"));
    assert!(!mentions(error, "capnweb_runtime"));
}

#[test]
fn parameters_may_be_called_like_our_locals() {
    let code = capability(quote! {
        trait Odd {
            async fn all(
                &self,
                args: u8,
                call: u8,
                member: u8,
                stub: u8,
                target: u8,
                self_: u8,
                __rt: u8,
                result: u8,
                name: u8,
            ) -> Result<u8>;
        }
    });
    assert_golden("hygiene", code);
}

#[test]
fn fields_can_be_reached_before_they_arrive() {
    let code = pipeline(quote! {
        /// What is known about a task.
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct TaskInfo<T: Wire> {
            /// The task itself.
            pub task: TaskStub,
            pub(crate) started_by: Option<WorkerStub>,
            #[serde(rename(serialize = "out", deserialize = "in"), default = "none")]
            pub result: T,
            #[serde(rename = "kind")]
            r#type: String,
            #[serde(skip)]
            cached: bool,
            #[serde(flatten)]
            rest: Rest,
        }
    });
    assert_golden("pipeline", code);
}

#[test]
fn errors_become_properties_and_variants_again() {
    let code = rpc_error(quote! {
        #[derive(Debug, thiserror::Error)]
        #[rpc(class = "RangeError")]
        pub enum StorageError {
            #[error("no such key")]
            NotFound { key: String, tried_at: Option<u64> },
            #[error("full")]
            Full,
            #[error("too large: {0}")]
            #[rpc(code = "E2BIG", class = "TypeError")]
            TooLarge(u64),
            #[error(transparent)]
            #[rpc(other)]
            Other(capnweb_runtime::Error),
        }
    });
    assert_golden("rpc_error", code);
}

#[test]
fn an_attenuation_above_the_capability_moves_below_it() {
    let item = quote!(
        #[capability]
        #[doc = "x"]
        trait T {
            fn f(&self);
        }
    );
    let code = reporting(|errors| expand::attenuate(&quote!(F { f }), item, errors));
    let expected = quote! {
        #[capability] #[doc = "x"] #[attenuate(F { f })] trait T { fn f(&self); }
    };
    assert_eq!(code.to_string(), expected.to_string());
}

fn mentions(code: TokenStream, name: &str) -> bool {
    code.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
