//! Capabilities with type parameters, const parameters and associated types.

use std::sync::{Mutex, PoisonError};

use capnweb_runtime::{Bytes, Capability as _, Result, Wire, capability};

use super::support::{Link, in_time, over_both};

#[capability]
#[attenuate(CellReader { load, size })]
trait Cell<T: Wire, const SIZE: usize>
where
    T: Clone,
{
    type Change: Wire;
    async fn load(&self) -> Result<Vec<T>>;
    async fn store(&self, value: T) -> Result<Self::Change>;
    async fn sibling(&self) -> Result<CellStub<T, SIZE, Self::Change>>;
    #[property]
    fn size(&self) -> usize;
}

struct Memory<T>(Mutex<Vec<T>>);

impl<T> Memory<T> {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<T: Wire + Clone> Cell<T, 2> for Memory<T> {
    type Change = (usize, Option<T>);

    async fn load(&self) -> Result<Vec<T>> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone())
    }

    async fn store(&self, value: T) -> Result<(usize, Option<T>)> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = values.len() == self.size();
        let gone = full.then(|| values.remove(0));
        values.push(value);
        Ok((values.len(), gone))
    }

    async fn sibling(&self) -> Result<CellStub<T, 2, Self::Change>> {
        Ok(CellStub::new(Self::new()))
    }

    fn size(&self) -> usize {
        2
    }
}

/// Works on every cell, local or remote, of whatever type.
async fn fill<T: Wire + Clone, C: Wire>(cell: &CellStub<T, 2, C>, value: T) -> Result<Vec<T>> {
    for _ in 0..cell.size().await? {
        cell.store(&value).await?;
    }
    cell.load().await
}

#[tokio::test]
async fn a_generic_capability_keeps_its_types_over_a_session() {
    over_both(
        || CellStub::new(Memory::<String>::new()),
        async |cell| {
            assert_eq!(fill(&cell.main, "x".to_owned()).await.unwrap(), ["x", "x"]);
            let (count, gone) = cell.store("y".to_owned()).await.unwrap();
            assert_eq!((count, gone.as_deref()), (2, Some("x")));
            let sibling = cell.sibling();
            sibling.store("z".to_owned()).await.unwrap();
            assert_eq!(sibling.load().await.unwrap(), ["z"]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_generic_facet_has_less() {
    over_both(
        || {
            let cell = CellStub::new(Memory::<Bytes>::new());
            cell.attenuate::<CellReaderStub<Bytes, 2, (usize, Option<Bytes>)>>()
        },
        async |reader| {
            assert_eq!(reader.load().await.unwrap(), Vec::<Bytes>::new());
            assert_eq!(reader.size().await.unwrap(), 2);
            let error = reader.as_stub().call("store", (1,)).await.unwrap_err();
            assert_eq!(error.to_string(), "'store' is not a function.");
        },
    )
    .await;
}

#[tokio::test]
async fn a_capability_of_capabilities() {
    in_time(async {
        let cell = CellStub::new(Memory::<CellStub<u8, 2, (usize, Option<u8>)>>::new());
        let cell = Link::in_process(cell);
        let inner = CellStub::new(Memory::<u8>::new());
        cell.store(&inner).await.unwrap();
        let home = cell.load().await.unwrap().remove(0);
        home.store(7).await.unwrap();
        assert_eq!(inner.load().await.unwrap(), [7]);
        drop((inner, home));
        cell.settled_at(1, 2).await;
    })
    .await;
}
