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
mod tests {
    //! The vectors of the protocol (P-35), and the guard of P-34.
    #![allow(clippy::arithmetic_side_effects, reason = "no peer reaches a test")]

    use std::collections::VecDeque;

    use super::{Flow, Phase, Sent};

    impl Flow {
        /// Sends one message and acknowledges it; returns the window then.
        fn round(&mut self, size: usize, sent_at: f64, acknowledged_at: f64) -> f64 {
            let sent = self.send(sent_at, size);
            self.acknowledged(acknowledged_at, &sent);
            self.window
        }

        fn is_in_startup(&self) -> bool {
            matches!(self.phase, Phase::Startup { .. })
        }
    }

    /// Acknowledges messages at these moments; returns the windows.
    fn windows(flow: &mut Flow, sent: &[Sent], moments: &[f64]) -> Vec<f64> {
        assert_eq!(sent.len(), moments.len());
        sent.iter()
            .zip(moments)
            .map(|(sent, now)| {
                flow.acknowledged(*now, sent);
                flow.window
            })
            .collect()
    }

    fn send_all(flow: &mut Flow, size: usize, moments: &[f64]) -> Vec<Sent> {
        moments.iter().map(|now| flow.send(*now, size)).collect()
    }

    /// The constants, the first state and the three events (P-30, P-31, P-32).
    #[test]
    fn a_grows_as_fast_as_acknowledgements_come() {
        let mut flow = Flow::new();
        let sent = send_all(&mut flow, 65_536, &[10.0, 11.0, 12.0, 13.0]);
        let full: Vec<bool> = sent.iter().map(Sent::fills_the_window).collect();
        assert_eq!(full, [false, false, false, true]);
        let seen = windows(&mut flow, &sent, &[110.0, 111.0, 112.0, 113.0]);
        assert_eq!(seen, [262_144.0, 524_288.0, 524_288.0, 524_288.0]);
        assert!(flow.is_in_startup());

        let sent = send_all(&mut flow, 200_000, &[113.0, 114.0, 115.0]);
        let full: Vec<bool> = sent.iter().map(Sent::fills_the_window).collect();
        assert_eq!(full, [false, false, true]);
        assert_eq!(flow.in_flight, 600_000.0);
        let seen = windows(&mut flow, &sent, &[213.0, 215.0, 220.0]);
        assert_eq!(seen, [524_288.0, 784_313.725_490_196, 1_048_576.0]);
    }

    #[test]
    fn b_leaves_startup_when_the_application_sends_little() {
        let mut flow = Flow::new();
        let rounds = [
            (10.0, 60.0),
            (61.0, 161.0),
            (162.0, 262.0),
            (263.0, 363.0),
            (364.0, 464.0),
        ];
        for (sent, acknowledged) in rounds {
            assert!(flow.is_in_startup());
            assert_eq!(flow.round(1000, sent, acknowledged), 262_144.0);
        }
        assert!(!flow.is_in_startup());
    }

    #[test]
    fn c_shrinks_when_the_round_trip_grows() {
        let mut flow = Flow::new();
        let moments = [10.0, 60.0, 1060.0, 2060.0, 3060.0, 4060.0, 5060.0];
        let expected = [
            (262_144.0, true),
            (235_929.6, true),
            (212_336.64, true),
            (191_102.976_000_000_02, true),
            (171_992.678_400_000_03, false),
            (154_793.410_560_000_05, false),
        ];
        for (times, expected) in moments.windows(2).zip(expected) {
            let sent = flow.send(times[0], 262_144);
            assert!(sent.fills_the_window());
            flow.acknowledged(times[1], &sent);
            assert_eq!((flow.window, flow.is_in_startup()), expected);
        }
    }

    #[test]
    fn d_a_refused_message_frees_its_place_and_changes_nothing_else() {
        let mut flow = Flow::new();
        let sent = flow.send(10.0, 262_144);
        assert!(sent.fills_the_window());
        flow.refused(&sent);
        assert_eq!((flow.in_flight, flow.window), (0.0, 262_144.0));
        assert_eq!(flow.round(10, 30.0, 40.0), 262_144.0);
        assert_eq!(flow.in_flight, 0.0);
    }

    #[test]
    fn f_two_acknowledgements_at_one_moment_grow_by_the_collar() {
        let mut flow = Flow::new();
        let first = flow.send(10.0, 100_000);
        let second = flow.send(10.0, 200_000);
        assert!(!first.fills_the_window());
        assert!(second.fills_the_window());
        assert_eq!(
            windows(&mut flow, &[first, second], &[20.0, 20.0]),
            [262_144.0, 524_288.0]
        );
    }

    #[test]
    fn g_finds_the_end_of_startup_among_uneven_rounds() {
        let mut flow = Flow::new();
        assert_eq!(flow.round(300_000, 0.5, 20.5), 262_144.0);
        assert_eq!(flow.round(300_000, 21.0, 41.0), 524_288.0);
        let first = flow.send(41.0, 300_000);
        let second = flow.send(41.0, 100_000);
        let seen = windows(&mut flow, &[first, second], &[61.0, 62.0]);
        assert_eq!(seen, [600_000.0, 761_904.761_904_761_9]);
        let rounds = [(62.0, true), (82.0, true), (102.0, true), (122.0, false)];
        for (sent, in_startup) in rounds {
            assert_eq!(flow.round(524_288, sent, sent + 20.0), 1_048_576.0);
            assert_eq!(flow.is_in_startup(), in_startup, "sent at {sent}");
        }
        assert_eq!(flow.round(524_288, 142.0, 162.0), 1_048_576.0);
    }

    /// A wrong estimate of the bandwidth would settle anywhere else.
    #[test]
    fn s_settles_at_a_little_more_than_the_link_holds() {
        let mut flow = Flow::new();
        let mut sizes = [32_768, 4096, 16_000, 12_345, 16, 9999, 4321, 8]
            .into_iter()
            .cycle();
        let mut under_way: VecDeque<(f64, Sent)> = VecDeque::new();
        let (mut now, mut link_free, mut blocked) = (0.5, 0.0_f64, false);
        while now < 5000.0 {
            while !blocked {
                let size = sizes.next().unwrap();
                let sent = flow.send(now, size);
                blocked = sent.fills_the_window();
                link_free = link_free.max(now) + f64::from(u32::try_from(size).unwrap()) / 10_240.0;
                under_way.push_back((link_free + 100.0, sent));
            }
            let (moment, sent) = under_way.pop_front().unwrap();
            now = moment;
            blocked = !flow.acknowledged(now, &sent);
        }
        for (moment, sent) in under_way {
            flow.acknowledged(moment, &sent);
        }
        assert!(!flow.is_in_startup());
        let ratio = flow.window / 1_280_020.0;
        assert!((ratio - 1.0).abs() < 1e-3, "{}", flow.window);
    }

    /// The JavaScript implementation computes `NaN` here, and its writer waits for ever (B-6).
    #[test]
    fn p34_no_time_at_all_between_acknowledgements_does_not_stall() {
        let mut flow = Flow::new();
        for _ in 0..10 {
            let sent = flow.send(7.0, 300_000);
            assert!(sent.fills_the_window());
            assert!(flow.acknowledged(7.0, &sent));
            assert_eq!(flow.window, 262_144.0);
        }
        assert_eq!(flow.round(300_000, 7.0, 8.0), 235_929.6);
        assert_eq!(flow.in_flight, 0.0);
    }
}
