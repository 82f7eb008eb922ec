//! Editors that are there, and whether they start Ostler.

use stdx::process::Environment;

use super::Finding;
use super::toolchain::version;
use crate::args::EditorName;
use crate::commands::setup;

/// The programs of each editor, by the names that it has on different systems.
const PROGRAMS: &[(EditorName, &[&str])] = &[
    (EditorName::Helix, &["hx", "helix"]),
    (EditorName::Neovim, &["nvim"]),
    (EditorName::Vscode, &["code", "codium", "code-server"]),
];

pub(super) async fn look() -> Vec<Finding> {
    let environment = Environment::of_this_process(|_| false);
    let mut findings = Vec::new();
    for (editor, names) in PROGRAMS {
        let Some(name) = names.iter().find(|name| environment.find(name).is_some()) else {
            continue;
        };
        let version = match version(name, &environment).await {
            Ok(version) => version,
            Err(why) => {
                let found = format!("`{name} --version` fails: {why}");
                findings.push(Finding::note("editor", found, "see whether the editor starts"));
                continue;
            }
        };
        findings.push(connected(*editor, &version));
    }
    // It is rustup's stand-in that is found where the component is missing.
    if !findings.is_empty()
        && let Err(why) = version("rust-analyzer", &environment).await
    {
        findings.push(Finding::note(
            "editor",
            format!("no rust-analyzer ({why}): nothing shows errors while you type"),
            "`rustup component add rust-analyzer`; without it, run Ostler's fix on a line by name",
        ));
    }
    if findings.is_empty() {
        let mend = "any editor that speaks LSP will do: it starts `ostler` on stdio";
        findings.push(Finding::note("editor", "no Helix, Neovim or VS Code on the PATH", mend));
    }
    findings
}

fn connected(editor: EditorName, version: &str) -> Finding {
    let title = editor.title();
    let plan = setup::program().and_then(|program| editor.plan(&program));
    match plan {
        Err(error) => Finding::bad(
            "editor",
            format!("{title} ({version}): {error:#}"),
            "mend that file; Ostler does not touch it",
        ),
        Ok(plan) if plan.changes.is_empty() && editor != EditorName::Vscode => {
            Finding::ok("editor", format!("{title} ({version}) is connected"))
        }
        Ok(_) => {
            let command = format!("`ostler setup {}` shows how", editor.name());
            Finding::note("editor", format!("{title} ({version}) can be connected"), command)
        }
    }
}
