//! The envelope of a patch: `*** Begin Patch`, sections for files, `*** End Patch`.

use crate::refusal::{Reason, Refusal};

/// What a section does with its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Add,
    Delete,
    Update,
}

/// What a patch says about one file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section<'a> {
    pub(crate) what: What,
    pub(crate) path: &'a str,
    /// Where it is moved to.
    pub(crate) target: Option<&'a str>,
    pub(crate) body: Vec<&'a str>,
}

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";
const SECTIONS: [(&str, What); 3] = [
    ("*** Add File:", What::Add),
    ("*** Delete File:", What::Delete),
    ("*** Update File:", What::Update),
];
const MOVE: &str = "*** Move to:";

/// The sections between the beginning and the end. What stands around them (a fence, a shell's
/// here-document, words) is passed over.
///
/// # Errors
/// If there is no beginning or no section, a line belongs to none, or the patch seems to be cut
/// off.
pub(crate) fn sections(patch: &str) -> Result<Vec<Section<'_>>, Refusal> {
    let malformed = |message: String| Refusal::new(Reason::Malformed, message);
    let mut lines = patch
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .enumerate()
        .skip_while(|(_, line)| line.trim() != BEGIN);
    if lines.next().is_none() {
        return Err(malformed(format!("The patch has no line `{BEGIN}`.")));
    }
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut ended = false;
    for (index, line) in lines {
        if line.trim() == END {
            ended = true;
            break;
        }
        let head = SECTIONS
            .iter()
            .find_map(|(head, what)| line.strip_prefix(head).map(|path| (*what, path_of(path))));
        if let Some((what, path)) = head {
            sections.push(Section { what, path, target: None, body: Vec::new() });
            continue;
        }
        match sections.last_mut() {
            None if line.trim().is_empty() => {}
            None => {
                let message = "belongs to no file; a section begins with `*** Update File: PATH`.";
                return Err(malformed(format!("Line {} of the patch {message}", index + 1)));
            }
            Some(last) => match line.strip_prefix(MOVE) {
                Some(path) if last.body.is_empty() => last.target = Some(path_of(path)),
                _ if line.starts_with("*** ") && !line.starts_with("*** End of File") => {
                    let message = format!("Line {} of the patch is unknown: {line}", index + 1);
                    return Err(malformed(message));
                }
                _ => last.body.push(line),
            },
        }
    }
    if sections.is_empty() {
        return Err(malformed("The patch is about no file.".to_owned()));
    }
    if let Some(last) = sections.last_mut().filter(|_| !ended) {
        // A patch without an end may have lost some of its lines; if the last one is kept and
        // whole, nothing that is written can be cut off.
        let fence = |line: &&str| line.trim().is_empty() || line.starts_with("```");
        while last.body.last().is_some_and(fence) {
            last.body.pop();
        }
        let kept = last.body.last().is_some_and(|line| line.starts_with(' '));
        if !(kept && patch.ends_with('\n')) {
            return Err(malformed(format!("The patch has no line `{END}`: it may be cut off.")));
        }
    }
    Ok(sections)
}

/// A path as it is written in a head, without quotes.
fn path_of(path: &str) -> &str {
    path.trim().trim_matches(['`', '"']).trim_start_matches("./")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(patch: &str, expected: &[(What, &str, Option<&str>, &[&str])]) {
        let sections = sections(patch).unwrap();
        let found: Vec<_> =
            sections.iter().map(|it| (it.what, it.path, it.target, it.body.as_slice())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_stands_around_is_passed_over() {
        let update: (What, &str, Option<&str>, &[&str]) =
            (What::Update, "a.rs", None, &["-a", "+b"]);
        for patch in [
            "*** Begin Patch\n*** Update File: a.rs\n-a\n+b\n*** End Patch",
            "Here:\n```diff\n*** Begin Patch\n*** Update File: `a.rs`\n-a\n+b\n*** End Patch\n```\n",
            "apply_patch <<'EOF'\n*** Begin Patch\r\n*** Update File: ./a.rs\r\n-a\r\n+b\r\n*** End Patch\r\nEOF\n",
        ] {
            check(patch, &[update]);
        }
    }

    #[test]
    fn sections_of_all_kinds() {
        check(
            "*** Begin Patch\n*** Add File: a\n+x\n*** Delete File: b\n*** Update File: c\n*** Move to: d\n@@\n y\n*** End of File\n*** End Patch\n",
            &[
                (What::Add, "a", None, &["+x"]),
                (What::Delete, "b", None, &[]),
                (What::Update, "c", Some("d"), &["@@", " y", "*** End of File"]),
            ],
        );
    }

    #[test]
    fn what_cannot_be_read() {
        for (patch, said) in [
            ("--- a\n+++ b\n", "no line `*** Begin Patch`"),
            ("*** Begin Patch\n*** End Patch\n", "about no file"),
            ("*** Begin Patch\n@@\n*** End Patch\n", "Line 2 of the patch belongs to no file"),
            ("*** Begin Patch\n*** Update File: a\n*** Rename: b\n*** End Patch", "Line 3"),
            ("*** Begin Patch\n*** Update File: a\n-a\n+b\n", "cut off"),
            ("*** Begin Patch\n*** Update File: a\n-a\n+b\n c", "cut off"),
            ("*** Begin Patch\n*** Delete File: a\n", "cut off"),
        ] {
            let refusal = sections(patch).unwrap_err();
            assert!(refusal.message.contains(said), "{patch:?}: {refusal}");
        }
        assert!(sections("*** Begin Patch\n*** Update File: a\n-a\n+b\n c\n\n").is_ok());
    }
}
