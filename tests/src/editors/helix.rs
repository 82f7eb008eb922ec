//! Helix with the configuration that `editors/helix` gives to users, as it stands there.
#![expect(clippy::disallowed_methods, reason = "a test lays out what the editor is to find")]
#![expect(clippy::unwrap_used, reason = "what cannot be laid out fails the test")]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::project::{BROKEN, MENDED, Project};
use super::terminal::Terminal;

/// The editor, and the Neovim that plays the terminal and the other server.
struct Programs {
    hx: PathBuf,
    nvim: PathBuf,
}

fn programs() -> Option<Programs> {
    Some(Programs { hx: super::editor("hx")?, nvim: super::editor("nvim")? })
}

/// Puts a program that runs `nvim` with a script of ours where the user would have installed one
/// of the name `path` ends in.
fn script(path: &Path, nvim: &Path, script: &str) {
    let text = format!("#!/bin/sh\nexec '{}' --clean --headless -l '{script}'\n", nvim.display());
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Helix on the project's library, with Ostler as `ostler` and the other server, which reports
/// what it is told to, as `rust-analyzer`; both have been shown the file.
fn open(programs: &Programs, project: &Project, reports: &[Value]) -> Terminal {
    let bin = project.beside("bin");
    let config = project.beside("config/helix");
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::create_dir_all(&config).unwrap();
    symlink(env!("CARGO_BIN_EXE_server-under-test"), bin.join("ostler")).unwrap();
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/editors/other_server.lua");
    script(&bin.join("rust-analyzer"), &programs.nvim, other);
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/helix");
    for file in ["config.toml", "languages.toml"] {
        std::fs::copy(ours.join(file), config.join(file)).unwrap();
    }

    let log = project.beside("helix.log");
    let path = std::env::var("PATH").unwrap();
    let environment = json!({
        "PATH": format!("{}:{path}", bin.display()),
        "OTHER_SERVER_REPORTS": Value::from(reports.to_vec()).to_string(),
        "OSTLER_MODEL": "offline",
        "OSTLER_DATA_DIR": project.beside("data"),
        "XDG_CONFIG_HOME": project.beside("config"),
        "XDG_CACHE_HOME": project.beside("cache"),
        "XDG_DATA_HOME": project.beside("share"),
    });
    let program =
        [programs.hx.to_str().unwrap(), "-v", "--log", log.to_str().unwrap(), "src/lib.rs"];
    let mut terminal =
        Terminal::start(&programs.nvim, &program, &project.root(), &environment, None);
    // Helix does not show when a server is ready; its log does.
    terminal.outside(&format!(
        "local file = io.open('{}')
         local log = file and file:read('*a') or ''
         if file then file:close() end
         return log:find('ostler %-> [^\\n]*\"textDocument/didOpen\"')",
        log.display()
    ));
    if !reports.is_empty() {
        // The count of errors in the line at the bottom.
        terminal.screen(&format!("● {}", reports.len()));
    }
    terminal
}

/// Saves, and waits until the file has this text.
fn save(helix: &mut Terminal, project: &Project, text: &str) {
    helix.keys(":w\r");
    helix.outside(&format!("return {}", project.has_saved(text)));
}

#[test]
fn mends_what_another_server_reports() {
    let Some(programs) = programs() else { return };
    let project = Project::new(BROKEN);
    let error = project.first_error();
    let mut helix = open(&programs, &project, std::slice::from_ref(&error));

    helix.keys("]d a");
    helix.screen(&format!("Fix: {}", error["message"].as_str().unwrap()));
    // The first of the menu.
    helix.keys("\r");
    helix.screen("let mut größe = 3;");
    helix.screen("1 file changed, unsaved");
    // The change is the user's to save.
    assert_eq!(project.saved(), BROKEN);
    save(&mut helix, &project, MENDED);
    assert!(project.check().status.success());

    helix.keys("u");
    save(&mut helix, &project, BROKEN);
}

#[test]
fn a_key_says_where_the_cursor_is() {
    let Some(programs) = programs() else { return };
    let project = Project::new(BROKEN);
    let error = project.first_error();
    let about = error["message"].as_str().unwrap();
    let mut helix = open(&programs, &project, std::slice::from_ref(&error));

    // Helix tells of diagnostics when it asks for actions, and only then.
    helix.keys("]d a");
    helix.screen(&format!("Fix: {about}"));
    helix.keys("\u{1b}");
    helix.outside(
        "local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
         return not table.concat(lines, ' '):find('Fix: ', 1, true)",
    );
    helix.keys(" of");
    // Ostler knows what this line has, so it was told the line.
    helix.screen(&format!("unsaved: {about}"));
    save(&mut helix, &project, MENDED);
}

/// Helix refuses edits for an older text, so the server has to send this one for the newer.
#[test]
fn keeps_what_is_typed_while_a_task_runs() {
    let Some(programs) = programs() else { return };
    let project = Project::new(BROKEN);
    let mut helix = open(&programs, &project, &[]);

    helix.keys("3gg of");
    helix.keys("geo// mine\u{1b}");
    helix.screen("1 file changed, unsaved");
    save(&mut helix, &project, &format!("{MENDED}// mine\n"));
}

#[test]
fn stops_a_task_that_would_never_end() {
    let Some(programs) = programs() else { return };
    let project = Project::new(BROKEN);
    project.build_for_ever();
    let mut helix = open(&programs, &project, &[]);

    helix.keys("3gg of");
    helix.outside(&format!("return {}", project.is_building()));
    helix.keys(" os");
    helix.outside(&format!("return not {}", project.is_building()));
    helix.screen("stopped");
    save(&mut helix, &project, BROKEN);
}
