//! `doctor`: says what is wrong and how to mend it, and by its exit code whether anything is.

use serde_json::Value;

use super::home::{Home, Said};

/// The findings of an area, as `state: what was found -> what to do`.
fn findings(said: &Said, area: &str) -> Vec<String> {
    let all: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    assert_eq!(said.code == Some(0), all["ok"] == true, "{said:?}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = all["findings"].as_array().unwrap().iter().filter(|one| one["area"] == area);
    found
        .map(|one| {
            format!("{}: {} -> {}", text(&one["state"]), text(&one["found"]), text(&one["mend"]))
        })
        .collect()
}

#[track_caller]
fn has(found: &[String], parts: &[&str]) {
    assert!(found.iter().any(|one| parts.iter().all(|part| one.contains(part))), "{found:#?}");
}

#[test]
fn in_an_empty_home_nothing_is_wrong() {
    let home = Home::new();
    let said = home.run(&["doctor"]);
    assert!(said.well().contains("Nothing is wrong."), "{said:?}");
    assert!(!said.out.contains("BAD"), "{said:?}");
    for area in ["program", "settings", "model", "rust", "project", "sandbox", "editor", "storage"]
    {
        assert!(said.out.contains(&format!(" {area} ")), "{area}: {said:?}");
    }
}

#[test]
fn each_mistake_of_the_settings_is_named_with_its_place() {
    let home = Home::new();
    home.configure("modle = 'x'\n[limits]\nturns = 0\n");
    let said = home.run(&["doctor", "--json"]);
    assert_eq!(said.code, Some(1));
    let found = findings(&said, "settings");
    has(&found, &["bad: ", "config.toml:1: no setting `modle`; did you mean `model`?"]);
    has(&found, &["bad: ", "config.toml:3: `limits.turns` must be a whole number"]);
}

#[test]
fn a_missing_key_is_named_with_the_ways_to_bring_it() {
    let home = Home::new();
    home.configure("model = 'anthropic/claude-opus-5'\n");
    let said = home.run(&["doctor", "--json"]);
    assert_eq!(said.code, Some(1));
    let found = findings(&said, "model");
    has(&found, &["no key for https://api.anthropic.com", "ostler auth add", "$ANTHROPIC_API_KEY"]);
    home.configure("model = 'nosuch/x'\n");
    has(&findings(&home.run(&["doctor", "--json"]), "model"), &["bad: ", "endpoints.nosuch.url"]);
}

/// A server that answers every request for its models with this list, and all others with 404.
fn lists_models(list: &'static str) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    // It ends with the process of the tests.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let mut some = [0; 4096];
            let size = stream.read(&mut some).unwrap_or(0);
            let (status, body) = match String::from_utf8_lossy(&some[..size]).contains("/v1/models")
            {
                true => ("200 OK", list),
                false => ("404 Not Found", "{}"),
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    url
}

#[test]
fn the_server_is_asked_whether_it_is_there_and_has_the_model() {
    let home = Home::new();
    let url =
        lists_models(r#"{"data": [{"id": "qwen3", "max_model_len": 8192}, {"id": "other"}]}"#);
    let doctor = |model: &str, url: &str| {
        home.configure(&format!("model = 'ollama/{model}'\nendpoints.ollama.url = '{url}'\n"));
        home.run(&["doctor", "--json"])
    };
    let there = doctor("qwen3", &url);
    assert_eq!(there.code, Some(0), "{there:?}");
    has(&findings(&there, "server"), &["ok: reachable"]);
    has(&findings(&there, "server"), &["ok: model: `qwen3` is there"]);
    has(&findings(&there, "server"), &["8192 tokens"]);
    has(&findings(&there, "server"), &["note: ", "--ask-model"]);
    has(&findings(&doctor("qwen4", &url), "server"), &["bad: model: ", "qwen3, other"]);
    // Nobody listens there.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = doctor("qwen3", &format!("http://{gone}/v1"));
    assert_eq!(gone.code, Some(1), "{gone:?}");
    has(&findings(&gone, "server"), &["bad: reachable: "]);
}

#[test]
fn a_key_file_that_others_can_read_is_bad() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.run_with(&["auth", "add", "https://llm.example.com"], "sk-secret").well();
    let file = home.path(".local/share/ostler/keys.json");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = home.run(&["doctor", "--json"]);
    has(&findings(&said, "keys"), &["bad: others can read", "chmod 600"]);
    assert!(!said.out.contains("secret"), "{said:?}");
}

#[test]
fn without_cargo_it_says_where_to_get_it() {
    let home = Home::new();
    let mut command = home.command(&["doctor", "--json"]);
    let said = Said::of(&command.env("PATH", home.path("nothing")).output().unwrap());
    assert_eq!(said.code, Some(1));
    has(&findings(&said, "rust"), &["bad: cargo: not found on the PATH", "rustup.rs"]);
}

#[test]
fn a_project_that_cargo_cannot_read_or_that_is_not_downloaded_is_told_apart() {
    let home = Home::new();
    let root = home.path("project");
    home.write("project/src/lib.rs", "");
    let doctor = |manifest: &str| {
        home.write("project/Cargo.toml", manifest);
        findings(&home.run(&["doctor", "--json", "--root", root.to_str().unwrap()]), "project")
    };
    let package = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    has(&doctor(package), &["ok: ", "all that it depends on is there"]);
    let missing = format!("{package}[dependencies]\nostler-no-such-crate = \"1\"\n");
    has(&doctor(&missing), &["bad: a dependency is not on this machine", "cargo fetch"]);
    has(&doctor("[package\n"), &["bad: "]);
}

#[test]
fn an_untrusted_workspace_with_settings_is_told() {
    let home = Home::new();
    home.write("project/.ostler/config.toml", "limits.turns = 3\n");
    let root = home.path("project");
    let said = home.run(&["doctor", "--json", "--root", root.to_str().unwrap()]);
    has(&findings(&said, "trust"), &["note: ", "does not count", "ostler trust"]);
}
