//! Which servers are believed to be who they say they are.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

/// The certificate of an authority that may vouch for servers.
#[derive(Clone, PartialEq, Eq)]
pub struct RootCertificate(CertificateDer<'static>);

/// Text that is no list of certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a list of certificates in PEM, such as `-----BEGIN CERTIFICATE-----` begins")]
pub struct NotACertificate;

/// Why there is no network.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The certificates cannot be worked with.
    #[error("the certificates of the authorities cannot be used: {0}")]
    Certificates(#[from] rustls::Error),
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

impl RootCertificate {
    /// Reads the certificates of a PEM file.
    ///
    /// # Errors
    ///
    /// If there is none in it, or one that no server can be checked by.
    pub fn from_pem(pem: &[u8]) -> Result<Vec<Self>, NotACertificate> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|_| NotACertificate)?;
        let mut roots = RootCertStore::empty();
        let (good, bad) = roots.add_parsable_certificates(certificates.iter().cloned());
        if good == 0 || bad > 0 {
            return Err(NotACertificate);
        }
        Ok(certificates.into_iter().map(Self).collect())
    }
}

impl fmt::Debug for RootCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.0.len();
        write!(f, "RootCertificate({length} bytes)")
    }
}

/// Returns how `https` is spoken: by TLS 1.2 or 1.3, with servers that the authorities browsers trust
/// or one of these vouch for.
pub(super) fn tls(more: &[RootCertificate]) -> Result<ClientConfig, SetupError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    for RootCertificate(certificate) in more {
        roots.add(certificate.clone())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_told_at_once() {
        for wrong in [
            "",
            "hello",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n",
        ] {
            let read = RootCertificate::from_pem(wrong.as_bytes());
            assert_eq!(read, Err(NotACertificate), "{wrong:?}");
        }
    }
}
