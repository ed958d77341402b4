//! Certificates: the server's own, and those that a client trusts.

use std::path::{Path, PathBuf};

use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use thiserror::Error;

/// Why a file of certificates cannot be used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The file cannot be read, or has something else in it.
    #[error("{file} cannot be read as PEM: {source}")]
    Pem {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        source: PemError,
    },
    /// There is no certificate in it.
    #[error("there is no certificate in {0}")]
    Empty(PathBuf),
    /// The certificates, or the key, are not what they should be.
    #[error("{file} cannot be used: {source}")]
    Refused {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        source: rustls::Error,
    },
}

/// Reads what a server presents itself by: its chain of certificates, its own first, and its key.
pub(super) fn presenting(chain: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let certificates = certificates(chain)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|source| pem(key, source))?;
    let builder = ServerConfig::builder_with_provider(ring::default_provider().into());
    let builder = builder.with_safe_default_protocol_versions();
    let refused = |source| TlsError::Refused {
        file: chain.to_owned(),
        source,
    };
    let builder = builder.map_err(refused)?.with_no_client_auth();
    builder
        .with_single_cert(certificates, private)
        .map_err(refused)
}

/// Reads whom a client trusts, in place of those that everybody trusts.
pub(super) fn trusting(file: &Path) -> Result<ClientConfig, TlsError> {
    let refused = |source| TlsError::Refused {
        file: file.to_owned(),
        source,
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(refused)?;
    }
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(refused)?.with_root_certificates(roots);
    Ok(builder.with_no_client_auth())
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(file).map_err(|source| pem(file, source))?;
    let certificates: Result<Vec<_>, _> = read.collect();
    let certificates = certificates.map_err(|source| pem(file, source))?;
    if certificates.is_empty() {
        return Err(TlsError::Empty(file.to_owned()));
    }
    Ok(certificates)
}

fn pem(file: &Path, source: PemError) -> TlsError {
    let file = file.to_owned();
    TlsError::Pem { file, source }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_no_certificate_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ca.pem");
        let missing = trusting(&file).unwrap_err().to_string();
        assert!(missing.contains("ca.pem"), "{missing}");
        fs::write(&file, "something else").unwrap();
        let empty = trusting(&file).unwrap_err();
        assert!(matches!(empty, TlsError::Empty(_)), "{empty}");
        fs::write(
            &file,
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )
        .unwrap();
        let refused = trusting(&file).unwrap_err();
        assert!(matches!(refused, TlsError::Refused { .. }), "{refused}");
        assert!(presenting(&file, &file).is_err(), "there is no key");
    }
}
