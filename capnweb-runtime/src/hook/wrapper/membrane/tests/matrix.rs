//! Every way, with everything that a capability may be hidden in, wherever the sides are, at every
//! moment.

use std::fmt::Write as _;
use std::time::Duration;

use super::parcels::Parcel;
use super::scene::{Place, Scene, apply, settle, value};
use super::timing;
use super::ways::Way;
use crate::hook::wrapper::steps::{LEFT_OUT, Step};
use crate::hook::{Stub, Value};

/// When the membrane is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Before anything crosses.
    Before,
    /// When everything is ready to.
    During,
    /// While what has crossed is being called.
    InFlight,
    /// Later.
    After,
}

impl Moment {
    const ALL: [Self; 4] = [Self::Before, Self::During, Self::InFlight, Self::After];
}

/// One attack.
#[derive(Debug, Clone, Copy)]
struct Cell {
    way: Way,
    parcel: Parcel,
    place: Place,
    moment: Moment,
}

fn cells() -> impl Iterator<Item = Cell> {
    let places = Place::ALL.into_iter();
    places
        .flat_map(|place| {
            let moments = Moment::ALL.into_iter();
            moments.flat_map(move |moment| {
                let parcels = Parcel::ALL.into_iter();
                parcels.flat_map(move |parcel| {
                    Way::ALL.into_iter().map(move |way| Cell {
                        way,
                        parcel,
                        place,
                        moment,
                    })
                })
            })
        })
        .filter(|cell| cell.is_possible())
}

impl Cell {
    fn is_possible(self) -> bool {
        let is_map = matches!(
            self.way,
            Way::MapCapture | Way::MapOfResult | Way::MapOfProperty
        );
        (!is_map || self.parcel.is_plain())
            && (self.place == Place::Here || self.parcel.travels() && self.way.travels())
    }

    /// Plays it; says what is wrong.
    async fn play(self) -> Result<(), String> {
        let played = tokio::time::timeout(PATIENCE, self.attack()).await;
        played.unwrap_or_else(|_| Err("nothing happens".to_owned()))
    }

    async fn attack(self) -> Result<(), String> {
        let scene = Scene::new(self.place, self.parcel);
        match self.moment {
            Moment::Before => {
                scene.membrane.revoker().revoke("before");
                self.brings_nothing(&scene).await
            }
            Moment::During => {
                scene.hold();
                let revoked = async {
                    settle().await;
                    scene.membrane.revoker().revoke("meanwhile");
                    scene.release();
                };
                let (brought, ()) = tokio::join!(self.brings_nothing(&scene), revoked);
                brought
            }
            Moment::InFlight | Moment::After => {
                let arrived = self
                    .way
                    .go(&scene)
                    .await
                    .map_err(|error| error.to_string())?;
                let arrived = self.parcel.unpack(arrived).await;
                let stub = arrived.map_err(|error| format!("the parcel: {error}"))?;
                self.is_on_loan(&scene, stub).await
            }
        }
    }

    /// Checks that nothing gets across.
    async fn brings_nothing(self, scene: &Scene) -> Result<(), String> {
        match self.way.go(scene).await {
            Err(error) if error.is_revoked() => Ok(()),
            // Nobody is left to read it, or to write to it.
            Err(error) if error.to_string().contains("was disposed without") => Ok(()),
            Err(error) => Err(format!("it is told {error}")),
            Ok(value) => Err(format!("it is given {}", value.kind())),
        }
    }

    /// Checks that what has arrived works until the membrane is revoked.
    async fn is_on_loan(self, scene: &Scene, stub: Stub) -> Result<(), String> {
        let secret = scene.secret(self.way.from());
        if self.place == Place::Here && stub == secret.stub() {
            return Err("it is bare".to_owned());
        }
        let answer = value(&apply(&stub, [])).await;
        check(answer.is_ok(), "it does not work")?;
        if self.moment == Moment::InFlight {
            let hanging = apply(&stub, [Value::Null]);
            settle().await;
            check(secret.entered() == 2, "it is not entered")?;
            scene.membrane.revoker().revoke("in flight");
            let answer = value(&hanging).await;
            return check(is_revoked(&answer), "the call in flight goes on");
        }
        scene.membrane.revoker().revoke("after");
        let answer = value(&apply(&stub, [])).await;
        check(is_revoked(&answer), "it is not revoked")?;
        check(secret.entered() == 1, "it is still entered")?;
        check(secret.is_forgotten().await, "it is kept by the membrane")
    }
}

fn is_revoked(answer: &Result<Value, crate::Error>) -> bool {
    answer.as_ref().is_err_and(crate::Error::is_revoked)
}

pub(super) fn check(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

/// A4 to A8, A11 and A14: each attack fails in the same way.
#[tokio::test(start_paused = true)]
async fn nothing_gets_across_unwrapped() {
    let mut failed = String::new();
    let mut played = 0;
    for cell in cells() {
        played += 1;
        if let Err(why) = cell.play().await {
            writeln!(failed, "{cell:?}: {why}").unwrap();
        }
    }
    assert!(failed.is_empty(), "{failed}");
    assert!(played > 3000, "{played} cells");
}

/// The tests are worth nothing if they do not notice that something is missing.
#[tokio::test(start_paused = true)]
async fn no_step_can_be_left_out() {
    for step in Step::ALL {
        LEFT_OUT.set(Some(step));
        let noticed = is_noticed().await;
        LEFT_OUT.set(None);
        assert!(noticed, "{step:?} can be left out");
    }
}

async fn is_noticed() -> bool {
    if timing::all().await.is_err() {
        return true;
    }
    for cell in cells() {
        if cell.play().await.is_err() {
            return true;
        }
    }
    false
}

/// More than anything takes: time passes only when nobody has anything to do.
const PATIENCE: Duration = Duration::from_mins(1);
