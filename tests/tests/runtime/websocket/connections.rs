//! How many may be there at a time, and how long they may take to say what they want.

use capnweb_runtime::{ConnectError, Connector, Server, Value, connect};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::super::support::{Census, Frozen, Link, address_of, in_time, post, seconds, serving_by};
use super::echo::{EchoStub, Parrot, parrot};

/// The fault: memory for everybody who comes, or a session that is made and thrown away.
#[tokio::test]
async fn who_comes_when_all_places_are_taken_is_told_so() {
    let census = Census::default();
    let counting = census.clone();
    let server = Server::new(move |_| Parrot::stub(&counting)).max_connections(2);
    let url = serving_by(server).await;
    let one = Link::<EchoStub>::connect(&url).await;
    let two = Link::<EchoStub>::connect(&url).await;
    let refused = in_time(connect::<EchoStub>(&url)).await.unwrap_err();
    assert!(refused.to_string().contains("503"), "{refused}");
    let batch = post(&url, "").await;
    assert_eq!(batch.status, 503);
    assert_eq!(census.born(), 2, "nothing was made for those");
    assert_eq!(one.echo(Value::Null).await.unwrap(), Value::Null);
    drop(two);
    // The place is free once the server has seen the other one leave.
    let third = in_time(async {
        loop {
            if let Ok(third) = connect::<EchoStub>(&url).await {
                return third;
            }
        }
    });
    assert_eq!(third.await.echo(Value::Null).await.unwrap(), Value::Null);
}

/// The fault: connections that say nothing, and are kept (protocol L-26).
#[tokio::test]
async fn who_never_says_what_it_wants_is_cut_off_and_holds_up_nobody_for_long() {
    let clock = Frozen::new();
    let url = serving_by(Server::new(|_| parrot()).max_handshakes(1)).await;
    let mut nothing = [0];
    let begun = Instant::now();
    let mut silent = TcpStream::connect(address_of(&url)).await.unwrap();
    let cut_off = clock.pass_until(silent.read(&mut nothing)).await;
    assert!(matches!(cut_off, Ok(0) | Err(_)), "{cut_off:?}");
    assert!(begun.elapsed() >= seconds(9), "{:?}", begun.elapsed());

    // Another makes way for who comes, and so does its connection.
    let begun = Instant::now();
    let mut silent = TcpStream::connect(address_of(&url)).await.unwrap();
    let honest = clock.pass_until(Link::<EchoStub>::connect(&url)).await;
    assert!(begun.elapsed() < seconds(3), "{:?}", begun.elapsed());
    let cut_off = in_time(silent.read(&mut nothing)).await;
    assert!(matches!(cut_off, Ok(0) | Err(_)), "{cut_off:?}");
    // Who has said what it wants makes way for nobody.
    let next = clock.pass_until(Link::<EchoStub>::connect(&url)).await;
    for link in [honest, next] {
        assert_eq!(link.echo(Value::Null).await.unwrap(), Value::Null);
    }
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let clock = Frozen::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let connecting = tokio::spawn(
        Connector::new(url)
            .timeout(seconds(5))
            .connect::<EchoStub>(),
    );
    let (_socket, _) = listener.accept().await.unwrap();
    clock.pass(seconds(6)).await;
    let error = connecting.await.unwrap().unwrap_err();
    assert!(matches!(error, ConnectError::TimedOut(_)), "{error:?}");
}
