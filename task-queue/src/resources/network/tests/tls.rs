//! `https`: who is believed, and what is spoken.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::server::{Server, allowing, client, entry, ok, policy, redirect, refused};
use crate::resources::network::{ExchangeError, NetworkError, Reach, RootCertificate};

/// An authority of the test's own.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let pem = certificate.pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    fn roots(&self) -> Vec<RootCertificate> {
        RootCertificate::from_pem(self.pem.as_bytes()).unwrap()
    }

    fn acceptor(&self, name: &str, protocol: &str) -> TlsAcceptor {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Serves every connection in its own way.
async fn serve<F>(
    acceptor: TlsAcceptor,
    talk: impl Fn(TlsStream<TcpStream>) -> F + Send + 'static,
) -> u16
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                talk(stream).await;
            }
        }
    });
    port
}

async fn answer(mut stream: TlsStream<TcpStream>, text: String) {
    let mut buffer = [0; 4_096];
    if stream.read(&mut buffer).await.is_ok() {
        drop(stream.write_all(text.as_bytes()).await);
        drop(stream.shutdown().await);
    }
}

fn url(port: u16) -> String {
    format!("https://server.test:{port}/")
}

#[tokio::test]
async fn a_server_that_a_known_authority_vouches_for_is_believed() {
    let authority = Authority::new();
    let acceptor = authority.acceptor("server.test", "http/1.1");
    let port = serve(acceptor, |stream| answer(stream, ok("safe"))).await;
    let mut policy = allowing("server.test", port);
    policy.roots = authority.roots();
    let page = client(policy).fetch(&url(port)).await.unwrap();
    assert_eq!((page.text().as_str(), page.url), ("safe", url(port)));
}

#[tokio::test]
async fn a_server_that_nobody_known_vouches_for_is_not_believed() {
    let acceptor = Authority::new().acceptor("server.test", "http/1.1");
    let port = serve(acceptor, |stream| answer(stream, ok("stolen"))).await;
    let mut policy = allowing("server.test", port);
    for roots in [Vec::new(), Authority::new().roots()] {
        policy.roots = roots;
        let doubted = refused(&client(policy.clone()), &url(port)).await;
        let NetworkError::Exchange { source, .. } = doubted else {
            panic!("{doubted:?}");
        };
        assert!(matches!(source, ExchangeError::Trust { .. }), "{source:?}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_believed() {
    let authority = Authority::new();
    let acceptor = authority.acceptor("other.test", "http/1.1");
    let port = serve(acceptor, |stream| answer(stream, ok("stolen"))).await;
    let mut policy = allowing("server.test", port);
    policy.roots = authority.roots();
    let doubted = refused(&client(policy), &url(port)).await;
    let NetworkError::Exchange { source, .. } = doubted else {
        panic!("{doubted:?}");
    };
    assert!(matches!(source, ExchangeError::Trust { .. }), "{source:?}");
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_does() {
    let authority = Authority::new();
    let acceptor = authority.acceptor("server.test", "h2");
    let port = serve(acceptor, |stream| async {
        let answer = service_fn(
            |request: hyper::Request<hyper::body::Incoming>| async move {
                let body = Bytes::from(format!("{:?}", request.version()));
                Ok::<_, std::convert::Infallible>(hyper::Response::new(Full::new(body)))
            },
        );
        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        drop(server.serve_connection(TokioIo::new(stream), answer).await);
    })
    .await;
    let mut policy = allowing("server.test", port);
    policy.roots = authority.roots();
    let page = client(policy).fetch(&url(port)).await.unwrap();
    assert_eq!(page.text(), "HTTP/2.0");
}

/// What was asked for in secret is not asked for again in public, though both places are allowed.
#[tokio::test]
async fn a_redirect_does_not_lead_out_of_tls() {
    let plain = Server::start(|_| ok("hello")).await;
    let authority = Authority::new();
    let acceptor = authority.acceptor("server.test", "http/1.1");
    let to = plain.url("/");
    let port = serve(acceptor, move |stream| answer(stream, redirect(302, &to))).await;
    let mut policy = policy(&plain);
    policy
        .allowed
        .push(entry("server.test", port, Reach::Private));
    policy.roots = authority.roots();
    let refused = refused(&client(policy), &url(port)).await;
    assert!(matches!(refused, NetworkError::Downgrade), "{refused:?}");
    assert!(plain.requests().is_empty());
}
