//! What is to be reached, and whether it was.

use self::Bound::{AtLeast, AtMost};
use crate::contest::Peer;
use crate::results::Results;

/// Something to be reached.
pub(crate) struct Goal {
    pub(crate) what: &'static str,
    /// What is looked at.
    pub(crate) figure: Figure,
    /// What has to be reached.
    pub(crate) least: Option<Bound>,
    /// What would be better still.
    pub(crate) aim: Option<Bound>,
}

/// A figure of ours.
pub(crate) enum Figure {
    /// As it is.
    Of(&'static str, Peer, &'static str),
    /// As a multiple of another's, in the same round.
    Ratio(&'static str, Peer, Peer, &'static str),
}

/// On which side of a number a figure is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    /// Returns the median of the figure; none if it was not measured.
    pub(crate) fn measured(&self, results: &Results) -> Option<f64> {
        let spread = match self.figure {
            Figure::Of(contest, peer, field) => results.spread(contest, peer, field),
            Figure::Ratio(contest, peer, other, field) => {
                results.ratio(contest, peer, other, field)
            }
        };
        Some(spread?.median)
    }
}

impl Bound {
    pub(crate) fn holds(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bound) => figure >= bound,
            Self::AtMost(bound) => figure <= bound,
        }
    }
}

/// Ours as a multiple of another's rate.
const fn rate(contest: &'static str, other: Peer) -> Figure {
    Figure::Ratio(contest, Peer::Ours, other, "rate")
}

macro_rules! goals {
    ($($what:literal: $figure:expr, $least:expr, $aim:expr;)*) => {
        /// All of them.
        pub(crate) const GOALS: &[Goal] = &[$(Goal {
            what: $what,
            figure: $figure,
            least: $least,
            aim: $aim,
        }),*];
    };
}

goals! {
    "pipelined calls, × npm pair":
        rate("pipelined", Peer::Npm), Some(AtLeast(10.0)), None;
    "pipelined calls, × tarpc over JSON":
        rate("pipelined", Peer::TarpcJson), Some(AtLeast(1.0)), None;
    "pipelined calls, × tarpc over bincode":
        rate("pipelined", Peer::TarpcBincode), None, Some(AtLeast(1.0));
    "pipelined calls, × raw frames":
        rate("pipelined", Peer::Raw), None, Some(AtLeast(0.4));
    "server CPU of a pipelined call, µs":
        Figure::Of("pipelined", Peer::Ours, "server_cpu_us"), Some(AtMost(2.5)), Some(AtMost(1.3));
    "sequential call, median time × raw frames":
        Figure::Ratio("sequential", Peer::Ours, Peer::Raw, "p50_us"), Some(AtMost(1.25)), Some(AtMost(1.1));
    "64 connections × 16, × npm pair":
        rate("connections", Peer::Npm), Some(AtLeast(10.0)), None;
    "64 connections × 16, × tarpc over JSON":
        rate("connections", Peer::TarpcJson), Some(AtLeast(1.0)), None;
    "64 connections × 16, × tarpc over bincode":
        rate("connections", Peer::TarpcBincode), None, Some(AtLeast(1.0));
    "depth-3 chains, × npm pair":
        rate("chained", Peer::Npm), Some(AtLeast(10.0)), Some(AtLeast(20.0));
    "`map`, × npm pair":
        rate("map", Peer::Npm), Some(AtLeast(15.0)), Some(AtLeast(25.0));
    "byte stream down, × npm pair":
        rate("down", Peer::Npm), Some(AtLeast(6.0)), None;
    "byte stream down, × raw frames":
        rate("down", Peer::Raw), None, Some(AtLeast(0.45));
    "byte stream up, × npm pair":
        rate("up", Peer::Npm), Some(AtLeast(6.0)), None;
    "byte stream up, × raw frames":
        rate("up", Peer::Raw), None, Some(AtLeast(0.45));
    "HTTP batches one at a time, × npm pair":
        rate("batch", Peer::Npm), Some(AtLeast(8.0)), Some(AtLeast(12.0));
    "HTTP batches 8 at once, × npm pair":
        rate("batches", Peer::Npm), Some(AtLeast(8.0)), Some(AtLeast(12.0));
    "server memory of a live capability, bytes":
        Figure::Of("capabilities", Peer::Ours, "rate"), Some(AtMost(300.0)), Some(AtMost(160.0));
    "server memory of an idle connection, bytes":
        Figure::Of("idle", Peer::Ours, "rate"), Some(AtMost(12_000.0)), Some(AtMost(8_000.0));
    "npm client, sequential calls, × npm server":
        Figure::Ratio("sequential", Peer::NpmToOurs, Peer::Npm, "rate"), Some(AtLeast(1.4)), None;
    "npm client, server CPU of a pipelined call, × npm server":
        Figure::Ratio("pipelined", Peer::NpmToOurs, Peer::Npm, "server_cpu_us"),
        Some(AtMost(0.1)), Some(AtMost(0.067));
    "a call beside 1,000,000 capabilities, × beside none":
        Figure::Of("beside-capabilities", Peer::Ours, "times"), Some(AtMost(1.3)), None;
    "the server CPU of that, × beside none":
        Figure::Of("beside-capabilities", Peer::Ours, "times_cpu"), Some(AtMost(1.3)), None;
    "a call beside 10,000 connections, × beside 64":
        Figure::Of("beside-connections", Peer::Ours, "times"), Some(AtMost(1.3)), None;
    "the server CPU of that, × beside 64":
        Figure::Of("beside-connections", Peer::Ours, "times_cpu"), Some(AtMost(1.3)), None;
}
