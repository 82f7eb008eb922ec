//! The HTTP client of one endpoint.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Proxy, Url, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::ModelError;
use crate::endpoint::{Endpoint, without_password};

/// How often a silent connection is probed, so that a dead peer is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

pub(super) fn new(endpoint: &Endpoint) -> Result<Client, ModelError> {
    let unusable = |error: &dyn std::fmt::Display| {
        ModelError::BadRequest(format!("{}: {error}", without_password(&endpoint.base_url)))
    };
    let url = Url::parse(&endpoint.base_url).map_err(|error| unusable(&error))?;
    let https = match url.scheme() {
        "https" => true,
        "http" => false,
        other => return Err(unusable(&format!("`{other}` is not a scheme for a model"))),
    };
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(unusable(&"a base URL holds no password and no query"));
    }
    let proxy_is_https = endpoint.proxy.as_ref().is_some_and(|proxy| proxy.starts_with("https:"));
    let roots = roots(endpoint).map_err(|error| unusable(&error))?;
    let tls = tls(https || proxy_is_https, roots).map_err(|error| unusable(&error))?;
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(endpoint.timeouts.connect)
        .tcp_keepalive(KEEP_ALIVE)
        // A redirect would carry the key and the project's text to wherever it points.
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy();
    if let Some(proxy) = &endpoint.proxy {
        // The error is not shown: it could quote the proxy's password.
        let parsed = Proxy::all(proxy).map_err(|_| unusable(&"its proxy is no URL"))?;
        builder = builder.proxy(parsed);
    }
    builder.build().map_err(|error| unusable(&error))
}

/// The certificates that are trusted besides the machine's.
fn roots(endpoint: &Endpoint) -> Result<Vec<CertificateDer<'static>>, pem::Error> {
    let text = endpoint.roots.as_deref().unwrap_or_default();
    CertificateDer::pem_slice_iter(text.as_bytes()).collect()
}

/// The provider of cryptography is named here and not installed for the whole process, so that
/// nobody else's choice can change it.
fn tls(verify: bool, roots: Vec<CertificateDer<'static>>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    // Reading the machine's certificates takes time and fails where there are none, which is no
    // concern of a server on `http`; without any, no `https` server is trusted.
    let builder = if verify {
        let verifier = Verifier::new_with_extra_roots(roots, provider)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
