//! What real editors say about themselves, and what they are told.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use serde_json::{Value, json};
use test_utils::{Editor, Persona};

use super::bench::{Bench, EDITORS, persona};

#[tokio::test]
async fn only_what_is_there_is_offered() {
    let bench = Bench::silent(persona(Editor::Helix), &[], |config| config);
    let mut offered = bench.client.initialize().await;
    let commands = offered["executeCommandProvider"]["commands"].as_array_mut().unwrap();
    commands.retain(|command| !command.as_str().unwrap().starts_with("test."));
    expect![[r#"
        {
          "codeActionProvider": {
            "codeActionKinds": [
              "quickfix"
            ]
          },
          "executeCommandProvider": {
            "commands": [
              "ostler.applyNow",
              "ostler.fix",
              "ostler.stop"
            ]
          },
          "positionEncoding": "utf-8",
          "textDocumentSync": {
            "change": 2,
            "openClose": true
          },
          "workspace": {
            "workspaceFolders": {
              "changeNotifications": true,
              "supported": true
            }
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&offered).unwrap());
    bench.quit().await;
}

#[tokio::test]
async fn every_recorded_editor_is_served() {
    for (recorded, editor, encoding) in [
        (include_str!("../../fixtures/initialize/neovim.json"), Editor::Neovim, "utf-8"),
        (include_str!("../../fixtures/initialize/neovim-0.10.json"), Editor::Neovim, "utf-16"),
        (include_str!("../../fixtures/initialize/helix.json"), Editor::Helix, "utf-8"),
        (include_str!("../../fixtures/initialize/helix-25.01.json"), Editor::Helix, "utf-8"),
        (include_str!("../../fixtures/initialize/vscode.json"), Editor::VsCode, "utf-16"),
    ] {
        let persona = Persona::new(editor, serde_json::from_str(recorded).unwrap());
        let bench = Bench::silent(persona, &[("a.rs", "größe = 𝕏wrong;\n")], |config| config);
        let offered = bench.client.initialize().await;
        assert_eq!(offered["positionEncoding"], encoding, "{editor:?}");
        let path = bench.open("a.rs");
        let change = path.clone();
        let gate = super::bench::Gate::default();
        bench.runner.will_change(gate.clone(), move |draft| {
            super::bench::replace(draft, &change, "wrong", "right");
        });
        gate.open();
        bench.fix(&path, "wrong").await;
        bench.client.message("fixed (checks), 1 file changed").await;
        assert_eq!(bench.text(&path), "größe = 𝕏right;\n", "{editor:?}");
        bench.quit().await;
    }
}

#[tokio::test]
async fn the_encoding_is_the_best_that_both_know() {
    for (offered, chosen) in [
        (json!(["utf-16", "utf-32", "utf-8"]), "utf-8"),
        (json!(["utf-16", "utf-32"]), "utf-32"),
        (json!(["utf-16"]), "utf-16"),
        (json!([]), "utf-16"),
        (Value::Null, "utf-16"),
    ] {
        let persona =
            persona(Editor::Helix).with("/capabilities/general/positionEncodings", offered.clone());
        let bench = Bench::silent(persona, &[], |config| config);
        let capabilities = bench.client.initialize().await;
        assert_eq!(capabilities["positionEncoding"], chosen, "{offered}");
        bench.quit().await;
    }
}

/// A client is not lost over values that nobody needs.
#[tokio::test]
async fn odd_parameters_are_survived() {
    for params in [
        json!({}),
        json!({"capabilities": []}),
        json!({"capabilities": {"workspace": [], "textDocument": 3, "window": null}}),
        json!({"processId": "x", "rootUri": 5, "capabilities": {}, "workspaceFolders": {}}),
        json!({"capabilities": {}, "trace": "loud", "initializationOptions": []}),
    ] {
        let bench = Bench::silent(persona(Editor::Helix), &[], |config| config);
        let result = bench.client.call("initialize", params.clone()).await;
        assert!(result.is_ok(), "{params}: {result:?}");
        bench.quit().await;
    }
}

#[tokio::test]
async fn settings_arrive_in_the_order_of_the_wire() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    let mut persona = persona(Editor::VsCode);
    persona.params["initializationOptions"] = json!({"n": 0});
    let bench = Bench::silent(persona, &[], |config| {
        config.on_settings(move |settings| {
            sink.lock().unwrap().push(settings.value["n"].clone());
            Vec::new()
        })
    });
    bench.client.initialize().await;
    for n in 1..100 {
        bench.client.notify("workspace/didChangeConfiguration", json!({"settings": {"n": n}}));
    }
    bench.client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    bench.quit().await;
    assert_eq!(*heard.lock().unwrap(), (0..100).map(Value::from).collect::<Vec<_>>());
}

#[tokio::test]
async fn before_initialize_nothing_is_served_and_afterwards_it_is_not_served_twice() {
    for editor in EDITORS {
        let bench = Bench::silent(persona(editor), &[], |config| config);
        let early = bench.client.command("test.versions", Value::Null).get().await;
        assert_eq!(early.unwrap_err()["code"], -32002);
        bench.client.initialize().await;
        let again = bench.client.call("initialize", json!({"capabilities": {}})).await;
        assert_eq!(again.unwrap_err()["code"], -32600);
        bench.quit().await;
    }
}
