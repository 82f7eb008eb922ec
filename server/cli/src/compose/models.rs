//! Which model does the work, and where its key is.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, Result};
use model::Endpoint;
use model::http::{HttpModel, proxy_for};
use model::secret::{Secret, origin};
use settings::{
    Choice, ConsentStore, Decision, KeySource, KeyStore, Offer, Settings, Surroundings, Why,
    is_loopback,
};
use stdx::store::DataDir;

use super::sources::variable;

/// How long a server on this machine may take to accept a connection.
const KNOCK: Duration = Duration::from_millis(200);

/// What the user has put into our hands, and what the client has for them.
#[derive(Debug, Clone)]
pub(crate) struct Decisions {
    pub(crate) keys: KeyStore,
    pub(crate) consents: ConsentStore,
    /// Keys by the origin that each is for, from the client's own store of secrets.
    pub(crate) of_client: ClientKeys,
}

/// Keys by origin. Their debug form shows none.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct ClientKeys(pub(crate) BTreeMap<String, String>);

impl std::fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Decisions {
    /// Those in the data folder.
    pub(crate) fn new(data: &DataDir) -> Decisions {
        Decisions {
            keys: KeyStore::new(data),
            consents: ConsentStore::new(data),
            of_client: ClientKeys::default(),
        }
    }

    /// The model that the settings and what is around choose.
    ///
    /// # Errors
    /// One line that says what is wrong with the name or with its endpoint.
    pub(crate) fn decide(&self, settings: &Settings) -> Result<Decision> {
        let consents = self.consents.all().unwrap_or_else(|error| {
            tracing::warn!(%error, "what was said yes to is not known");
            Vec::new()
        });
        let servers: Vec<(String, Vec<String>)> =
            consents.iter().filter_map(|consent| server(settings, consent)).collect();
        let mut stored = self.keys.origins().unwrap_or_else(|error| {
            tracing::warn!(%error, "the stored keys are not known");
            Vec::new()
        });
        stored.extend(self.of_client.0.keys().cloned());
        let around = Surroundings {
            variable: &|name| variable(name).is_some(),
            stored: &stored,
            consents: &consents,
            servers: &servers,
        };
        settings.decide(&around).map_err(anyhow::Error::msg)
    }

    /// What the user said yes to and what is not there now, in one line, where the built-in policy
    /// does the work because of that.
    pub(super) fn missed(&self, settings: &Settings, decision: &Decision) -> Option<String> {
        if decision.why != Why::NothingElse {
            return None;
        }
        let consents = self.consents.all().ok()?;
        let why = consents.iter().find_map(|consent| match consent.source.strip_prefix('$') {
            Some(name) => variable(name).is_none().then(|| format!("${name} is not set")),
            None => {
                let Ok(Choice::Http { endpoint, .. }) = settings.named(&consent.model) else {
                    return None;
                };
                let silent = !answers(&endpoint.base_url);
                silent.then(|| format!("nothing answers at {}", endpoint.base_url))
            }
        });
        Some(format!("{}; the built-in policy does the work", why?))
    }

    /// The first key for the model that is there.
    ///
    /// # Errors
    /// If a key file cannot be read, or what was found cannot be a key.
    pub(crate) fn secret(&self, choice: &Choice) -> Result<Option<Secret>> {
        let Choice::Http { endpoint, keys } = choice else { return Ok(None) };
        let url = &endpoint.base_url;
        for source in keys {
            let text = match source {
                KeySource::Environment(name) => variable(name),
                KeySource::File(path) => {
                    let bytes = stdx::store::read(std::path::Path::new(path))
                        .with_context(|| format!("cannot read the key file {path}"))?
                        .with_context(|| format!("there is no key file {path}"))?;
                    Some(String::from_utf8(bytes).ok().context("a key file is not text")?)
                }
                KeySource::Stored => match self.of_client.0.get(&origin(url)?) {
                    Some(key) => Some(key.clone()),
                    None => match self.keys.secret(url)? {
                        Some(secret) => return Ok(Some(secret)),
                        None => None,
                    },
                },
            };
            if let Some(text) = text {
                return Ok(Some(Secret::new(&text, url)?));
            }
        }
        Ok(None)
    }
}

/// The server on this machine that the user said yes to, if it accepts connections now.
fn server(settings: &Settings, consent: &Offer) -> Option<(String, Vec<String>)> {
    let (provider, model) = consent.model.split_once('/')?;
    if consent.source != "server" {
        return None;
    }
    let Ok(Choice::Http { endpoint, .. }) = settings.named(&consent.model) else { return None };
    answers(&endpoint.base_url).then(|| (provider.to_owned(), vec![model.to_owned()]))
}

/// Whether something on this machine accepts connections at `url`.
pub(crate) fn answers(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    if !is_loopback(url) {
        return false;
    }
    let addresses: Vec<SocketAddr> = match authority.to_socket_addrs() {
        Ok(addresses) => addresses.collect(),
        Err(_) => return false,
    };
    addresses.iter().any(|address| TcpStream::connect_timeout(address, KNOCK).is_ok())
}

/// The model on its server, which each request asks once.
///
/// # Errors
/// If the endpoint cannot be used, or a file that it names cannot be read.
pub(crate) fn server_of(endpoint: Endpoint, key: Option<Secret>) -> Result<HttpModel> {
    Ok(HttpModel::new(with_surroundings(endpoint)?, key)?)
}

/// `endpoint` with what stands in files and in the environment: certificates, a proxy.
///
/// # Errors
/// If a file of certificates cannot be read.
pub(crate) fn with_surroundings(mut endpoint: Endpoint) -> Result<Endpoint> {
    if let Some(path) = &endpoint.roots_file {
        let bytes = stdx::store::read(std::path::Path::new(path))
            .with_context(|| format!("cannot read the certificates in {path}"))?
            .with_context(|| format!("there is no file of certificates {path}"))?;
        endpoint.roots = Some(String::from_utf8(bytes).ok().context("a certificate is not text")?);
    }
    endpoint.proxy = endpoint.proxy.or_else(|| proxy_for(&endpoint.base_url, variable));
    Ok(endpoint)
}

/// How to bring a key.
pub(crate) fn remedy(endpoint: &Endpoint, keys: &[KeySource]) -> String {
    let ways = keys.iter().map(|source| match source {
        KeySource::Environment(name) => format!("set ${name}"),
        KeySource::File(path) => format!("put it into {path}"),
        KeySource::Stored => format!("`ostler auth add {}`", endpoint.base_url),
    });
    ways.collect::<Vec<_>>().join(" or ")
}
