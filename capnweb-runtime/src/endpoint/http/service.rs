//! An endpoint as a service of somebody else's HTTP server.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use hyper::body::Body;
use tower_service::Service;

use super::answer::answer;
use super::endpoint::Endpoint;
use super::rejection::Rejection;
use super::response::RpcBody;
use super::settings::Settings;
use crate::hook::Peer;

/// An endpoint as a [`tower_service::Service`], for every HTTP server that speaks it: axum's
/// `route_service`, hyper with `hyper-util`'s `TowerToHyperService`.
///
/// Made by [`Server::into_service`](crate::Server::into_service). Clones are the same endpoint. The
/// server must allow upgrades of HTTP/1.1 connections, as axum does. A session lives on a task of
/// its own, and outlives both the request that it began with and the service;
/// [`shut_down`](Self::shut_down) ends them all.
///
/// Put a [`Peer`] into a request's extensions to say where it comes from.
#[derive(Clone)]
pub struct RpcService(Arc<Endpoint>);

impl RpcService {
    pub(in crate::endpoint) fn new(settings: Settings) -> Self {
        Self(Endpoint::new(settings))
    }

    /// Accepts no more requests, lets every session answer what it has been asked, for as long as
    /// the [grace period](crate::Server::grace_period) at most, then closes it; returns when the last
    /// one has ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the waiting and nothing else.
    pub async fn shut_down(&self) {
        self.0.close();
        drop(tokio::time::timeout(self.0.settings.time_to_close(), self.0.emptied()).await);
    }
}

impl<B> Service<Request<B>> for RpcService
where
    B: Body + Send + 'static,
{
    type Response = Response<RpcBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let endpoint = Arc::clone(&self.0);
        Box::pin(async move {
            let Some(place) = endpoint.enter() else {
                return Ok(Rejection::Full.into());
            };
            let peer = request.extensions().get::<Peer>().cloned();
            let answer = answer(&endpoint, request, peer.unwrap_or_default()).await;
            if let Some(session) = answer.session {
                drop(tokio::spawn(async move {
                    session.await;
                    drop(place);
                }));
            }
            Ok(answer.response)
        })
    }
}

impl fmt::Debug for RpcService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RpcService").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use http::Request;
    use http_body_util::Full;
    use hyper::body::Bytes;
    use tower_service::Service as _;

    use crate::{Result, Server, capability};

    #[capability]
    trait Guest {
        async fn sign(&self) -> Result<u32>;
    }

    /// Says when it is let go of.
    struct Visitor(Arc<AtomicBool>);

    impl Guest for Visitor {
        async fn sign(&self) -> Result<u32> {
            Ok(1)
        }
    }

    impl Drop for Visitor {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    /// The fault: what the objects of an answered batch have yet to do when they are let go of, such as to
    /// write what they hold, is cut off, because nobody waits for it before the process ends.
    #[tokio::test]
    async fn what_an_answered_batch_leaves_behind_is_waited_for() {
        let gone = Arc::<AtomicBool>::default();
        let visitor = Arc::clone(&gone);
        let mut service =
            Server::new(move |_| GuestStub::new(Visitor(Arc::clone(&visitor)))).into_service();
        let calls = concat!(
            r#"["push",["pipeline",0,["sign"],[]]]"#,
            "\n",
            r#"["pull",1]"#
        );
        let request = Request::post("/")
            .body(Full::new(Bytes::from(calls)))
            .unwrap();
        let answer = service.call(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        service.shut_down().await;
        assert!(gone.load(Ordering::SeqCst));
    }
}
