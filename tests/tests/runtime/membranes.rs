//! Membranes as their users meet them. What may cross one, and how, is tried where they are made: in
//! the unit tests of the runtime.

use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::policy::{Crossing, CrossingKind, Denial, Direction};
use capnweb_runtime::{
    Capability as _, Error, Membrane, Promise, ReadableStream, Result, Revoker, WritableStream,
    capability,
};
use futures_util::{StreamExt as _, stream};

use super::support::{Census, Citizen, Link, in_time, over_both};

/// What a worker is handed.
#[capability]
#[attenuate(DeskReader { drawer -> Drawer })]
trait Desk {
    async fn drawer(&self) -> Result<DrawerStub>;
    /// Shows a drawer to somebody, and tells what they say.
    async fn show(&self, visitor: VisitorStub) -> Result<String>;
    /// Tells whether it is the drawer that this desk hands out.
    async fn is_own(&self, drawer: DrawerStub) -> Result<bool>;
    async fn hang(&self) -> Result<String>;
    async fn drawers(&self) -> Result<ReadableStream<DrawerStub>>;
    /// Takes letters, each of which it looks into.
    async fn inbox(&self) -> Result<WritableStream<DrawerStub>>;
    #[property]
    fn lamp(&self) -> DrawerStub;
}

#[capability]
trait Drawer {
    async fn open(&self) -> Result<String>;
}

#[capability]
trait Visitor {
    async fn look(&self, drawer: DrawerStub) -> Result<String>;
}

/// Whose desk it is hands it out, and takes it back.
#[capability]
trait Office {
    async fn desk(&self) -> Result<DeskStub>;
    async fn dismiss(&self, reason: String) -> Result<()>;
}

struct Oak {
    drawer: DrawerStub,
    _citizen: Citizen,
}

struct Pine {
    _citizen: Citizen,
}

impl Oak {
    fn desk(census: &Census) -> DeskStub {
        DeskStub::new(Self {
            drawer: DrawerStub::new(Pine {
                _citizen: census.citizen(),
            }),
            _citizen: census.citizen(),
        })
    }
}

impl Desk for Oak {
    async fn drawer(&self) -> Result<DrawerStub> {
        Ok(self.drawer.clone())
    }

    async fn show(&self, visitor: VisitorStub) -> Result<String> {
        visitor.look(self.drawer.clone()).await
    }

    async fn is_own(&self, drawer: DrawerStub) -> Result<bool> {
        Ok(drawer.as_stub() == self.drawer.as_stub())
    }

    async fn hang(&self) -> Result<String> {
        std::future::pending().await
    }

    async fn drawers(&self) -> Result<ReadableStream<DrawerStub>> {
        Ok(ReadableStream::new(stream::iter([self.drawer.clone()])))
    }

    async fn inbox(&self) -> Result<WritableStream<DrawerStub>> {
        Ok(WritableStream::from_fn(|letter: DrawerStub| async move {
            letter.open().await.map(drop)
        }))
    }

    fn lamp(&self) -> DrawerStub {
        self.drawer.clone()
    }
}

impl Drawer for Pine {
    async fn open(&self) -> Result<String> {
        Ok("pencils".to_owned())
    }
}

/// Keeps what it is shown.
#[derive(Clone, Default)]
struct Magpie(Arc<Mutex<Vec<DrawerStub>>>);

impl Magpie {
    fn stub(&self) -> VisitorStub {
        VisitorStub::new(self.clone())
    }

    fn kept(&self) -> Vec<DrawerStub> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Visitor for Magpie {
    async fn look(&self, drawer: DrawerStub) -> Result<String> {
        let seen = drawer.open().await;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(drawer);
        seen
    }
}

#[derive(Default)]
struct Bureau {
    census: Census,
    lent: Mutex<Option<Revoker>>,
}

impl Office for Bureau {
    async fn desk(&self) -> Result<DeskStub> {
        let (desk, revoker) = Oak::desk(&self.census).membrane();
        *self.lent.lock().unwrap_or_else(PoisonError::into_inner) = Some(revoker);
        Ok(desk)
    }

    async fn dismiss(&self, reason: String) -> Result<()> {
        let lent = self
            .lent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        lent.ok_or_else(|| Error::new("nothing is lent"))?
            .revoke(&reason);
        Ok(())
    }
}

fn assert_revoked<T: std::fmt::Debug>(outcome: Result<T>, reason: &str) {
    let error = outcome.unwrap_err();
    assert!(error.is_revoked(), "{error:?}");
    assert_eq!(error.to_string(), format!("revoked: {reason}"));
}

#[tokio::test]
async fn whatever_was_reached_goes_with_what_it_was_reached_through() {
    over_both(
        || OfficeStub::new(Bureau::default()),
        async |office| {
            let desk = office.desk().await.unwrap();
            let magpie = Magpie::default();
            assert_eq!(desk.show(magpie.stub()).await.unwrap(), "pencils");
            assert_eq!(desk.drawer().open().await.unwrap(), "pencils");
            let drawer = desk.drawer().await.unwrap();
            assert!(desk.is_own(drawer.clone()).await.unwrap());
            let lamp = desk.lamp().await.unwrap();
            let reader: DeskReaderStub = desk.attenuate();
            let through_facet = reader.drawer().await.unwrap();
            let pending: Promise<String> = desk.hang();
            office.dismiss("dismissed").await.unwrap();
            assert_revoked(pending.await, "dismissed");
            let [shown] = magpie.kept().try_into().unwrap();
            for drawer in [drawer, lamp, through_facet, shown] {
                assert_revoked(drawer.open().await, "dismissed");
            }
            assert_revoked(desk.drawer().open().await, "dismissed");
            drop(magpie);
        },
    )
    .await;
}

/// A14. The fault: what a peer does not let go of lives on behind the membrane.
#[tokio::test]
async fn what_is_revoked_is_let_go_while_a_peer_still_holds_it() {
    in_time(async {
        let bureau = Bureau::default();
        let census = bureau.census.clone();
        let office = Link::in_process(OfficeStub::new(bureau));
        let desk = office.desk().await.unwrap();
        let drawer = desk.drawer().await.unwrap();
        assert_eq!(census.alive(), 2);
        office.dismiss("over".to_owned()).await.unwrap();
        assert_eq!(census.alive(), 0);
        assert_revoked(drawer.open().await, "over");
        drop((desk, drawer));
        office.settled().await;
    })
    .await;
}

/// One membrane around several things: what belongs to one side is known to all of it.
#[tokio::test]
async fn a_membrane_has_as_many_doors_as_one_likes() {
    in_time(async {
        let census = Census::default();
        let desk = Oak::desk(&census);
        let all = Revoker::new();
        let (membrane, other) = (Membrane::under(&all), Membrane::under(&all));
        let drawer = membrane.outward(&desk.drawer().await.unwrap());
        let behind = membrane.outward(&desk);
        assert!(behind.is_own(drawer.clone()).await.unwrap());
        let elsewhere = other.outward(&desk);
        assert!(!elsewhere.is_own(drawer).await.unwrap(), "another boundary");
        let magpie = Magpie::default();
        let visitor = membrane.inward(&magpie.stub());
        assert_eq!(desk.show(visitor.clone()).await.unwrap(), "pencils");
        all.revoke("all of it");
        assert_revoked(behind.drawer().await, "all of it");
        assert_revoked(elsewhere.drawer().await, "all of it");
        assert_revoked(
            visitor.look(desk.drawer().await.unwrap()).await,
            "all of it",
        );
        assert_revoked(membrane.outward(&desk).drawer().await, "all of it");
    })
    .await;
}

type Log = Arc<Mutex<Vec<String>>>;

/// Notes every crossing, and refuses one.
fn watched(log: &Log, refused: &'static str) -> impl capnweb_runtime::policy::Policy {
    let log = Arc::clone(log);
    move |crossing: &Crossing<'_>| {
        let interface = crossing.interface().unwrap_or("?");
        let (way, kind) = (crossing.direction(), crossing.kind());
        let line = format!("{way:?} {kind:?} {interface}.{}", crossing.path());
        let answer = if line == refused {
            Err(Denial::new("not this one"))
        } else {
            Ok(())
        };
        log.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
        answer
    }
}

fn noted(log: &Log) -> Vec<String> {
    std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner))
}

#[tokio::test]
async fn a_policy_sees_every_crossing_both_ways() {
    in_time(async {
        let log = Log::default();
        let census = Census::default();
        let (desk, _revoker) = Oak::desk(&census).membrane_with(watched(&log, ""));
        desk.show(Magpie::default().stub()).await.unwrap();
        desk.drawer().open().await.unwrap();
        desk.lamp().await.unwrap();
        assert_eq!(
            noted(&log),
            [
                "Inward Call Desk.show",
                "Outward Call Visitor.look",
                "Inward Call Drawer.open",
                "Inward Call Desk.drawer",
                "Inward Call Drawer.open",
                "Inward Get Desk.lamp",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_policy_sees_what_flows() {
    in_time(async {
        let log = Log::default();
        let census = Census::default();
        let bare = Oak::desk(&census);
        let (desk, _revoker) = bare.membrane_with(watched(&log, ""));
        let mut drawers = desk.drawers().await.unwrap();
        let drawer = drawers.next().await.unwrap().unwrap();
        drawer.open().await.unwrap();
        let mut inbox = desk.inbox().await.unwrap();
        inbox.write(bare.drawer().await.unwrap()).await.unwrap();
        inbox.close().await.unwrap();
        assert_eq!(
            noted(&log),
            [
                "Inward Call Desk.drawers",
                "Outward Read ?.",
                "Inward Call Drawer.open",
                "Inward Call Desk.inbox",
                "Inward Write ?.write",
                "Outward Call Drawer.open",
                "Inward Write ?.close",
            ]
        );
        let (closed, _) = bare.membrane_with(watched(&log, "Outward Read ?."));
        let mut drawers = closed.drawers().await.unwrap();
        let refused = drawers.next().await.unwrap().unwrap_err();
        assert!(refused.is_denied(), "{refused:?}");
        let (full, _) = bare.membrane_with(watched(&log, "Inward Write ?.write"));
        let mut inbox = full.inbox().await.unwrap();
        drop(inbox.write(bare.drawer().await.unwrap()).await);
        assert!(inbox.close().await.unwrap_err().is_denied());
    })
    .await;
}

/// The fault: a policy that is asked about what goes in lets through what goes out, or a call that it
/// refuses is made all the same.
#[tokio::test]
async fn what_a_policy_refuses_does_not_cross() {
    in_time(async {
        let (log, census) = (Log::default(), Census::default());
        let desk = Oak::desk(&census);
        let magpie = Magpie::default();
        let (outward, _) = desk.membrane_with(watched(&log, "Outward Call Visitor.look"));
        let error = outward.show(magpie.stub()).await.unwrap_err();
        assert!(error.is_denied(), "{error:?}");
        assert!(magpie.kept().is_empty(), "it was not shown anything");
        let (inward, _) = desk.membrane_with(watched(&log, "Inward Call Drawer.open"));
        assert!(
            inward
                .drawer()
                .await
                .unwrap()
                .open()
                .await
                .unwrap_err()
                .is_denied()
        );
        assert!(inward.drawer().open().await.unwrap_err().is_denied());
        let (lamp, _) = desk.membrane_with(watched(&log, "Inward Get Desk.lamp"));
        assert!(lamp.lamp().await.unwrap_err().is_denied());
        assert!(lamp.lamp().open().await.unwrap_err().is_denied());
        lamp.drawer().open().await.unwrap();
    })
    .await;
}

/// A policy that looks at arguments sees what they become, and nobody gets a promise past it.
#[tokio::test]
async fn promised_arguments_are_judged_by_what_they_become() {
    in_time(async {
        let census = Census::default();
        let bare = Oak::desk(&census);
        let policy = |crossing: &Crossing<'_>| {
            if crossing.direction() == Direction::Inward
                && crossing.kind() == CrossingKind::Call
                && crossing
                    .args()
                    .iter()
                    .any(|arg| arg.kind() == "a capability")
            {
                return Err(Denial::absent());
            }
            Ok(())
        };
        let (desk, revoker) = bare.membrane_with(policy);
        let promised = desk.drawer();
        let error = desk.is_own(promised).await.unwrap_err();
        assert_eq!(error.to_string(), "'isOwn' is not a function.");
        let waiting = desk.as_stub().call("isOwn", (bare.hang(),));
        revoker.revoke("over");
        assert_revoked(waiting.await, "over");
    })
    .await;
}
