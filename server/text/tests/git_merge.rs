//! Holds the merge against `git merge-file` where both must agree: changes of different lines.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the program that the merge is compared with reads files"
)]

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use text::{Text, merge};

/// What git makes of it; `None` if it finds a conflict.
fn git_merge(folder: &Path, base: &str, ours: &str, theirs: &str) -> Option<String> {
    std::fs::create_dir_all(folder).unwrap();
    for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let output = Command::new("git")
        .args(["merge-file", "-p", "ours", "base", "theirs"])
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no-such-file"))
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert!((0..128).contains(&code), "{}", String::from_utf8_lossy(&output.stderr));
    (code == 0).then(|| String::from_utf8(output.stdout).unwrap())
}

fn changed(line: usize, old: &str, kind: u8, mark: &str, end: &str) -> String {
    match kind {
        1 => String::new(),
        2 => format!("{mark}({line}){end}"),
        3 => format!("{old}{mark} after {line}{end}"),
        4 => old.replacen("let", mark, 1),
        _ => old.to_owned(),
    }
}

const LINES: usize = 10;

/// 0: leave the line; otherwise what [`changed`] does to it.
fn kinds() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![3 => Just(0_u8), 1 => 1..5_u8], LINES)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn agrees_with_git(
        ours in kinds(),
        theirs in kinds(),
        end in prop::sample::select(vec!["\n", "\r\n"]),
        open_end in any::<bool>(),
        mark in prop::sample::select(vec!["", "\u{feff}"]),
    ) {
        let mut base: Vec<String> =
            (0..LINES).map(|line| format!("    let v{line} = f{line}(a{line});{end}")).collect();
        base[0].insert_str(0, mark);
        if open_end {
            let last = &mut base[LINES - 1];
            last.truncate(last.len() - end.len());
        }
        let side = |kinds: &[u8], mark: &str| -> String {
            let side = base.iter().zip(kinds).enumerate();
            side.map(|(line, (old, kind))| changed(line, old, *kind, mark, end)).collect()
        };
        let (our_text, their_text) = (side(&ours, "ours"), side(&theirs, "theirs"));
        let base = base.concat();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("git_merge");
        let gits = git_merge(&folder, &base, &our_text, &their_text);
        let merged = merge(&Text::new(&base), &Text::new(&our_text), &Text::new(&their_text));
        if let Some(gits) = gits {
            prop_assert_eq!(merged.map(|text| text.to_string()), Ok(gits));
        } else {
            // What is a conflict for git lies in the same or in neighbouring lines.
            let near = |line: usize| {
                theirs[line.saturating_sub(1)..(line + 2).min(LINES)].iter().any(|kind| *kind != 0)
            };
            prop_assert!((0..LINES).any(|line| ours[line] != 0 && near(line)));
        }
    }
}
