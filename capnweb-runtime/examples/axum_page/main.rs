//! A web page and the objects behind it: an axum server whose one route takes WebSockets and HTTP
//! batches, and a page that uses both with the JavaScript library.
//!
//! ```sh
//! cargo run -p capnweb-runtime --features axum --example axum_page
//! ```
//!
//! prints
//!
//! ```text
//! open http://127.0.0.1:8080/
//! ```
//!
//! Open it in two windows: what one counts, the other sees. The page imports the library by its
//! name; an import map says that it comes from <https://esm.sh>. To be independent of that, install
//! it and say where it is:
//!
//! ```sh
//! npm install capnweb@0.12.0
//! CAPNWEB_JS=node_modules/capnweb/dist/index.js \
//!     cargo run -p capnweb-runtime --features axum --example axum_page
//! ```
//!
//! An address other than `127.0.0.1:8080` can be given as the argument.

#![allow(clippy::print_stdout, reason = "the one line this program prints")]

mod counter;

use std::error::Error;
use std::net::SocketAddr;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use capnweb_runtime::Server;
use tokio::net::TcpListener;

use counter::{CounterStub, Shared};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:8080")).await?;
    let library = std::env::var_os("CAPNWEB_JS").map(std::fs::read_to_string);

    let shared = Shared::default();
    let rpc = Server::new(move |_peer| CounterStub::new(shared.clone())).into_service();
    let app = pages(library.transpose()?)
        .route("/rpc", capnweb_runtime::axum::route(rpc.clone()))
        .into_make_service_with_connect_info::<SocketAddr>(); // so that `_peer` has an address

    println!("open http://{}/", listener.local_addr()?);
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, app)
        .with_graceful_shutdown(interrupted)
        .await?;
    rpc.shut_down().await; // sessions outlive the requests they began with
    Ok(())
}

/// Serves the page, its module and, if there is one, the JavaScript library.
fn pages(library: Option<String>) -> Router {
    let page = include_str!("page.html");
    let Some(library) = library else {
        return page_of(page.to_owned());
    };
    page_of(page.replace("https://esm.sh/capnweb@0.12.0", "/capnweb.js"))
        .route("/capnweb.js", get(async || javascript(library)))
}

fn page_of(page: String) -> Router {
    Router::new().route("/", get(async || Html(page))).route(
        "/page.mjs",
        get(async || javascript(include_str!("page.mjs"))),
    )
}

fn javascript(text: impl IntoResponse) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], text)
}
