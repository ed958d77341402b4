//! One request and the beginning of its answer, with one server.

use std::sync::Arc;

use reqwest::header::{ACCEPT_ENCODING, HeaderValue};
use reqwest::{Client, Method, redirect, retry};
use rustls::ClientConfig;

use crate::resources::network::entry::Reach;
use crate::resources::network::error::{ExchangeError, NetworkError, Stage};
use crate::resources::network::policy::{Destination, NetworkPolicy};
use crate::resources::network::request::Message;
use crate::resources::network::resolve::{Checked, Misled, Resolve};
use crate::resources::network::trust::{SetupError, tls};

/// The ways to servers: one for each reach, since a resolver is told a name and not for whom.
///
/// Nothing is kept from one exchange to the next, no cookies and no connections: what the next one
/// may do is looked at anew, and what one asker made a server do to its connection, no other meets.
/// Proxies of the environment are passed by, as they would do the resolving. Nothing is decompressed,
/// so that what is counted is what was sent.
#[derive(Debug)]
pub(super) struct Ways {
    outside: Client,
    anywhere: Client,
}

impl Ways {
    pub(super) fn new(
        policy: &NetworkPolicy,
        resolver: &Arc<dyn Resolve>,
    ) -> Result<Self, SetupError> {
        let tls = tls(&policy.roots)?;
        let way = |reach| {
            let resolver = Checked {
                resolver: Arc::clone(resolver),
                reach,
            };
            client(policy, tls.clone(), resolver)
        };
        Ok(Self {
            outside: way(Reach::Public)?,
            anywhere: way(Reach::Private)?,
        })
    }

    /// Sends a message, and waits for the head of the answer.
    pub(super) async fn send(
        &self,
        to: &Destination<'_>,
        message: &Message,
        policy: &NetworkPolicy,
    ) -> Result<reqwest::Response, NetworkError> {
        let client = match to.reach {
            Reach::Public => &self.outside,
            Reach::Private => &self.anywhere,
        };
        let mut request = client
            .request(message.method.clone(), to.url.clone())
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            .headers(message.headers.clone());
        if !message.body.is_empty() || takes_body(&message.method) {
            request = request.body(message.body.clone());
        }
        let limit = policy.answer_limit;
        match tokio::time::timeout(limit, request.send()).await {
            Ok(answer) => answer.map_err(|error| explain(error, to.host, policy)),
            Err(_) => Err(NetworkError::TimedOut {
                stage: Stage::Answering,
                limit,
            }),
        }
    }
}

fn client(
    policy: &NetworkPolicy,
    tls: ClientConfig,
    resolver: Checked,
) -> Result<Client, SetupError> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(resolver)
        .user_agent(AGENT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(policy.connect_limit)
        .pool_max_idle_per_host(0)
        .http1_max_headers(MAX_HEADERS)
        .http2_max_header_list_size(MAX_HEADER_BYTES);
    Ok(builder.build()?)
}

fn explain(error: reqwest::Error, host: &str, policy: &NetworkPolicy) -> NetworkError {
    let host = host.to_owned();
    match Misled::behind(&error) {
        Some(Misled::Inside) => NetworkError::PrivateAddress { host },
        Some(Misled::Unresolved(source)) => NetworkError::Unresolved {
            host,
            source: Arc::clone(source),
        },
        None if error.is_connect() && error.is_timeout() => NetworkError::TimedOut {
            stage: Stage::Connecting,
            limit: policy.connect_limit,
        },
        None => NetworkError::Exchange {
            host,
            source: ExchangeError::of(error),
        },
    }
}

/// Of these, servers expect to be told that nothing comes.
fn takes_body(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

const AGENT: &str = concat!("task-queue/", env!("CARGO_PKG_VERSION"));

/// What the head of an answer may hold.
const MAX_HEADERS: usize = 128;
const MAX_HEADER_BYTES: u32 = 64 << 10;
