//! The conversations in `transcripts/`, with one of our sessions on either side.
//!
//! After each, both sides have nothing left but their main objects (S-90), unless it says otherwise.

mod expression;
mod format;
mod makers;
mod player;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use format::{Side, Transcript};
use player::Player;

#[tokio::test]
async fn every_transcript_is_served_to_the_letter() {
    play(Side::Serving).await;
}

#[tokio::test]
async fn every_transcript_is_called_to_the_letter() {
    play(Side::Calling).await;
}

#[tokio::test]
#[should_panic(expected = "before made-up:3")]
async fn a_transcript_that_says_something_else_is_noticed() {
    let text = "→ [\"push\",1]\n← [\"pull\",1]\n→ [\"pull\",1]\n";
    let transcript = Transcript::parse("made-up", text);
    Player::new(Side::Serving, &transcript)
        .play(&transcript)
        .await;
}

/// Plays all that have this side, and lists those that go wrong.
async fn play(side: Side) {
    let transcripts: Vec<_> = Transcript::all()
        .into_iter()
        .filter(|transcript| transcript.sides.contains(&side))
        .collect();
    assert!(transcripts.len() > 10, "hardly any transcripts");
    let mut wrong = Vec::new();
    for transcript in &transcripts {
        let played = AssertUnwindSafe(Player::new(side, transcript).play(transcript));
        if played.catch_unwind().await.is_err() {
            wrong.push(&transcript.name);
        }
    }
    assert!(wrong.is_empty(), "{side:?}: {wrong:?} (see above)");
}
