//! One typed session, whichever way it is made, and the check that nothing is left in it.

use std::ops::Deref;

use capnweb_runtime::{Capability, Connector, Limits, Session, in_process};

use super::server::{in_time, serving};

/// A session; what can be called is the other end's main object.
pub(crate) struct Link<C> {
    pub(crate) main: C,
    pub(crate) session: Session,
}

/// Runs a test over a session in process, then over a WebSocket, each with a main object of its
/// own, and checks both times that the client holds and lends nothing in the end.
pub(crate) async fn over_both<C: Capability>(
    main: impl Fn() -> C + Clone + Send + Sync + 'static,
    test: impl AsyncFn(&Link<C>),
) {
    in_time(async {
        let link = Link::in_process(main());
        test(&link).await;
        link.settled().await;
        let link = Link::websocket(main).await;
        test(&link).await;
        link.settled().await;
    })
    .await;
}

impl<C: Capability> Link<C> {
    pub(crate) fn in_process(main: C) -> Self {
        Self::limited(main, Limits::default())
    }

    /// A session in process, both of whose ends have these limits.
    pub(crate) fn limited(main: C, limits: Limits) -> Self {
        let (main, session) = in_process(nothing(), main, limits);
        Self { main, session }
    }

    pub(crate) async fn websocket(main: impl Fn() -> C + Send + Sync + 'static) -> Self {
        Self::connect(&serving(move |_| main()).await).await
    }

    pub(crate) async fn connect(url: &str) -> Self {
        let (main, session) = Connector::new(url)
            .connect_with_session()
            .await
            .expect("the server is there");
        Self { main, session }
    }

    /// Waits until the session has only its two main objects left.
    pub(crate) async fn settled(&self) {
        self.settled_at(1, 1).await;
    }

    /// Waits until the client's tables have these sizes. A release is not answered, so that it
    /// looks again after each of a number of round trips.
    pub(crate) async fn settled_at(&self, imports: usize, exports: usize) {
        for _ in 0..ROUND_TRIPS {
            self.round_trip().await;
            let stats = self.session.stats();
            if (stats.imports, stats.exports) == (imports, exports) {
                return self.round_trip().await;
            }
        }
        let stats = self.session.stats();
        let sizes = (stats.imports, stats.exports);
        assert_eq!(sizes, (imports, exports), "imports and exports");
    }

    /// Waits until everything sent so far has arrived, and its answers too.
    pub(crate) async fn round_trip(&self) {
        let nothing = self.main.as_stub().get("nothing").await;
        nothing.expect("what is not there is undefined");
    }
}

impl<C> Deref for Link<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.main
    }
}

/// The main object of a client that has none to offer.
fn nothing() -> impl Capability {
    #[capnweb_runtime::capability]
    trait Nothing {
        fn nothing(&self);
    }
    struct Empty;
    impl Nothing for Empty {
        fn nothing(&self) {}
    }
    NothingStub::new(Empty)
}

const ROUND_TRIPS: usize = 100;
