//! `textDocument/codeAction`: answered from the snapshot of its place on the wire, without a
//! model and without the disk.

use std::sync::Arc;

use ide::{Action, Known};
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{CodeActionParams, CodeActionResponse, Diagnostic};

use crate::convert;
use crate::state::{Shared, Wire};

pub(crate) fn code_action(
    shared: &Arc<Shared>,
    wire: &Wire,
    params: &CodeActionParams,
) -> Vec<CodeActionResponse> {
    let Some(path) = convert::path(&params.text_document.uri) else { return Vec::new() };
    let wanted = params.context.only.as_ref().is_none_or(|kinds| {
        let kinds = serde_json::to_value(kinds).unwrap_or_default();
        let fits = |kind: &Value| kind == "" || kind == "quickfix";
        kinds.as_array().is_some_and(|kinds| kinds.iter().any(fits))
    });
    if !wanted {
        return Vec::new();
    }
    let diagnostics: Vec<Known> = params.context.diagnostics.iter().map(known).collect();
    let tasks = shared.tasks(|id, task| ide::TaskView {
        id,
        title: task.title.clone(),
        waiting: task.waiting.is_some(),
    });
    let version = wire.snapshot.document(&path).map(|document| document.version);
    let literals = shared.facts().code_action_literals;
    ide::actions(&diagnostics, &tasks)
        .into_iter()
        .filter_map(|action| {
            let arguments = arguments(&action, params, version);
            let diagnostic = action.about.and_then(|at| params.context.diagnostics.get(at));
            serde_json::from_value(response(&action, &arguments, diagnostic, literals)).ok()
        })
        .collect()
}

fn known(diagnostic: &Diagnostic) -> Known {
    let value = serde_json::to_value(diagnostic).unwrap_or_default();
    Known {
        message: value["message"].as_str().unwrap_or_default().to_owned(),
        is_error: value["severity"].as_u64().is_none_or(|severity| severity == 1),
    }
}

/// Everything that running the action needs, so that the server need not remember having
/// offered it.
fn arguments(action: &Action, params: &CodeActionParams, version: Option<i32>) -> Value {
    match action.command {
        ide::Command::Fix => {
            let diagnostic = action.about.and_then(|at| params.context.diagnostics.get(at));
            json!({
                "uri": params.text_document.uri,
                "version": version,
                "range": params.range,
                "diagnostic": diagnostic,
            })
        }
        ide::Command::Stop(task) | ide::Command::ApplyNow(task) => json!({"task": task}),
    }
}

fn response(
    action: &Action,
    arguments: &Value,
    diagnostic: Option<&Diagnostic>,
    literals: bool,
) -> Value {
    let title = convert::one_line(&action.title, 80);
    let command = json!({
        "title": title, "command": action.command.name(), "arguments": [arguments],
    });
    if !literals {
        return command;
    }
    let mut response = json!({"title": title, "kind": "quickfix", "command": command});
    if let Some(diagnostic) = diagnostic {
        response["diagnostics"] = json!([diagnostic]);
    }
    response
}
