//! Long paths through references that stand in front of references, as a peer may write them.

use capnweb_runtime::policy::Crossing;
use capnweb_runtime::{Result, capability};

use super::support::{RawPeer, serving};

/// From which a property leads to the next one, and so on without end.
#[capability]
trait Maze {
    #[property]
    fn next(&self) -> MazeStub;
    async fn itself(&self) -> Result<MazeStub>;
    async fn end(&self) -> Result<u32>;
}

/// Every one is handed out behind so many wrappers.
#[derive(Clone, Copy)]
struct Hedge {
    wrapped: Wrapped,
    times: usize,
}

#[derive(Debug, Clone, Copy)]
enum Wrapped {
    Guarded,
    Revocable,
    BehindMembranes,
    /// And is not there yet.
    Promised,
}

impl Hedge {
    fn stub(self) -> MazeStub {
        let bare = MazeStub::new(self);
        let first = match self.wrapped {
            Wrapped::Promised => MazeStub::clone(&bare.itself()),
            _ => bare,
        };
        (0..self.times).fold(first, |stub, _| match self.wrapped {
            Wrapped::Guarded => stub.guarded(|_: &Crossing<'_>| Ok(())),
            Wrapped::Revocable => stub.revocable().0,
            Wrapped::BehindMembranes | Wrapped::Promised => stub.membrane().0,
        })
    }
}

impl Maze for Hedge {
    fn next(&self) -> MazeStub {
        self.stub()
    }

    async fn itself(&self) -> Result<MazeStub> {
        tokio::task::yield_now().await;
        Ok(MazeStub::new(*self))
    }

    async fn end(&self) -> Result<u32> {
        Ok(7)
    }
}

/// Returns what a peer is told that calls, reads and maps through so many steps.
async fn told(wrapped: Wrapped, times: usize, steps: usize) -> [String; 3] {
    let url = serving(move |_| Hedge { wrapped, times }.stub()).await;
    let mut peer = RawPeer::connect(&url).await;
    let path = vec![r#""next""#; steps].join(",");
    let answers = [
        peer.ask(1, &format!(r#"["pipeline",0,[{path},"end"],[]]"#))
            .await,
        peer.ask(2, &format!(r#"["pipeline",0,[{path},"nothing"]]"#))
            .await,
        peer.ask(
            3,
            &format!(r#"["remap",0,[{path}],[],[["pipeline",0,["end"],[]]]]"#),
        )
        .await,
    ];
    assert_eq!(
        peer.ask(4, r#"["pipeline",0,["end"],[]]"#).await,
        "resolve 7",
        "the server goes on"
    );
    answers
}

/// The fault: a path that is not too long, through wrappers that are not too many, exhausts the stack
/// of the server's thread, which ends the process and everybody's sessions.
#[tokio::test]
async fn wrappers_at_every_step_of_a_path_do_not_exhaust_the_stack() {
    for wrapped in [
        Wrapped::Guarded,
        Wrapped::Revocable,
        Wrapped::BehindMembranes,
        Wrapped::Promised,
    ] {
        for answer in told(wrapped, 64, 127).await {
            assert!(
                answer.starts_with(r#"reject ["error","RangeError","The "#),
                "{wrapped:?}: {answer}"
            );
        }
    }
}

/// The fault: the bound is met by those who mean no harm.
#[tokio::test]
async fn what_stands_in_front_of_one_reference_is_no_obstacle() {
    for wrapped in [Wrapped::Guarded, Wrapped::Revocable] {
        for (times, steps) in [(1, 126), (63, 2)] {
            let answers = told(wrapped, times, steps).await;
            let due = ["resolve 7", r#"resolve ["undefined""#, "resolve 7"];
            assert_eq!(answers, due, "{wrapped:?}");
        }
    }
}
