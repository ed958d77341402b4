//! Who is talked to, and who is not.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use super::server::{Server, allowing, client, entry, ok, policy, refused};
use crate::clock::SystemClock;
use crate::future::BoxFuture;
use crate::resources::network::{
    ExchangeError, NetworkClient, NetworkError, NetworkPolicy, Reach, Resolve,
};

/// A name whose owner answers something else each time it is asked.
#[derive(Debug)]
struct Rebinding(Mutex<VecDeque<io::Result<Vec<IpAddr>>>>);

impl Rebinding {
    fn new<const N: usize>(answers: [io::Result<Vec<IpAddr>>; N]) -> Self {
        Self(Mutex::new(VecDeque::from(answers)))
    }
}

impl Resolve for Rebinding {
    fn resolve<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let answer = self.0.lock().unwrap().pop_front();
        Box::pin(async { answer.expect("the name was resolved once more than it was checked") })
    }
}

fn asking(policy: NetworkPolicy, resolver: impl Resolve) -> NetworkClient {
    NetworkClient::with_resolver(policy, Arc::new(SystemClock), resolver).unwrap()
}

#[tokio::test]
async fn a_host_that_is_not_on_the_list_is_not_asked() {
    let server = Server::start(|_| ok("secret")).await;
    let client = client(policy(&server));
    let url = format!("http://evil.test:{}/?x=server.test", server.port);
    let refused = client.fetch(&url).await.unwrap_err();
    assert!(matches!(refused, NetworkError::HostNotAllowed { .. }));
    assert!(server.requests().is_empty());
    assert_eq!(client.stats().request_count, 0);
}

#[tokio::test]
async fn a_public_name_that_leads_inside_is_not_followed() {
    let server = Server::start(|_| ok("secret")).await;
    let entry = entry("server.test", server.port, Reach::Public);
    let client = client(NetworkPolicy::new(vec![entry]));
    let refused = client.fetch(&server.url("/")).await.unwrap_err();
    assert!(
        matches!(refused, NetworkError::PrivateAddress { .. }),
        "{refused:?}"
    );
    assert!(server.requests().is_empty());
}

/// The address that was checked is the one that is connected to: were the name resolved again in
/// between, it would lead inside, and this resolver has no second answer.
#[tokio::test]
async fn a_name_that_changes_its_mind_is_checked_by_the_answer_that_is_used() {
    let server = Server::start(|_| ok("hello")).await;
    let here: IpAddr = [127, 0, 0, 1].into();
    let answers = Rebinding::new([Ok(vec![here]), Ok(vec![here])]);
    let mut policy = policy(&server);
    policy
        .allowed
        .push(entry("turncoat.test", server.port, Reach::Public));
    let client = asking(policy, answers);
    let page = client.fetch(&server.url("/")).await.unwrap();
    assert_eq!(page.text(), "hello");
    let turncoat = format!("http://turncoat.test:{}/", server.port);
    let turned = refused(&client, &turncoat).await;
    assert!(
        matches!(turned, NetworkError::PrivateAddress { .. }),
        "{turned:?}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_not_found() {
    let policy = allowing("nowhere.test", 80);
    let answers = Rebinding::new([Err(io::ErrorKind::NotFound.into()), Ok(Vec::new())]);
    let client = asking(policy, answers);
    for _ in 0..2 {
        let lost = refused(&client, "http://nowhere.test/").await;
        assert!(matches!(lost, NetworkError::Unresolved { .. }), "{lost:?}");
    }
}

#[tokio::test]
async fn where_nobody_listens_there_is_no_connection_and_no_url_in_the_error() {
    let server = Server::start(|_| ok("x")).await;
    let port = server.port;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap().port();
    drop(listener);
    assert_ne!(port, closed);
    let client = client(allowing("server.test", closed));
    let url = format!("http://server.test:{closed}/?key=secret");
    let failed = refused(&client, &url).await;
    let NetworkError::Exchange { source, .. } = &failed else {
        panic!("{failed:?}");
    };
    assert!(matches!(source, ExchangeError::Connect(_)), "{failed:?}");
    assert!(
        !format!("{failed:?} {failed}").contains("secret"),
        "{failed:?}"
    );
}

/// An address that is written out is resolved by nobody, so it must be looked at all the same.
#[tokio::test]
async fn an_address_in_the_url_is_no_way_around_the_resolver() {
    let server = Server::start(|_| ok("secret")).await;
    let port = server.port;
    for host in ["127.0.0.1", "[::ffff:127.0.0.1]"] {
        let policy = NetworkPolicy::new(vec![entry(host, port, Reach::Public)]);
        let url = format!("http://{host}:{port}/");
        let inside = refused(&client(policy), &url).await;
        assert!(
            matches!(inside, NetworkError::PrivateAddress { .. }),
            "{inside:?}"
        );
    }
    let meant = client(allowing("127.0.0.1", port));
    let page = meant
        .fetch(&format!("http://0x7f.1:{port}/"))
        .await
        .unwrap();
    assert_eq!(page.url, format!("http://127.0.0.1:{port}/"));
}
