//! `wss://`.

use std::sync::Arc;

use capnweb_runtime::{ConnectError, Connector, Disconnect, Server, Value, connect};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpListener;

use super::super::support::in_time;
use super::echo::{EchoStub, parrot};

/// Serves with a certificate that it signed itself; returns the URL and the certificate.
async fn serving() -> (String, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = cert.der().clone();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Server::new(|_| parrot()).tls(Arc::new(config));
    drop(tokio::spawn(server.serve(listener)));
    (format!("wss://localhost:{port}/"), certificate)
}

fn trusting(certificate: CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

#[tokio::test]
async fn a_session_over_tls() {
    let (url, certificate) = serving().await;
    let connector = Connector::new(&url).tls(trusting(certificate));
    let echo: EchoStub = in_time(connector.connect()).await.unwrap();
    let large = Value::String("x".repeat(1 << 20));
    assert_eq!(in_time(echo.echo(&large)).await.unwrap(), large);
}

#[tokio::test]
async fn a_batch_over_tls() {
    let (url, certificate) = serving().await;
    let url = url.replace("wss://", "https://");
    let connector = Connector::new(&url).tls(trusting(certificate));
    let batch = connector.batch::<EchoStub>().unwrap();
    let echo = batch.main().echo(Value::Bool(true));
    let echoed = in_time(batch.send(echo)).await.unwrap();
    assert_eq!(echoed.unwrap(), Value::Bool(true));
    let strangers = Connector::new(&url).batch::<EchoStub>().unwrap();
    let refused = in_time(strangers.send(())).await.unwrap_err();
    assert!(matches!(refused, Disconnect::Request(_)), "{refused:?}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (url, _) = serving().await;
    let error = in_time(connect::<EchoStub>(&url)).await.unwrap_err();
    assert!(matches!(error, ConnectError::Io(_)), "{error:?}");
    let (_, other) = serving().await;
    let connector = Connector::new(&url).tls(trusting(other));
    let error = in_time(connector.connect::<EchoStub>()).await.unwrap_err();
    assert!(matches!(error, ConnectError::Io(_)), "{error:?}");
}

#[tokio::test]
async fn without_tls_nothing_is_said_to_a_server_with_it() {
    let (url, _) = serving().await;
    let plain = url.replace("wss://localhost", "ws://127.0.0.1");
    let error = in_time(connect::<EchoStub>(&plain)).await.unwrap_err();
    assert!(matches!(error, ConnectError::Handshake(_)), "{error:?}");
}
