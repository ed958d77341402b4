//! Recognising one's own references.

use std::sync::{Arc, Mutex};

use capnweb_runtime::policy::Crossing;
use capnweb_runtime::{Brand, Capability as _, Error, Result, Stub, capability};

use super::support::{Link, in_time, over_both};

#[capability]
#[attenuate(TicketReader { seat })]
trait Ticket {
    async fn seat(&self) -> Result<u32>;
    async fn sell(&self) -> Result<()>;
}

struct Seat(u32);

impl Ticket for Seat {
    async fn seat(&self) -> Result<u32> {
        Ok(self.0)
    }

    async fn sell(&self) -> Result<()> {
        Ok(())
    }
}

#[capability]
trait Theatre {
    async fn book(&self, seat: u32) -> Result<TicketStub>;
    /// Lets in whoever has a ticket of this theatre's, in whatever facet.
    async fn enter(&self, ticket: Stub) -> Result<Option<u32>>;
}

struct Stage {
    brand: Brand<Seat>,
}

impl Theatre for Stage {
    async fn book(&self, seat: u32) -> Result<TicketStub> {
        let ticket = TicketStub::new(Seat(seat));
        Ok(self.brand.seal(&ticket, Arc::new(Seat(seat))))
    }

    async fn enter(&self, ticket: Stub) -> Result<Option<u32>> {
        let ticket: TicketStub = ticket.cast();
        Ok(self.brand.unseal(&ticket).map(|seat| seat.0))
    }
}

fn stage() -> TheatreStub {
    let brand = Brand::new();
    TheatreStub::new(Stage { brand })
}

#[tokio::test]
async fn a_maker_knows_its_own_after_a_trip() {
    over_both(stage, async |theatre| {
        let ticket = theatre.book(7).await.unwrap();
        assert_eq!(ticket.seat().await.unwrap(), 7);
        assert_eq!(theatre.enter(ticket.as_stub()).await.unwrap(), Some(7));
    })
    .await;
}

#[tokio::test]
async fn what_somebody_else_made_is_not_recognised() {
    over_both(stage, async |theatre| {
        let forged = TicketStub::new(Seat(1));
        assert_eq!(theatre.enter(forged.as_stub()).await.unwrap(), None);
        let other = Link::in_process(stage());
        let elsewhere = other.book(1).await.unwrap();
        assert_eq!(theatre.enter(elsewhere.as_stub()).await.unwrap(), None);
        let own = Brand::new().seal(&theatre.book(1).await.unwrap(), Arc::new(Seat(1)));
        assert_eq!(theatre.enter(own.as_stub()).await.unwrap(), None);
        drop((elsewhere, own));
        other.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_facet_made_where_the_object_is_is_recognised() {
    in_time(async {
        let brand = Brand::new();
        let ticket = brand.seal(&TicketStub::new(Seat(3)), Arc::new(Seat(3)));
        let reader: TicketReaderStub = ticket.attenuate();
        let (revocable, revoker) = reader.revocable();
        assert_eq!(brand.unseal(&revocable).unwrap().0, 3);
        assert!(Brand::<Seat>::new().unseal(&revocable).is_none());
        revoker.revoke("over");
        assert!(brand.unseal(&revocable).is_none());
        assert!(brand.unseal(&reader).is_some());
    })
    .await;
}

#[tokio::test]
async fn whoever_holds_the_reference_cannot_look_inside() {
    over_both(stage, async |theatre| {
        let ticket = theatre.book(7).await.unwrap();
        assert!(Brand::<Seat>::new().unseal(&ticket).is_none());
    })
    .await;
}

/// What the maker's own program puts in front of its references is its own.
#[tokio::test]
async fn a_maker_knows_its_own_through_what_it_put_in_front() {
    over_both(
        || LenderStub::new(Counter::default()),
        async |lender| {
            for how in ["bare", "facet", "guard", "caretaker", "all"] {
                let ticket = lender.lend(how).await.unwrap();
                assert_eq!(
                    lender.know(ticket.clone()).await.unwrap(),
                    (true, how == "bare"),
                    "{how}"
                );
                let promised = lender.lend(how);
                assert_eq!(
                    lender.know(promised).await.unwrap(),
                    (true, how == "bare"),
                    "{how}"
                );
            }
            // Its own membrane is where it comes home through.
            let ticket = lender.lend("membrane").await.unwrap();
            assert_eq!(lender.know(ticket).await.unwrap(), (false, false));
        },
    )
    .await;
}

#[capability]
trait Lender {
    async fn lend(&self, how: String) -> Result<TicketReaderStub>;
    /// Tells whether it is one of its own, and whether it is the whole of it.
    async fn know(&self, ticket: TicketReaderStub) -> Result<(bool, bool)>;
}

#[derive(Default)]
struct Counter {
    brand: Brand<Seat>,
}

impl Lender for Counter {
    async fn lend(&self, how: String) -> Result<TicketReaderStub> {
        let whole = self
            .brand
            .seal(&TicketStub::new(Seat(1)), Arc::new(Seat(1)));
        let admit = |_: &Crossing<'_>| Ok(());
        let lent = match how.as_str() {
            "bare" => whole.as_stub().cast(),
            "facet" => whole.attenuate(),
            "guard" => whole.guarded(admit).as_stub().cast(),
            "caretaker" => whole.revocable().0.as_stub().cast(),
            "membrane" => whole.membrane().0.as_stub().cast(),
            _ => whole
                .guarded(admit)
                .revocable()
                .0
                .attenuate::<TicketReaderStub>(),
        };
        Ok(lent)
    }

    async fn know(&self, ticket: TicketReaderStub) -> Result<(bool, bool)> {
        let known = self.brand.unseal(&ticket).is_some();
        Ok((known, self.brand.unseal_whole(&ticket).is_some()))
    }
}

/// A man in the middle hands on a ticket of his own make in front of the true one.
#[tokio::test]
async fn what_somebody_else_has_wrapped_is_not_recognised() {
    struct Middle(TicketStub);

    impl Ticket for Middle {
        async fn seat(&self) -> Result<u32> {
            self.0.seat().await
        }

        async fn sell(&self) -> Result<()> {
            self.0.sell().await
        }
    }

    over_both(stage, async |theatre| {
        let ticket = theatre.book(7).await.unwrap();
        let middle = TicketStub::new(Middle(ticket.clone()));
        assert_eq!(middle.seat().await.unwrap(), 7, "it works");
        let (membrane, _) = ticket.membrane();
        let (caretaker, _) = ticket.revocable();
        let reader: TicketReaderStub = ticket.attenuate();
        // Over a session, what the middle has put in front is an object of the middle's.
        for wrapped in [
            middle.as_stub(),
            membrane.as_stub(),
            caretaker.as_stub(),
            reader.as_stub(),
        ] {
            assert_eq!(theatre.enter(wrapped).await.unwrap(), None);
        }
        assert_eq!(theatre.enter(ticket.as_stub()).await.unwrap(), Some(7));
    })
    .await;
}

/// The mint of Miller, Morningstar and Frantz (2000): money is moved by two who do not trust each
/// other, and only the mint's own purses hold any.
#[capability]
#[attenuate(Scale { balance })]
trait Purse {
    async fn balance(&self) -> Result<u64>;
    /// Makes an empty purse of the same mint.
    async fn sprout(&self) -> Result<PurseStub>;
    /// Takes so much out of another purse of the same mint.
    async fn deposit(&self, amount: u64, from: PurseStub) -> Result<()>;
}

struct Account {
    mint: Brand<Mutex<u64>>,
    own: Arc<Mutex<u64>>,
}

impl Account {
    fn purse(mint: &Brand<Mutex<u64>>, balance: u64) -> PurseStub {
        let own = Arc::new(Mutex::new(balance));
        let mint = mint.clone();
        let account = Self {
            mint: mint.clone(),
            own: Arc::clone(&own),
        };
        mint.seal(&PurseStub::new(account), own)
    }
}

impl Purse for Account {
    async fn balance(&self) -> Result<u64> {
        Ok(*self.own.lock().unwrap())
    }

    async fn sprout(&self) -> Result<PurseStub> {
        Ok(Self::purse(&self.mint, 0))
    }

    async fn deposit(&self, amount: u64, from: PurseStub) -> Result<()> {
        let foreign = || Error::new("not a purse of this mint");
        let from = self.mint.unseal_whole(&from).ok_or_else(foreign)?;
        {
            let mut left = from.lock().unwrap();
            *left = left
                .checked_sub(amount)
                .ok_or_else(|| Error::new("not enough"))?;
        }
        *self.own.lock().unwrap() += amount;
        Ok(())
    }
}

#[tokio::test]
async fn a_mint_moves_money_between_its_own_purses_only() {
    over_both(
        || Account::purse(&Brand::new(), 1000),
        async |alices| {
            // Alice pays Bob 10: into a purse that she hands him, of which he takes what is his.
            let payment = alices.sprout();
            payment.deposit(10, alices.main.clone()).await.unwrap();
            let bobs = alices.sprout().await.unwrap();
            bobs.deposit(10, payment).await.unwrap();
            let balances = (
                alices.balance().await.unwrap(),
                bobs.balance().await.unwrap(),
            );
            assert_eq!(balances, (990, 10));

            let refused = bobs.deposit(11, alices.sprout()).await.unwrap_err();
            assert_eq!(refused.to_string(), "not enough");
            let forged = Account::purse(&Brand::new(), 1_000_000);
            // Who may look into a purse may not take out of it by way of the mint.
            let scale: ScaleStub = alices.main.attenuate();
            let weighed = scale.as_stub().cast::<PurseStub>();
            let (lent, _) = alices.main.revocable();
            for wrong in [forged, weighed, lent] {
                let refused = bobs.deposit(1, wrong).await.unwrap_err();
                assert_eq!(refused.to_string(), "not a purse of this mint");
            }
            assert_eq!(alices.balance().await.unwrap(), 990);
        },
    )
    .await;
}

/// The same where all is in one process, and a facet is known for what it is a facet of.
#[tokio::test]
async fn a_scale_is_not_a_purse_in_the_same_process_either() {
    in_time(async {
        let mint = Brand::new();
        let (alices, bobs) = (Account::purse(&mint, 5), Account::purse(&mint, 0));
        let scale: ScaleStub = alices.attenuate();
        assert!(mint.unseal(&scale).is_some(), "it is recognised");
        let weighed = scale.as_stub().cast::<PurseStub>();
        bobs.deposit(1, weighed).await.unwrap_err();
        bobs.deposit(5, alices).await.unwrap();
        assert_eq!(bobs.balance().await.unwrap(), 5);
    })
    .await;
}
