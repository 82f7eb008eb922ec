//! `workspace/executeCommand`

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use harness::{Diagnostic, TaskId};
use ide::{FixArgs, TaskArgs};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stdx::AbsPath;
use tower_lsp::gen_lsp_types::{ExecuteCommandParams, MessageType};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};

use crate::backend::Backend;
use crate::config::{Command, CommandCx, CommandError};
use crate::{convert, tasks};

/// The request cannot be fulfilled, through no fault of its form (LSP 3.17, `RequestFailed`).
const REQUEST_FAILED: ErrorCode = ErrorCode::ServerError(-32803);

pub(crate) async fn handle(backend: &Backend, params: ExecuteCommandParams) -> Result<Value> {
    let shared = &backend.shared;
    let answer = match shared.config.commands.get(&params.command) {
        None => Err(CommandError::Arguments(format!("unknown command {}", params.command))),
        Some(command) => {
            let cx = CommandCx {
                snapshot: shared.wire(),
                cancel: shared.ending.child_token(),
                shared: Arc::clone(shared),
            };
            command(cx, params.arguments.unwrap_or_default()).await
        }
    };
    answer.map_err(|error| {
        let text = ide::one_line(&error.to_string(), 300);
        // Helix shows no error that a command answers with.
        shared.tell(MessageType::Error, text.clone());
        Error {
            code: match error {
                CommandError::Arguments(_) => ErrorCode::InvalidParams,
                CommandError::Failed(_) => REQUEST_FAILED,
            },
            message: text.into(),
            data: None,
        }
    })
}

/// The server's own commands.
pub(crate) fn commands() -> BTreeMap<String, Command> {
    fn own<F>(name: &str, run: F) -> (String, Command)
    where
        F: Fn(&CommandCx, &[Value]) -> std::result::Result<Value, CommandError>,
        F: Send + Sync + 'static,
    {
        let command: Command = Arc::new(
            move |cx, args| -> BoxFuture<'static, std::result::Result<Value, CommandError>> {
                Box::pin(std::future::ready(run(&cx, &args)))
            },
        );
        (name.to_owned(), command)
    }
    BTreeMap::from([own(ide::FIX, fix), own(ide::STOP, stop), own(ide::APPLY_NOW, apply_now)])
}

/// Starts a task and answers with its number.
fn fix(cx: &CommandCx, args: &[Value]) -> std::result::Result<Value, CommandError> {
    const TAKES: &str = r#"{"path": "/absolute/path", "line": 1}"#;
    let args: Option<FixArgs> = object(ide::FIX, args, TAKES)?;
    let Some(args) = args else {
        return Err(CommandError::Arguments(format!("{} takes {TAKES}", ide::FIX)));
    };
    let path =
        path(&args).map_err(|error| CommandError::Arguments(format!("{}: {error}", ide::FIX)))?;
    let shared = &cx.shared;
    let snapshot = cx.snapshot.at_root(shared.root_of(&path));
    let bytes = ide::lines(&args, &path, &snapshot)
        .map_err(|error| CommandError::Arguments(format!("{}: {error}", ide::FIX)))?;
    let diagnostics: Vec<Diagnostic> = match (args.diagnostics, args.line) {
        (Some(diagnostics), _) => diagnostics,
        (None, Some(line)) => shared.remembered(&path, line),
        (None, None) => Vec::new(),
    };
    let (task, about) = ide::fix(snapshot, harness::Place { path, bytes }, diagnostics);
    let id = tasks::start(shared, task, about)?;
    Ok(json!({"task": id}))
}

fn path(args: &FixArgs) -> std::result::Result<AbsPath, String> {
    if let Some(uri) = &args.uri {
        return convert::path(uri).ok_or_else(|| format!("{uri} is no file"));
    }
    let path = args.path.as_deref().ok_or("`path` is missing")?;
    AbsPath::new(path).map_err(|error| error.to_string())
}

/// Stops one task, or all of them.
fn stop(cx: &CommandCx, args: &[Value]) -> std::result::Result<Value, CommandError> {
    let tasks = &cx.shared.tasks;
    let stopped: Vec<TaskId> = match task(ide::STOP, args)? {
        Some(id) => vec![known(tasks.stop(id), id)?],
        None => tasks.stop_all(),
    };
    Ok(json!({"stopped": stopped}))
}

/// Lets a change that waits be applied.
fn apply_now(cx: &CommandCx, args: &[Value]) -> std::result::Result<Value, CommandError> {
    let tasks = &cx.shared.tasks;
    let id = match task(ide::APPLY_NOW, args)? {
        Some(id) => id,
        None => match tasks.waiting().as_slice() {
            [] => return Err(CommandError::Failed("no change is waiting".to_owned())),
            [one] => *one,
            [..] => {
                let text = format!(
                    r#"several changes are waiting: {} takes {{"task": 1}}"#,
                    ide::APPLY_NOW
                );
                return Err(CommandError::Arguments(text));
            }
        },
    };
    known(tasks.apply_now(id), id)?;
    Ok(json!({"task": id}))
}

fn task(name: &str, args: &[Value]) -> std::result::Result<Option<TaskId>, CommandError> {
    let args: Option<TaskArgs> = object(name, args, r#"{"task": 1}"#)?;
    Ok(args.and_then(|args| args.task))
}

fn known(known: bool, id: TaskId) -> std::result::Result<TaskId, CommandError> {
    let text = || format!("there is no such task as {id} any more");
    if known { Ok(id) } else { Err(CommandError::Failed(text())) }
}

/// The one argument of a command; `None` if there is none.
fn object<T: DeserializeOwned>(
    name: &str,
    args: &[Value],
    takes: &str,
) -> std::result::Result<Option<T>, CommandError> {
    match args {
        [] => Ok(None),
        [object @ Value::Object(_)] => serde_json::from_value(object.clone())
            .map(Some)
            .map_err(|error| CommandError::Arguments(format!("{name} takes {takes}: {error}"))),
        _ => Err(CommandError::Arguments(format!("{name} takes one object: {takes}"))),
    }
}
