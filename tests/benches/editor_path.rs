//! How long an editor waits: code actions of the real server while a task runs, in a small project
//! and in one of a million lines, and what a keystroke costs. Prints percentiles; asserts nothing.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and may panic")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time and lays out files")]

mod server;

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use stdx::AbsPath;
use workspace::{Change, Documents};

use crate::server::{Server, report};

const LINES: usize = 10_000;
const REQUESTS: usize = 2_000;
const KEYSTROKES: usize = 2_000;
/// Files beside the open one, and the lines of each.
const BESIDE: usize = 1_000;
const LINES_BESIDE: usize = 1_000;
const STATEMENT: &str = "let z = twice(x) + 1; ";

fn main() {
    keystrokes();
    code_actions("", 0);
    code_actions("a million lines beside it: ", BESIDE);
}

fn source() -> String {
    let function = |n: usize| {
        format!(
            "/// Größe {n}.\npub fn f{n}(x: u32) -> u32 {{\n    let y = x + {n};\n    y * 2\n}}\n"
        )
    };
    (0..LINES / 5).map(function).collect()
}

/// A statement typed letter by letter in the middle of the file, again and again in other
/// functions. The server does nothing else when a key is pressed: who needs a tree asks for it
/// later. `server/syntax/benches/keystroke.rs` has what the tree costs.
fn keystrokes() {
    let path = AbsPath::new("/project/src/lib.rs").unwrap();
    let root = AbsPath::new("/project").unwrap();
    let mut documents = Documents::default();
    documents.open(path.clone(), 0, &source());
    // There is a tree that has to hear of the edits.
    let _ = documents.snapshot(root).document(&path).unwrap().tree();
    let mut times = Vec::new();
    for n in 0..KEYSTROKES {
        let start = Instant::now();
        let column = n % STATEMENT.len();
        let line = LINES / 2 + 3 + (n / STATEMENT.len()) % 300 * 5;
        let change = Change {
            range: Some(Box::new(move |text| {
                let at = text.line_range(line).start + column;
                at..at
            })),
            text: STATEMENT[column..=column].to_owned(),
        };
        documents.change(&path, n as i32 + 1, vec![change]);
        times.push(start.elapsed());
    }
    report("didChange", times);
}

/// A file of its own names, of which each function calls one of another file.
fn beside(number: usize) -> String {
    let mut text = String::new();
    for n in 0..LINES_BESIDE / 5 {
        let other = (number * 7 + n) % BESIDE;
        _ = write!(
            text,
            "/// Part {n} of {number}.\npub fn part_{number}_{n}(count: u32) -> u32 {{\n    \
             let sum = part_{other}_{n}(count);\n    sum + {n}\n}}\n"
        );
    }
    text
}

/// Whether the server has kept its index, which it does when it has read everything.
fn has_index(cache: &Path) -> bool {
    let is_index = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.path().extension().is_some_and(|it| it == "index"))
    };
    std::fs::read_dir(cache.join("index")).is_ok_and(|mut entries| entries.any(is_index))
}

/// Code actions on a large file while a task of the real harness runs a checker that never ends.
fn code_actions(title: &str, files: usize) {
    let project = std::env::temp_dir().join(format!("ostler-bench-{}", std::process::id()));
    std::fs::create_dir_all(project.join("src")).unwrap();
    for number in 0..files {
        std::fs::write(project.join(format!("src/beside_{number}.rs")), beside(number)).unwrap();
    }
    let manifest =
        "[package]\nname = \"b\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    std::fs::write(project.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(project.join("build.rs"), "fn main() { loop {} }\n").unwrap();
    std::fs::write(project.join("src/lib.rs"), source()).unwrap();
    let mut server = Server::start(&project, &[]);
    let root = format!("file://{}", project.display());
    let uri = format!("{root}/src/lib.rs");
    let capabilities = json!({
        "general": {"positionEncodings": ["utf-16"]},
        "workspace": {"applyEdit": true, "workspaceEdit": {"documentChanges": true}},
        "textDocument": {"codeAction": {"codeActionLiteralSupport": {
            "codeActionKind": {"valueSet": ["quickfix"]}}}},
    });
    server.request(
        "initialize",
        json!({"processId": null, "rootUri": root, "capabilities": capabilities}),
    );
    server.notify("initialized", json!({}));
    let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": source()});
    server.send(&json!({
        "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": document},
    }));
    let range = json!({
        "start": {"line": 5002, "character": 8}, "end": {"line": 5002, "character": 9},
    });
    let diagnostic = json!({"range": range, "severity": 1, "code": "E0308", "message": "wrong"});
    let ask = json!({
        "textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": [diagnostic]},
    });
    let mut version = 1;
    let mut measure = |server: &mut Server, what: &str, enough: &dyn Fn(usize) -> bool| {
        let mut times = Vec::new();
        while !enough(times.len()) {
            version += 1;
            let letter = if version % 2 == 0 { "y" } else { "z" };
            let change = json!({
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"range": range, "text": letter}],
            });
            server.send(&json!({
                "jsonrpc": "2.0", "method": "textDocument/didChange", "params": change,
            }));
            let start = Instant::now();
            let actions = server.request("textDocument/codeAction", ask.clone());
            times.push(start.elapsed());
            assert!(actions.as_array().is_some_and(|actions| !actions.is_empty()), "{actions}");
        }
        report(&format!("{title}{what}"), times);
    };
    if files > 0 {
        let cache = server.cache.clone();
        measure(&mut server, "code action while they are read", &|count| {
            count > 0 && has_index(&cache)
        });
    }
    let all = |count| count == REQUESTS;
    measure(&mut server, "code action, nothing else running", &all);
    let command =
        json!({"command": "ostler.fix", "arguments": [{"uri": uri, "diagnostic": diagnostic}]});
    let started = server.request("workspace/executeCommand", command);
    assert!(started["task"].is_u64(), "{started}");
    measure(&mut server, "code action, a task running", &all);
    server.quit();
    std::fs::remove_dir_all(&project).unwrap();
}
