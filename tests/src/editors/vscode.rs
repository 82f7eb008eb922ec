//! VS Code with the extension of `editors/vscode`, packaged and installed as users do it.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::project::{BROKEN, MENDED, Project};
use super::window::Window;

/// The folder of the editors; `None` if the tests are to do without.
fn editors() -> Option<PathBuf> {
    super::editor("chromium")?;
    super::editor("node")?.ancestors().nth(2).map(PathBuf::from)
}

/// VS Code on the project's library, with the diagnostics of another extension on their way, and
/// Ostler without a model.
fn open(project: &Project, reports: &[Value]) -> Option<Window> {
    open_with(project, reports, json!({"ostler.model": "offline"}))
}

/// The same with these settings of the user's, which come on top of those that every test needs.
fn open_with(project: &Project, reports: &[Value], settings: Value) -> Option<Window> {
    let editors = editors()?;
    let vsix = editors.join("ostler.vsix");
    assert!(vsix.exists(), "{} is missing", vsix.display());
    let mut user = json!({
        "chat.disableAIFeatures": true,
        "files.autoSave": "off",
        "ostler.server.path": env!("CARGO_BIN_EXE_server-under-test"),
        "telemetry.telemetryLevel": "off",
        "workbench.secondarySideBar.defaultVisibility": "hidden",
        "workbench.startupEditor": "none",
    });
    user.as_object_mut()?.extend(settings.as_object()?.clone());
    let mut window = Window::open(
        &editors,
        &json!({
            "folder": project.root(),
            "home": project.beside("home"),
            "vsix": vsix,
            "other": concat!(env!("CARGO_MANIFEST_DIR"), "/editors/vscode/other"),
            "settings": user,
            "env": {
                "OTHER_SERVER_REPORTS": Value::from(reports.to_vec()).to_string(),
                "OSTLER_DATA_DIR": project.beside("data"),
            },
        }),
    );
    window.open_library(BROKEN);
    Some(window)
}

#[test]
fn mends_what_another_server_reports() {
    let project = Project::new(BROKEN);
    let error = project.first_error();
    let about = error["message"].as_str().unwrap_or_default().to_owned();
    let Some(mut code) = open(&project, &[error]) else { return };

    // To the error; as soon as something can be done there, VS Code shows a light bulb.
    code.shows(".squiggly-error", "");
    code.keys(&["F8"]);
    code.shows(".lightBulbWidget", "");
    code.keys(&["Escape"]);
    code.press_until("Control+.", ".action-widget .monaco-list-row", &format!("Fix: {about}"));
    // The first of the menu.
    code.keys(&["Enter"]);
    code.message(&format!("Ostler: fix: {about}"));
    code.message("1 file changed, unsaved");
    code.buffer(MENDED);
    // The change is the user's to save.
    assert_eq!(project.saved(), BROKEN);
    code.keys(&["Control+s"]);
    code.file(&project.library(), MENDED);
    assert!(project.check().status.success());

    code.keys(&["Control+z"]);
    code.buffer(BROKEN);
}

/// A command of the palette knows where the cursor is, and an edit for an older text is sent again
/// for the newer.
#[test]
fn keeps_what_is_typed_while_a_task_runs() {
    let project = Project::new(BROKEN);
    let Some(mut code) = open(&project, &[]) else { return };

    code.command("Ostler: Fix What Is Wrong in This Line");
    code.keys(&["Control+End"]);
    code.types("// mine");
    code.message("1 file changed, unsaved");
    code.buffer(&format!("{MENDED}// mine"));
}

#[test]
fn a_button_stops_a_task_that_would_never_end() {
    let project = Project::new(BROKEN);
    project.build_for_ever();
    let Some(mut code) = open(&project, &[]) else { return };

    code.command("Ostler: Fix What Is Wrong in This Line");
    code.process("build-script-build", true);
    code.button("Cancel");
    code.process("build-script-build", false);
    code.message("stopped");
    code.buffer(BROKEN);
    assert_eq!(project.saved(), BROKEN);
}

/// Whatever a folder says in its own settings, and even if the user trusts it: the program, the
/// model and its server are the user's choice, and a key goes to the server that it is for.
#[test]
fn a_folder_can_neither_start_a_program_nor_move_a_key() {
    const MINE: u16 = 9001;
    const THEIRS: u16 = 9002;
    let server = |port: u16| json!({"home": {"url": address(port), "dialect": "openai-chat"}});
    let project = Project::new(BROKEN);
    let sign = project.beside("was-here");
    let theirs = project.put_program("theirs", &format!("touch '{}'", sign.display()));
    project.put(
        ".vscode/settings.json",
        &json!({
            "ostler.server.path": theirs,
            "ostler.model": "home/theirs",
            "ostler.endpoints": server(THEIRS),
        })
        .to_string(),
    );
    let settings = json!({
        "security.workspace.trust.enabled": false,
        "ostler.model": "home/mine",
        "ostler.endpoints": server(MINE),
    });
    let Some(mut code) = open_with(&project, &[], settings) else { return };
    code.listen(MINE);
    code.listen(THEIRS);

    code.command("Ostler: Store a Key…");
    code.shows(".quick-input-widget", "address of the model server");
    code.keys(&["Control+a"]);
    code.types(&format!("{}/v1", address(MINE)));
    code.keys(&["Enter"]);
    code.shows(".quick-input-widget", &format!("The key for {}", address(MINE)));
    code.types("sk-mine");
    code.keys(&["Enter"]);
    code.message("is stored");
    code.command("Ostler: Fix What Is Wrong in This Line");
    code.message("no entry");

    let keys = code.keys_at(MINE);
    let keys = keys.as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(!keys.is_empty() && keys.iter().all(|key| key == "Bearer sk-mine"), "{keys:?}");
    assert_eq!(code.keys_at(THEIRS), json!([]));
    assert!(!sign.exists(), "the folder's program was started");
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}
