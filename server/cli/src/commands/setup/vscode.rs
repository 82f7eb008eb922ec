//! VS Code: where the program is, in the user's settings. The extension itself is a package.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{Change, Plan};
use crate::compose::config_home;

/// The setting of the extension that says where the program is.
const SETTING: &str = "ostler.server.path";

/// What is missing for VS Code to start `program`.
///
/// # Errors
/// If the user's settings cannot be read, or are no JSON.
pub(super) fn plan(program: &str) -> Result<Plan> {
    let mut changes = Vec::new();
    let mut notes = Vec::new();
    if program != "ostler" {
        let home = config_home().context("no folder for settings: set HOME")?;
        let path = home.join("Code/User/settings.json");
        changes.extend(Change::to(path, |user| {
            let (text, kept) = with_setting(user, program)?;
            notes.extend(kept);
            Ok(text)
        })?);
    }
    notes.push(
        "the extension is built and installed from a clone of Ostler: in editors/vscode \
         `npm ci && npm run package`, then `code --install-extension` with the file that it names"
            .to_owned(),
    );
    Ok(Plan {
        changes,
        notes,
        next: "Open a project in VS Code: Ctrl+. on an error offers the fix, the palette has \
               `Ostler: …`.",
    })
}

/// The settings with ours as the first of them, and what is to be said if there was another.
fn with_setting(user: &str, program: &str) -> Result<(String, Option<String>)> {
    let text = if user.trim().is_empty() { "{\n}\n" } else { user };
    let known = parse(text)?;
    if let Some(other) = known.get(SETTING) {
        let kept =
            (other != program).then(|| format!("you have set `{SETTING}` otherwise; it stays so"));
        return Ok((user.to_owned(), kept));
    }
    let Some(at) = text.find('{') else { bail!("it holds no object") };
    let comma = if known.as_object().is_some_and(serde_json::Map::is_empty) { "" } else { "," };
    let line = format!("\n    \"{SETTING}\": {}{comma}", Value::from(program));
    let merged = format!("{}{line}{}", &text[..=at], &text[at + 1..]);
    // The brace may have stood in a remark.
    let expected = parse(&merged).ok().filter(|all| all[SETTING] == program);
    ensure!(expected.is_some(), "set \"{SETTING}\" to {program:?} by hand");
    Ok((merged, None))
}

/// JSON with remarks and commas before closing brackets, as VS Code allows it.
fn parse(text: &str) -> Result<Value> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = rest.next() {
        match c {
            '\\' if quoted => {
                plain.push(c);
                plain.extend(rest.next());
                continue;
            }
            '"' => quoted = !quoted,
            '/' if !quoted && rest.peek() == Some(&'/') => {
                while rest.peek().is_some_and(|c| *c != '\n') {
                    rest.next();
                }
                continue;
            }
            '/' if !quoted && rest.peek() == Some(&'*') => {
                let mut last = ' ';
                for c in rest.by_ref().skip(1) {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
                continue;
            }
            '}' | ']' if !quoted && plain.trim_end().ends_with(',') => {
                plain.truncate(plain.trim_end().len() - 1);
            }
            _ => {}
        }
        plain.push(c);
    }
    let value: Value = serde_json::from_str(&plain).context("it is no valid JSON")?;
    ensure!(value.is_object(), "it holds no object");
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_is_added_and_all_else_stays() {
        for user in [
            "",
            "{}",
            "{\n}\n",
            "{\n    // mine: { }\n    \"a\": \"/* no remark */\", /* b */\n    \"c\": [1, 2,],\n}\n",
        ] {
            let (merged, kept) = with_setting(user, "/opt/ostler").unwrap();
            assert_eq!(kept, None);
            assert_eq!(parse(&merged).unwrap()[SETTING], "/opt/ostler", "{merged}");
            for line in user.lines() {
                assert!(user.trim().len() < 3 || merged.contains(line.trim()), "{merged}");
            }
            assert_eq!(with_setting(&merged, "/opt/ostler").unwrap(), (merged, None));
        }
    }

    #[test]
    fn what_is_set_otherwise_or_cannot_be_understood_is_kept() {
        let user = format!("{{\"{SETTING}\": \"/mine\"}}");
        let (text, kept) = with_setting(&user, "/opt/ostler").unwrap();
        assert_eq!((text, kept.is_some()), (user, true));
        for user in ["[]", "{", "// { }\n{\"a\": }"] {
            assert!(with_setting(user, "/opt/ostler").is_err(), "{user}");
        }
        // A brace in a remark before the object is not taken for its beginning.
        assert!(with_setting("// {\n{}", "/opt/ostler").is_err());
    }
}
