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
fn windows(flow: &mut Flow, sent: Vec<Sent>, moments: &[f64]) -> Vec<f64> {
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

#[test]
fn a_grows_as_fast_as_acknowledgements_come() {
    let mut flow = Flow::new();
    let sent = send_all(&mut flow, 65_536, &[10.0, 11.0, 12.0, 13.0]);
    let full: Vec<bool> = sent.iter().map(Sent::fills_the_window).collect();
    assert_eq!(full, [false, false, false, true]);
    let seen = windows(&mut flow, sent, &[110.0, 111.0, 112.0, 113.0]);
    assert_eq!(seen, [262_144.0, 524_288.0, 524_288.0, 524_288.0]);
    assert!(flow.is_in_startup());

    let sent = send_all(&mut flow, 200_000, &[113.0, 114.0, 115.0]);
    let full: Vec<bool> = sent.iter().map(Sent::fills_the_window).collect();
    assert_eq!(full, [false, false, true]);
    assert_eq!(flow.in_flight, 600_000.0);
    let seen = windows(&mut flow, sent, &[213.0, 215.0, 220.0]);
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
        windows(&mut flow, vec![first, second], &[20.0, 20.0]),
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
    let seen = windows(&mut flow, vec![first, second], &[61.0, 62.0]);
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
