//! How we speak TLS as a client, the same to every server: certificates are
//! always checked, for the name we asked for, and nothing under TLS 1.2.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// What is wrong with the TLS set-up: always the configuration, never the moment.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read the private CA {}: {source}; name a PEM file of CA certificates", path.display())]
    Unreadable { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("no certificate in the private CA {}; expected at least one CERTIFICATE block in PEM", path.display())]
    Empty { path: PathBuf },
    #[error("a certificate in the private CA {} cannot be used as a root: {source}", path.display())]
    BadRoot { path: PathBuf, source: rustls::Error },
    #[error("TLS cannot be set up: {0}")]
    Provider(rustls::Error),
}

/// The public roots and, beside them, those of `private_ca` (a PEM file).
///
/// RFC 8314 5: the server's certificate and name are checked, TLS is 1.2 or
/// newer. The provider is named (ring), so that no second one in the program
/// can make this panic.
pub fn client_config(private_ca: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = private_ca {
        add_private(&mut roots, path)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(TlsError::Provider)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn add_private(roots: &mut RootCertStore, path: &Path) -> Result<(), TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let mut count = 0;
    for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
        let certificate = certificate.map_err(unreadable)?;
        roots.add(certificate).map_err(|source| TlsError::BadRoot { path: path.to_owned(), source })?;
        count += 1;
    }
    if count == 0 {
        return Err(TlsError::Empty { path: path.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_with_public_roots_alone() {
        assert!(client_config(None).is_ok());
    }

    #[test]
    fn a_private_ca_that_is_missing_or_empty_or_broken_is_named() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let missing = folder.path().join("missing.pem");
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "no certificate here\n")?;
        let broken = folder.path().join("broken.pem");
        std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")?;
        for (path, expected) in [(&missing, "cannot read"), (&empty, "no certificate"), (&broken, "cannot be used")] {
            let text = client_config(Some(path)).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(text.contains(expected), "{text}");
            assert!(text.contains(&path.display().to_string()), "{text}");
        }
        Ok(())
    }
}
