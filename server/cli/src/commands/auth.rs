//! `ostler auth`: keys, and models that were found.

use anyhow::{Context, Result, bail};
use model::secret::origin;
use serde_json::json;
use settings::{Choice, Offer, PROVIDERS, Provider, Settings, Why};

use crate::args::Auth;
use crate::compose::{self, Decisions, Sources};
use crate::terminal::{note, say, secret};

pub(crate) async fn auth(command: Auth, sources: &Sources) -> Result<bool> {
    let data = compose::data_dir()?;
    let settings = sources.read(None, &[]).settings;
    let decisions = Decisions::new(&data);
    match command {
        Auth::Add { server } => add(&server, &settings, &decisions),
        Auth::List { json } => list(json, &settings, &decisions),
        Auth::Remove { server } => remove(&server, &settings, &decisions),
        Auth::Use { model } => use_model(&model, &settings, &decisions),
    }
}

fn add(server: &str, settings: &Settings, decisions: &Decisions) -> Result<bool> {
    let url = url_of(server, settings)?;
    // Before anybody types a key for a server that cannot have one.
    let origin = origin(&url)?;
    let key = secret(&format!("Key for {origin} (it is not shown): "))?;
    let keys = &decisions.keys;
    keys.put(&url, &key)?;
    say(&format!("the key for {origin} is kept in {}", keys.path().display()));
    tell_model(settings, decisions);
    Ok(true)
}

/// What tasks will use from now on.
fn tell_model(settings: &Settings, decisions: &Decisions) {
    match decisions.decide(settings) {
        Ok(decision) => say(&format!("tasks use {} ({})", decision.name, why(&decision.why))),
        Err(error) => note(&format!("ostler: {error:#}")),
    }
}

/// Why a model was chosen, in words.
pub(crate) fn why(why: &Why) -> String {
    match why {
        Why::Configured(origin) => format!("named by {origin}"),
        Why::StoredKey => "its key is kept here".to_owned(),
        Why::Variable(name) => format!("its key is in ${name}, and you said yes"),
        Why::LocalServer => "it runs on this machine, and you said yes".to_owned(),
        Why::NothingElse => "no other model is configured".to_owned(),
    }
}

fn list(as_json: bool, settings: &Settings, decisions: &Decisions) -> Result<bool> {
    let stored = decisions.keys.origins()?;
    let consents = decisions.consents.all()?;
    let decision = decisions.decide(settings)?;
    if as_json {
        let all = json!({
            "keys": stored, "yes": consents, "found": decision.offers,
            "model": decision.name, "why": why(&decision.why),
        });
        say(&serde_json::to_string_pretty(&all)?);
        return Ok(true);
    }
    for origin in &stored {
        say(&format!("{origin}: a key is kept"));
    }
    for consent in &consents {
        say(&format!("{}: you said yes to {} ({})", consent.origin, consent.model, consent.source));
    }
    for offer in &decision.offers {
        say(&format!("{}: found and not used; {}", offer.origin, how_to_use(offer)));
    }
    say(&format!("tasks use {} ({})", decision.name, why(&decision.why)));
    Ok(true)
}

/// What a user does to say yes.
pub(crate) fn how_to_use(offer: &Offer) -> String {
    let provider = offer.model.split('/').next().unwrap_or_default();
    let what = match offer.source.as_str() {
        "server" => "it runs on this machine".to_owned(),
        variable => format!("its key is in {variable}"),
    };
    format!("{what}: `ostler auth use {provider}` says yes to {}", offer.model)
}

fn remove(server: &str, settings: &Settings, decisions: &Decisions) -> Result<bool> {
    let url = url_of(server, settings)?;
    let origin = origin(&url)?;
    let key = decisions.keys.remove(&url)?;
    let yes = decisions.consents.remove(&origin)?;
    match (key, yes) {
        (true, _) => say(&format!("the key for {origin} is forgotten")),
        (false, true) => say(&format!("the yes to {origin} is taken back")),
        (false, false) => bail!("there is no key for {origin}, and nothing that you said yes to"),
    }
    tell_model(settings, decisions);
    Ok(true)
}

fn use_model(name: &str, settings: &Settings, decisions: &Decisions) -> Result<bool> {
    let (provider_name, model) = match name.split_once('/') {
        Some((provider, model)) => (provider, Some(model)),
        None => (name, None),
    };
    let provider = provider_of(provider_name).with_context(|| {
        let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
        format!("no provider `{provider_name}`; there are: {}", names.join(", "))
    })?;
    let model = model
        .or(provider.model)
        .with_context(|| format!("name the model: `ostler auth use {}/NAME`", provider.name))?;
    let full = format!("{}/{model}", provider.name);
    let Choice::Http { endpoint, .. } = settings.named(&full).map_err(anyhow::Error::msg)? else {
        bail!("{full} is no model on a server");
    };
    let source = match &provider.key {
        None => "server".to_owned(),
        Some(variable) => {
            if compose::variable(variable).is_none() {
                bail!("${variable} is not set; `ostler auth add {provider_name}` keeps a key");
            }
            format!("${variable}")
        }
    };
    let offer = Offer { model: full, origin: origin(&endpoint.base_url)?, source };
    decisions.consents.add(&offer)?;
    say(&format!("{} may be used; your project's text goes to {}", offer.model, offer.origin));
    tell_model(settings, decisions);
    Ok(true)
}

/// A provider by the name that people give it.
fn provider_of(name: &str) -> Option<&'static Provider> {
    Provider::of_name(if name == "openai" { "openai-responses" } else { name })
}

/// Where the server is that the user means.
fn url_of(server: &str, settings: &Settings) -> Result<String> {
    if server.contains("://") {
        return Ok(server.to_owned());
    }
    let name = provider_of(server).map_or(server, |provider| provider.name);
    match settings.named(&format!("{name}/any")).map_err(anyhow::Error::msg)? {
        Choice::Http { endpoint, .. } => Ok(endpoint.base_url),
        Choice::Offline => bail!("the offline policy needs no key"),
    }
}
