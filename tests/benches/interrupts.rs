//! How soon something ends that the user wants to end: a request that is cancelled while both cores
//! are busy, and a task with its programs. Prints percentiles; asserts nothing.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and may panic")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time and lays out files")]

mod server;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Server, report};

const CANCELLED: usize = 1_000;
const STOPPED: usize = 20;

fn main() {
    let project = std::env::temp_dir().join(format!("ostler-interrupts-{}", std::process::id()));
    std::fs::create_dir_all(project.join("src")).unwrap();
    let manifest =
        "[package]\nname = \"b\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    std::fs::write(project.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(project.join("build.rs"), "fn main() { loop {} }\n").unwrap();
    std::fs::write(project.join("src/lib.rs"), "fn f() -> u8 { \"\" }\n").unwrap();
    cancelled_requests(&project);
    stopped_tasks(&project);
    std::fs::remove_dir_all(&project).unwrap();
}

fn initialize(server: &mut Server, project: &Path) {
    let root = format!("file://{}", project.display());
    let capabilities = json!({"workspace": {"applyEdit": true}});
    server.request(
        "initialize",
        json!({"processId": null, "rootUri": root, "capabilities": capabilities}),
    );
    server.notify("initialized", json!({}));
}

/// From the cancellation of a request that would never end to its answer, with a thread that
/// computes for each core.
fn cancelled_requests(project: &Path) {
    let mut server = Server::start(project, &["test-commands"]);
    initialize(&mut server, project);
    let done = Arc::new(AtomicBool::new(false));
    let cores = std::thread::available_parallelism().unwrap().get();
    let busy: Vec<_> = (0..cores)
        .map(|_| {
            let done = Arc::clone(&done);
            std::thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        })
        .collect();
    let mut times = Vec::new();
    for n in 0..CANCELLED {
        let id = format!("cancelled {n}");
        let params = json!({"command": "test.sleep", "arguments": []});
        server.send(&json!({
            "jsonrpc": "2.0", "id": id, "method": "workspace/executeCommand", "params": params,
        }));
        // It is under way when a later request has been answered.
        server.request("workspace/executeCommand", json!({"command": "test.fail"}));
        let start = Instant::now();
        server.notify("$/cancelRequest", json!({"id": id}));
        let answer = loop {
            let message = server.receive();
            if message["id"] == *id {
                break message;
            }
        };
        times.push(start.elapsed());
        assert_eq!(answer["error"]["code"], -32800, "{answer}");
    }
    done.store(true, Ordering::Relaxed);
    busy.into_iter().for_each(|thread| thread.join().unwrap());
    report(&format!("cancelled request, {cores} cores busy"), times);
    server.quit();
}

/// From the command that stops a task, whose checker runs a program that never ends, to the moment
/// at which no program of the server is left.
fn stopped_tasks(project: &Path) {
    let mut server = Server::start(project, &[]);
    initialize(&mut server, project);
    let uri = format!("file://{}/src/lib.rs", project.display());
    let document = json!({
        "uri": uri, "languageId": "rust", "version": 1, "text": "fn f() -> u8 { \"\" }\n",
    });
    server.notify("textDocument/didOpen", json!({"textDocument": document}));
    let range = json!({
        "start": {"line": 0, "character": 15}, "end": {"line": 0, "character": 17},
    });
    let diagnostic = json!({"range": range, "severity": 1, "code": "E0308", "message": "wrong"});
    let mut times = Vec::new();
    for _ in 0..STOPPED {
        let arguments = [json!({"uri": uri, "diagnostic": diagnostic})];
        let command = json!({"command": "ostler.fix", "arguments": arguments});
        let task = server.request("workspace/executeCommand", command)["task"].clone();
        let pid = server.process.id();
        wait(|| programs(pid).iter().any(|name| name.contains("build-script")));
        let start = Instant::now();
        let command = json!({"command": "ostler.stop", "arguments": [{"task": task}]});
        server.request("workspace/executeCommand", command);
        wait(|| programs(pid).is_empty());
        times.push(start.elapsed());
    }
    report("stopped task, until its last program is gone", times);
    server.quit();
}

/// Looks again and again, each half millisecond.
fn wait(what: impl Fn() -> bool) {
    while !what() {
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// The names of all programs that `process` and its descendants have started and that run.
fn programs(process: u32) -> Vec<String> {
    let mut all: Vec<(u32, u32, String)> = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end between two looks.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        let Some((head, tail)) = stat.rsplit_once(')') else { continue };
        let mut fields = tail.split_whitespace();
        let (state, parent) = (fields.next(), fields.next().and_then(|text| text.parse().ok()));
        if let (Some(state), Some(parent)) = (state, parent)
            && state != "Z"
        {
            let name = head.split_once('(').map_or(head, |(_, name)| name);
            all.push((pid, parent, name.to_owned()));
        }
    }
    let mut found = vec![process];
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        for (pid, _, name) in all.iter().filter(|(_, its, _)| *its == parent) {
            found.push(*pid);
            names.push(name.clone());
        }
        at += 1;
    }
    names
}
