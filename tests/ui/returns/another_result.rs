//! `Result` with one argument is the runtime's.

use capnweb_runtime::capability;

#[capability]
pub trait Registry {
    async fn find(&self, name: String) -> std::io::Result<String>;
}

fn main() {}
