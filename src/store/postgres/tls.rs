//! What `sslmode` and `sslrootcert` of an address ask for, as libpq understands them.
//!
//! `disable`: none. `prefer` (when nothing is said): encrypted if the server can. `require`:
//! encrypted. Neither looks at who the server is, so both help only against who listens, not
//! against who stands between. `verify-full`: encrypted, and the certificate must be for that host
//! and from an authority in `sslrootcert` (a PEM file) or, without one, in the system's store.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::StoreError;

/// An address without what the client library does not know, and how to encrypt.
pub struct Wanted {
    /// The address.
    pub url: String,
    /// The other half.
    pub tls: MakeRustlsConnect,
}

/// Reads an address.
///
/// # Errors
/// [`StoreError::Refused`] for another `sslmode` or certificates that cannot be read.
pub fn wanted(url: &str) -> Result<Wanted, StoreError> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut root, mut rest) = ("prefer", None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = value,
            Some(("sslrootcert", value)) => root = Some(decoded(value)),
            _ => rest.push(pair.to_owned()),
        }
    }
    let (sent, config) = match mode {
        "disable" | "prefer" | "require" => (mode, unchecked()?),
        "verify-full" => ("require", checked(root.as_deref())?),
        _ => return Err(refused("sslmode is disable, prefer, require or verify-full".into())),
    };
    rest.push(format!("sslmode={sent}"));
    Ok(Wanted { url: format!("{base}?{}", rest.join("&")), tls: MakeRustlsConnect::new(config) })
}

fn decoded(text: &str) -> String {
    url::form_urlencoded::parse(text.replace('+', "%2B").as_bytes()).map(|(key, _)| key.into_owned()).collect()
}

fn checked(root: Option<&str>) -> Result<ClientConfig, StoreError> {
    let mut roots = RootCertStore::empty();
    let certificates = match root {
        Some(file) => {
            let unreadable = |error| refused(format!("sslrootcert {file}: {error}"));
            let read = CertificateDer::pem_file_iter(file).map_err(unreadable)?;
            read.collect::<Result<Vec<_>, _>>().map_err(unreadable)?
        }
        None => rustls_native_certs::load_native_certs().certs,
    };
    // one that cannot be used is no reason to refuse the others; none at all is
    let (usable, _) = roots.add_parsable_certificates(certificates);
    if usable == 0 {
        return Err(refused("there is no certificate to check the server's with: name one by sslrootcert".into()));
    }
    Ok(builder()?.with_root_certificates(roots).with_no_client_auth())
}

fn unchecked() -> Result<ClientConfig, StoreError> {
    let verifier = Arc::new(Anybody(Arc::new(ring::default_provider())));
    Ok(builder()?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, StoreError> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    builder.with_safe_default_protocol_versions().map_err(|error| StoreError::Database(Box::new(error)))
}

fn refused(said: String) -> StoreError {
    StoreError::Refused(format!("store.url: {said}"))
}

/// Takes any certificate, as `prefer` and `require` do; that its owner holds the key is checked.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_is_taken_out_and_the_rest_stays() {
        let url = |text: &str| wanted(text).map(|wanted| wanted.url);
        assert_eq!(url("postgres://me@db/forum").unwrap(), "postgres://me@db/forum?sslmode=prefer");
        assert_eq!(
            url("postgres://db/forum?sslmode=disable&target_session_attrs=any").unwrap(),
            "postgres://db/forum?target_session_attrs=any&sslmode=disable"
        );
        let error = url("postgres://db/forum?sslmode=verify-ca").unwrap_err().to_string();
        assert!(error.contains("verify-full"), "{error}");
        let error = url("postgres://db/forum?sslmode=verify-full&sslrootcert=/none/such%20file").unwrap_err();
        assert!(error.to_string().contains("/none/such file"), "{error}");
    }
}
