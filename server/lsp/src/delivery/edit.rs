//! From a change to the edit that a client understands.

use stdx::AbsPath;
use text::{Text, TextEdit};
use tower_lsp::gen_lsp_types as lsp;
use workspace::{FileChange, SourceChange};

use crate::convert;
use crate::facts::Facts;

/// An edit, and which of its parts no text will confirm.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) edit: lsp::WorkspaceEdit,
    /// The files that the client need not have open, so that its word is all that we get.
    pub(crate) steps: Vec<Step>,
}

/// The part of an edit that concerns one file.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) path: AbsPath,
    /// The place of its last operation in the list of changes.
    pub(crate) last: usize,
}

/// The edit for `change`, whose bases must be what is there now.
///
/// # Errors
/// What the client would have to be able to do, in some words.
pub(crate) fn workspace_edit(change: &SourceChange, facts: &Facts) -> Result<Built, String> {
    if !facts.apply_edit {
        return Err("this editor does not apply edits on request".to_owned());
    }
    if !facts.document_changes && !change.is_empty() {
        return Err("this editor does not understand edits with document versions".to_owned());
    }
    let mut files: Vec<&FileChange> = change.files.iter().collect();
    // Open files first: if one of them has changed, then a client that stops at the first failure
    // has done nothing yet. Deletions last: if anything else fails, then nothing is lost.
    files.sort_by_key(|file| match (&file.target, file.base.version, &file.base.text) {
        (None, ..) => 3,
        (Some(_), Some(_), _) => 0,
        (Some(_), None, Some(_)) => 1,
        (Some(_), None, None) => 2,
    });
    let mut operations: Vec<lsp::DocumentChange> = Vec::new();
    let mut steps = Vec::new();
    for file in files {
        let uri = convert::uri(&file.path);
        match (&file.base.text, &file.target) {
            (Some(base), Some(target)) => {
                let edits = minimal(base, target, facts);
                operations.push(versioned(uri, file.base.version, edits).into());
            }
            (None, Some(target)) => {
                if !facts.create_files {
                    return Err("this editor does not create files on request".to_owned());
                }
                let create =
                    lsp::CreateFile { uri: uri.clone(), options: None, annotation_id: None };
                operations.push(create.into());
                let edits = minimal(&Text::default(), target, facts);
                operations.push(versioned(uri, None, edits).into());
            }
            (Some(_), None) => {
                if !facts.delete_files {
                    return Err("this editor does not delete files on request".to_owned());
                }
                if file.base.version.is_some() {
                    // A deletion has no version. An edit of nothing has one, and a client that
                    // compares versions stops here if the user has typed.
                    let check = versioned(uri.clone(), file.base.version, Vec::new());
                    operations.push(check.into());
                }
                let delete = lsp::DeleteFile { uri, options: None, annotation_id: None };
                operations.push(delete.into());
            }
            (None, None) => continue,
        }
        if file.base.version.is_none() || file.target.is_none() {
            steps.push(Step { path: file.path.clone(), last: operations.len() - 1 });
        }
    }
    let edit = lsp::WorkspaceEdit { document_changes: Some(operations), ..Default::default() };
    Ok(Built { edit, steps })
}

fn versioned(uri: lsp::Uri, version: Option<i32>, edits: Vec<lsp::Edit>) -> lsp::TextDocumentEdit {
    let text_document = lsp::OptionalVersionedTextDocumentIdentifier {
        version,
        text_document_identifier: lsp::TextDocumentIdentifier { uri },
    };
    lsp::TextDocumentEdit { text_document, edits }
}

/// As little as possible is replaced, so that cursors, folds and marks elsewhere stay.
fn minimal(base: &Text, target: &Text, facts: &Facts) -> Vec<lsp::Edit> {
    let edit = |edit: TextEdit| convert::text_edit(base, edit, facts.encoding).into();
    text::diff(base, target).into_iter().map(edit).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use text::PositionEncoding;
    use workspace::Base;

    use super::*;

    const ALL: Facts = Facts {
        configuration: true,
        vouches: false,
        encoding: PositionEncoding::Utf16,
        watches: false,
        progress: false,
        apply_edit: true,
        document_changes: true,
        create_files: true,
        delete_files: true,
        code_action_literals: true,
    };

    fn file(name: &str, version: Option<i32>, base: Option<&str>, to: Option<&str>) -> FileChange {
        FileChange {
            path: AbsPath::new(name).unwrap(),
            base: Base { text: base.map(Text::new), version },
            target: to.map(Text::new),
        }
    }

    fn change(files: &[FileChange]) -> SourceChange {
        SourceChange { root: AbsPath::root(), files: files.to_vec() }
    }

    fn check(files: &[FileChange], facts: &Facts, expected: Expect) {
        let text = match workspace_edit(&change(files), facts) {
            Ok(built) => {
                let value = serde_json::to_value(&built.edit).unwrap();
                assert_eq!(value.as_object().unwrap().len(), 1);
                let lines = value["documentChanges"].as_array().unwrap().iter();
                let lines: String = lines.map(|line| format!("{line}\n")).collect();
                let steps: Vec<String> =
                    built.steps.iter().map(|s| format!("{}@{}", s.path, s.last)).collect();
                format!("{lines}unconfirmed: {}", steps.join(" "))
            }
            Err(reason) => reason,
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn open_files_first_deletions_last() {
        check(
            &[
                file("/a", None, Some("gone"), None),
                file("/b", None, None, Some("new\n")),
                file("/c", None, Some("x = 1\n"), Some("x = 2\n")),
                file("/d", Some(7), Some("größe 𝕏 = 1\n"), Some("größe 𝕏 = 2\n")),
                file("/e", Some(8), Some("gone"), None),
            ],
            &ALL,
            expect![[r#"
                {"edits":[{"newText":"2","range":{"end":{"character":12,"line":0},"start":{"character":11,"line":0}}}],"textDocument":{"uri":"file:///d","version":7}}
                {"edits":[{"newText":"2","range":{"end":{"character":5,"line":0},"start":{"character":4,"line":0}}}],"textDocument":{"uri":"file:///c","version":null}}
                {"kind":"create","uri":"file:///b"}
                {"edits":[{"newText":"new\n","range":{"end":{"character":0,"line":0},"start":{"character":0,"line":0}}}],"textDocument":{"uri":"file:///b","version":null}}
                {"kind":"delete","uri":"file:///a"}
                {"edits":[],"textDocument":{"uri":"file:///e","version":8}}
                {"kind":"delete","uri":"file:///e"}
                unconfirmed: /c@1 /b@3 /a@4 /e@6"#]],
        );
    }

    #[test]
    fn positions_are_those_of_the_client() {
        let files = [file("/d", Some(7), Some("größe 𝕏 = 1\n"), Some("größe 𝕏 = 2\n"))];
        let start = |encoding| {
            let facts = Facts { encoding, ..ALL };
            let built = workspace_edit(&change(&files), &facts).unwrap();
            let value = serde_json::to_value(&built.edit).unwrap();
            value["documentChanges"][0]["edits"][0]["range"]["start"]["character"].clone()
        };
        assert_eq!(start(PositionEncoding::Utf8), 15);
        assert_eq!(start(PositionEncoding::Utf16), 11);
        assert_eq!(start(PositionEncoding::Utf32), 10);
    }

    #[test]
    fn what_a_client_cannot_do_is_not_asked_of_it() {
        let edit = [file("/c", None, Some("x"), Some("y"))];
        let without = Facts { document_changes: false, ..ALL };
        check(
            &edit,
            &without,
            expect!["this editor does not understand edits with document versions"],
        );
        let create = [file("/c", None, None, Some("y"))];
        let without = Facts { create_files: false, ..ALL };
        check(&create, &without, expect!["this editor does not create files on request"]);
        let delete = [file("/c", None, Some("y"), None)];
        let without = Facts { delete_files: false, ..ALL };
        check(&delete, &without, expect!["this editor does not delete files on request"]);
    }
}
