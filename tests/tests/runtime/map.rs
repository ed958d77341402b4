//! `map`: one closure, recorded here and done there, for every element.

use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::{
    Call, Capability as _, Error, Function, Limits, Pipeline, Promise, Result, Revoker, RpcError,
    Stub, Value, capability,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::support::{Census, Citizen, Link, in_time, over_both, serving_with};

#[capability]
#[attenuate(LibraryReader { ids, title, shelf -> ShelfReader })]
trait Library {
    async fn ids(&self, count: u32) -> Result<Vec<u32>>;
    async fn one(&self, id: Option<u32>) -> Result<Option<u32>>;
    async fn title(&self, id: u32) -> Result<String>;
    async fn rare(&self, id: u32) -> Result<String, Missing>;
    async fn book(&self, id: u32) -> Result<BookStub>;
    async fn books(&self, count: u32) -> Result<Vec<BookStub>>;
    async fn shelf(&self) -> Result<ShelfStub>;
    async fn hang(&self, id: u32) -> Result<()>;
    async fn burn(&self, id: u32) -> Result<()>;
    async fn end(&self, call: Call) -> Result<()>;
}

#[capability]
#[attenuate(BookReader { title })]
trait Book {
    async fn title(&self) -> Result<String>;
    async fn tear(&self) -> Result<()>;
}

#[capability]
#[attenuate(ShelfReader { books -> BookReader })]
trait Shelf {
    async fn books(&self) -> Result<Vec<BookStub>>;
    async fn clear(&self) -> Result<()>;
}

#[derive(Debug, thiserror::Error, RpcError)]
enum Missing {
    #[error("there is no book {id}")]
    Book { id: u32 },
    #[error("{0}")]
    #[rpc(other)]
    Other(Error),
}

/// What a reader wants to know of each book.
#[derive(Debug, Serialize, Deserialize, Pipeline)]
struct Card {
    id: Promise<u32>,
    title: Promise<String>,
}

#[derive(Debug, Clone, Default)]
struct Alexandria(Arc<State>);

#[derive(Debug, Default)]
struct State {
    census: Census,
    log: Mutex<Vec<String>>,
    started: Notify,
    revoker: Mutex<Option<Revoker>>,
}

impl Alexandria {
    fn note(&self, what: String) {
        let mut log = self.0.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(what);
    }

    fn log(&self) -> Vec<String> {
        let log = self.0.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }

    fn bind(&self, id: u32) -> BookStub {
        BookStub::new(Scroll {
            id,
            library: self.clone(),
            _citizen: self.0.census.citizen(),
        })
    }
}

struct Scroll {
    id: u32,
    library: Alexandria,
    _citizen: Citizen,
}

impl Book for Scroll {
    async fn title(&self) -> Result<String> {
        Ok(format!("book {}", self.id))
    }

    async fn tear(&self) -> Result<()> {
        self.library.note(format!("tear {}", self.id));
        Ok(())
    }
}

impl Shelf for Alexandria {
    async fn books(&self) -> Result<Vec<BookStub>> {
        Ok((1..=2).map(|id| self.bind(id)).collect())
    }

    async fn clear(&self) -> Result<()> {
        self.note("clear".to_owned());
        Ok(())
    }
}

impl Library for Alexandria {
    async fn ids(&self, count: u32) -> Result<Vec<u32>> {
        Ok((1..=count).collect())
    }

    async fn one(&self, id: Option<u32>) -> Result<Option<u32>> {
        Ok(id)
    }

    async fn title(&self, id: u32) -> Result<String> {
        self.note(format!("title {id}"));
        tokio::task::yield_now().await;
        Ok(format!("book {id}"))
    }

    async fn rare(&self, id: u32) -> Result<String, Missing> {
        if id == 2 {
            return Err(Missing::Book { id });
        }
        Ok(format!("rare {id}"))
    }

    async fn book(&self, id: u32) -> Result<BookStub> {
        self.note(format!("book {id}"));
        Ok(self.bind(id))
    }

    async fn books(&self, count: u32) -> Result<Vec<BookStub>> {
        Ok((1..=count).map(|id| self.bind(id)).collect())
    }

    async fn shelf(&self) -> Result<ShelfStub> {
        Ok(ShelfStub::new(self.clone()))
    }

    async fn hang(&self, id: u32) -> Result<()> {
        self.note(format!("hang {id}"));
        self.0.started.notify_one();
        std::future::pending().await
    }

    async fn burn(&self, id: u32) -> Result<()> {
        self.note(format!("burn {id}"));
        let revoker = self
            .0
            .revoker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(revoker) = revoker {
            revoker.revoke("fire");
        }
        Ok(())
    }

    async fn end(&self, call: Call) -> Result<()> {
        if let Some(session) = call.session() {
            session.close("fire");
        }
        Ok(())
    }
}

fn library() -> LibraryStub {
    LibraryStub::new(Alexandria::default())
}

fn titles(count: u32) -> Vec<String> {
    (1..=count).map(|id| format!("book {id}")).collect()
}

#[tokio::test]
async fn every_shape_of_result_arrives() {
    over_both(library, async |main: &Link<LibraryStub>| {
        let names: Vec<String> = main.ids(3).map(|id| main.title(id)).await.unwrap();
        assert_eq!(names, titles(3));
        assert_eq!(main.ids(0).map(|id| main.title(id)).await.unwrap(), [""; 0]);
        assert_eq!(main.ids(2).map(|id| id).await.unwrap(), [1, 2]);
        assert_eq!(main.ids(2).map(|_| ()).await.unwrap(), [(), ()]);
        let pairs = main.ids(2).map(|id| (main.title(&id), id)).await.unwrap();
        assert_eq!(pairs[1], ("book 2".to_owned(), 2));
        let arrays = main.ids(2).map(|id| [id.clone(), id]).await.unwrap();
        assert_eq!(arrays, [[1, 1], [2, 2]]);
        let constant = main.ids(2).map(|id| ("a book", id)).await.unwrap();
        assert_eq!(constant[0], ("a book".to_owned(), 1));
        let cards: Vec<Card> = main
            .ids(2)
            .map(|id| Card {
                title: main.title(&id),
                id,
            })
            .await
            .unwrap();
        assert_eq!((&cards[1].id).await.unwrap(), 2);
        assert_eq!((&cards[1].title).await.unwrap(), "book 2");
    })
    .await;
}

#[tokio::test]
async fn a_value_that_may_be_missing_is_mapped_once_or_not_at_all() {
    over_both(library, async |main: &Link<LibraryStub>| {
        let some = main.one(7).map(|id| main.title(id)).await.unwrap();
        assert_eq!(some.as_deref(), Some("book 7"));
        let none = main
            .one(None::<u32>)
            .map(|id| main.title(id))
            .await
            .unwrap();
        assert_eq!(none, None);
    })
    .await;
}

#[tokio::test]
async fn what_has_no_type_is_mapped_without() {
    over_both(library, async |main: &Link<LibraryStub>| {
        let stub: &Stub = main.as_stub();
        let names = stub
            .call("ids", (2,))
            .map(|id| stub.call("title", (id,)))
            .await
            .unwrap();
        let expected = titles(2).into_iter().map(Value::String).collect();
        assert_eq!(names, Value::Array(expected));
        let title = stub
            .call("book", (5,))
            .map(|book| book.call("title", ()))
            .await
            .unwrap();
        assert_eq!(title, Value::String("book 5".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn elements_that_are_capabilities_are_called_where_they_are() {
    over_both(library, async |main: &Link<LibraryStub>| {
        let names = main.books(2).map(|book| book.title()).await.unwrap();
        assert_eq!(names, titles(2));
        let shelf = main.shelf().books().map(|book| (book.title(), book));
        let mut shelf = shelf.await.unwrap();
        let (title, book) = shelf.remove(1);
        assert_eq!(book.title().await.unwrap(), title);
        // made for each, used at once, and one of them called later
        let made = main.ids(2).map(|id| main.book(id)).await.unwrap();
        assert_eq!(made[1].title().await.unwrap(), "book 2");
    })
    .await;
}

/// A map's result is mapped like any list (M-37).
#[tokio::test]
async fn maps_are_mapped_and_nested() {
    over_both(library, async |main: &Link<LibraryStub>| {
        let lists = main
            .ids(3)
            .map(|id| main.ids(id).map(|id| main.book(id).title()));
        let lists: Vec<Vec<String>> = lists.await.unwrap();
        assert_eq!(lists, [titles(1), titles(2), titles(3)]);
        let again = main.ids(2).map(|id| main.book(id)).map(|book| book.title());
        assert_eq!(again.await.unwrap(), titles(2));
        // three deep, with the outermost element used in the innermost closure
        let deep = main.ids(2).map(|a| {
            main.ids(1)
                .map(|_| main.ids(1).map(|c| (main.title(&a), c)))
        });
        assert_eq!(deep.await.unwrap()[1][0][0], ("book 2".to_owned(), 1));
    })
    .await;
}

/// Local objects, functions, promises that have settled and such that have not, of this session and
/// of none: all can be taken in.
#[tokio::test]
async fn whatever_is_around_the_closure_can_be_taken_in() {
    over_both(library, async |main: &Link<LibraryStub>| {
        let shout = Function::new(|text: String| async move { Ok(text.to_uppercase()) });
        let here = Alexandria::default();
        let mine = LibraryStub::new(here.clone());
        let known = main.title(9);
        (&known).await.unwrap();
        let unknown = main.title(8);
        let ready = Promise::<String>::ready("ready".to_owned());
        let result = main
            .ids(2)
            .map(|id| {
                (
                    shout.call(main.title(&id)),
                    shout.call(&known),
                    shout.call(&unknown),
                    shout.call(&ready),
                    mine.book(&id).title(),
                )
            })
            .await
            .unwrap();
        assert_eq!(result[1].0, "BOOK 2");
        assert_eq!(
            (result[1].1.as_str(), result[1].2.as_str()),
            ("BOOK 9", "BOOK 8")
        );
        assert_eq!(
            (result[1].3.as_str(), result[1].4.as_str()),
            ("READY", "book 2")
        );
        drop((shout, mine, known, unknown));
        main.settled().await;
        assert_eq!(here.0.census.alive(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_error_of_one_element_is_the_error_of_the_whole() {
    over_both(library, async |main: &Link<LibraryStub>| {
        let error = main.ids(3).map(|id| main.rare(id)).await.unwrap_err();
        let missing = Missing::from_error(error);
        assert!(matches!(missing, Missing::Book { id: 2 }), "{missing:?}");
        let none = main.as_stub().call("noSuch", ()).map(|id| id).await;
        assert_eq!(none.unwrap_err().to_string(), "'noSuch' is not a function.");
    })
    .await;
}

#[tokio::test]
async fn for_each_element_all_calls_begin_before_the_next() {
    let alexandria = Alexandria::default();
    let link = Link::in_process(LibraryStub::new(alexandria.clone()));
    let done = link
        .ids(50)
        .map(|id| (link.title(&id), link.book(&id), link.title(id)));
    in_time(done).await.unwrap();
    let expected = (1..=50).flat_map(|id| {
        [
            format!("title {id}"),
            format!("book {id}"),
            format!("title {id}"),
        ]
    });
    assert_eq!(alexandria.log(), expected.collect::<Vec<_>>());
    link.settled().await;
}

#[tokio::test]
async fn the_calls_of_a_map_whose_result_is_dropped_are_made() {
    let alexandria = Alexandria::default();
    let link = Link::in_process(LibraryStub::new(alexandria.clone()));
    drop(link.ids(3).map(|id| link.burn(id)));
    link.settled().await;
    assert_eq!(alexandria.log(), ["burn 1", "burn 2", "burn 3"]);
}

/// A11: what is captured or mapped has the authority that it was handed out with, and no more.
#[tokio::test]
async fn facets_stay_facets_inside_a_map() {
    let alexandria = Alexandria::default();
    let whole = LibraryStub::new(alexandria.clone());
    let facet: LibraryReaderStub = whole.attenuate();
    let link = Link::in_process(facet);
    // the server's own facet, captured
    let burnt = link.ids(1).map(|id| link.as_stub().call("burn", (id,)));
    let error = in_time(burnt).await.unwrap_err();
    assert_eq!(error.to_string(), "'burn' is not a function.");
    // the elements of a narrowed result, read through a facet that the map is applied to
    let torn = link
        .shelf()
        .books()
        .map(|book| book.as_stub().call("tear", ()));
    let error = in_time(torn).await.unwrap_err();
    assert_eq!(error.to_string(), "'tear' is not a function.");
    let names = link.shelf().books().map(|book| book.title());
    assert_eq!(in_time(names).await.unwrap(), titles(2));
    // a facet of the client's, captured by the client
    let mine: LibraryReaderStub = whole.attenuate();
    let burnt = link.ids(1).map(|id| mine.as_stub().call("burn", (id,)));
    assert!(in_time(burnt).await.is_err());
    assert_eq!(alexandria.log(), [""; 0]);
    drop(mine);
    link.settled().await;
}

/// A11: revoked in the middle, by the first call, none of the others begins.
#[tokio::test]
async fn what_a_mapper_has_not_done_when_a_capture_is_revoked_is_not_done() {
    let alexandria = Alexandria::default();
    let (revocable, revoker) = LibraryStub::new(alexandria.clone()).revocable();
    *alexandria.0.revoker.lock().unwrap() = Some(revoker);
    let link = Link::in_process(revocable);
    let ids = link.ids(100);
    let error = in_time(ids.map(|id| link.burn(id))).await.unwrap_err();
    assert!(error.is_revoked(), "{error}");
    assert_eq!(alexandria.log(), ["burn 1"]);
}

/// A11: and so if it is not a capture that is revoked, but what is mapped.
#[tokio::test]
async fn a_map_of_something_revocable_stops_when_that_is_revoked() {
    #[derive(Debug)]
    struct Catalogue;
    #[capability]
    trait Index {
        #[property]
        fn ids(&self) -> Vec<u32>;
    }
    impl Index for Catalogue {
        fn ids(&self) -> Vec<u32> {
            (1..=100).collect()
        }
    }
    let alexandria = Alexandria::default();
    let whole = LibraryStub::new(alexandria.clone());
    let (index, revoker) = IndexStub::new(Catalogue).revocable();
    *alexandria.0.revoker.lock().unwrap() = Some(revoker);
    let ids = index.as_stub().property("ids");
    let error = in_time(ids.map(|id| whole.as_stub().call("burn", (id,)))).await;
    assert!(error.unwrap_err().is_revoked());
    assert_eq!(alexandria.log(), ["burn 1"]);
}

#[tokio::test]
async fn a_disconnect_in_the_middle_fails_the_map_and_frees_what_it_held() {
    let alexandria = Alexandria::default();
    let link = Link::in_process(LibraryStub::new(alexandria.clone()));
    let mine = Alexandria::default();
    let captured = LibraryStub::new(mine.clone());
    let hanging = link
        .ids(3)
        .map(|id| (link.hang(&id), link.book(&id), captured.hang(id)));
    let waiting = tokio::spawn(hanging.into_future());
    in_time(alexandria.0.started.notified()).await;
    in_time(mine.0.started.notified()).await;
    link.session.close("fire");
    let error = in_time(waiting).await.unwrap().unwrap_err();
    assert!(error.is_disconnected(), "{error}");
    drop(link);
    in_time(async {
        while alexandria.0.census.alive() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_map_that_ends_its_own_session_is_over() {
    let link = Link::in_process(library());
    let ended = link.ids(1000).map(|_| link.end());
    assert!(in_time(ended).await.unwrap_err().is_disconnected());
}

/// The quota ends the map, and neither its session nor anybody else's.
#[tokio::test]
async fn more_steps_than_a_map_may_take() {
    in_time(async {
        let mut limits = Limits::default();
        limits.max_map_steps = 100;
        let url = serving_with(limits, |_| library()).await;
        let bystander = Link::<LibraryStub>::connect(&url).await;
        let client = Link::<LibraryStub>::connect(&url).await;
        let many = client.ids(51).map(|id| client.title(id)).await;
        let error = many.unwrap_err().to_string();
        assert_eq!(error, "The map takes more than 100 steps.");
        let few = client.ids(50).map(|id| client.title(id)).await.unwrap();
        assert_eq!(few.len(), 50);
        client.settled().await;
        assert_eq!(bystander.title(1).await.unwrap(), "book 1");
        bystander.settled().await;
    })
    .await;
}

/// A mapper for whoever is at the other end of the other end.
#[tokio::test]
async fn a_map_reaches_through_a_process_in_the_middle() {
    in_time(async {
        let alexandria = Alexandria::default();
        let far = Link::in_process(LibraryStub::new(alexandria.clone()));
        let near = Link::in_process(far.main.clone());
        let names = near.ids(20).map(|id| near.book(id).title()).await.unwrap();
        assert_eq!(names, titles(20));
        near.settled().await;
        drop(near);
        assert_eq!(alexandria.0.census.born(), 20);
    })
    .await;
}

/// What happens outside of a recording, on another thread, is no part of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_other_threads_are_made_while_one_records() {
    let alexandria = Alexandria::default();
    let link = Link::in_process(LibraryStub::new(alexandria.clone()));
    let main = link.main.clone();
    let result = link.ids(2).map(|id| {
        let other = main.clone();
        let title = std::thread::spawn(move || other.title(7)).join().unwrap();
        (main.title(id), title)
    });
    let result = in_time(result).await.unwrap();
    assert_eq!(result[1], ("book 2".to_owned(), "book 7".to_owned()));
    let sevens = alexandria
        .log()
        .iter()
        .filter(|call| *call == "title 7")
        .count();
    assert_eq!(sevens, 1);
    drop(main);
    link.settled().await;
}

/// A placeholder that has got out of its closure says what it is.
#[tokio::test]
async fn a_placeholder_outside_of_its_closure_has_no_value() {
    let link = Link::in_process(library());
    let mut smuggled = None;
    let done = link.ids(1).map(|id| {
        smuggled = Some(id.clone());
        id
    });
    assert_eq!(in_time(done).await.unwrap(), [1]);
    let smuggled = smuggled.unwrap();
    let error = in_time(async { (&smuggled).await.unwrap_err() }).await;
    assert!(error.to_string().starts_with("A placeholder has no value"));
    let error = in_time(link.title(&smuggled)).await.unwrap_err();
    assert!(error.to_string().starts_with("A placeholder has no value"));
    link.settled().await;
}
