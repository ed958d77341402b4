//! Functions as values: of every arity, both ways, and kept.

use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::{Error, ErrorClass, Function, Result, capability};

use super::support::{Census, in_time, over_both};

#[capability]
trait Caller {
    async fn none(&self, f: Function<fn() -> i64>) -> Result<i64>;
    async fn one(&self, f: Function<fn(i64) -> i64>) -> Result<i64>;
    async fn two(&self, f: Function<fn(i64, String) -> String>) -> Result<String>;
    async fn three(&self, f: Function<fn(i64, i64, i64) -> i64>) -> Result<i64>;
    async fn four(&self, f: Function<fn(i64, i64, i64, i64) -> i64>) -> Result<i64>;
    async fn misuse(&self, f: Function<fn(String) -> i64>) -> Result<i64>;
    async fn keep(&self, f: Function<fn(i64) -> i64>) -> Result<()>;
    async fn call_kept(&self, i: i64) -> Result<i64>;
    async fn forget(&self) -> Result<()>;
    async fn adder(&self, n: i64) -> Result<Function<fn(i64) -> i64>>;
    async fn bounce(&self, f: Function<fn(Function<fn(i64) -> i64>) -> i64>) -> Result<i64>;
    async fn return_it(&self, f: Function<fn(i64) -> i64>) -> Result<Function<fn(i64) -> i64>>;
}

#[derive(Default)]
struct Machine {
    kept: Mutex<Option<Function<fn(i64) -> i64>>>,
}

impl Machine {
    fn kept(&self) -> Option<Function<fn(i64) -> i64>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    fn replace(&self, with: Option<Function<fn(i64) -> i64>>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *kept, with);
        drop(kept);
        drop(old);
    }
}

impl Caller for Machine {
    async fn none(&self, f: Function<fn() -> i64>) -> Result<i64> {
        f.call().await
    }

    async fn one(&self, f: Function<fn(i64) -> i64>) -> Result<i64> {
        // A promise is an argument here too.
        f.call(f.call(1)).await
    }

    async fn two(&self, f: Function<fn(i64, String) -> String>) -> Result<String> {
        f.call(2, "two").await
    }

    async fn three(&self, f: Function<fn(i64, i64, i64) -> i64>) -> Result<i64> {
        f.call(1, 2, 3).await
    }

    async fn four(&self, f: Function<fn(i64, i64, i64, i64) -> i64>) -> Result<i64> {
        f.call(1, 2, 3, 4).await
    }

    async fn misuse(&self, f: Function<fn(String) -> i64>) -> Result<i64> {
        f.call("not a number").await
    }

    async fn keep(&self, f: Function<fn(i64) -> i64>) -> Result<()> {
        self.replace(Some(f));
        Ok(())
    }

    async fn call_kept(&self, i: i64) -> Result<i64> {
        let kept = self.kept().ok_or_else(|| Error::new("nothing is kept"))?;
        kept.call(i).await
    }

    async fn forget(&self) -> Result<()> {
        self.replace(None);
        Ok(())
    }

    async fn adder(&self, n: i64) -> Result<Function<fn(i64) -> i64>> {
        Ok(Function::new(move |i: i64| async move { Ok(i + n) }))
    }

    async fn bounce(&self, f: Function<fn(Function<fn(i64) -> i64>) -> i64>) -> Result<i64> {
        f.call(Function::new(|i: i64| async move { Ok(i * 100) }))
            .await
    }

    async fn return_it(&self, f: Function<fn(i64) -> i64>) -> Result<Function<fn(i64) -> i64>> {
        Ok(f)
    }
}

fn machine() -> CallerStub {
    CallerStub::new(Machine::default())
}

#[tokio::test]
async fn functions_of_every_arity() {
    over_both(machine, async |caller| {
        let seven = Function::new(|| async { Ok(7) });
        assert_eq!(caller.none(seven).await.unwrap(), 7);
        let double = Function::new(|i: i64| async move { Ok(i * 2) });
        assert_eq!(caller.one(double).await.unwrap(), 4);
        let join = Function::new(|i: i64, s: String| async move { Ok(format!("{i} {s}")) });
        assert_eq!(caller.two(join).await.unwrap(), "2 two");
        let sum = Function::new(|a: i64, b: i64, c: i64| async move { Ok(a + b + c) });
        assert_eq!(caller.three(sum).await.unwrap(), 6);
        let digits =
            |a: i64, b: i64, c: i64, d: i64| async move { Ok(((a * 10 + b) * 10 + c) * 10 + d) };
        assert_eq!(caller.four(Function::new(digits)).await.unwrap(), 1234);
    })
    .await;
}

#[tokio::test]
async fn a_function_fails_the_call_it_is_used_in() {
    over_both(machine, async |caller| {
        let failing = Function::new(|i: i64| async move {
            Err::<i64, _>(Error::range_error(format!("{i} is too much")))
        });
        let error = caller.one(failing).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::RangeError);
        assert_eq!(error.to_string(), "1 is too much");
    })
    .await;
}

#[tokio::test]
async fn a_function_called_with_the_wrong_type_is_not_entered() {
    over_both(machine, async |caller| {
        let typed: Function<fn(i64) -> i64> = Function::new(|_: i64| async { Ok(0) });
        let mistaken = Function::from_stub(typed.as_stub().clone());
        let error = caller.misuse(mistaken).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::TypeError);
        let message = error.to_string();
        assert!(message.contains("parameter `first`"), "{message}");
    })
    .await;
}

#[tokio::test]
async fn a_kept_function_is_called_after_the_call_that_brought_it() {
    over_both(machine, async |caller| {
        let census = Census::default();
        let citizen = Arc::new(census.citizen());
        let counted = Function::new(move |i: i64| {
            let _citizen = Arc::clone(&citizen);
            async move { Ok(i + 1) }
        });
        caller.keep(counted).await.unwrap();
        caller.settled_at(1, 2).await;
        assert_eq!(caller.call_kept(1).await.unwrap(), 2);
        assert_eq!(caller.call_kept(2).await.unwrap(), 3);
        assert_eq!(census.alive(), 1);
        caller.forget().await.unwrap();
        caller.settled().await;
        assert_eq!(census.alive(), 0);
    })
    .await;
}

#[tokio::test]
async fn functions_come_back_and_are_called_from_here() {
    over_both(machine, async |caller| {
        let plus_five = caller.adder(5).await.unwrap();
        assert_eq!(plus_five.call(1).await.unwrap(), 6);
        let copy = plus_five.clone();
        drop(plus_five);
        assert_eq!(copy.call(copy.call(1)).await.unwrap(), 11);
    })
    .await;
}

#[tokio::test]
async fn functions_of_functions() {
    over_both(machine, async |caller| {
        let apply = Function::new(|g: Function<fn(i64) -> i64>| async move { g.call(3).await });
        assert_eq!(caller.bounce(apply).await.unwrap(), 300);
    })
    .await;
}

#[tokio::test]
async fn a_function_that_comes_home_is_local_again() {
    over_both(machine, async |caller| {
        let double = Function::new(|i: i64| async move { Ok(i * 2) });
        let home = caller.return_it(double).await.unwrap();
        caller.settled().await;
        assert_eq!(home.call(4).await.unwrap(), 8);
    })
    .await;
}

#[tokio::test]
async fn a_function_needs_no_session() {
    in_time(async {
        let double = Function::new(|i: i64| async move { Ok(i * 2) });
        assert_eq!(double.call(double.call(1)).await.unwrap(), 4);
    })
    .await;
}
