//! From settings to the model that does the work.

use std::time::Duration;

use model::secret::origin;
use model::{Auth, Catalog, Dialect, Endpoint};

use crate::providers::{PROVIDERS, Provider};
use crate::{Offer, Origin, Settings, Value};

/// Where a key is to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// In this variable of the environment.
    Environment(String),
    /// In this file.
    File(String),
    /// Among the keys in Ostler's own hands.
    Stored,
}

/// A model as users name it: the endpoint's name and the model's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// One of `endpoints`, or the name of a provider.
    pub endpoint: String,
    /// The model's name on that server.
    pub model: String,
}

/// Who does the work.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// The built-in policy.
    Offline,
    /// A model behind HTTP.
    Http {
        /// The server and the model.
        endpoint: Box<Endpoint>,
        /// Where its key is; the first one that exists counts.
        keys: Vec<KeySource>,
    },
}

/// Why a model was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A setting names it.
    Configured(Origin),
    /// The user has given us a key for its server.
    StoredKey,
    /// Its key is in this variable, and the user said yes.
    Variable(String),
    /// It runs on this machine, and the user said yes.
    LocalServer,
    /// Nothing else was found, or nothing that the user said yes to.
    NothingElse,
}

/// What the choice depends on besides the settings.
pub struct Surroundings<'a> {
    /// Whether a variable of the environment is set to something.
    pub variable: &'a dyn Fn(&str) -> bool,
    /// The origins that keys are stored for.
    pub stored: &'a [String],
    /// What the user has said yes to.
    pub consents: &'a [Offer],
    /// Servers on this machine that answered, with the models that they have.
    pub servers: &'a [(String, Vec<String>)],
}

/// A model and why it was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Its name as users write it.
    pub name: String,
    /// The model.
    pub choice: Choice,
    /// Why this one.
    pub why: Why,
    /// What else could be used after a yes; the best first.
    pub offers: Vec<Offer>,
}

impl Settings {
    /// The model that does the work, in this order: the one that a setting names; one whose key
    /// the user has given us; one whose key is in the environment, if the user said yes to that;
    /// a server on this machine, if the user said yes to that; the built-in policy.
    ///
    /// # Errors
    /// One line that says what is wrong with the name or with its endpoint.
    pub fn decide(&self, around: &Surroundings<'_>) -> Result<Decision, String> {
        if let Some(value) = self.get("model")
            && let Some(name) = value.text()
            && value.origin != Origin::BuiltIn
        {
            let why = Why::Configured(value.origin.clone());
            return Ok(Decision {
                name: name.to_owned(),
                choice: self.named(name)?,
                why,
                offers: Vec::new(),
            });
        }
        let mut offers = Vec::new();
        for provider in PROVIDERS.iter() {
            let Ok(Choice::Http { endpoint, .. }) = self.endpoint(&name_of(provider, "")) else {
                continue;
            };
            let Ok(origin) = origin(&endpoint.base_url) else { continue };
            if let Some(model) = provider.model {
                let stored = around.stored.contains(&origin);
                if stored {
                    return self.found(&name_of(provider, model), Why::StoredKey, offers);
                }
                let Some(variable) = provider.key.as_ref().filter(|name| (around.variable)(name))
                else {
                    continue;
                };
                let model = format!("{}/{model}", provider.name);
                offers.push(Offer { model, origin, source: format!("${variable}") });
            } else if provider.is_local() {
                let found = around.servers.iter().find(|(name, _)| name == provider.name);
                let Some(model) = found.and_then(|(_, models)| models.first()) else { continue };
                let model = format!("{}/{model}", provider.name);
                offers.push(Offer { model, origin, source: "server".to_owned() });
            }
        }
        let meant = offers.iter().enumerate().find_map(|(at, offer)| {
            let yes = around.consents.iter().find(|consent| offer.is_meant_by(consent))?;
            Some((at, yes.clone()))
        });
        if let Some((at, yes)) = meant {
            offers.remove(at);
            let why = match yes.source.strip_prefix('$') {
                Some(variable) => Why::Variable(variable.to_owned()),
                None => Why::LocalServer,
            };
            return self.found(&split(&yes.model)?, why, offers);
        }
        let name = "offline".to_owned();
        Ok(Decision { name, choice: Choice::Offline, why: Why::NothingElse, offers })
    }

    fn found(&self, name: &ModelName, why: Why, offers: Vec<Offer>) -> Result<Decision, String> {
        let choice = self.endpoint(name)?;
        let name = format!("{}/{}", name.endpoint, name.model);
        Ok(Decision { name, choice, why, offers })
    }

    /// The model of this name.
    ///
    /// # Errors
    /// One line that says what is wrong with the name or with its endpoint.
    pub fn named(&self, name: &str) -> Result<Choice, String> {
        match name {
            "offline" => Ok(Choice::Offline),
            name => self.endpoint(&split(name)?),
        }
    }

    /// The models that take over, in this order, when the one at work cannot go on: their names,
    /// and what they are or one line that says why they cannot be used.
    #[must_use]
    pub fn fallbacks(&self) -> Vec<(&str, Result<Choice, String>)> {
        let names = self.get("fallbacks").and_then(Value::texts).unwrap_or_default();
        let choice = |name| match self.named(name)? {
            // It reads a task from its beginning and cannot go on with what others have done.
            Choice::Offline => {
                Err("the built-in policy cannot go on with what others began".to_owned())
            }
            choice => Ok(choice),
        };
        names.into_iter().map(|name| (name, choice(name))).collect()
    }

    fn endpoint(&self, name: &ModelName) -> Result<Choice, String> {
        let text = |key: &str| {
            self.get(&format!("endpoints.{}.{key}", name.endpoint)).and_then(|value| value.text())
        };
        let catalog = self.catalog().0;
        let like = text("like").unwrap_or(&name.endpoint);
        let known = catalog.server(like).or_else(|| catalog.server(text("dialect")?));
        let server = known.ok_or_else(|| self.unknown(like))?;
        let dialect = text("dialect").and_then(Dialect::of_name).unwrap_or(server.dialect);
        let url = text("url").unwrap_or(&server.url);
        let mut endpoint = Endpoint::new(dialect, url, &name.model);
        // Behind a vendor's name with another address may be anything that speaks its dialect.
        let moved = text("url").is_some() && text("like").is_none() && !server.local;
        if dialect == server.dialect && !moved {
            server.configure(&mut endpoint);
        }
        endpoint.card = catalog.card(&name.model);
        if let Some(version) = text("version") {
            endpoint.version = Some(version.to_owned());
        }
        endpoint.auth = match text("auth") {
            None | Some("bearer") => endpoint.auth,
            Some(header) => Auth::Header(header.to_owned()),
        };
        endpoint.proxy = text("proxy").map(str::to_owned);
        endpoint.roots_file = text("ca_file").map(str::to_owned);
        if let Some(kind) = text("fim") {
            let kind = serde_json::from_value(kind.into());
            endpoint.fim = kind.ok().or(endpoint.fim);
        }
        let member = |key: &str| self.get(&format!("endpoints.{}.{key}", name.endpoint));
        if let Some(limit) = member("max_tokens").and_then(|value| value.integer()) {
            endpoint.max_tokens = u32::try_from(limit).unwrap_or(endpoint.max_tokens);
        }
        if let Some(seconds) = member("first_byte").and_then(|value| value.integer()) {
            let seconds = Duration::from_secs(seconds.unsigned_abs());
            endpoint.timeouts.first_byte = seconds;
        }
        if let Some(most) = member("concurrent").and_then(|value| value.integer()) {
            endpoint.concurrent = usize::try_from(most).ok();
        }
        if let Some(quirks) = member("quirks") {
            endpoint.quirks = serde_json::from_value(quirks.json())
                .map_err(|error| format!("`endpoints.{}.quirks`: {error}", name.endpoint))?;
        }
        if let Some(serde_json::Value::Object(headers)) = member("headers").map(|v| v.json()) {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            endpoint.headers = headers.iter().map(|(k, v)| (k.clone(), text(v))).collect();
        }
        if let Some(serde_json::Value::Object(body)) = member("body").map(|value| value.json()) {
            endpoint.body = body;
        }
        let mut keys = Vec::new();
        keys.extend(text("key_env").map(|name| KeySource::Environment(name.to_owned())));
        keys.extend(text("key_file").map(|path| KeySource::File(path.to_owned())));
        keys.push(KeySource::Stored);
        // The vendor's own variable holds the vendor's key; it is not for other servers unless
        // the user's environment names that server beside it.
        let own = self.get(&format!("endpoints.{}.url", name.endpoint));
        if own.is_none_or(|value| matches!(value.origin, Origin::Environment(_))) {
            keys.extend(server.key_env.map(KeySource::Environment));
        }
        Ok(Choice::Http { endpoint: Box::new(endpoint), keys })
    }

    /// The table of servers and models with the user's own rows, and what is wrong with those.
    #[must_use]
    pub fn catalog(&self) -> (Catalog, Vec<String>) {
        match self.get("models") {
            Some(models) => Catalog::built_in().with_models(&models.json()),
            None => (Catalog::built_in().clone(), Vec::new()),
        }
    }

    /// What to say about an endpoint that there is not.
    fn unknown(&self, name: &str) -> String {
        let configured = self.iter().filter_map(|(path, _)| {
            let rest = path.strip_prefix("endpoints.")?;
            rest.split('.').next()
        });
        let known = configured.chain(Catalog::built_in().servers());
        if let Some(near) = crate::problem::nearest(name, known.filter(|known| *known != name)) {
            return format!("no endpoint `{name}`; did you mean `{near}`?");
        }
        format!("no endpoint `{name}`: set endpoints.{name}.url and endpoints.{name}.dialect")
    }
}

fn name_of(provider: &Provider, model: &str) -> ModelName {
    ModelName { endpoint: provider.name.to_owned(), model: model.to_owned() }
}

fn split(name: &str) -> Result<ModelName, String> {
    match name.split_once('/') {
        Some((endpoint, model)) if !endpoint.is_empty() && !model.is_empty() => {
            Ok(ModelName { endpoint: endpoint.to_owned(), model: model.to_owned() })
        }
        _ => Err(format!("`{name}` is no model: write ENDPOINT/NAME, or `offline`")),
    }
}
