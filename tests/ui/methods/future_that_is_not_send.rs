//! An implementation runs on any thread.

use capnweb_runtime::{Result, capability};
use std::rc::Rc;

#[capability]
pub trait Greeter {
    async fn hello(&self) -> Result<String>;
}

struct Local;
impl Greeter for Local {
    async fn hello(&self) -> Result<String> {
        let text = Rc::new("hello".to_owned());
        std::future::ready(()).await;
        Ok(text.to_string())
    }
}

fn main() {}
