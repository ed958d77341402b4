//! What a peer may make the other end spend: at each limit that session ends or that call fails,
//! and no other session notices.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use capnweb_runtime::{
    BigInt, Capability as _, Disconnect, Error, Fault, Limits, Promise, Result, Server, Session,
    SessionConfig, Value, Violation, capability,
};

use super::support::{Link, RawPeer, in_time, serving_by, serving_with};

#[capability]
trait Host {
    async fn make(&self) -> Result<GuestStub>;
    async fn keep(&self, guest: GuestStub) -> Result<()>;
    #[rpc(cancel = "drop")]
    async fn wait(&self) -> Result<()>;
    async fn echo(&self, value: Value) -> Result<Value>;
}

#[capability]
trait Guest {
    async fn name(&self) -> Result<String>;
}

struct Anybody;

impl Guest for Anybody {
    async fn name(&self) -> Result<String> {
        Ok("nobody".to_owned())
    }
}

#[derive(Default)]
struct House {
    kept: Mutex<Vec<GuestStub>>,
}

impl Host for House {
    async fn make(&self) -> Result<GuestStub> {
        Ok(GuestStub::new(Anybody))
    }

    async fn keep(&self, guest: GuestStub) -> Result<()> {
        self.kept.lock().expect("nobody panics with it").push(guest);
        Ok(())
    }

    async fn wait(&self) -> Result<()> {
        std::future::pending().await
    }

    async fn echo(&self, value: Value) -> Result<Value> {
        Ok(value)
    }
}

/// Runs a test as a client of a server with limits, beside another client of the same server, who
/// must not notice anything.
async fn limited(limit: impl FnOnce(&mut Limits), test: impl AsyncFnOnce(&Link<HostStub>)) {
    in_time(async {
        let mut limits = Limits::default();
        limit(&mut limits);
        let url = serving_with(limits, |_| HostStub::new(House::default())).await;
        let bystander = Link::<HostStub>::connect(&url).await;
        let client = Link::connect(&url).await;
        test(&client).await;
        let fine = bystander.echo(Value::Bool(true)).await.unwrap();
        assert_eq!(fine, Value::Bool(true));
        bystander.settled().await;
    })
    .await;
}

/// Waits until the server has ended the session, and checks with which words.
async fn assert_ended(session: &Session, words: &str) {
    let end = in_time(session.closed()).await;
    assert_eq!(end.fault(), Fault::Peer, "{end:?}");
    assert!(end.to_string().contains(words), "{end} has {words}");
}

#[tokio::test]
async fn more_results_than_may_be_held() {
    limited(
        |limits| limits.max_exports = 10,
        async |client| {
            let held: Vec<_> = (0..20).map(|_| client.make()).collect();
            assert_ended(&client.session, "too many live exports: more than 10").await;
            assert!(held[0].name().await.unwrap_err().is_disconnected());
        },
    )
    .await;
}

#[tokio::test]
async fn a_result_that_there_is_no_room_for_fails_alone() {
    limited(
        |limits| limits.max_exports = 10,
        async |client| {
            let mut held = Vec::new();
            let refused = loop {
                match client.make().await {
                    Ok(guest) => held.push(guest),
                    Err(error) => break error,
                }
            };
            assert!(refused.to_string().contains("10 references"), "{refused}");
            assert_eq!(held[0].name().await.unwrap(), "nobody");
            drop(held);
            client.settled().await;
        },
    )
    .await;
}

#[tokio::test]
async fn what_is_released_makes_room() {
    limited(
        |limits| limits.max_exports = 10,
        async |client| {
            for _ in 0..100 {
                drop(client.make().await.unwrap());
            }
            client.settled().await;
        },
    )
    .await;
}

#[tokio::test]
async fn more_objects_than_may_be_given() {
    limited(
        |limits| limits.max_imports = 10,
        async |client| {
            for _ in 0..9 {
                client.keep(GuestStub::new(Anybody)).await.unwrap();
            }
            let one_more = client.keep(GuestStub::new(Anybody)).await;
            assert!(one_more.unwrap_err().is_disconnected());
            assert_ended(&client.session, "too many live imports: more than 10").await;
        },
    )
    .await;
}

#[tokio::test]
async fn more_calls_at_once_than_may_be_in_flight() {
    limited(
        |limits| limits.max_calls_in_flight = 10,
        async |client| {
            let waiting: Vec<Promise<()>> = (0..10).map(|_| client.wait()).collect();
            let error = client.wait().await.unwrap_err();
            assert!(
                matches!(error, Error::Thrown(_)),
                "only this call fails: {error:?}"
            );
            drop(waiting);
            // The places are free once the handlers have been dropped.
            while client.echo(Value::Null).await.is_err() {}
            client.settled().await;
        },
    )
    .await;
}

/// Protocol L-25: who calls too often must not get more by pipelining, nor take from others.
#[tokio::test]
async fn more_calls_than_the_program_admits() {
    in_time(async {
        let left = Mutex::new(HashMap::<SocketAddr, usize>::new());
        let config = SessionConfig::new().limit_calls(move |peer| {
            let mut left = left.lock().expect("nobody panics with it");
            let left = left.entry(peer.address.expect("it has one")).or_insert(3);
            let admitted = *left > 0;
            *left = left.saturating_sub(1);
            admitted
        });
        let counters = config.counters();
        let server = Server::new(|_| HostStub::new(House::default())).config(config);
        let url = serving_by(server).await;
        let bystander = Link::<HostStub>::connect(&url).await;
        let client = Link::<HostStub>::connect(&url).await;
        let guests: Vec<_> = (0..2).map(|_| client.make()).collect();
        let names: Vec<_> = guests.iter().map(|guest| guest.name()).collect();
        let mut answers = Vec::new();
        for name in names {
            answers.push(name.await.map_err(|error| error.to_string()));
        }
        let refused = "Too many calls: try again later.".to_owned();
        assert_eq!(answers, [Ok("nobody".to_owned()), Err(refused)]);
        assert_eq!(counters.snapshot().limit_hits["limit_calls"], 1);
        let fine = bystander.echo(Value::Bool(true)).await.unwrap();
        assert_eq!(fine, Value::Bool(true));
    })
    .await;
}

/// Protocol L-1, L-5.
#[tokio::test]
async fn deeper_data_than_may_be_nested() {
    limited(
        |limits| limits.max_depth = 10,
        async |client| {
            let nested =
                |depth: usize| (0..depth).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
            client.echo(nested(7)).await.unwrap();
            assert!(
                client
                    .echo(nested(100))
                    .await
                    .unwrap_err()
                    .is_disconnected()
            );
            assert_ended(&client.session, "maximum allowed message depth of 10").await;
        },
    )
    .await;
}

/// Protocol L-2, L-5.
#[tokio::test]
async fn a_longer_bigint_than_may_be_read() {
    limited(
        |limits| limits.max_bigint_digits = 10,
        async |client| {
            let ten: BigInt = "1234567890".parse().unwrap();
            client.echo(Value::BigInt(ten)).await.unwrap();
            let eleven: BigInt = "12345678901".parse().unwrap();
            let echo = client.echo(Value::BigInt(eleven)).await;
            assert!(echo.unwrap_err().is_disconnected());
            assert_ended(&client.session, "maximum length of 10 digits").await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_longer_message_than_may_be_read() {
    limited(
        |limits| limits.max_message_size = 1_000,
        async |client| {
            client.echo(Value::String("x".repeat(900))).await.unwrap();
            let echo = client.echo(Value::String("x".repeat(1_000))).await;
            assert!(echo.unwrap_err().is_disconnected());
            assert_ended(&client.session, "1000").await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_client_has_limits_too() {
    in_time(async {
        let url = serving_with(Limits::default(), |_| HostStub::new(House::default())).await;
        let mut limits = Limits::default();
        limits.max_message_size = 1_000;
        let connector = capnweb_runtime::Connector::new(&url).config(limits);
        let (host, session): (HostStub, _) = connector.connect_with_session().await.unwrap();
        let error = host
            .echo(Value::String("x".repeat(1_000)))
            .await
            .unwrap_err();
        assert!(error.is_disconnected(), "{error:?}");
        let Disconnect::Violation(violation) = session.closed().await else {
            panic!("the server sent too much");
        };
        assert!(
            matches!(*violation, Violation::Malformed(_)),
            "{violation:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_server_refuses_to_give_more_than_the_limit_says() {
    in_time(async {
        let mut limits = Limits::default();
        limits.max_exports = 5;
        let link = Link::limited(HostStub::new(House::default()), limits);
        let guests: Vec<_> = (0..10).map(|_| GuestStub::new(Anybody)).collect();
        let call = link.as_stub().call("echo", (guests,));
        let error = call.await.unwrap_err();
        assert!(matches!(error, Error::Unsendable(_)), "{error:?}");
        link.settled().await;
    })
    .await;
}

#[tokio::test]
async fn more_values_than_may_be_in_one_message() {
    limited(
        |limits| limits.max_values = 100,
        async |client| {
            let array = |len: usize| Value::Array(vec![Value::Null; len]);
            client.echo(array(80)).await.unwrap();
            assert!(client.echo(array(100)).await.unwrap_err().is_disconnected());
            assert_ended(&client.session, "maximum allowed number of 100 values").await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_method_that_takes_longer_than_it_may() {
    limited(
        |limits| limits.max_handler_time = Some(Duration::from_millis(5)),
        async |client| {
            let error = client.wait().await.unwrap_err();
            assert!(error.is_timed_out(), "{error:?}");
            client.echo(Value::Null).await.unwrap();
            client.settled().await;
        },
    )
    .await;
}

#[tokio::test]
async fn more_results_than_may_be_kept() {
    limited(
        |limits| limits.max_retained_bytes = 100_000,
        async |client| {
            let large = || Value::String("x".repeat(20_000));
            for _ in 0..20 {
                client.echo(large()).await.unwrap();
            }
            let held: Vec<_> = (0..20).map(|_| client.echo(large())).collect();
            assert_ended(&client.session, "more than 100000 bytes").await;
            drop(held);
        },
    )
    .await;
}

#[tokio::test]
async fn a_larger_frame_than_may_be_read() {
    limited(
        |limits| limits.max_frame_bytes = 1_000,
        async |client| {
            client.echo(Value::String("x".repeat(900))).await.unwrap();
            let echo = client.echo(Value::String("x".repeat(1_000))).await;
            assert!(echo.unwrap_err().is_disconnected());
            assert_ended(&client.session, "1000").await;
        },
    )
    .await;
}

/// What it does not read must not lie in the server's memory.
#[tokio::test]
async fn a_peer_that_does_not_read() {
    in_time(async {
        let mut limits = Limits::default();
        limits.max_outgoing_bytes = 1_000_000;
        let server = Server::new(|_| HostStub::new(House::default())).config(limits);
        let counters = server.counters();
        let url = serving_by(server).await;
        let bystander = Link::<HostStub>::connect(&url).await;
        let mut peer = RawPeer::connect(&url).await;
        let text = "x".repeat(100_000);
        let asking = tokio::spawn(async move {
            for id in 1.. {
                peer.send(&format!(r#"["push",["pipeline",0,["echo"],["{text}"]]]"#))
                    .await;
                peer.send(&format!(r#"["pull",{id}]"#)).await;
            }
        });
        while counters.snapshot().limit_hits.get("max_outgoing_bytes") != Some(&1) {
            bystander.round_trip().await;
        }
        asking.abort();
        bystander.settled().await;
    })
    .await;
}

/// L-27: the peer is told of as many causes as its limit says.
#[tokio::test]
async fn a_longer_chain_of_causes_than_may_be_told() {
    limited(
        |limits| limits.max_error_depth = 3,
        async |client| {
            let chain = (0..9).fold(Error::new("root"), |cause, n| {
                Error::new(n.to_string()).with_cause(cause)
            });
            let Error::Thrown(thrown) = &chain else {
                panic!("it was made to be thrown");
            };
            let echoed = client.echo(thrown.value().clone()).await.unwrap();
            let mut depth = 0;
            let mut here = Some(&echoed);
            while let Some(Value::Error(error)) = here {
                depth += 1;
                here = error.cause();
            }
            assert_eq!(depth, 3);
            client.settled().await;
        },
    )
    .await;
}
