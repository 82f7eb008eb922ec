//! Adds what is missing to a TOML file of the user's. What is there stays, to the letter.

use anyhow::{Context, Result};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

/// What a merge has left as it was, though we would have it otherwise: dotted paths.
pub(super) type Kept = Vec<String>;

/// `user`'s text with everything of `ours` that it lacks. Tables in an array are the same if they
/// have the same `name`; a list of servers gets ours at its end.
///
/// # Errors
/// If the user's text is no TOML.
pub(super) fn merge(user: &str, ours: &DocumentMut) -> Result<(String, Kept)> {
    let mut document: DocumentMut = user.parse().map_err(|error: toml_edit::TomlError| {
        let line = error.span().map(|span| user[..span.start].matches('\n').count() + 1);
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        anyhow::anyhow!("it is no valid TOML (line {}): {message}", line.unwrap_or(1))
    })?;
    // Remarks of a file that has nothing else belong to its end, for the parser.
    let remarks = if document.is_empty() { user } else { "" };
    if document.is_empty() {
        document = DocumentMut::new();
    }
    let mut kept = Kept::new();
    tables("", document.as_table_mut(), ours.as_table(), &mut kept);
    let text = document.to_string();
    let text = match (user.is_empty(), remarks) {
        (true, _) => text.trim_start().to_owned(),
        (false, "") => text,
        (false, remarks) => format!("{}\n{text}", remarks.trim_end()),
    };
    Ok((text, kept))
}

fn tables(path: &str, user: &mut dyn TableLike, ours: &dyn TableLike, kept: &mut Kept) {
    for (name, item) in ours.iter() {
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match user.get_mut(name) {
            None | Some(Item::None) => {
                user.insert(name, fresh(item.clone()));
            }
            Some(known) => items(&path, known, item, kept),
        }
    }
}

fn items(path: &str, user: &mut Item, ours: &Item, kept: &mut Kept) {
    if let (Some(list), Some(more)) = (user.as_array_of_tables_mut(), ours.as_array_of_tables()) {
        return named(path, list, more, kept);
    }
    if let (Some(table), Some(more)) = (user.as_table_like_mut(), ours.as_table_like()) {
        return tables(path, table, more, kept);
    }
    let is_servers = path.ends_with("language-servers");
    if let (true, Some(list), Some(more)) = (is_servers, user.as_array_mut(), ours.as_array()) {
        return servers(list, more);
    }
    let text = |item: &Item| item.as_value().map(|value| plain(value).to_string());
    if text(user) != text(ours) {
        kept.push(path.to_owned());
    }
}

/// Tables that are told apart by their `name`.
fn named(path: &str, user: &mut ArrayOfTables, ours: &ArrayOfTables, kept: &mut Kept) {
    let name = |table: &Table| table.get("name").and_then(Item::as_str).map(str::to_owned);
    for table in ours {
        let wanted = name(table);
        if let Some(known) = user.iter_mut().find(|known| name(known) == wanted) {
            let path = format!("{path}.{}", wanted.unwrap_or_default());
            tables(&path, known, table, kept);
            continue;
        }
        let mut table = table.clone();
        detach(&mut table);
        user.push(table);
    }
}

/// Our server, which is the last of `ours`, comes to the end of the user's list.
fn servers(user: &mut Array, ours: &Array) {
    let name = |value: &Value| match value {
        Value::InlineTable(table) => table.get("name").and_then(Value::as_str).map(str::to_owned),
        other => other.as_str().map(str::to_owned),
    };
    let Some(own) = ours.iter().last() else { return };
    if user.iter().all(|known| name(known) != name(own)) {
        // On a line of its own where the others have one each.
        let before = user.iter().last().and_then(|last| last.decor().prefix()).cloned();
        let mut own = plain(own);
        own.decor_mut().set_prefix(before.unwrap_or_else(|| " ".into()));
        user.push_formatted(own);
    }
}

/// The value without the blanks and comments around it.
fn plain(value: &Value) -> Value {
    let mut value = value.clone();
    value.decor_mut().clear();
    value
}

/// An item of another file, ready to stand in this one.
fn fresh(mut item: Item) -> Item {
    match &mut item {
        Item::Table(table) => detach(table),
        Item::ArrayOfTables(list) => list.iter_mut().for_each(detach),
        _ => {}
    }
    item
}

/// Forgets where the table stood in its own file, and the remarks above it.
fn detach(table: &mut Table) {
    table.set_position(None);
    table.decor_mut().set_prefix("\n");
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(inner) => detach(inner),
            Item::ArrayOfTables(list) => list.iter_mut().for_each(detach),
            _ => {}
        }
    }
}

/// A file of ours, which is valid.
///
/// # Errors
/// If it is not, which a test would have told.
pub(super) fn own(text: &str) -> Result<DocumentMut> {
    text.parse().context("a file that came with this program is damaged")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const OURS: &str = "\
# Put this somewhere.

[language-server.ostler]
command = \"ostler\"

[[language]]
name = \"rust\"
language-servers = [\"rust-analyzer\", \"ostler\"]

[[language]]
name = \"diff\"
language-servers = [\"ostler\"]

[keys.normal.space.o]
f = \":fix\"
s = \":stop\"
";

    fn check(user: &str, kept: &[&str], expect: Expect) {
        let ours = own(OURS).unwrap();
        let (merged, left) = merge(user, &ours).unwrap();
        expect.assert_eq(&merged);
        assert_eq!(left, kept);
        let (again, _) = merge(&merged, &ours).unwrap();
        assert_eq!(again, merged, "a second time changes nothing");
    }

    #[test]
    fn an_empty_file_gets_all() {
        check(
            "",
            &[],
            expect![[r#"
            [language-server.ostler]
            command = "ostler"

            [[language]]
            name = "rust"
            language-servers = ["rust-analyzer", "ostler"]

            [[language]]
            name = "diff"
            language-servers = ["ostler"]

            [keys.normal.space.o]
            f = ":fix"
            s = ":stop"
        "#]],
        );
    }

    #[test]
    fn what_the_user_has_stays_with_its_remarks() {
        let user = "\
# mine
theme = 'x'  # dark

[[language]]
name = \"rust\" # the best
auto-format = true
language-servers = [
  \"rust-analyzer\",
  { name = \"typos\", except-features = [\"format\"] },
]

[[language]]
name = \"go\"

[language-server.gopls]
command = 'gopls'
";
        check(
            user,
            &[],
            expect![[r##"
                # mine
                theme = 'x'  # dark

                [[language]]
                name = "rust" # the best
                auto-format = true
                language-servers = [
                  "rust-analyzer",
                  { name = "typos", except-features = ["format"] },
                  "ostler",
                ]

                [[language]]
                name = "go"

                [[language]]
                name = "diff"
                language-servers = ["ostler"]

                [language-server.gopls]
                command = 'gopls'

                [language-server.ostler]
                command = "ostler"

                [keys.normal.space.o]
                f = ":fix"
                s = ":stop"
            "##]],
        );
    }

    #[test]
    fn what_is_set_otherwise_is_kept_and_named() {
        let user = "\
[language-server.ostler]
command = \"/opt/ostler\"

[keys.normal.space]
o = \":open\"
";
        check(
            user,
            &["language-server.ostler.command", "keys.normal.space.o"],
            expect![[r#"
            [language-server.ostler]
            command = "/opt/ostler"

            [keys.normal.space]
            o = ":open"

            [[language]]
            name = "rust"
            language-servers = ["rust-analyzer", "ostler"]

            [[language]]
            name = "diff"
            language-servers = ["ostler"]
        "#]],
        );
    }

    #[test]
    fn inline_tables_are_tables() {
        let user = "keys = { normal = { space = { w = \":w\" } } }\n";
        check(
            user,
            &[],
            expect![[r#"
            keys = { normal = { space = { w = ":w" , o = { f = ":fix", s = ":stop" } } } }

            [language-server.ostler]
            command = "ostler"

            [[language]]
            name = "rust"
            language-servers = ["rust-analyzer", "ostler"]

            [[language]]
            name = "diff"
            language-servers = ["ostler"]
        "#]],
        );
    }

    #[test]
    fn what_is_no_toml_is_not_touched() {
        let error = merge("a = 1\nb = \n", &own(OURS).unwrap()).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
