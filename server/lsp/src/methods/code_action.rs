//! `textDocument/codeAction`

use harness::Diagnostic;
use ide::{Action, Kind, Place};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

use super::path_of;
use crate::backend::Backend;
use crate::convert;

/// The actions at a place: from what the client has just said, without a model.
pub(crate) async fn handle(
    backend: &Backend,
    params: lsp::CodeActionParams,
) -> Result<Option<Vec<lsp::CodeActionResponse>>> {
    let shared = &backend.shared;
    let Some(path) = path_of(&params.text_document.uri) else { return Ok(None) };
    let facts = shared.editor.facts();
    let root = shared.root_of(&path);
    let name = path.relative_to(&root).unwrap_or_else(|| path.to_string());
    let Ok(file) = shared.wire().at_root(root).read(&path) else { return Ok(None) };
    let diagnostics: Vec<Diagnostic> = params
        .context
        .diagnostics
        .iter()
        .map(|found| convert::diagnostic(found, &name, &file.text, facts.encoding))
        .collect();
    let bytes = file.text.byte_range(convert::range(&params.range), facts.encoding);
    let lines = (file.text.line_of(bytes.start) + 1, file.text.line_of(bytes.end) + 1);
    shared.remember(&path, lines, &diagnostics);
    let place =
        Place { uri: &params.text_document.uri.0, path: &path, version: file.version, bytes };
    let actions = ide::actions(&place, &diagnostics, &shared.tasks.views());
    let only = params.context.only.as_deref();
    let answer = actions.into_iter().filter(|action| wanted(action.kind, only)).map(|action| {
        if facts.code_action_literals {
            literal(action, &params.context.diagnostics).into()
        } else {
            command(&action).into()
        }
    });
    Ok(Some(answer.collect()))
}

/// Whether the client asked for actions of this kind. Kinds are trees: `quickfix` covers
/// `quickfix.x`, and the empty kind covers everything.
fn wanted(kind: Kind, only: Option<&[lsp::CodeActionKind]>) -> bool {
    let Some(only) = only else { return true };
    only.iter().any(|asked| match kind {
        Kind::QuickFix => {
            matches!(asked, lsp::CodeActionKind::QuickFix | lsp::CodeActionKind::Empty)
        }
        Kind::Control => *asked == lsp::CodeActionKind::Empty,
    })
}

fn literal(action: Action, diagnostics: &[lsp::Diagnostic]) -> lsp::CodeAction {
    lsp::CodeAction {
        command: Some(command(&action)),
        title: action.title,
        kind: (action.kind == Kind::QuickFix).then_some(lsp::CodeActionKind::QuickFix),
        diagnostics: action.diagnostic.map(|index| diagnostics[index..=index].to_vec()),
        ..Default::default()
    }
}

fn command(action: &Action) -> lsp::Command {
    lsp::Command {
        title: action.title.clone(),
        command: action.command.name().to_owned(),
        arguments: Some(vec![action.command.arguments()]),
        ..Default::default()
    }
}
