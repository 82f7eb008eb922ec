//! `ostler apply --batch`: edits as models write them, applied to texts that come along with them.
//!
//! One JSON object a line comes in on stdin, and for each line one goes out on stdout, in order.
//! No file is read or written.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use edit::{Applied, Refusal, Replacement, apply_patch, search_replace, udiff, whole};
use serde::Deserialize;
use serde_json::{Value, json};
use text::Text;

use crate::terminal::fail;

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 256 << 20;

pub(crate) fn apply() -> ExitCode {
    match answer_all(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody listens any more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&format!("cannot go on: {error}")),
    }
}

/// Answers every line that is not blank, also those that make no sense.
fn answer_all(mut requests: impl BufRead, mut answers: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = requests.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        let whole = line.ends_with(b"\n") || (read as u64) < MAX_LINE;
        let answer = if whole {
            if line.trim_ascii().is_empty() {
                continue;
            }
            answer(&line)
        } else {
            skip_line(&mut requests)?;
            refused(&Value::Null, "the line is too long")
        };
        serde_json::to_writer(&mut answers, &answer)?;
        answers.write_all(b"\n")?;
        answers.flush()?;
    }
}

fn skip_line(requests: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = requests.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let (taken, done) =
            (end.map_or(buffer.len(), |end| end + 1), end.is_some() || buffer.is_empty());
        requests.consume(taken);
        if done {
            return Ok(());
        }
    }
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    id: Value,
    format: String,
    #[serde(default)]
    path: String,
    /// `None` for a file that does not exist.
    original: Option<String>,
    edit: Value,
    /// All files by their paths, where an edit may be about several.
    files: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Replacements {
    edits: Vec<Replacement>,
}

#[derive(Deserialize)]
struct Patch {
    patch: String,
}

#[derive(Deserialize)]
struct Diff {
    diff: String,
}

#[derive(Deserialize)]
struct Whole {
    content: String,
}

fn answer(line: &[u8]) -> Value {
    let request: Request = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => {
            // Whoever asked can tell the answer by the id, if there is one to be read.
            let id = serde_json::from_slice::<Value>(line).ok();
            let id = id.and_then(|value| value.get("id").cloned()).unwrap_or_default();
            return refused(&id, &format!("the line is no request: {error}"));
        }
    };
    // A defect in one answer must not take away the answers to all others.
    let result = catch_unwind(AssertUnwindSafe(|| carry_out(&request)));
    let mut answer = result.unwrap_or_else(|_| refused(&request.id, "this edit broke the program"));
    answer["id"] = request.id;
    answer
}

fn carry_out(request: &Request) -> Value {
    let text = request.original.as_deref().map(Text::new);
    let edit = request.edit.clone();
    let result = match request.format.as_str() {
        "search_replace" => parsed(edit)
            .map(|Replacements { edits }| one_file(search_replace(text.as_ref(), &edits))),
        "udiff" => parsed(edit).map(|Diff { diff }| one_file(udiff(text.as_ref(), &diff))),
        "whole" => parsed(edit)
            .map(|Whole { content }| one_file(whole(&request.path, text.as_ref(), &content))),
        "apply_patch" => parsed(edit).map(|Patch { patch }| many_files(request, &patch)),
        other => {
            let mut answer = refused(&request.id, &format!("there is no format `{other}`"));
            answer["unsupported"] = true.into();
            return answer;
        }
    };
    result.unwrap_or_else(|error| refused(&request.id, &format!("wrong edit: {error}")))
}

fn parsed<T: for<'de> Deserialize<'de>>(edit: Value) -> Result<T, serde_json::Error> {
    serde_json::from_value(edit)
}

fn one_file(result: Result<Applied, Refusal>) -> Value {
    match result {
        Ok(applied) => json!({"ok": true, "text": applied.text.to_string()}),
        Err(refusal) => refusal_of(&refusal),
    }
}

fn many_files(request: &Request, patch: &str) -> Value {
    let given = request.files.clone().unwrap_or_else(|| {
        request.original.iter().map(|text| (request.path.clone(), text.clone())).collect()
    });
    let files: BTreeMap<String, Text> =
        given.iter().map(|(path, text)| (path.clone(), Text::new(text))).collect();
    match apply_patch(&files, patch) {
        Ok(changed) => {
            let mut all = given;
            for (path, text) in changed {
                match text {
                    Some(text) => all.insert(path, text.to_string()),
                    None => all.remove(&path),
                };
            }
            json!({"ok": true, "files": all})
        }
        Err(refusal) => refusal_of(&refusal),
    }
}

fn refusal_of(refusal: &Refusal) -> Value {
    let mut answer = refused(&Value::Null, &refusal.message);
    let candidates = refusal.candidates.iter().map(|candidate| {
        json!({
            "start_line": candidate.start_line,
            "end_line": candidate.end_line,
            "text": candidate.text,
        })
    });
    answer["candidates"] = candidates.collect();
    answer
}

fn refused(id: &Value, error: &str) -> Value {
    json!({"id": id, "ok": false, "error": error, "written": false, "candidates": []})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(requests: &str, expected: &[Value]) {
        let mut answers = Vec::new();
        answer_all(requests.as_bytes(), &mut answers).unwrap();
        let answers = String::from_utf8(answers).unwrap();
        let answers: Vec<Value> =
            answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(answers, expected);
    }

    #[test]
    fn every_format_is_applied() {
        let requests = [
            json!({"id": 1, "format": "search_replace", "path": "a", "original": "x\n",
                   "edit": {"edits": [{"old_string": "x", "new_string": "y"}]}}),
            json!({"id": 2, "format": "udiff", "path": "a", "original": "x\n",
                   "edit": {"diff": "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n"}}),
            json!({"id": 3, "format": "whole", "path": "a", "original": null,
                   "edit": {"content": "y\n"}}),
            json!({"id": 4, "format": "apply_patch", "path": "a", "original": null,
                   "files": {"a": "x\n", "b": "z\n"},
                   "edit": {"patch": "*** Begin Patch\n*** Delete File: a\n*** Add File: c\n+y\n*** End Patch"}}),
        ];
        let lines: String = requests.iter().map(|request| format!("{request}\n")).collect();
        check(
            &lines,
            &[
                json!({"id": 1, "ok": true, "text": "y\n"}),
                json!({"id": 2, "ok": true, "text": "y\n"}),
                json!({"id": 3, "ok": true, "text": "y\n"}),
                json!({"id": 4, "ok": true, "files": {"b": "z\n", "c": "y\n"}}),
            ],
        );
    }

    #[test]
    fn a_refusal_shows_the_real_text() {
        let request = json!({"id": "r", "format": "search_replace", "path": "a",
            "original": "one\ntwo apples\n",
            "edit": {"edits": [{"old_string": "three apples", "new_string": "y"}]}});
        let mut answers = Vec::new();
        answer_all(request.to_string().as_bytes(), &mut answers).unwrap();
        let answer: Value = serde_json::from_slice(&answers).unwrap();
        assert_eq!((&answer["ok"], &answer["written"]), (&json!(false), &json!(false)));
        assert!(answer["error"].as_str().unwrap().contains("2| two apples"));
        let candidate = json!({"start_line": 2, "end_line": 2, "text": "two apples"});
        assert_eq!(answer["candidates"], json!([candidate]));
    }

    #[test]
    fn lines_that_make_no_sense_are_answered() {
        let mut answers = Vec::new();
        let requests: &[u8] =
            b"{\n\n\xff\n{\"id\": 7}\n{\"id\":8,\"format\":\"sed\",\"edit\":{}}\n\
            {\"id\":9,\"format\":\"whole\",\"edit\":{}}";
        answer_all(requests, &mut answers).unwrap();
        let answers: Vec<Value> =
            answers.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
        assert!(answers.iter().all(|answer| answer["ok"] == false));
        let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
        assert_eq!(ids, [&Value::Null, &Value::Null, &json!(7), &json!(8), &json!(9)]);
        assert_eq!(answers[3]["unsupported"], true);
    }
}
