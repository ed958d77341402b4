//! No name of a parameter collides with what is generated.

use capnweb_runtime::{Call, Result, capability};

#[capability]
pub trait Odd {
    async fn all(
        &self,
        call: Call,
        args: u8,
        member: u8,
        stub: u8,
        target: u8,
        self_: u8,
        __rt: u8,
        result: u8,
        name: u8,
        error: u8,
        serializer: u8,
        formatter: u8,
    ) -> Result<u8>;
    async fn call(&self, call: u8) -> Result<u8>;
    async fn clone(&self, revoker: u8) -> Result<u8>;
    async fn dispatch(&self, __stub: u8) -> Result<u8>;
    async fn from_stub(&self, into_stub: u8) -> Result<u8>;
}

fn main() {}
