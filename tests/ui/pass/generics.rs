//! Type and const parameters, associated types and where clauses, in facets too.

use capnweb_runtime::{Result, Wire, capability};

#[capability]
#[attenuate(CellReader { load, nested -> CellReader })]
pub trait Cell<T: Wire, const N: usize>
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

#[derive(Clone)]
struct Fixed<T>(T);
impl<T: Wire + Clone + Sync> Cell<T, 3> for Fixed<T> {
    type Item = String;
    async fn load(&self) -> Result<(T, String)> {
        Ok((self.0.clone(), String::new()))
    }
    async fn store(&self, _value: T, _items: Vec<String>) -> Result<()> {
        Ok(())
    }
    async fn nested(&self) -> Result<CellStub<T, 3, String>> {
        Ok(CellStub::new(self.clone()))
    }
}

async fn read<T: Wire + Clone>(cell: CellStub<T, 3, String>) -> Result<(T, String)> {
    let reader: CellReaderStub<T, 3, String> = cell.attenuate();
    reader.nested().await?.load().await
}

fn main() {
    drop(read(CellStub::new(Fixed(7))));
}
