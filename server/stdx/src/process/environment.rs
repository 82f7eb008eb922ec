//! The environment that a child process gets.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

/// Names that every child may see.
const ALWAYS: [&str; 13] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "RUSTUP_AUTO_INSTALL",
    "SSL_CERT_FILE",
];

/// Parts of names that speak of a secret. Such a variable reaches no child, whoever asks.
const SECRET: [&str; 8] =
    ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "APIKEY", "API_KEY", "PRIVATE_KEY"];

/// Environment variables for a child: never the whole of ours, and none that holds a key.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// The variables of this process that may be handed on: the harmless few that every program
    /// expects, and those that `allow` names besides.
    #[must_use]
    pub fn of_this_process(allow: impl Fn(&str) -> bool) -> Environment {
        Environment::filtered(std::env::vars_os(), allow)
    }

    /// Those of `variables` that may be handed on, as in [`Environment::of_this_process`].
    /// Relative entries of `PATH` are dropped: they would find programs of the project.
    #[must_use]
    pub fn filtered(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        allow: impl Fn(&str) -> bool,
    ) -> Environment {
        let mut kept = BTreeMap::new();
        for (name, value) in variables {
            let Some(text) = name.to_str() else { continue };
            let known = ALWAYS.contains(&text) || text.starts_with("LC_") || allow(text);
            if !known || speaks_of_a_secret(text) {
                continue;
            }
            let value = if text == "PATH" { absolute_entries(&value) } else { value };
            kept.insert(name, value);
        }
        Environment(kept)
    }

    /// Gives `name` this value.
    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.0.insert(name.into(), value.into());
    }

    /// Lets `name` go.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(OsStr::new(name));
    }

    /// The value of `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// All variables, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// Where the program `name` is found by the `PATH` of this environment.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<std::path::PathBuf> {
        use std::os::unix::fs::PermissionsExt;
        std::env::split_paths(self.get("PATH")?).map(|folder| folder.join(name)).find(|candidate| {
            std::fs::metadata(candidate)
                .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
        })
    }
}

/// Values are left out: a name can be shown to people, a value may be anything.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn speaks_of_a_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRET.iter().any(|part| name.contains(part)) || name.ends_with("_KEY")
}

fn absolute_entries(path: &OsStr) -> OsString {
    let kept = std::env::split_paths(path).filter(|entry| Path::new(entry).is_absolute());
    std::env::join_paths(kept).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(variables: &[(&str, &str)], allow: &[&str]) -> Vec<String> {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        let kept = Environment::filtered(variables, |name| allow.contains(&name));
        kept.iter().map(|(name, _)| name.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn keys_and_unknown_names_stay_here() {
        let variables = [
            ("PATH", "/bin"),
            ("ANTHROPIC_API_KEY", "k"),
            ("CARGO_REGISTRY_TOKEN", "t"),
            ("RUSTFLAGS", "-g"),
            ("EDITOR_STUFF", "x"),
            ("LC_ALL", "C"),
        ];
        assert_eq!(
            names(&variables, &["RUSTFLAGS", "CARGO_REGISTRY_TOKEN", "ANTHROPIC_API_KEY"]),
            ["LC_ALL", "PATH", "RUSTFLAGS"]
        );
    }

    #[test]
    fn a_relative_path_entry_finds_no_program_of_the_project() {
        let variables =
            [(OsString::from("PATH"), OsString::from(".:/usr/bin::node_modules/.bin:/bin"))];
        let kept = Environment::filtered(variables, |_| false);
        assert_eq!(kept.get("PATH"), Some(OsStr::new("/usr/bin:/bin")));
    }

    #[test]
    fn its_debug_form_shows_no_value() {
        let kept = Environment::filtered([("HOME".into(), "/ada".into())], |_| false);
        assert_eq!(format!("{kept:?}"), r#"{"HOME"}"#);
    }
}
