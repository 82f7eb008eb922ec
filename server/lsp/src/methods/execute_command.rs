//! `workspace/executeCommand`: checks what is asked for, starts it, and answers at once.

use std::sync::Arc;

use harness::TaskId;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{ExecuteCommandParams, Uri};
use tower_lsp::jsonrpc::{Error, Result};

use crate::state::{Shared, Wire};
use crate::tasks::{self, CommandCx, FixRequest};

/// The place of a fix: what a code action carries, or what a key map can say.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FixArguments {
    #[serde(default)]
    uri: Option<Uri>,
    #[serde(default)]
    path: Option<String>,
    /// From 1, as editors show it.
    #[serde(default)]
    line: Option<u32>,
    #[serde(default)]
    diagnostic: Option<Value>,
}

#[derive(Deserialize)]
struct TaskArgument {
    task: TaskId,
}

pub(crate) async fn execute_command(
    shared: &Arc<Shared>,
    wire: &Wire,
    params: ExecuteCommandParams,
) -> Result<Option<Value>> {
    let argument = params.arguments.unwrap_or_default().into_iter().next();
    match params.command.as_str() {
        "ostler.fix" => {
            let FixArguments { uri, path, line, diagnostic } = read("ostler.fix", argument)?;
            let request = FixRequest { uri, path, line, diagnostic };
            let id = tasks::fix(shared, wire, request).map_err(Error::invalid_params)?;
            Ok(Some(json!({"task": id})))
        }
        "ostler.stop" => {
            let stopped = match argument {
                // Without a number: everything that runs.
                None => tasks::stop_all(shared),
                Some(argument) => {
                    let TaskArgument { task } = read("ostler.stop", Some(argument))?;
                    usize::from(tasks::stop(shared, task).map_err(Error::invalid_params)?)
                }
            };
            Ok(Some(json!({"stopped": stopped})))
        }
        "ostler.applyNow" => {
            let TaskArgument { task } = read("ostler.applyNow", argument)?;
            tasks::apply_now(shared, task).map_err(Error::invalid_params)?;
            Ok(Some(json!({"task": task})))
        }
        other => match shared.extra.iter().find(|extra| extra.name == other) {
            Some(extra) => {
                let cx = CommandCx::new(shared.editor.clone());
                let result = (extra.run)(argument.unwrap_or_default(), cx).await;
                result.map(Some).map_err(Error::invalid_params)
            }
            None => Err(Error::invalid_params(format!("there is no command `{other}`"))),
        },
    }
}

fn read<T: serde::de::DeserializeOwned>(command: &str, argument: Option<Value>) -> Result<T> {
    let argument = argument
        .ok_or_else(|| Error::invalid_params(format!("{command} takes one JSON object")))?;
    serde_json::from_value(argument)
        .map_err(|error| Error::invalid_params(format!("{command}: {error}")))
}
