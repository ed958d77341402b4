//! Less authority: what a facet lacks does not exist, on the wire either.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnweb_runtime::{
    Capability as _, Error, ErrorClass, Result, Stub, Value, capability, connect,
};
use serde::{Deserialize, Serialize};

use super::support::{Link, RawPeer, in_time, over_both, serving};

#[capability]
#[attenuate(DirectoryReader { list, open -> DirectoryReader, search -> DirectoryReader, parent -> DirectoryReader, size, secrets, audit })]
#[attenuate(DirectoryWalker { list, open -> Directory, describe -> Description })]
#[attenuate(DirectoryLister { list })]
trait Directory {
    async fn list(&self) -> Result<Vec<String>>;
    async fn open(&self, name: String) -> Result<DirectoryStub>;
    async fn search(&self, names: Vec<String>) -> Result<Vec<DirectoryStub>>;
    async fn parent(&self) -> Result<Option<DirectoryStub>>;
    async fn describe(&self) -> Result<Description>;
    async fn secrets(&self) -> Result<Value>;
    async fn audit(&self) -> Result<f64>;
    async fn delete(&self) -> Result<()>;
    #[property]
    fn size(&self) -> f64;
    #[property]
    fn owner(&self) -> String;
}

#[derive(Debug, Serialize, Deserialize)]
struct Description {
    directory: DirectoryStub,
}

#[derive(Debug, Clone, Default)]
struct Files(Arc<AtomicUsize>);

impl Files {
    fn stub(&self) -> DirectoryStub {
        DirectoryStub::new(self.clone())
    }

    /// A failure that carries the whole object.
    fn trapped(&self) -> Error {
        let inside = Value::Capability(self.stub().into_stub());
        Error::range_error("trapped").with_prop("inside", inside)
    }
}

impl Directory for Files {
    async fn list(&self) -> Result<Vec<String>> {
        Ok(vec!["a".to_owned()])
    }

    async fn open(&self, name: String) -> Result<DirectoryStub> {
        match name.as_str() {
            "nowhere" => Err(Error::range_error("no such directory")),
            "trap" => Err(self.trapped()),
            _ => Ok(self.stub()),
        }
    }

    async fn search(&self, names: Vec<String>) -> Result<Vec<DirectoryStub>> {
        Ok(names.iter().map(|_| self.stub()).collect())
    }

    async fn parent(&self) -> Result<Option<DirectoryStub>> {
        Ok(Some(self.stub()))
    }

    async fn describe(&self) -> Result<Description> {
        Ok(Description {
            directory: self.stub(),
        })
    }

    /// Data by its type, and not what its author meant to hand out through a reader.
    async fn secrets(&self) -> Result<Value> {
        Ok(Value::Capability(self.stub().into_stub()))
    }

    async fn audit(&self) -> Result<f64> {
        Err(self.trapped())
    }

    async fn delete(&self) -> Result<()> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn size(&self) -> f64 {
        12.0
    }

    fn owner(&self) -> String {
        "root".to_owned()
    }
}

fn files() -> DirectoryStub {
    Files::default().stub()
}

fn reader() -> DirectoryReaderStub {
    files().attenuate()
}

async fn assert_is_reader_only(stub: &Stub) {
    let list = stub.call("list", ()).await.unwrap();
    assert_eq!(list, Value::Array(vec![Value::String("a".into())]));
    let error = stub.call("delete", ()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::TypeError);
    assert_eq!(error.to_string(), "'delete' is not a function.");
    assert_eq!(stub.get("owner").await.unwrap(), Value::Undefined);
}

#[tokio::test]
async fn a_facet_does_what_it_lists_and_nothing_else() {
    over_both(reader, async |reader| {
        assert_eq!(reader.list().await.unwrap(), ["a"]);
        assert_eq!(reader.size().await.unwrap(), 12.0);
        assert_is_reader_only(reader.as_stub()).await;
    })
    .await;
}

#[tokio::test]
async fn what_a_facet_hands_out_is_narrowed_in_every_place() {
    over_both(reader, async |reader| {
        assert_is_reader_only(reader.open("b").await.unwrap().as_stub()).await;
        for found in reader
            .search(vec!["a".to_owned(), "b".to_owned()])
            .await
            .unwrap()
        {
            assert_is_reader_only(found.as_stub()).await;
        }
        let parent = reader.parent().await.unwrap().unwrap();
        assert_is_reader_only(parent.as_stub()).await;
        // Before it has arrived, too, and however far down.
        assert_is_reader_only(reader.open("b").open("c").as_stub()).await;
        let promised = reader.as_stub().call("open", ("b",));
        assert_is_reader_only(&promised).await;
    })
    .await;
}

#[tokio::test]
async fn what_a_facet_hands_out_whole_is_whole_because_it_says_so() {
    over_both(
        || DirectoryWalkerStub::from_stub(files().attenuate::<DirectoryWalkerStub>().into_stub()),
        async |walker| {
            walker.open("b").delete().await.unwrap();
            let described = walker.describe().await.unwrap();
            described.directory.delete().await.unwrap();
        },
    )
    .await;
}

#[tokio::test]
async fn a_capability_that_the_facet_does_not_know_of_stays_inside() {
    over_both(reader, async |reader| {
        let error = reader.secrets().await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::TypeError);
        assert!(error.to_string().contains("does not grant"), "{error}");
        let error = reader
            .as_stub()
            .call(["secrets", "delete"], ())
            .await
            .unwrap_err();
        assert_eq!(error.class(), ErrorClass::TypeError);
    })
    .await;
}

#[tokio::test]
async fn failures_pass_through_a_facet() {
    over_both(reader, async |reader| {
        let error = reader.open("nowhere").list().await.unwrap_err();
        assert_eq!(error.to_string(), "no such directory");
    })
    .await;
}

/// The fault: the whole object, as a property of the error that a facet's method fails with. A
/// session drops it anyway; within a process, nothing else would.
#[tokio::test]
async fn what_a_failure_carries_through_a_facet_is_narrowed_too() {
    let error = reader().open("trap").await.unwrap_err();
    assert_eq!(error.to_string(), "trapped");
    assert_eq!(error.class(), ErrorClass::RangeError);
    let Some(Value::Capability(inside)) = error.prop("inside") else {
        panic!("it is still there: {error:?}");
    };
    assert_is_reader_only(inside).await;
}

/// The fault: the same, from a method whose results hold nothing by the facet's own word.
#[tokio::test]
async fn a_failure_carries_nothing_where_nothing_is_granted() {
    let error = reader().audit().await.unwrap_err();
    assert_eq!(error.to_string(), "trapped");
    assert_eq!(error.class(), ErrorClass::RangeError);
    assert!(error.prop("inside").is_none(), "{error:?}");
}

/// The fault: an answer from which a peer learns that a member exists and is kept from it.
#[tokio::test]
async fn on_the_wire_what_is_kept_back_looks_like_what_never_was() {
    let url = serving(|_| reader()).await;
    let mut peer = RawPeer::connect(&url).await;
    let expressions = [
        r#"["pipeline",0,["NAME"],[]]"#,
        r#"["pipeline",0,["NAME"],["argument",1]]"#,
        r#"["pipeline",0,["NAME"]]"#,
        r#"["pipeline",0,["NAME","x"]]"#,
        r#"["pipeline",0,["NAME","x"],[]]"#,
        r#"["pipeline",0,["NAME","x","y"],[]]"#,
        r#"["pipeline",0,["NAME",0]]"#,
        r#"["pipeline",0,["NAME","constructor"],[]]"#,
    ];
    let mut id = 0;
    for expression in expressions {
        let mut answers = Vec::new();
        for name in ["delete", "owner", "describe", "neverWas"] {
            id += 1;
            let answer = peer.ask(id, &expression.replace("NAME", name)).await;
            answers.push(answer.replace(name, "NAME"));
        }
        for answer in &answers {
            assert_eq!(answer, &answers[3], "{expression}");
        }
    }
}

#[tokio::test]
async fn a_facet_of_a_remote_object_is_handed_to_a_third_party() {
    in_time(async {
        let census = Files::default();
        let files = census.clone();
        let origin = Link::<DirectoryStub>::connect(&serving(move |_| files.stub()).await).await;
        let lent: DirectoryReaderStub = origin.attenuate();
        let third: DirectoryReaderStub = connect(&serving(move |_| lent.clone()).await)
            .await
            .unwrap();
        assert_eq!(third.list().await.unwrap(), ["a"]);
        assert_is_reader_only(third.as_stub()).await;
        assert_is_reader_only(third.open("b").await.unwrap().as_stub()).await;
        assert_is_reader_only(third.open("b").open("c").as_stub()).await;
        assert_eq!(census.0.load(Ordering::SeqCst), 0, "nothing was deleted");
        origin.delete().await.unwrap();
        assert_eq!(census.0.load(Ordering::SeqCst), 1, "the owner still can");
    })
    .await;
}

/// The fault: a facet that goes back to the maker of its object arrives as the object.
#[tokio::test]
async fn a_facet_stays_one_on_its_way_home() {
    #[capability]
    trait Home {
        async fn directory(&self) -> Result<DirectoryStub>;
        async fn try_delete(&self, reader: DirectoryReaderStub) -> Result<String>;
    }

    struct Owner;

    impl Home for Owner {
        async fn directory(&self) -> Result<DirectoryStub> {
            Ok(files())
        }

        async fn try_delete(&self, reader: DirectoryReaderStub) -> Result<String> {
            match reader.into_stub().call("delete", ()).await {
                Ok(_) => Ok("deleted".to_owned()),
                Err(error) => Ok(error.to_string()),
            }
        }
    }

    over_both(
        || HomeStub::new(Owner),
        async |home| {
            let reader: DirectoryReaderStub = home.directory().await.unwrap().attenuate();
            let tried = home.try_delete(&reader).await.unwrap();
            assert_eq!(tried, "'delete' is not a function.");
            let promised: DirectoryReaderStub = home.directory().attenuate();
            let tried = home.try_delete(&promised).await.unwrap();
            assert_eq!(tried, "'delete' is not a function.");
        },
    )
    .await;
}

#[tokio::test]
async fn a_facet_of_a_facet_has_less_and_needs_no_session() {
    in_time(async {
        let lister: DirectoryListerStub = reader().attenuate();
        assert_eq!(lister.list().await.unwrap(), ["a"]);
        let error = lister.as_stub().call("open", ("b",)).await.unwrap_err();
        assert_eq!(error.to_string(), "'open' is not a function.");
    })
    .await;
}
