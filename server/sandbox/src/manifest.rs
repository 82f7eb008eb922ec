//! The little that must be known from manifests before cargo itself can be asked.
//!
//! Cargo runs only behind the wall, and what the wall leaves open depends on where the project's
//! packages lie. So paths are looked for in the text, generously: too many do no harm, because a
//! path counts only if a package lies there.

use std::path::{Path, PathBuf};

/// The name of the package, if the manifest describes one.
pub(crate) fn package_name(text: &str) -> Option<String> {
    let mut in_package = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            in_package = line == "[package]";
        } else if in_package && let Some(value) = value_of(line, "name") {
            return Some(value);
        }
    }
    None
}

/// Whether the manifest is that of a workspace.
pub(crate) fn is_workspace(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| {
        line.starts_with("[workspace]")
            || line.starts_with("[workspace.")
            || value_of(line, "workspace.members").is_some()
    })
}

/// Whether the settings name a wrapper for the compiler that caches its results.
pub(crate) fn names_caching_wrapper(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| {
        line.split_once("rustc-wrapper")
            .is_some_and(|(before, value)| !before.contains('#') && value.contains("cache"))
    })
}

/// Every path that the text names as `path = "…"` or in a list `paths = ["…"]`, relative to the
/// folder `base`.
pub(crate) fn named_paths(text: &str, base: &Path) -> Vec<PathBuf> {
    let mut result = Vec::new();
    for line in text.lines() {
        let line = line.split_once(" #").map_or(line, |(code, _)| code);
        let mut rest = line;
        while let Some(at) = rest.find("path") {
            let before = rest[..at].chars().next_back();
            let after = rest[at + "path".len()..].trim_start_matches(['s', '"', '\'', ' ', '\t']);
            rest = &rest[at + "path".len()..];
            if before.is_some_and(|one| one.is_alphanumeric() || one == '_' || one == '-') {
                continue;
            }
            let Some(values) = after.strip_prefix('=') else { continue };
            let values = values.trim_start();
            let end = if values.starts_with('[') { values.find(']') } else { None };
            let values = &values[..end.unwrap_or(values.len())];
            let many = values.starts_with('[');
            let strings = quoted(values);
            result.extend(
                strings
                    .into_iter()
                    .take(if many { usize::MAX } else { 1 })
                    .map(|one| base.join(one)),
            );
        }
    }
    result
}

fn value_of(line: &str, key: &str) -> Option<String> {
    let value = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
    quoted(value).into_iter().next()
}

/// The contents of the quoted strings in `text`; escapes are left as they are.
fn quoted(text: &str) -> Vec<String> {
    let mut result = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = if rest[start..].starts_with('"') { '"' } else { '\'' };
        let inner = &rest[start + 1..];
        let Some(end) = inner.find(quote) else { break };
        result.push(inner[..end].to_owned());
        rest = &inner[end + 1..];
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_workspaces() {
        let text = "[workspace]\nmembers = []\n[package]\nname= \"a-b\" # c\n[[bin]]\nname = \"x\"";
        assert_eq!(package_name(text).as_deref(), Some("a-b"));
        assert_eq!(package_name("[[bin]]\nname = \"x\""), None);
        assert!(is_workspace(text) && !is_workspace("[package]\nworkspace = \"..\""));
    }

    #[test]
    fn wrappers() {
        assert!(names_caching_wrapper("[build]\nrustc-wrapper = \"/usr/bin/sccache\""));
        assert!(names_caching_wrapper("build.rustc-wrapper = \"sccache\""));
        assert!(!names_caching_wrapper(
            "rustc-wrapper = \"my-driver\"\n# rustc-wrapper = \"sccache\""
        ));
    }

    #[test]
    fn paths() {
        let text = "a = { version = \"1\", path = \"../a\" }\n[dependencies.b]\npath='b'\n\
                    mypath = \"no\"\npaths = [\"c\", \"d\"]\n# path = \"x\"\nc.path = \"/e\"";
        let found = named_paths(text, Path::new("/w/p"));
        let expected = ["/w/p/../a", "/w/p/b", "/w/p/c", "/w/p/d", "/w/p/x", "/e"];
        assert_eq!(found, expected.map(PathBuf::from));
    }
}
