//! What was measured, as it is reported.

use std::time::Duration;

use serde::Serialize;

/// One thing that was measured.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    /// What was done.
    pub(super) what: &'static str,
    /// How often.
    pub(super) count: usize,
    pub(super) seconds: f64,
    pub(super) per_second: f64,
    /// How long one took, if each was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) micros: Option<Percentiles>,
    /// What one took of the processes' time on a processor; where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cpu_micros: Option<Usage>,
    /// How much more memory the server has for each; where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<f64>,
}

/// How long something took, in microseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Percentiles {
    pub(super) p50: f64,
    pub(super) p99: f64,
}

/// Time on a processor, in microseconds, of each process.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Usage {
    pub(super) server: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) worker: Option<f64>,
}

/// How long each of many took.
#[derive(Debug, Default)]
pub(super) struct Latencies(Vec<Duration>);

impl Measured {
    pub(super) fn new(what: &'static str, count: usize, taken: Duration) -> Self {
        Self {
            what,
            count,
            seconds: taken.as_secs_f64(),
            per_second: 1.0 / each(count, taken).as_secs_f64().max(f64::MIN_POSITIVE),
            micros: None,
            cpu_micros: None,
            bytes: None,
        }
    }

    /// Says how long each took; nothing of none.
    pub(super) fn with_latencies(mut self, latencies: Latencies) -> Self {
        self.micros = latencies.percentiles();
        self
    }
}

impl Latencies {
    pub(super) fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    fn percentiles(mut self) -> Option<Percentiles> {
        self.0.sort_unstable();
        let last = self.0.len().checked_sub(1)?;
        let at = |percent: usize| self.0.get(last.saturating_mul(percent) / 100);
        let micros = |latency: &Duration| latency.as_secs_f64() * 1e6;
        Some(Percentiles {
            p50: at(50).map(micros)?,
            p99: at(99).map(micros)?,
        })
    }
}

/// Returns what each of so many has taken.
pub(super) fn each(count: usize, all: Duration) -> Duration {
    all.div_f64(f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted() {
        let mut latencies = Latencies::default();
        for millis in (1..=101).rev() {
            latencies.add(Duration::from_millis(millis));
        }
        let Percentiles { p50, p99 } = latencies.percentiles().unwrap();
        assert_eq!((p50, p99), (51_000.0, 100_000.0));
        assert!(Latencies::default().percentiles().is_none());
    }

    #[test]
    fn a_rate_is_of_all_the_time() {
        let measured = Measured::new("", 500, Duration::from_millis(250));
        assert!((measured.per_second - 2_000.0).abs() < 1e-6);
    }
}
