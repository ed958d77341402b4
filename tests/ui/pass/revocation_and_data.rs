//! A stub is taken back, travels inside data, and is printed.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};

#[capability]
pub trait Door {
    async fn open(&self) -> Result<()>;
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct House {
    pub door: DoorStub,
    pub windows: Vec<DoorStub>,
}

#[capability]
pub trait Street {
    async fn house(&self, number: u32) -> Result<Option<House>>;
    async fn move_in(&self, house: House) -> Result<()>;
}

fn lend(house: House) -> DoorStub {
    let (door, _revoker) = house.door.revocable();
    door
}

fn main() {
    let _ = lend;
}
