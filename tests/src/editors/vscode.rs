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

/// VS Code on the project's library, with the diagnostics of another extension on their way. The
/// user's `settings` come on top of those that every test needs.
fn open(project: &Project, reports: &[Value], settings: &[(&str, Value)]) -> Option<Window> {
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
    for (name, value) in settings {
        user[*name] = value.clone();
    }
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
                "OSTLER_MODEL": "offline",
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
    let Some(mut code) = open(&project, &[error], &[]) else { return };

    // To the error; as soon as something can be done there, VS Code shows a light bulb.
    code.shows(".squiggly-error", "");
    code.keys(&["F8"]);
    code.shows(".lightBulbWidget", "");
    code.keys(&["Escape", "Control+."]);
    code.shows(".action-widget .monaco-list-row", &format!("Fix: {about}"));
    // The first of the menu.
    code.keys(&["Enter"]);
    code.message(&format!("Ostler: fix {about}"));
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
    let Some(mut code) = open(&project, &[], &[]) else { return };

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
    let Some(mut code) = open(&project, &[], &[]) else { return };

    code.command("Ostler: Fix What Is Wrong in This Line");
    code.process("build-script-build", true);
    code.button("Cancel");
    code.process("build-script-build", false);
    code.message("stopped");
    code.buffer(BROKEN);
    assert_eq!(project.saved(), BROKEN);
}
