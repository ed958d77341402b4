//! What a client has found out: one line of JSON.

use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::options::Plan;
use crate::proc::{Usage, forget_peak, peak_kib};

/// A measurement that has begun.
#[derive(Debug)]
pub struct Report {
    server: u32,
    begun: Instant,
    usage: Usage,
    fields: Map<String, Value>,
}

/// How long calls took, in nanoseconds.
#[derive(Debug, Default)]
pub struct Latencies(Vec<u64>);

impl Report {
    /// Begins a measurement.
    pub fn begin(plan: &Plan) -> Self {
        forget_peak(plan.server);
        Self {
            server: plan.server,
            usage: Usage::now(plan.server),
            begun: Instant::now(),
            fields: Map::new(),
        }
    }

    /// Adds something that was found out.
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Adds the median and the 99th percentile.
    pub fn latencies(self, latencies: Latencies) -> Self {
        let mut all = latencies.0;
        all.sort_unstable();
        let at = |percent: usize| {
            let rank = all.len().saturating_sub(1) * percent / 100;
            all.get(rank).map(|nanoseconds| float(*nanoseconds) / 1e3)
        };
        let (p50, p99) = (at(50), at(99));
        self.field("p50_us", p50).field("p99_us", p99)
    }

    /// Ends the measurement, of `n` of whatever is counted. Returns the cost of one: its share of
    /// the time, and of the server's processor time, in microseconds.
    pub fn end(&mut self, n: f64) -> (f64, f64) {
        let seconds = self.begun.elapsed().as_secs_f64();
        let (client, server) = Usage::now(self.server).since(self.usage);
        let microseconds = |nanoseconds: u64| float(nanoseconds) / 1e3 / n;
        let fields = json!({
            "n": n,
            "seconds": seconds,
            "rate": n / seconds,
            "client_cpu_us": microseconds(client),
            "server_cpu_us": microseconds(server),
            "client_peak_kib": peak_kib(std::process::id()),
            "server_peak_kib": peak_kib(self.server),
        });
        if let Value::Object(fields) = fields {
            self.fields.extend(fields);
        }
        (seconds * 1e6 / n, microseconds(server))
    }

    /// Says what was found out.
    pub fn print(self) {
        println!("{}", Value::Object(self.fields));
    }
}

impl Latencies {
    /// Notes how long a call took that began then.
    pub fn note(&mut self, begun: Instant) {
        let nanoseconds = begun.elapsed().as_nanos();
        self.0.push(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
    }
}

#[allow(clippy::cast_precision_loss, reason = "no more than is measured")]
fn float(number: u64) -> f64 {
    number as f64
}
