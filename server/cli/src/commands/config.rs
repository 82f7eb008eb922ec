//! `ostler config`: each setting with its origin.

use anyhow::Result;
use serde_json::json;

use crate::args::Config;
use crate::compose::{self, Sources};
use crate::terminal::{note, one_line, say};

pub(crate) fn config(args: &Config, sources: &Sources) -> Result<bool> {
    if args.schema {
        say(&serde_json::to_string_pretty(&settings::schema())?);
        return Ok(true);
    }
    let data = compose::data_dir()?;
    let root = compose::folder(args.root.as_deref())?;
    let read = sources.read(Some((&root, &data)), &[]);
    if args.json {
        let values: serde_json::Map<String, serde_json::Value> = read
            .settings
            .iter()
            .map(|(name, value)| {
                (
                    name.to_owned(),
                    json!({"value": value.json(), "origin": value.origin.to_string()}),
                )
            })
            .collect();
        let problems: Vec<String> = read.problems.iter().map(ToString::to_string).collect();
        let all = json!({
            "file": sources.file(), "values": values, "problems": problems,
            "untrusted_workspace_file": read.untrusted,
        });
        say(&serde_json::to_string_pretty(&all)?);
        return Ok(read.problems.is_empty());
    }
    for (name, value) in read.settings.iter() {
        say(&format!("{name} = {}    ({})", one_line(&value.json().to_string()), value.origin));
    }
    if let Some(file) = sources.file().filter(|file| !file.exists()) {
        note(&format!("your own settings would stand in {}", file.display()));
    }
    if read.untrusted {
        note(&format!(
            "{root}/.ostler/config.toml does not count: `ostler trust` trusts this folder"
        ));
    }
    for problem in &read.problems {
        note(&format!("ostler: {}", one_line(&problem.to_string())));
    }
    Ok(read.problems.is_empty())
}
