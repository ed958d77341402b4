//! The same conversations, made up at random, with a peer of npm `capnweb` and with one of ours: both
//! make the same of them, except where this side means to differ.
//!
//! `CAPNWEB_DIFFERENTIAL_CASES` says how many, `CAPNWEB_DIFFERENTIAL_SEED` where to begin,
//! `CAPNWEB_DIFFERENTIAL_FINDINGS` how many may go wrong before it ends. One that does is told with
//! its seed, and as short as it still goes wrong.

mod bodies;
mod canonical;
mod differences;
mod generate;
mod random;
mod reasons;
mod simpler;
mod spoil;
mod values;
mod verdict;
mod witness;

use std::collections::BTreeMap;
use std::time::Duration;

use super::support::{node, runtime, serving};
use differences::intended;
use generate::Script;
use simpler::simpler;
use verdict::{REST, Verdict, verdict};
use witness::{ProbeStub, Witness};

#[test]
fn ours_and_npms_peers_make_the_same_of_whatever_they_are_sent() {
    let Some(node) = node() else { return };
    let mut reference = node.program("verdict.mjs", &[]).unwrap();
    let reference = reference.line_after("listening on ", START).unwrap();
    let cases = setting("CAPNWEB_DIFFERENTIAL_CASES", 1_500);
    let first = setting("CAPNWEB_DIFFERENTIAL_SEED", 1);
    let enough = usize::try_from(setting("CAPNWEB_DIFFERENTIAL_FINDINGS", 1)).expect("a few");
    runtime().block_on(async {
        let ours = serving(|_| ProbeStub::new(Witness::default())).await;
        let peers = Peers { ours, reference };
        let (mut counts, mut wrong) = (BTreeMap::new(), Vec::new());
        for seed in first..first + cases {
            let conversation = Script::new(seed).conversation();
            let kind = match peers.outcome(&conversation).await {
                Ok(kind) => kind,
                Err(found) => {
                    wrong.push(format!(
                        "seed {seed}: {}",
                        peers.shortest(conversation, found).await
                    ));
                    if wrong.len() >= enough {
                        break;
                    }
                    continue;
                }
            };
            *counts.entry(kind).or_insert(0) += 1;
        }
        println!("{counts:#?}");
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
        assert!(
            counts
                .get(ACCEPTED)
                .is_some_and(|count| *count > cases / 10),
            "hardly any conversation was taken: {counts:#?}"
        );
    });
}

/// The two that are compared.
struct Peers {
    ours: String,
    reference: String,
}

/// Where they differ, though they are not meant to.
struct Difference {
    ours: Verdict,
    reference: Verdict,
}

impl Peers {
    /// Has a conversation with both; returns what became of it, or how they differ.
    async fn outcome(&self, conversation: &[String]) -> Result<&'static str, Difference> {
        let (ours, reference) = tokio::join!(
            Box::pin(verdict(&self.ours, conversation)),
            Box::pin(verdict(&self.reference, conversation))
        );
        if ours == reference {
            return Ok(match ours {
                Verdict::Accepted { .. } => ACCEPTED,
                Verdict::Aborted { .. } => "refused",
            });
        }
        intended(conversation, &ours, &reference).ok_or(Difference { ours, reference })
    }

    /// Leaves out of a conversation what is not needed for it to go wrong.
    async fn shortest(&self, mut conversation: Vec<String>, mut found: Difference) -> String {
        let mut at = 0;
        while at < conversation.len() {
            if conversation[at] == REST {
                at += 1;
                continue;
            }
            let mut shorter = conversation.clone();
            shorter.remove(at);
            match self.outcome(&shorter).await {
                Err(still) => (conversation, found) = (shorter, still),
                Ok(_) => at += 1,
            }
        }
        for at in 0..conversation.len() {
            'simpler: loop {
                for text in simpler(&conversation[at]) {
                    let mut shorter = conversation.clone();
                    shorter[at] = text;
                    if let Err(still) = self.outcome(&shorter).await {
                        (conversation, found) = (shorter, still);
                        continue 'simpler;
                    }
                }
                break;
            }
        }
        format!(
            "\n{}\nours:  {:?}\nnpm\'s: {:?}",
            conversation.join("\n"),
            found.ours,
            found.reference
        )
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

const ACCEPTED: &str = "accepted";
const START: Duration = Duration::from_secs(30);
