//! Promises as values: arguments, members of structs both ways, and known ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnweb_runtime::{Error, Promise, Result, capability};
use serde::{Deserialize, Serialize};

use super::support::{Link, in_time, over_both};

#[capability]
trait Adder {
    async fn add(&self, a: i64, b: i64) -> Result<i64>;
    async fn sum(&self, numbers: Numbers) -> Result<i64>;
    async fn split(&self, n: i64) -> Result<Parts>;
    async fn later(&self, n: i64) -> Result<Promise<i64>>;
    async fn pass(&self, parts: Parts) -> Result<Parts>;
    async fn fail(&self) -> Result<i64>;
    async fn maybe(&self, n: Option<i64>) -> Result<i64>;
    async fn entered(&self) -> Result<usize>;
}

#[derive(Debug, Serialize, Deserialize)]
struct Numbers {
    first: i64,
    others: Vec<i64>,
}

/// What a caller of `sum` may send.
#[derive(Debug, Serialize)]
struct PromisedNumbers {
    first: Promise<i64>,
    others: Vec<Promise<i64>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Parts {
    half: Promise<i64>,
    rest: Promise<i64>,
}

#[derive(Default)]
struct Sums(Arc<AtomicUsize>);

impl Adder for Sums {
    async fn add(&self, a: i64, b: i64) -> Result<i64> {
        self.0.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Ok(a + b)
    }

    async fn sum(&self, numbers: Numbers) -> Result<i64> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(numbers.first + numbers.others.iter().sum::<i64>())
    }

    async fn split(&self, n: i64) -> Result<Parts> {
        let adder = AdderStub::new(Self::default());
        Ok(Parts {
            half: adder.add(n / 2, 0),
            rest: Promise::ready(n - n / 2),
        })
    }

    async fn later(&self, n: i64) -> Result<Promise<i64>> {
        Ok(AdderStub::new(Self::default()).add(n, n))
    }

    async fn pass(&self, parts: Parts) -> Result<Parts> {
        Ok(parts)
    }

    async fn fail(&self) -> Result<i64> {
        tokio::task::yield_now().await;
        Err(Error::range_error("no number"))
    }

    async fn maybe(&self, n: Option<i64>) -> Result<i64> {
        Ok(n.unwrap_or(-1))
    }

    async fn entered(&self) -> Result<usize> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

fn sums() -> AdderStub {
    AdderStub::new(Sums::default())
}

#[tokio::test]
async fn a_promise_is_an_argument_given_or_lent() {
    over_both(sums, async |adder| {
        let three = adder.add(1, 2);
        let six = adder.add(&three, &three);
        assert_eq!(adder.add(six, three).await.unwrap(), 9);
        assert_eq!(adder.maybe(adder.add(2, 2)).await.unwrap(), 4);
    })
    .await;
}

#[tokio::test]
async fn promises_in_a_struct_are_values_for_the_callee() {
    over_both(sums, async |adder| {
        let numbers = PromisedNumbers {
            first: adder.add(1, 1),
            others: vec![adder.add(2, 2), Promise::ready(4)],
        };
        let stub: &capnweb_runtime::Stub = capnweb_runtime::Capability::as_stub(&adder.main);
        let sum = stub.call("sum", (numbers,)).await.unwrap();
        assert_eq!(capnweb_runtime::from_value::<i64>(sum).unwrap(), 10);
    })
    .await;
}

#[tokio::test]
async fn promises_in_a_returned_struct_have_settled_when_it_arrives() {
    over_both(sums, async |adder| {
        let parts = adder.split(9).await.unwrap();
        assert_eq!(
            (parts.half.await.unwrap(), parts.rest.await.unwrap()),
            (4, 5)
        );
    })
    .await;
}

#[tokio::test]
async fn a_promise_that_is_passed_through_comes_back_as_its_value() {
    over_both(sums, async |adder| {
        let (half, rest) = (adder.add(1, 1), Promise::ready(7));
        let parts = adder.pass(Parts { half, rest }).await.unwrap();
        assert_eq!(
            (parts.half.await.unwrap(), parts.rest.await.unwrap()),
            (2, 7)
        );
    })
    .await;
}

#[tokio::test]
async fn a_method_may_return_a_promise_that_it_does_not_await() {
    over_both(sums, async |adder| {
        let later = adder.later(4).await.unwrap();
        assert_eq!(later.await.unwrap(), 8);
    })
    .await;
}

#[tokio::test]
async fn a_failed_promise_as_an_argument_keeps_the_method_from_running() {
    over_both(sums, async |adder| {
        let sum = adder.add(adder.fail(), 1);
        assert_eq!(sum.await.unwrap_err().to_string(), "no number");
        assert_eq!(adder.entered().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_promise_of_another_session_is_an_argument() {
    over_both(sums, async |adder| {
        let other = Link::in_process(sums());
        let sum = adder.add(other.add(1, 1), other.add(2, 2));
        assert_eq!(sum.await.unwrap(), 6);
        let failed = adder.add(other.fail(), 1);
        assert_eq!(failed.await.unwrap_err().to_string(), "no number");
        other.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_promise_is_awaited_more_than_once_and_from_elsewhere() {
    over_both(sums, async |adder| {
        let three = adder.add(1, 2);
        let copy = three.clone();
        let elsewhere = tokio::spawn(async move { copy.await.unwrap() });
        assert_eq!((&three).await.unwrap(), 3);
        assert_eq!((&three).await.unwrap(), 3);
        assert_eq!(elsewhere.await.unwrap(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_known_promise_needs_no_session() {
    in_time(async {
        let known: Promise<String> = Promise::ready("known".to_owned());
        assert_eq!((&known).await.unwrap(), "known");
        let unsendable: Promise<u64> = Promise::ready(u64::MAX);
        assert!(matches!(unsendable.await, Err(Error::Unsendable(_))));
    })
    .await;
}
