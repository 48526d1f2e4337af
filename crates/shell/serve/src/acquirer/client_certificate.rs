//! The client certificate that WeChat Pay v2 wants for refunds and reverses: asked for in TLS, judged call by call.
//!
//! Source: WeChat Pay v2, "payment-code", column "Client cert": the calls below `/secapi`. As at the real gateway, a
//! handshake goes well with any certificate whose key its client has; a call that wants another is refused by the web
//! server in front of the gateway, with HTTP 400 and a page that is no XML, as merchants report it. Nothing behind it
//! hears of the call. The test platform, `/sandboxnew`, wants none. The certificate is that of the client folder, and is
//! compared as a whole. *Not modelled:* the word for a good certificate of another merchant; PKCS #12; revocation.

use hyper::StatusCode;
use hyper::body::Bytes;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{
    WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

/// What takes TLS connections, and whose certificate it wants to see.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// The merchant's, where one is wanted.
    pub(crate) wanted: Option<Arc<CertificateDer<'static>>>,
}

/// What the client of a TLS connection has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Nothing,
    /// The certificate that is wanted.
    Wanted,
    Another,
}

impl Tls {
    /// What these certificates of a client are.
    pub(crate) fn judge(&self, certificates: Option<&[CertificateDer<'_>]>) -> Shown {
        match (certificates.and_then(<[_]>::first), &self.wanted) {
            (None, _) => Shown::Nothing,
            (Some(shown), Some(wanted)) if shown.as_ref() == wanted.as_ref().as_ref() => Shown::Wanted,
            (Some(_), _) => Shown::Another,
        }
    }

    /// What a call of this path is refused with.
    pub(crate) fn refusal(&self, path: &str, shown: Option<Shown>) -> Option<&'static str> {
        let wants = self.wanted.is_some() && path.starts_with("/secapi/");
        match shown {
            _ if !wants => None,
            Some(Shown::Wanted) => None,
            None | Some(Shown::Nothing) => Some("No required SSL certificate was sent"),
            Some(Shown::Another) => Some("The SSL certificate error"),
        }
    }
}

/// The page of a web server that refuses a call.
pub(crate) fn page(why: &str) -> (StatusCode, Bytes) {
    let page = format!(
        "<html>\r\n<head><title>400 {why}</title></head>\r\n<body bgcolor=\"white\">\r\n\
         <center><h1>400 Bad Request</h1></center>\r\n<center>{why}</center>\r\n<hr><center>nginx</center>\r\n\
         </body>\r\n</html>\r\n"
    );
    (StatusCode::BAD_REQUEST, Bytes::from(page))
}

/// Who asks a client for its certificate, if it is to be asked.
pub(crate) fn verifier(asks: bool) -> Arc<dyn ClientCertVerifier> {
    if asks {
        Arc::new(TakesAny(ring::default_provider().signature_verification_algorithms))
    } else {
        WebPkiClientVerifier::no_client_auth()
    }
}

/// Takes every certificate whose key the client has; what it is good for is judged later.
#[derive(Debug)]
struct TakesAny(WebPkiSupportedAlgorithms);

impl ClientCertVerifier for TakesAny {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
