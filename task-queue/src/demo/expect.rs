//! What steps expect.

use std::fmt::{Debug, Display};

use capnweb_runtime::{Capability, Error};

use crate::demo::miss::Miss;

/// Expects two things to be equal.
#[allow(
    clippy::needless_pass_by_value,
    reason = "what is seen and expected is mostly fresh"
)]
pub(super) fn equal<T: PartialEq<U> + Debug, U: Debug>(seen: T, expected: U) -> Result<(), Miss> {
    if seen == expected {
        return Ok(());
    }
    Err(Miss::Unequal {
        seen: format!("{seen:?}"),
        expected: format!("{expected:?}"),
    })
}

/// Expects something to hold.
pub(super) const fn holds(truth: bool, what: &'static str) -> Result<(), Miss> {
    if truth {
        Ok(())
    } else {
        Err(Miss::Untrue(what))
    }
}

/// Expects a call to be refused, for a reason in which those words occur.
pub(super) async fn refused<T: Debug, E: Display>(
    words: &'static str,
    call: impl Future<Output = Result<T, E>>,
) -> Result<(), Miss> {
    let said = match call.await {
        Ok(value) => return Err(Miss::NotRefused(format!("{value:?}"))),
        Err(error) => error.to_string(),
    };
    if said.contains(words) {
        return Ok(());
    }
    Err(Miss::OtherReason { said, words })
}

/// Expects a name to be answered, on the raw wire, exactly as one that never was.
pub(super) async fn absent(object: &impl Capability, name: &'static str) -> Result<(), Miss> {
    let denied = failure(object, name).await?;
    let unknown = failure(object, NEVER).await?;
    equal(denied.class(), unknown.class())?;
    equal(denied.to_string(), unknown.to_string().replace(NEVER, name))
}

async fn failure(object: &impl Capability, name: &'static str) -> Result<Error, Miss> {
    match object.as_stub().call(name, ("forged", 1)).await {
        Ok(value) => Err(Miss::NotRefused(format!("{value:?}"))),
        Err(error) => Ok(error),
    }
}

/// A name that no interface has.
const NEVER: &str = "neverHeardOf";

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(words: &'static str, outcome: Result<i32, Error>) -> Result<(), Miss> {
        refused(words, async move { outcome }).await
    }

    #[tokio::test]
    async fn a_refusal_is_one_and_has_the_reason() {
        assert!(
            refusal("busy", Err(Error::new("Worker is busy")))
                .await
                .is_ok()
        );
        let other = refusal("busy", Err(Error::new("no"))).await;
        assert!(matches!(other, Err(Miss::OtherReason { .. })), "{other:?}");
        let done = refusal("busy", Ok(7)).await;
        assert!(matches!(done, Err(Miss::NotRefused(_))), "{done:?}");
    }

    #[test]
    fn what_differs_is_shown() {
        assert!(equal(7, 7).is_ok());
        let text = equal(7, 8).unwrap_err().to_string();
        assert_eq!(text, "7 instead of 8");
        assert!(holds(false, "all of it").is_err());
    }
}
