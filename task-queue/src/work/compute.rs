//! Arithmetic, step by step.

use serde_json::{Number, Value, json};

use crate::work::access::Reporter;
use crate::work::error::WorkError;
use crate::work::job::Job;
use crate::work::params;
use crate::work::steps::Steps;

/// Adds up `i · multiplier` for every `i` below `iterations`.
///
/// Of very many steps, a hundred are reported; cancellation is looked at in each.
pub(super) async fn perform(job: Job<'_>, reporter: &dyn Reporter) -> Result<Value, WorkError> {
    let iterations = iterations(job.params)?;
    let (start, mut sum) = resume(job, iterations)?;
    let mut steps = Steps::new(reporter, iterations).resume_at(start);
    let stride = iterations.div_ceil(REPORTS).max(1);
    for i in start..iterations {
        steps.begin().await?;
        sum.add(i);
        let done = i.saturating_add(1);
        if done.is_multiple_of(stride) || done == iterations {
            steps.end(&format!("step {done} of {iterations}")).await?;
            steps.checkpoint(checkpoint(done, &sum)).await?;
        } else {
            steps.pass();
        }
        if done.is_multiple_of(BREATH) {
            tokio::task::yield_now().await;
        }
    }
    Ok(json!({"computed": sum.to_value(), "iterations": iterations}))
}

/// What has been added up so far. Whole numbers stay whole, and exact.
enum Sum {
    Whole { sum: i128, multiplier: i128 },
    Real { sum: f64, multiplier: f64 },
}

impl Sum {
    fn new(multiplier: &Value) -> Result<Self, WorkError> {
        let whole = multiplier.as_i64().map(i128::from);
        let whole = whole.or_else(|| multiplier.as_u64().map(i128::from));
        if let Some(multiplier) = whole {
            return Ok(Self::Whole { sum: 0, multiplier });
        }
        let name = "multiplier";
        let expected = "a number";
        let multiplier = multiplier.as_f64();
        let multiplier = multiplier.ok_or(WorkError::Parameter { name, expected })?;
        Ok(Self::Real {
            sum: 0.0,
            multiplier,
        })
    }

    /// There are fewer than 2³² steps and multipliers are below 2⁶⁴, so nothing overflows.
    fn add(&mut self, i: u32) {
        match self {
            Self::Whole { sum, multiplier } => {
                *sum = sum.saturating_add(multiplier.saturating_mul(i128::from(i)));
            }
            Self::Real { sum, multiplier } => *sum += f64::from(i) * *multiplier,
        }
    }

    fn continue_from(&mut self, value: &Value) -> Option<()> {
        match self {
            Self::Whole { sum, .. } => *sum = value.as_number()?.as_i128()?,
            Self::Real { sum, .. } => *sum = value.as_f64()?,
        }
        Some(())
    }

    /// A number that is too large for an integer of JSON is the nearest that it has.
    fn to_value(&self) -> Value {
        match self {
            Self::Whole { sum, .. } => Number::from_i128(*sum)
                .map_or_else(|| json!(sum.to_string().parse::<f64>().ok()), Value::Number),
            Self::Real { sum, .. } => json!(sum),
        }
    }
}

fn iterations(params: &Value) -> Result<u32, WorkError> {
    let iterations = params::count(params, "iterations", 10)?;
    u32::try_from(iterations)
        .ok()
        .filter(|&iterations| iterations <= MAX_ITERATIONS)
        .ok_or(WorkError::Parameter {
            name: "iterations",
            expected: "a whole number up to 100000000",
        })
}

fn checkpoint(next: u32, sum: &Sum) -> Value {
    json!({"next": next, "computed": sum.to_value()})
}

/// Takes up the work where an earlier attempt left off, or begins anew.
fn resume(job: Job<'_>, iterations: u32) -> Result<(u32, Sum), WorkError> {
    let one = json!(1);
    let multiplier = params::get(job.params, "multiplier").unwrap_or(&one);
    let mut sum = Sum::new(multiplier)?;
    let next = job.checkpoint.and_then(|checkpoint| {
        let next = u32::try_from(checkpoint.get("next")?.as_u64()?).ok()?;
        (next <= iterations).then_some(())?;
        sum.continue_from(checkpoint.get("computed")?)?;
        Some(next)
    });
    Ok((next.unwrap_or(0), sum))
}

const MAX_ITERATIONS: u32 = 100_000_000;
/// How many of very many steps are reported.
const REPORTS: u32 = 100;
/// After so many steps, others get the processor.
const BREATH: u32 = 64;
