//! The model that does the work: its key, and whether its server answers.

use std::os::unix::fs::PermissionsExt;

use model::{Check, Depth, Report};
use settings::{Choice, PROVIDERS, Why};
use tokio_util::sync::CancellationToken;

use super::{Finding, Patient};
use crate::commands::auth::{how_to_use, why};
use crate::compose;

pub(super) async fn look(patient: &Patient, ask_model: bool) -> Vec<Finding> {
    let mut findings = keys(patient);
    let decision = match patient.decisions.decide(&patient.read.settings) {
        Ok(decision) => decision,
        Err(error) => {
            let mend = "name a model that there is, or remove the setting `model`";
            findings.push(Finding::bad("model", format!("{error:#}"), mend));
            return findings;
        }
    };
    for offer in &decision.offers {
        let found = format!("found and not used: {}", offer.model);
        findings.push(Finding::note("model", found, how_to_use(offer)));
    }
    let found = format!("{} ({})", decision.name, why(&decision.why));
    let Choice::Http { endpoint, keys } = &decision.choice else {
        findings.push(Finding::ok("model", found));
        if decision.why == Why::NothingElse {
            findings.extend(on_this_machine(patient));
        }
        return findings;
    };
    let key = match patient.decisions.secret(&decision.choice) {
        Err(error) => {
            let mend = compose::remedy(endpoint, keys);
            findings.push(Finding::bad("model", format!("{found}: {error:#}"), mend));
            return findings;
        }
        Ok(None) if !settings::is_loopback(&endpoint.base_url) => {
            let found = format!("{found}: no key for {}", endpoint.base_url);
            findings.push(Finding::bad("model", found, compose::remedy(endpoint, keys)));
            return findings;
        }
        Ok(key) => key,
    };
    findings.push(Finding::ok("model", found));
    findings.extend(fallbacks(patient));
    match compose::server_of(endpoint.as_ref().clone(), key) {
        Ok(server) => {
            let depth = if ask_model { Depth::Asking } else { Depth::Free };
            let report = server.probe(depth, CancellationToken::new()).await;
            findings.extend(server_findings(&report, ask_model));
        }
        Err(error) => {
            let mend = "mend the settings of that endpoint";
            findings.push(Finding::bad("server", format!("{error:#}"), mend));
        }
    }
    findings
}

/// Whether those that take over could.
fn fallbacks(patient: &Patient) -> Vec<Finding> {
    let look = |(name, choice): (&str, Result<Choice, String>)| {
        let (choice, why, mend) = match choice {
            Ok(choice) => match patient.decisions.secret(&choice) {
                Ok(key) => (Some((choice, key)), String::new(), String::new()),
                Err(error) => (None, format!("{error:#}"), "give its key again".to_owned()),
            },
            Err(error) => (None, error, "mend or remove it in `fallbacks`".to_owned()),
        };
        match choice {
            Some((Choice::Http { endpoint, keys }, None))
                if !settings::is_loopback(&endpoint.base_url) =>
            {
                let found = format!("{name} cannot take over: no key for {}", endpoint.base_url);
                Finding::bad("fallback", found, compose::remedy(&endpoint, &keys))
            }
            Some(_) => Finding::ok("fallback", format!("{name} takes over if it has to")),
            None => Finding::bad("fallback", format!("{name} cannot take over: {why}"), mend),
        }
    };
    patient.read.settings.fallbacks().into_iter().map(look).collect()
}

/// What the server said, or did when it was asked.
fn server_findings(report: &Report, asked: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, check) in report.checks() {
        // Ostler cannot work without these.
        let needed = ["reachable", "model", "streaming", "tools"].contains(&name);
        let mend = match name {
            "reachable" => "see whether the address, the key and the network are right",
            "model" => "set `model` to one of those that it has",
            "streaming" | "tools" => "choose a model or a server that can",
            _ => "nothing needs to be done: Ostler works without, at a higher price",
        };
        match check {
            Check::Yes(seen) => findings.push(Finding::ok("server", format!("{name}: {seen}"))),
            Check::No(seen) if needed => {
                findings.push(Finding::bad("server", format!("{name}: {seen}"), mend));
            }
            Check::No(seen) => {
                findings.push(Finding::note("server", format!("{name}: {seen}"), mend));
            }
            Check::Unknown(why) if asked || name == "model" => {
                let found = format!("{name}: not known ({why})");
                findings.push(Finding::note("server", found, "ask the server's own documentation"));
            }
            Check::Unknown(_) => {}
        }
    }
    if let Some(window) = report.window {
        findings.push(Finding::ok("server", format!("window: {window} tokens")));
    }
    if !asked && report.reachable.is_yes() {
        findings.push(Finding::note(
            "server",
            "streaming, tools, cache and completion were not tried",
            "`ostler doctor --ask-model` sends a few requests, which a hosted model charges for",
        ));
    }
    findings
}

/// Keys that are kept, and whether others can read them.
fn keys(patient: &Patient) -> Vec<Finding> {
    let store = &patient.decisions.keys;
    let path = store.path();
    let mut findings = Vec::new();
    match store.origins() {
        Err(error) => {
            let mend = format!("move {} away and give the keys again", path.display());
            findings.push(Finding::bad("keys", error.to_string(), mend));
        }
        Ok(origins) if origins.is_empty() => {}
        Ok(origins) => {
            findings.push(Finding::ok("keys", format!("kept for {}", origins.join(", "))));
        }
    }
    if let Ok(found) = std::fs::metadata(path)
        && found.permissions().mode() & 0o077 != 0
    {
        let found = format!("others can read {}", path.display());
        findings.push(Finding::bad("keys", found, format!("`chmod 600 {}`", path.display())));
    }
    findings
}

/// Model servers that run here although nobody has said yes to them.
fn on_this_machine(patient: &Patient) -> Vec<Finding> {
    let mut findings = Vec::new();
    for provider in PROVIDERS.iter().filter(|provider| provider.is_local()) {
        let any = format!("{}/any", provider.name);
        let Ok(Choice::Http { endpoint, .. }) = patient.read.settings.named(&any) else { continue };
        if compose::answers(&endpoint.base_url) {
            findings.push(Finding::note(
                "model",
                format!(
                    "something answers at {}, where {} would",
                    endpoint.base_url, provider.name
                ),
                format!("`ostler auth use {}/MODEL` says yes to it", provider.name),
            ));
        }
    }
    findings
}
