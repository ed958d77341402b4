//! A server that writes down what it does, to be killed: `journal-server ADDRESS JOURNAL`.

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;

use capnweb_runtime::serve;
use tests::chaos::Journal;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let address = arguments
        .next()
        .and_then(|address| address.into_string().ok());
    let journal = arguments.next().map(PathBuf::from);
    let (Some(address), Some(journal)) = (address, journal) else {
        return Err("usage: journal-server ADDRESS JOURNAL".into());
    };
    let journal = Journal::open(&journal)?;
    let listener = TcpListener::bind(address).await?;
    writeln!(io::stdout(), "listening on {}", listener.local_addr()?)?;
    serve(listener, move |_| journal.root()).await?;
    Ok(())
}
