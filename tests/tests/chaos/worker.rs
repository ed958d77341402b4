//! Somebody with work to do, who does again only what was not sent.

use std::sync::Arc;

use capnweb_runtime::{Error, Promise, ReconnectingClient};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use tests::chaos::{DrawerStub, Entry, Receipt};

use super::ledger::{Ledger, Told};

/// One of several users of a client.
pub(crate) struct Worker {
    client: ReconnectingClient<DrawerStub>,
    ledger: Arc<Ledger>,
    /// Lasting references, and the tags of what they lead to.
    lasting: Vec<(DrawerStub, String)>,
    /// References that came as results, and their tags.
    kept: Vec<(DrawerStub, String)>,
}

impl Worker {
    pub(crate) fn new(
        client: ReconnectingClient<DrawerStub>,
        number: usize,
        ledger: Arc<Ledger>,
    ) -> Self {
        let name = format!("client{number}");
        let opened = name.clone();
        let drawer = client.derive(&client.main(), move |root| root.open(opened.clone()));
        let inner = client.derive(&drawer, |drawer| drawer.open("inner"));
        let lasting = vec![
            (client.main(), String::new()),
            (drawer, format!("/{name}")),
            (inner, format!("/{name}/inner")),
        ];
        Self {
            client,
            ledger,
            lasting,
            kept: Vec::new(),
        }
    }

    /// Works until it is told to stop.
    pub(crate) async fn work(mut self) -> Self {
        let mut turn = 0_usize;
        while !self.ledger.is_stopped() {
            turn += 1;
            let (drawer, tag) = self.lasting[turn % self.lasting.len()].clone();
            match turn % 5 {
                0 => self.burst(&drawer, &tag).await,
                1 => self.chain(turn).await,
                2 => self.follow(&drawer, &tag).await,
                3 => self.keep().await,
                _ => self.record(&drawer, &tag).await,
            }
        }
        self
    }

    /// Checks that each lasting reference leads where it did, and that no other is anything else than
    /// it was.
    pub(crate) async fn check_references(&self) {
        for (drawer, tag) in &self.lasting {
            let found = loop {
                match drawer.tag().await {
                    Ok(found) => break found,
                    Err(error) => assert!(error.is_not_sent(), "{tag}: {error:?}"),
                }
            };
            assert_eq!(found, *tag);
        }
        for (drawer, tag) in &self.kept {
            match drawer.tag().await {
                Ok(found) => assert_eq!(found, *tag),
                Err(error) => assert!(matches!(error, Error::Disconnected(_)), "{error:?}"),
            }
        }
    }

    /// Has something done, again as long as it was not sent.
    async fn record(&self, drawer: &DrawerStub, tag: &str) {
        self.until_sent(tag, 0, |entry| drawer.record(entry)).await;
    }

    /// Much at once, more than a socket takes.
    async fn burst(&self, drawer: &DrawerStub, tag: &str) {
        let calls = (0..12).map(|_| self.until_sent(tag, 50_000, |entry| drawer.record(entry)));
        join_all(calls).await;
    }

    /// What leads there is not waited for.
    async fn chain(&self, turn: usize) {
        let names = [format!("a{turn}"), format!("b{turn}")];
        let tag = format!("/{}/{}", names[0], names[1]);
        let root = self.client.main();
        let chained = |entry| {
            root.open(names[0].clone())
                .open(names[1].clone())
                .record(entry)
        };
        self.until_sent(&tag, 0, chained).await;
    }

    /// A stream that breaks in the middle.
    async fn follow(&self, drawer: &DrawerStub, tag: &str) {
        let (id, mut attempt) = (self.ledger.next(), 0);
        loop {
            let entry = entry(id, attempt, 0);
            let mut receipts = match drawer.follow(entry).await {
                Ok(receipts) => receipts,
                Err(error) if self.note(id, attempt, &error) == Told::NotSent => {
                    attempt += 1;
                    continue;
                }
                Err(_) => return,
            };
            self.ledger.tell(id, attempt, Told::Done);
            for _ in 0..20 {
                match receipts.next().await.expect("it has no end") {
                    Ok(receipt) => assert_eq!((&*receipt.tag, receipt.id), (tag, id)),
                    Err(error) => return assert!(error.is_disconnected(), "{error:?}"),
                }
            }
            return;
        }
    }

    /// What came as a result works until its connection ends, and never again.
    async fn keep(&mut self) {
        if let Some((drawer, tag)) = self.kept.last().cloned() {
            let (id, attempt) = (self.ledger.next(), 0);
            let recorded = drawer.record(entry(id, attempt, 0)).await;
            self.note_receipt(id, attempt, &tag, &recorded);
            let Err(error) = recorded else {
                return;
            };
            let after = drawer
                .tag()
                .await
                .expect_err("it was gone, and is not back");
            assert!(
                matches!(after, Error::Disconnected(_)),
                "{error:?}, {after:?}"
            );
        }
        let name = format!("kept{}", self.kept.len());
        if let Ok(drawer) = self.client.main().open(name.clone()).await {
            self.kept.push((drawer, format!("/{name}")));
        }
    }

    async fn until_sent(
        &self,
        tag: &str,
        padding: usize,
        call: impl Fn(Entry) -> Promise<Receipt>,
    ) {
        let id = self.ledger.next();
        for attempt in 0.. {
            let recorded = call(entry(id, attempt, padding)).await;
            let told = self.note_receipt(id, attempt, tag, &recorded);
            if told != Told::NotSent || self.ledger.is_stopped() {
                return;
            }
            // Somebody else's turn, where there is no patience.
            tokio::task::yield_now().await;
        }
    }

    fn note_receipt(
        &self,
        id: u64,
        attempt: u32,
        tag: &str,
        recorded: &Result<Receipt, Error>,
    ) -> Told {
        match recorded {
            Ok(receipt) => {
                let (tag, found) = (tag.to_owned(), receipt.clone());
                assert_eq!(found, Receipt { tag, id, attempt });
                self.ledger.tell(id, attempt, Told::Done);
                Told::Done
            }
            Err(error) => self.note(id, attempt, error),
        }
    }

    fn note(&self, id: u64, attempt: u32, error: &Error) -> Told {
        let told = match error {
            Error::NotSent(_) => Told::NotSent,
            Error::MaybeExecuted(_) => Told::MaybeExecuted,
            Error::Disconnected(_) => Told::Gone,
            other => panic!("{other:?}"),
        };
        self.ledger.tell(id, attempt, told);
        told
    }
}

fn entry(id: u64, attempt: u32, padding: usize) -> Entry {
    Entry {
        id,
        attempt,
        padding: "x".repeat(padding),
    }
}
