//! Neovim with Ostler's configuration for it.
#![expect(clippy::unwrap_used, reason = "what the editor does not have fails the test")]

use std::path::Path;

use serde_json::{Value, json};

use super::project::{BROKEN, MENDED, Project};
use super::terminal::Terminal;

/// Ctrl-\ Ctrl-N, which ends typing. Unlike Esc it cannot be taken for the beginning of something
/// that the terminal itself says.
const NORMAL: &str = "\u{1c}\u{e}";

/// The text of the current buffer.
const BUFFER: &str =
    "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n') .. '\\n'";

/// Neovim on the project's library, with both servers attached and the other one's report shown.
fn open(nvim: &Path, project: &Project, reports: &[Value]) -> Terminal {
    let socket = project.beside("nvim.sock");
    let program = [
        nvim.to_str().unwrap(),
        "--clean",
        "-u",
        concat!(env!("CARGO_MANIFEST_DIR"), "/editors/neovim.lua"),
        "--listen",
        socket.to_str().unwrap(),
        "src/lib.rs",
    ];
    let environment = json!({
        "SERVER_UNDER_TEST": env!("CARGO_BIN_EXE_server-under-test"),
        "OTHER_SERVER_REPORTS": Value::from(reports.to_vec()).to_string(),
        "OSTLER_MODEL": "offline",
        "OSTLER_DATA_DIR": project.beside("data"),
        "XDG_CONFIG_HOME": project.beside("config"),
        "XDG_STATE_HOME": project.beside("state"),
    });
    let mut terminal =
        Terminal::start(nvim, &program, &project.root(), &environment, Some(&socket));
    terminal.inside(&format!(
        "local ready = vim.iter(vim.lsp.get_clients({{ bufnr = 0 }})):filter(function(client)
           return client.initialized
         end)
         return #ready:totable() == 2 and #vim.diagnostic.get(0) == {}",
        reports.len()
    ));
    terminal
}

/// Opens the menu of code actions and chooses the entry that begins with `title`.
fn choose(nvim: &mut Terminal, title: &str) {
    nvim.keys("gra");
    nvim.screen("Code actions:");
    let screen = nvim.screen("Type number");
    let entry = screen.lines().find(|line| line.contains(&format!(": {title}")));
    let entry = entry.unwrap_or_else(|| panic!("no action `{title}`\n{screen}"));
    let number = entry.split(':').next().unwrap_or_default().trim();
    nvim.keys(&format!("{number}\r"));
}

#[test]
fn mends_what_another_server_reports() {
    let Some(nvim) = super::editor("nvim") else { return };
    let project = Project::new(BROKEN);
    let error = project.first_error();
    let about = error["message"].as_str().unwrap_or_default();
    let mut nvim = open(&nvim, &project, std::slice::from_ref(&error));

    nvim.keys("]d");
    nvim.inside(
        "local client = vim.lsp.get_clients({ name = 'ostler' })[1]
         local request = client.rpc.request
         client.rpc.request = function(method, params, ...)
           if method == 'textDocument/codeAction' then Asked = params end
           return request(method, params, ...)
         end
         return true",
    );
    choose(&mut nvim, &format!("Fix: {about}"));
    // The other server counts in UTF-16, Ostler in bytes.
    let told = nvim.inside("return Asked.context.diagnostics[1].range");
    let line = BROKEN.lines().nth(2).unwrap();
    let start = line.find("größe = größe").unwrap();
    assert_ne!(told["start"], error["range"]["start"]);
    assert_eq!(told["start"], json!({"line": 2, "character": start}));
    assert_eq!(told["end"], json!({"line": 2, "character": start + "größe = größe + 1".len()}));

    let mended = nvim.inside(&format!(
        "local text = (function() {BUFFER} end)()
         return vim.bo.modified and text"
    ));
    assert_eq!(mended, MENDED);
    // The change is the user's to save.
    assert_eq!(project.saved(), BROKEN);

    nvim.inside(
        "return vim.fn.execute('messages'):find('(checks), 1 file changed, unsaved', 1, true)",
    );
    let progress =
        nvim.inside("return vim.endswith(Progress[#Progress] or '', 'success') and Progress");
    let progress: Vec<&str> =
        progress.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(progress.first(), Some(&&*format!("Ostler: fix: {about} running")));
    assert_eq!(progress.last(), Some(&&*format!("Ostler: fix: {about} success")));

    nvim.keys(":w\r");
    nvim.inside("return not vim.bo.modified");
    assert_eq!(project.saved(), MENDED);
    assert!(project.check().status.success());

    nvim.keys("u");
    nvim.inside("return vim.bo.modified");
    assert_eq!(nvim.inside(BUFFER), BROKEN);
}

#[test]
fn keeps_what_is_typed_while_a_task_runs() {
    let Some(nvim) = super::editor("nvim") else { return };
    let project = Project::new(BROKEN);
    let mut nvim = open(&nvim, &project, &[]);

    nvim.keys(":Ostler fix\r");
    nvim.keys(&format!("Go// mine{NORMAL}"));
    nvim.inside(&format!(
        "local text = (function() {BUFFER} end)()
         return text:find('mut', 1, true) and text:find('mine', 1, true)"
    ));
    assert_eq!(nvim.inside(BUFFER), format!("{MENDED}// mine\n"));
}

/// What Neovim by itself does not refuse: an edit for a document that was never changed before,
/// whose version is 0.
#[test]
fn an_edit_for_an_older_text_is_refused() {
    let Some(nvim) = super::editor("nvim") else { return };
    let project = Project::new(BROKEN);
    let mut nvim = open(&nvim, &project, &[]);
    let apply = |version: &str| {
        format!(
            "local client = vim.lsp.get_clients({{ name = 'ostler' }})[1]
             local start = {{ line = 0, character = 0 }}
             return client.handlers['workspace/applyEdit'](nil, {{ edit = {{ documentChanges = {{ {{
               textDocument = {{ uri = vim.uri_from_bufnr(0), version = {version} }},
               edits = {{ {{ range = {{ start = start, ['end'] = start }}, newText = '//' }} }},
             }} }} }} }}, {{ client_id = client.id }})"
        )
    };

    nvim.keys(&format!("Go// mine{NORMAL}"));
    nvim.inside("return vim.bo.modified and vim.fn.mode() == 'n'");
    let typed = format!("{BROKEN}// mine\n");
    assert_eq!(nvim.inside(&apply("0"))["applied"], false);
    assert_eq!(nvim.inside(BUFFER), *typed);
    let now = "vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()]";
    assert_eq!(nvim.inside(&apply(now))["applied"], true);
    assert_eq!(nvim.inside(BUFFER), format!("//{typed}"));
}

#[test]
fn stops_a_task_that_would_never_end() {
    let Some(nvim) = super::editor("nvim") else { return };
    let project = Project::new(BROKEN);
    let error = project.first_error();
    project.build_for_ever();
    let mut nvim = open(&nvim, &project, &[error]);

    nvim.keys("]d");
    choose(&mut nvim, "Fix: ");
    nvim.outside(&format!("return {}", project.is_building()));

    nvim.screen("immutable variable `größe`: ");
    nvim.keys(":Ostler stop\r");
    nvim.outside(&format!("return not {}", project.is_building()));
    nvim.inside("return vim.fn.execute('messages'):find('stopped', 1, true)");
    assert_eq!(nvim.inside(BUFFER), BROKEN);
    assert_eq!(project.saved(), BROKEN);
}
