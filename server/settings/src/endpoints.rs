//! From settings to the model that does the work.

use model::{Auth, Dialect, Endpoint};

use crate::Settings;

/// Where a key is to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// In this variable of the environment.
    Environment(String),
    /// In this file.
    File(String),
}

/// A model as users name it: the endpoint's name and the model's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// One of `endpoints`, or the name of a dialect.
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

impl Settings {
    /// The model that the settings name.
    ///
    /// # Errors
    /// One line that says what is wrong with the name or with its endpoint.
    pub fn choice(&self) -> Result<Choice, String> {
        let name = self.get("model").and_then(|value| value.text()).unwrap_or("offline");
        if name == "offline" {
            return Ok(Choice::Offline);
        }
        let Some((endpoint, model)) = name.split_once('/') else {
            return Err(format!("`{name}` is no model: write ENDPOINT/NAME, or `offline`"));
        };
        let name = ModelName { endpoint: endpoint.to_owned(), model: model.to_owned() };
        self.endpoint(&name)
    }

    fn endpoint(&self, name: &ModelName) -> Result<Choice, String> {
        let text = |key: &str| {
            self.get(&format!("endpoints.{}.{key}", name.endpoint)).and_then(|value| value.text())
        };
        let dialect_name = text("dialect").unwrap_or(&name.endpoint);
        let dialect = Dialect::of_name(dialect_name)
            .ok_or_else(|| format!("no endpoint `{0}`: set endpoints.{0}.url", name.endpoint))?;
        let vendor = vendor(dialect);
        let url = text("url").unwrap_or(vendor.url);
        let mut endpoint = Endpoint::new(dialect, url, &name.model);
        if let Some(version) = text("version") {
            endpoint.version = Some(version.to_owned());
        }
        endpoint.auth = match text("auth") {
            None | Some("bearer") => endpoint.auth,
            Some(header) => Auth::Header(header.to_owned()),
        };
        endpoint.proxy = text("proxy").map(str::to_owned);
        let member = |key: &str| self.get(&format!("endpoints.{}.{key}", name.endpoint));
        if let Some(limit) = member("max_tokens").and_then(|value| value.integer()) {
            endpoint.max_tokens = u32::try_from(limit).unwrap_or(endpoint.max_tokens);
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
        // The vendor's own variable holds the vendor's key; it is not for other servers unless
        // the user's environment names that server beside it.
        let own = self.get(&format!("endpoints.{}.url", name.endpoint));
        if own.is_none_or(|value| matches!(value.origin, crate::Origin::Environment(_))) {
            keys.push(KeySource::Environment(vendor.key.to_owned()));
        }
        Ok(Choice::Http { endpoint: Box::new(endpoint), keys })
    }
}

struct Vendor {
    url: &'static str,
    key: &'static str,
}

fn vendor(dialect: Dialect) -> Vendor {
    match dialect {
        Dialect::Anthropic => Vendor { url: "https://api.anthropic.com", key: "ANTHROPIC_API_KEY" },
        Dialect::Chat | Dialect::Responses => {
            Vendor { url: "https://api.openai.com/v1", key: "OPENAI_API_KEY" }
        }
    }
}
