//! What an application can count of its endpoint.

use capnweb_runtime::{Error, Limits, Result, Server, SessionConfig, capability};

use super::support::{Heard, Link, RawPeer, in_time, serving_by};

#[capability]
trait Till {
    async fn add(&self, a: i64, b: i64) -> Result<i64>;
    async fn fail(&self) -> Result<()>;
    #[rpc(cancel = "drop")]
    async fn wait(&self) -> Result<()>;
}

struct Shop;

impl Till for Shop {
    async fn add(&self, a: i64, b: i64) -> Result<i64> {
        Ok(a + b)
    }

    async fn fail(&self) -> Result<()> {
        Err(Error::new("closed"))
    }

    async fn wait(&self) -> Result<()> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn calls_sessions_and_violations_are_counted() {
    in_time(async {
        let mut limits = Limits::default();
        limits.max_calls_in_flight = 1;
        let server = Server::new(|_| TillStub::new(Shop)).config(SessionConfig::from(limits));
        let counters = server.counters();
        let url = serving_by(server).await;
        let link = Link::<TillStub>::connect(&url).await;
        assert_eq!(link.add(1, 2).await.unwrap(), 3);
        assert!(link.fail().await.is_err());
        let waiting = link.wait();
        assert!(link.add(1, 2).await.is_err());
        drop(waiting);
        let mut peer = RawPeer::connect(&url).await;
        peer.send(r#"["pull",7]"#).await;
        while !matches!(peer.hear().await, Heard::Closed(..) | Heard::Gone) {}
        link.settled().await;

        let counted = counters.snapshot();
        assert_eq!(counted.sessions_started, 2);
        assert_eq!(counted.sessions_ended.get("violation"), Some(&1));
        assert_eq!(counted.violations.get("no_such_export"), Some(&1));
        assert_eq!(counted.limit_hits.get("max_calls_in_flight"), Some(&1));
        assert_eq!(counted.calls_refused, 1);
        // `fail`, and `wait` that was let go of.
        assert_eq!(counted.calls_failed, 2);
        // `add`, and the reads that `settled` makes.
        assert!(counted.calls_succeeded >= 2, "{counted:?}");
        assert_eq!(
            counted.calls_started,
            counted.calls_succeeded + counted.calls_failed
        );
        assert!(counted.messages_in > counted.messages_out, "{counted:?}");
        assert!(counted.bytes_in > counted.messages_in && counted.bytes_out > counted.messages_out);

        let text: Vec<_> = counted
            .samples()
            .map(|sample| format!("{sample:?}"))
            .collect();
        assert!(
            text.iter()
                .any(|line| line.contains(r#"("kind", "no_such_export")"#)),
            "{text:?}"
        );
    })
    .await;
}
