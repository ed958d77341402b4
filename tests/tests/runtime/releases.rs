//! Nothing is left behind: 100,000 stubs on every path they can take.

use std::sync::{Mutex, PoisonError};

use capnweb_runtime::{Call, Error, Function, Promise, Result, Session, capability};
use serde::{Deserialize, Serialize};

use super::support::{Census, Citizen, Link, in_time};

/// Makes coins, and takes them.
#[capability]
trait Mint {
    async fn make(&self) -> Result<CoinStub>;
    async fn purse(&self, coins: usize) -> Result<Purse>;
    async fn take(&self, coin: CoinStub) -> Result<f64>;
    async fn take_purse(&self, purse: Purse) -> Result<usize>;
    async fn refuse(&self, coin: CoinStub) -> Result<()>;
    async fn give_back(&self, coin: CoinStub) -> Result<CoinStub>;
    async fn strike(&self, with: Function<fn(CoinStub) -> CoinStub>) -> Result<CoinStub>;
    async fn never(&self, coin: CoinStub) -> Result<CoinStub>;
    async fn keep(&self, coin: CoinStub) -> Result<()>;
    async fn stats(&self, call: Call) -> Result<(usize, usize)>;
}

#[capability]
trait Coin {
    async fn worth(&self) -> Result<f64>;
    async fn twin(&self) -> Result<CoinStub>;
}

#[derive(Serialize, Deserialize)]
struct Purse {
    coins: Vec<CoinStub>,
    lucky: Option<CoinStub>,
}

#[derive(Clone)]
struct Copper(
    Census,
    #[allow(dead_code, reason = "it counts")] std::sync::Arc<Citizen>,
);

impl Copper {
    fn stub(census: &Census) -> CoinStub {
        CoinStub::new(Self(census.clone(), census.citizen().into()))
    }
}

impl Coin for Copper {
    async fn worth(&self) -> Result<f64> {
        Ok(1.0)
    }

    async fn twin(&self) -> Result<CoinStub> {
        Ok(Self::stub(&self.0))
    }
}

#[derive(Default)]
struct Works {
    census: Census,
    kept: Mutex<Vec<CoinStub>>,
}

impl Mint for Works {
    async fn make(&self) -> Result<CoinStub> {
        Ok(Copper::stub(&self.census))
    }

    async fn purse(&self, coins: usize) -> Result<Purse> {
        let coin = || Copper::stub(&self.census);
        let coins = (0..coins).map(|_| coin()).collect();
        Ok(Purse {
            coins,
            lucky: Some(coin()),
        })
    }

    async fn take(&self, coin: CoinStub) -> Result<f64> {
        coin.worth().await
    }

    async fn take_purse(&self, purse: Purse) -> Result<usize> {
        Ok(purse.coins.len() + usize::from(purse.lucky.is_some()))
    }

    async fn refuse(&self, _coin: CoinStub) -> Result<()> {
        Err(Error::range_error("counterfeit"))
    }

    async fn give_back(&self, coin: CoinStub) -> Result<CoinStub> {
        Ok(coin)
    }

    async fn strike(&self, with: Function<fn(CoinStub) -> CoinStub>) -> Result<CoinStub> {
        with.call(Copper::stub(&self.census)).await
    }

    async fn never(&self, coin: CoinStub) -> Result<CoinStub> {
        std::future::pending::<()>().await;
        Ok(coin)
    }

    async fn keep(&self, coin: CoinStub) -> Result<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(coin);
        Ok(())
    }

    async fn stats(&self, call: Call) -> Result<(usize, usize)> {
        let stats = call.session().map(Session::stats);
        let stats = stats.ok_or_else(|| Error::new("no session"))?;
        Ok((stats.imports, stats.exports))
    }
}

/// The coins of both ends, and how large the server's tables are when nothing is held.
struct Bench<'a> {
    mint: &'a Link<MintStub>,
    ours: Census,
    theirs: Census,
    idle: (usize, usize),
}

impl Bench<'_> {
    fn coin(&self) -> CoinStub {
        Copper::stub(&self.ours)
    }

    /// Checks that nothing is left, in no table and in no memory, of `made` coins.
    async fn nothing_is_left_of(&self, made: usize) {
        self.mint.settled().await;
        assert_eq!(self.mint.stats().await.unwrap(), self.idle);
        assert_eq!((self.ours.alive(), self.theirs.alive()), (0, 0));
        assert_eq!(self.ours.born() + self.theirs.born(), made);
    }
}

/// Runs `rounds` of a test that makes coins in each of them, `STUBS` altogether.
async fn bench(per_round: usize, rounds: impl AsyncFn(&Bench<'_>, usize)) {
    in_time(async {
        let works = Works::default();
        let theirs = works.census.clone();
        let mint = Link::in_process(MintStub::new(works));
        let idle = mint.stats().await.unwrap();
        let bench = Bench {
            mint: &mint,
            ours: Census::default(),
            theirs,
            idle,
        };
        for _ in 0..STUBS / BATCH {
            rounds(&bench, BATCH / per_round).await;
        }
        bench.nothing_is_left_of(STUBS).await;
    })
    .await;
}

async fn all<T, E: std::fmt::Debug>(calls: Vec<Promise<T, E>>) {
    for call in calls {
        drop(call.await.unwrap());
    }
}

#[tokio::test]
async fn results_that_are_used_and_dropped() {
    bench(1, async |bench, coins| {
        let made: Vec<_> = (0..coins).map(|_| bench.mint.make()).collect();
        for coin in made {
            let coin = coin.await.unwrap();
            let copy = coin.clone();
            drop(coin);
            drop(copy.worth());
        }
    })
    .await;
}

#[tokio::test]
async fn results_that_nobody_awaits() {
    bench(1, async |bench, coins| {
        for _ in 0..coins {
            drop(bench.mint.make());
        }
        bench.mint.round_trip().await;
    })
    .await;
}

#[tokio::test]
async fn results_of_pipelined_calls() {
    bench(2, async |bench, pairs| {
        let worth = (0..pairs).map(|_| bench.mint.make().twin().worth());
        all(worth.collect()).await;
    })
    .await;
}

#[tokio::test]
async fn arguments_taken_whole_promised_and_refused() {
    bench(4, async |bench, rounds| {
        for _ in 0..rounds {
            let taken = bench.mint.take(bench.coin());
            let promised = bench.mint.take(bench.mint.make());
            let refused = bench.mint.refuse(bench.coin());
            let home = bench.mint.give_back(bench.coin());
            assert_eq!(taken.await.unwrap() + promised.await.unwrap(), 2.0);
            assert_eq!(refused.await.unwrap_err().to_string(), "counterfeit");
            assert_eq!(home.await.unwrap().worth().await.unwrap(), 1.0);
        }
    })
    .await;
}

/// An object that is passed many times is dropped once (protocol O-14).
#[tokio::test]
async fn stubs_inside_structs_both_ways() {
    bench(10, async |bench, purses| {
        for _ in 0..purses {
            let received = bench.mint.purse(4).await.unwrap();
            drop(received);
            let coins = (0..4).map(|_| bench.coin()).collect();
            let lucky = Some(bench.coin());
            let taken = bench.mint.take_purse(Purse { coins, lucky });
            assert_eq!(taken.await.unwrap(), 5);
        }
    })
    .await;
}

#[tokio::test]
async fn stubs_through_functions() {
    bench(2, async |bench, rounds| {
        for _ in 0..rounds {
            let ours = bench.ours.clone();
            let exchange = Function::new(move |theirs: CoinStub| {
                let ours = Copper::stub(&ours);
                async move {
                    drop(theirs);
                    Ok(ours)
                }
            });
            drop(bench.mint.strike(exchange).await.unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn everything_is_let_go_when_the_session_ends() {
    in_time(async {
        let works = Works::default();
        let (ours, theirs) = (Census::default(), works.census.clone());
        let mint = Link::in_process(MintStub::new(works));
        let mut held = Vec::new();
        for _ in 0..ENDINGS / 4 {
            held.push(mint.make().await.unwrap());
            mint.keep(Copper::stub(&ours)).await.unwrap();
            drop(mint.make());
        }
        let pending: Vec<_> = (0..ENDINGS / 4)
            .map(|_| mint.never(Copper::stub(&ours)))
            .collect();
        mint.round_trip().await;
        assert!(ours.alive() + theirs.alive() >= ENDINGS / 2);

        mint.session.close("enough");
        for call in pending {
            assert!(call.await.unwrap_err().is_disconnected());
        }
        let stats = mint.session.stats();
        assert_eq!((stats.imports, stats.exports), (0, 0));
        while theirs.alive() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(ours.alive(), 0, "what the peer held is let go at once");
        assert!(held[0].worth().await.unwrap_err().is_disconnected());
    })
    .await;
}

const STUBS: usize = 100_000;
const BATCH: usize = 100;
const ENDINGS: usize = 4_000;
