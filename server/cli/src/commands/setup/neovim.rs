//! Neovim: a package of its own, beside what the user has.

use anyhow::{Context, Result};

use super::{Change, Plan};
use crate::compose::{data_home, variable};

/// The files of the package, by their paths in it.
const FILES: &[(&str, &str)] = &[
    ("lsp/ostler.lua", include_str!("../../../../../editors/neovim/lsp/ostler.lua")),
    ("lua/ostler/init.lua", include_str!("../../../../../editors/neovim/lua/ostler/init.lua")),
    (PLUGIN, include_str!("../../../../../editors/neovim/plugin/ostler.lua")),
];

/// The file that starts the others.
const PLUGIN: &str = "plugin/ostler.lua";
/// Its line that says where the program is.
const PROGRAM: &str = "local program = 'ostler'";

/// What is missing for Neovim to start `program`.
///
/// # Errors
/// If a file of the package cannot be read.
pub(super) fn plan(program: &str) -> Result<Plan> {
    let name = variable("NVIM_APPNAME").unwrap_or_else(|| "nvim".to_owned());
    let data = data_home().context("no folder for data: set HOME")?;
    let package = data.join(name).join("site/pack/ostler/start/ostler");
    let mut changes = Vec::new();
    for (path, text) in FILES {
        changes.extend(Change::to(package.join(path), |_| Ok(with_program(text, program)))?);
    }
    Ok(Plan {
        changes,
        notes: Vec::new(),
        next: "Open a project in Neovim: `gra` on an error offers the fix, `:Ostler fix` mends the \
               line, `:Ostler stop` stops. Your own init.lua is as it was.",
    })
}

fn with_program(text: &str, program: &str) -> String {
    let quoted = program.replace('\\', "\\\\").replace('\'', "\\'");
    text.replace(PROGRAM, &format!("local program = '{quoted}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugin_says_where_the_program_is() {
        let plugin = FILES.iter().find(|(path, _)| *path == PLUGIN).unwrap().1;
        assert_eq!(plugin.matches(PROGRAM).count(), 1);
        let told = with_program(plugin, "/opt/it's/ostler");
        assert!(told.contains(r"local program = '/opt/it\'s/ostler'"), "{told}");
    }
}
