//! How much of a stream may be under way at once (protocol P-30 to P-35).

/// The flow controller of one writer: it grows its window while more of it makes the data arrive
/// faster, and shrinks it when that only makes a queue longer.
///
/// It knows no clock. Moments are milliseconds since any moment that stays the same.
#[derive(Debug)]
pub(super) struct Flow {
    window: f64,
    in_flight: f64,
    phase: Phase,
    delivered: f64,
    /// When the last acknowledgement came.
    delivered_at: Option<f64>,
    /// When the first one came, and how much was delivered by then.
    first: Option<(f64, f64)>,
    min_rtt: f64,
    last_round_window: f64,
    round_start: f64,
}

/// Whether the size of the pipe is still to be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// With so many rounds in a row that brought nothing.
    Startup {
        flat_rounds: u32,
    },
    Steady,
}

/// A message that is under way, and how things were when it was sent.
#[derive(Debug)]
pub(super) struct Sent {
    at: f64,
    size: f64,
    delivered: f64,
    delivered_at: Option<f64>,
    window: f64,
    full: bool,
}

impl Sent {
    /// Returns whether the next message has to wait for an acknowledgement.
    pub(super) const fn fills_the_window(&self) -> bool {
        self.full
    }
}

impl Flow {
    pub(super) const fn new() -> Self {
        Self {
            window: INITIAL_WINDOW,
            in_flight: 0.0,
            phase: Phase::Startup { flat_rounds: 0 },
            delivered: 0.0,
            delivered_at: None,
            first: None,
            min_rtt: f64::INFINITY,
            last_round_window: 0.0,
            round_start: 0.0,
        }
    }

    /// Notes a message of so many code units. The one that crosses the limit is still sent.
    #[allow(clippy::cast_precision_loss, reason = "no message has 2⁵³ code units")]
    pub(super) fn send(&mut self, now: f64, size: usize) -> Sent {
        let size = size as f64;
        self.in_flight += size;
        Sent {
            at: now,
            size,
            delivered: self.delivered,
            delivered_at: self.delivered_at,
            window: self.window,
            full: self.in_flight >= self.window,
        }
    }

    /// Notes that a message was refused.
    pub(super) fn refused(&mut self, sent: &Sent) {
        self.in_flight -= sent.size;
    }

    /// Notes that a message has arrived; returns whether there is room for another.
    pub(super) fn acknowledged(&mut self, now: f64, sent: &Sent) -> bool {
        self.delivered += sent.size;
        self.delivered_at = Some(now);
        self.in_flight -= sent.size;
        self.min_rtt = self.min_rtt.min(now - sent.at);
        match self.first {
            None => self.first = Some((now, self.delivered)),
            Some(first) => self.resize(now, sent, first),
        }
        self.in_flight < self.window
    }

    fn resize(&mut self, now: f64, sent: &Sent, first: (f64, f64)) {
        let (base_time, base_delivered) = sent
            .delivered_at
            .map_or(first, |delivered_at| (delivered_at, sent.delivered));
        let elapsed = now - base_time;
        let bandwidth = if elapsed > 0.0 {
            (self.delivered - base_delivered) / elapsed
        } else if self.min_rtt > 0.0 {
            f64::INFINITY
        } else {
            // Nothing can be told from two acknowledgements at one moment (protocol P-34).
            return;
        };
        let growth = self.growth();
        let wanted = (bandwidth * self.min_rtt * growth).min(sent.window * growth);
        let least = if sent.full {
            sent.window * DECAY
        } else {
            self.window
        };
        self.window = wanted.max(least).clamp(MIN_WINDOW, MAX_WINDOW);
        self.end_round(now, sent);
    }

    const fn growth(&self) -> f64 {
        match self.phase {
            Phase::Startup { .. } => STARTUP_GROWTH,
            Phase::Steady => STEADY_GROWTH,
        }
    }

    /// Once per round trip, sees whether the window has grown; the search ends when it has not for
    /// some rounds.
    fn end_round(&mut self, now: f64, sent: &Sent) {
        let Phase::Startup { flat_rounds } = self.phase else {
            return;
        };
        if sent.at < self.round_start {
            return;
        }
        let flat_rounds = if self.window > self.last_round_window * STEADY_GROWTH {
            0
        } else {
            flat_rounds.saturating_add(1)
        };
        self.phase = if flat_rounds < STARTUP_EXIT_ROUNDS {
            Phase::Startup { flat_rounds }
        } else {
            Phase::Steady
        };
        self.round_start = now;
        self.last_round_window = self.window;
    }
}

const INITIAL_WINDOW: f64 = 262_144.0;
const MAX_WINDOW: f64 = 1_073_741_824.0;
const MIN_WINDOW: f64 = 65_536.0;
const STARTUP_GROWTH: f64 = 2.0;
const STEADY_GROWTH: f64 = 1.25;
const DECAY: f64 = 0.90;
const STARTUP_EXIT_ROUNDS: u32 = 3;

#[cfg(test)]
mod tests;
