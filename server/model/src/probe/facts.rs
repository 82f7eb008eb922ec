//! What a server says of itself: its models, their windows, what it is.

use serde_json::{Value, json};

use super::{Check, Report};
use crate::Dialect;
use crate::http::HttpModel;

/// Members of a model's entry in a list of models that hold its window: vLLM, OpenRouter,
/// Mistral, LM Studio, Anthropic.
const WINDOW: [&str; 6] = [
    "max_model_len",
    "context_length",
    "max_context_length",
    "loaded_context_length",
    "max_input_tokens",
    "context_window",
];

impl HttpModel {
    pub(super) async fn learn_facts(&self, report: &mut Report) {
        let endpoint = self.endpoint();
        let base = endpoint.base_url.trim_end_matches('/');
        let url = match endpoint.dialect {
            Dialect::Anthropic => format!("{}/v1/models", endpoint.root()),
            Dialect::Chat | Dialect::Responses => crate::dialect::openai_url(base, "/models"),
        };
        match self.get(&url).await {
            Ok(models) => {
                report.reachable = Check::Yes(format!("{} answers", endpoint.shown_url()));
                self.read_models(&models, report);
            }
            // A server without a list of models is there all the same.
            Err(crate::ModelError::BadRequest(said)) => {
                report.reachable = Check::Yes(format!("{} answers", endpoint.shown_url()));
                report.model = Check::Unknown(format!("it lists no models: {said}"));
            }
            Err(error) => {
                report.reachable = Check::No(error.to_string());
                return;
            }
        }
        // Hosted servers know neither of these, and need not be asked.
        if endpoint.base_url.starts_with("http://") {
            self.ask_llama(report).await;
            self.ask_ollama(report).await;
        }
    }

    fn read_models(&self, list: &Value, report: &mut Report) {
        let wanted = &self.endpoint().model;
        let entries = list["data"].as_array().or_else(|| list["models"].as_array());
        let entries = entries.map_or(&[][..], Vec::as_slice);
        let id = |entry: &Value| {
            let id = entry["id"].as_str().or_else(|| entry["name"].as_str());
            // Gemini's list puts `models/` before every name.
            id.map(|id| id.strip_prefix("models/").unwrap_or(id).to_owned())
        };
        let found = entries.iter().find(|entry| id(entry).as_ref() == Some(wanted));
        report.model = match (found, entries) {
            (Some(_), _) => Check::Yes(format!("`{wanted}` is there")),
            (None, []) => Check::Unknown("it lists no models".to_owned()),
            // A server with one model answers for it, whatever it is called.
            (None, [only]) => Check::Unknown(format!(
                "it lists `{}` alone and may answer for it",
                id(only).unwrap_or_default()
            )),
            (None, _) => {
                let ids = entries.iter().filter_map(id).take(8).collect::<Vec<_>>();
                Check::No(format!("`{wanted}` is not among {}, …", ids.join(", ")))
            }
        };
        let entry = found.or(match entries {
            [only] => Some(only),
            _ => None,
        });
        let Some(entry) = entry else { return };
        report.server = entry["owned_by"].as_str().map(|owner| match owner {
            // Ollama calls its shelf so.
            "library" => "ollama".to_owned(),
            other => other.chars().filter(|c| !c.is_control()).take(40).collect(),
        });
        let window = WINDOW.iter().find_map(|key| entry[key].as_u64());
        let window = window.or_else(|| entry["meta"]["n_ctx_train"].as_u64());
        report.window = window.and_then(|tokens| u32::try_from(tokens).ok());
    }

    /// llama.cpp: the window that the server was started with.
    async fn ask_llama(&self, report: &mut Report) {
        let Ok(props) = self.get(&format!("{}/props", self.endpoint().root())).await else {
            return;
        };
        let window = &props["default_generation_settings"]["n_ctx"];
        if let Some(window) = window.as_u64().and_then(|tokens| u32::try_from(tokens).ok()) {
            report.window = Some(window);
            report.server = Some("llamacpp".to_owned());
        }
    }

    /// Ollama: what the model can do, and the window that it was trained for.
    async fn ask_ollama(&self, report: &mut Report) {
        if report.server.as_deref().is_some_and(|server| server != "ollama") {
            return;
        }
        let url = format!("{}/api/show", self.endpoint().root());
        let Ok(model) = self.post(&url, &json!({"model": self.endpoint().model})).await else {
            return;
        };
        let Some(abilities) = model["capabilities"].as_array() else { return };
        report.server = Some("ollama".to_owned());
        let can = |name: &str| match abilities.iter().any(|ability| ability == name) {
            true => Check::Yes(format!("the server lists `{name}`")),
            false => Check::No(format!("the server does not list `{name}`")),
        };
        report.tools = can("tools");
        report.fim = can("insert");
        let infos = model["model_info"].as_object();
        let window = infos.and_then(|infos| {
            infos.iter().find(|(key, _)| key.ends_with(".context_length"))?.1.as_u64()
        });
        report.window = window.and_then(|tokens| u32::try_from(tokens).ok()).or(report.window);
    }
}
