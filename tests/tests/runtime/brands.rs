//! Recognising one's own references.

use std::sync::Arc;

use capnweb_runtime::{Brand, Capability as _, Result, Stub, capability};

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
