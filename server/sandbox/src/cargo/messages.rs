//! From the compiler's messages to diagnostics.

use std::ops::Range;
use std::path::{Path, PathBuf};

use harness::{Diagnostic, Severity, Span, Suggestion};
use serde::Deserialize;
use stdx::AbsPath;
use text::Text;

/// One line of `cargo --message-format=json`.
#[derive(Debug, Deserialize)]
#[serde(tag = "reason")]
pub(super) enum Message {
    #[serde(rename = "compiler-message")]
    Complaint { manifest_path: PathBuf, message: RustcDiagnostic },
    #[serde(rename = "compiler-artifact")]
    Artifact { manifest_path: PathBuf, target: Target, executable: Option<PathBuf> },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub(super) struct Target {
    pub(super) kind: Vec<String>,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct RustcDiagnostic {
    message: String,
    code: Option<RustcCode>,
    level: String,
    spans: Vec<RustcSpan>,
    children: Vec<RustcDiagnostic>,
    rendered: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RustcCode {
    code: String,
}

#[derive(Debug, Clone, Deserialize)]
struct RustcSpan {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    line_start: usize,
    line_end: usize,
    column_start: usize,
    is_primary: bool,
    label: Option<String>,
    suggested_replacement: Option<String>,
    suggestion_applicability: Option<String>,
    expansion: Option<Box<RustcExpansion>>,
}

#[derive(Debug, Clone, Deserialize)]
struct RustcExpansion {
    span: RustcSpan,
}

/// What is needed to find the files that a message speaks of.
pub(super) trait Files {
    /// The path of `file`, which the compiler named, where it ran for the package with this
    /// manifest: relative to the root of the project, or absolute outside of it. `None` if it is
    /// no file of any project, such as the inside of a macro of the standard library.
    fn name(&self, file: &str, manifest: &Path) -> Option<String>;
    /// Its text as the compiler read it; [`Files::name`] gave the name.
    fn text(&self, name: &str) -> Option<Text>;
}

/// The diagnostic that `message` stands for; `None` for mere summaries.
pub(super) fn convert(
    message: &RustcDiagnostic,
    manifest: &Path,
    files: &dyn Files,
) -> Option<Diagnostic> {
    let severity = match message.level.as_str() {
        "failure-note" => return None,
        "warning" => Severity::Warning,
        "note" | "help" => Severity::Note,
        _ => Severity::Error,
    };
    let summary = message.spans.is_empty()
        && message.code.is_none()
        && (message.message.starts_with("aborting due to")
            || message.message.ends_with(" warning emitted")
            || message.message.ends_with(" warnings emitted"));
    if summary {
        return None;
    }
    let mut spans: Vec<Span> =
        message.spans.iter().filter_map(|span| outside_macros(span, manifest, files)).collect();
    // Stable: otherwise the compiler's order counts.
    spans.sort_by_key(|span| !span.primary);
    let mut notes = Vec::new();
    let mut suggestions = Vec::new();
    for child in &message.children {
        let proposed = suggestions_of(child, manifest, files);
        if proposed.is_empty() {
            notes.extend(convert(child, manifest, files));
        }
        suggestions.extend(proposed);
    }
    Some(Diagnostic {
        severity,
        code: message.code.as_ref().map(|code| code.code.clone()),
        message: message.message.clone(),
        spans,
        notes,
        suggestions,
        rendered: message.rendered.clone().unwrap_or_default(),
    })
}

/// The place itself, or the outermost place from which macros lead to it.
fn outside_macros(span: &RustcSpan, manifest: &Path, files: &dyn Files) -> Option<Span> {
    let mut outer = span;
    while let Some(expansion) = &outer.expansion {
        outer = &expansion.span;
    }
    let mut result = place(outer, manifest, files)?;
    result.primary = span.is_primary;
    result.label.clone_from(&span.label);
    Some(result)
}

fn place(span: &RustcSpan, manifest: &Path, files: &dyn Files) -> Option<Span> {
    Some(Span {
        file: files.name(&span.file_name, manifest)?,
        bytes: span.byte_start..span.byte_end,
        line: span.line_start,
        column: span.column_start,
        end_line: span.line_end,
        primary: span.is_primary,
        label: span.label.clone(),
    })
}

/// The changes that `child` proposes. The compiler writes the parts of one change and the
/// alternatives to it one after the other: a part at a place that the change has already touched
/// begins an alternative.
fn suggestions_of(child: &RustcDiagnostic, manifest: &Path, files: &dyn Files) -> Vec<Suggestion> {
    let mut result: Vec<Suggestion> = Vec::new();
    let mut begun = false;
    for span in &child.spans {
        let Some(replacement) = &span.suggested_replacement else { continue };
        let Some(at) = place(span, manifest, files) else {
            // Half a change is none.
            return Vec::new();
        };
        let applicability = span.suggestion_applicability.as_deref().unwrap_or_default();
        let (sure, blank) =
            (applicability == "MachineApplicable", applicability == "HasPlaceholders");
        let edit = (at, replacement.clone());
        match result.last_mut() {
            Some(current)
                if begun && !current.edits.iter().any(|(other, _)| touch(other, &edit.0)) =>
            {
                current.machine_applicable &= sure;
                current.has_placeholders |= blank;
                current.edits.push(edit);
            }
            _ => result.push(Suggestion {
                message: child.message.clone(),
                edits: vec![edit],
                machine_applicable: sure,
                has_placeholders: blank,
            }),
        }
        begun = true;
    }
    result
}

/// Whether two edits cannot be made together.
fn touch(one: &Span, other: &Span) -> bool {
    let overlap =
        |a: &Range<usize>, b: &Range<usize>| a == b || (a.start < b.end && b.start < a.end);
    one.file == other.file && overlap(&one.bytes, &other.bytes)
}

/// A place that is known by line and column only, both from 1; the end of the line is the end.
pub(super) fn place_at(name: String, line: usize, column: usize, text: Option<&Text>) -> Span {
    let bytes = text.map_or(0..0, |text| {
        let whole = text.line_range(line.saturating_sub(1));
        let before: usize = text
            .line(line.saturating_sub(1))
            .chars()
            .take(column.saturating_sub(1))
            .map(char::len_utf8)
            .sum();
        (whole.start + before).min(whole.end)..whole.end
    });
    Span { file: name, bytes, line, column, end_line: line, primary: true, label: None }
}

/// `path` without `..`, relative to `root` where it lies in it.
pub(super) fn relative(path: &Path, root: &Path) -> Option<String> {
    let (path, root) = (AbsPath::new(path).ok()?, AbsPath::new(root).ok()?);
    Some(path.relative_to(&root).unwrap_or_else(|| path.to_string()))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    struct OneFile;

    impl Files for OneFile {
        fn name(&self, file: &str, _: &Path) -> Option<String> {
            (!file.starts_with('/')).then(|| file.to_owned())
        }
        fn text(&self, _: &str) -> Option<Text> {
            None
        }
    }

    fn span(file: &str, bytes: Range<usize>, replacement: Option<&str>, expansion: &str) -> String {
        format!(
            r#"{{"file_name":"{file}","byte_start":{},"byte_end":{},"line_start":1,"line_end":1,
               "column_start":{},"is_primary":true,"label":null,"suggested_replacement":{},
               "suggestion_applicability":{},"expansion":{expansion}}}"#,
            bytes.start,
            bytes.end,
            bytes.start + 1,
            replacement.map_or("null".to_owned(), |text| format!("{text:?}")),
            replacement.map_or("null", |_| r#""MaybeIncorrect""#),
        )
    }

    fn check(spans: &[String], children: &[String], expect: Expect) {
        let text = format!(
            r#"{{"message":"m","code":{{"code":"E1"}},"level":"error","rendered":"r","spans":[{}],"children":[{}]}}"#,
            spans.join(","),
            children.join(",")
        );
        let message: RustcDiagnostic = serde_json::from_str(&text).unwrap();
        let found = convert(&message, Path::new("/p/Cargo.toml"), &OneFile).unwrap();
        let mut shown = String::new();
        for span in &found.spans {
            shown += &format!("at {} {:?}\n", span.file, span.bytes);
        }
        for note in &found.notes {
            shown += &format!("note {}\n", note.message);
        }
        for suggestion in &found.suggestions {
            shown += "try";
            for (span, text) in &suggestion.edits {
                shown += &format!(" {:?}={text:?}", span.bytes);
            }
            shown += "\n";
        }
        expect.assert_eq(&shown);
    }

    fn child(spans: &[String]) -> String {
        format!(
            r#"{{"message":"c","code":null,"level":"help","rendered":null,"spans":[{}],"children":[]}}"#,
            spans.join(",")
        )
    }

    #[test]
    fn parts_of_one_change_stay_together() {
        let parts = [span("a", 1..1, Some("("), "null"), span("a", 5..5, Some(")"), "null")];
        check(
            &[],
            &[child(&parts)],
            expect![[r#"
            try 1..1="(" 5..5=")"
        "#]],
        );
    }

    #[test]
    fn alternatives_are_changes_of_their_own() {
        let one = |text| span("a", 0..0, Some(text), "null");
        check(
            &[],
            &[child(&[one("use x;"), one("use y;"), one("use z;")])],
            expect![[r#"
            try 0..0="use x;"
            try 0..0="use y;"
            try 0..0="use z;"
        "#]],
        );
        let two = |text| [span("a", 1..2, Some(text), "null"), span("a", 5..6, Some("!"), "null")];
        check(
            &[],
            &[child(&[two("p"), two("q")].concat())],
            expect![[r#"
            try 1..2="p" 5..6="!"
            try 1..2="q" 5..6="!"
        "#]],
        );
    }

    #[test]
    fn a_place_in_a_macro_is_shown_where_it_is_called() {
        let call = format!(r#"{{"span":{}}}"#, span("a", 7..9, None, "null"));
        let inner = span("/rustc/macros.rs", 100..101, None, &call);
        check(
            std::slice::from_ref(&inner),
            &[child(&[])],
            expect![[r#"
            at a 7..9
            note c
        "#]],
        );
        let edit = span("/rustc/macros.rs", 100..101, Some("x"), &call);
        check(
            &[inner],
            &[child(&[edit])],
            expect![[r#"
            at a 7..9
            note c
        "#]],
        );
    }

    #[test]
    fn a_place_by_line_and_column() {
        let text = Text::new("äb\r\ncd\n");
        assert_eq!(place_at(String::new(), 1, 2, Some(&text)).bytes, 2..3);
        assert_eq!(place_at(String::new(), 2, 9, Some(&text)).bytes, 7..7);
    }
}
