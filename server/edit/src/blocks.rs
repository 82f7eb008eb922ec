//! Edits that stand in the middle of words, as models write them that cannot call tools: the path
//! of a file on a line of its own, and below it what stands there and what is to stand there,
//! between marks.

use crate::refusal::{Reason, Refusal};
use crate::search_replace::Replacement;

/// An edit of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The file, as it was written.
    pub path: String,
    /// What is to be done with it.
    pub replacement: Replacement,
}

/// A text, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// The edits in their order, and why those that cannot be read cannot.
    pub blocks: Vec<Result<Block, Refusal>>,
    /// What is said beside them.
    pub rest: String,
}

/// The least number of letters of a mark.
const MARK: usize = 5;

/// Whether the line is a mark of these letters with this word, or with none.
fn is_mark(line: &str, letter: char, word: &str) -> bool {
    let rest = line.trim().trim_start_matches(letter);
    let letters = line.trim().len() - rest.len();
    letters >= MARK && rest.trim().eq_ignore_ascii_case(word)
}

/// The edits in `text`. What is cut off, has no path, or has a mark too many is refused: it is not
/// known what it would have been.
#[must_use]
pub fn blocks(text: &str) -> Blocks {
    let mut found = Blocks { blocks: Vec::new(), rest: String::new() };
    let mut beside: Vec<&str> = Vec::new();
    let mut last_path: Option<String> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !is_mark(line, '<', "SEARCH") {
            beside.push(line);
            continue;
        }
        let above = path_above(&mut beside);
        if !beside.is_empty() {
            found.rest.push_str(&beside.join("\n"));
            found.rest.push('\n');
            beside.clear();
        }
        let mut inside = Vec::new();
        let mut ended = false;
        for line in lines.by_ref() {
            if is_mark(line, '>', "REPLACE") {
                ended = true;
                break;
            }
            inside.push(line);
        }
        let path = above.or_else(|| last_path.clone());
        found.blocks.push(block(path.as_deref(), &inside, ended));
        last_path = path;
    }
    found.rest.push_str(&beside.join("\n"));
    found.rest = match found.blocks.is_empty() {
        true => found.rest.trim().to_owned(),
        false => without_fences(&found.rest),
    };
    found
}

/// Takes the path off the end of `beside`: the last line that says something, whatever fence
/// stands below it.
fn path_above(beside: &mut Vec<&str>) -> Option<String> {
    let mut at = beside.len();
    while at > 0 && (beside[at - 1].trim().is_empty() || is_fence(beside[at - 1])) {
        at -= 1;
    }
    let path = path_of(beside.get(at.checked_sub(1)?)?)?;
    beside.truncate(at - 1);
    Some(path)
}

fn is_fence(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("```") && !line[3..].contains(' ')
}

/// The path that a line consists of, out of what models put around it.
fn path_of(line: &str) -> Option<String> {
    let bare = line.trim().trim_start_matches(['#', '>', '-', ' ']);
    let bare = bare.trim_matches(['`', '*', '"', '\'', ':', ' ']);
    let bare = bare.strip_prefix("File: ").or_else(|| bare.strip_prefix("file: ")).unwrap_or(bare);
    let bare = bare.trim_matches(['`', '*', '"', '\'', ':', ' ']).trim_start_matches("./");
    // A sentence is none.
    let fits = !bare.is_empty() && !bare.contains(char::is_whitespace);
    (fits && (bare.contains('.') || bare.contains('/'))).then(|| bare.to_owned())
}

fn block(path: Option<&str>, inside: &[&str], ended: bool) -> Result<Block, Refusal> {
    let malformed = |message: &str| Err(Refusal::new(Reason::Malformed, message));
    let Some(path) = path else {
        return malformed("The block has no path: write the file's path on the line above it.");
    };
    if !ended {
        return malformed("The block has no line `>>>>>>> REPLACE`: it may be cut off.");
    }
    let marks: Vec<usize> = (0..inside.len()).filter(|&at| is_mark(inside[at], '=', "")).collect();
    let &[middle] = &marks[..] else {
        return malformed(match marks.is_empty() {
            true => "The block has no line `=======` between the old lines and the new ones.",
            false => {
                "The block has more than one line `=======`, so it is not clear where the old \
                 lines end. Quote fewer lines."
            }
        });
    };
    if inside.iter().any(|line| is_mark(line, '<', "SEARCH")) {
        return malformed("A block begins before the one above it has ended.");
    }
    let joined = |lines: &[&str]| lines.iter().flat_map(|line| [*line, "\n"]).collect::<String>();
    let replacement = Replacement {
        old_string: joined(&inside[..middle]),
        new_string: joined(&inside[middle + 1..]),
        replace_all: false,
    };
    Ok(Block { path: path.to_owned(), replacement })
}

/// The words without the fences that stood around blocks, and without the gaps that these leave.
fn without_fences(rest: &str) -> String {
    let mut lines: Vec<&str> = rest.lines().filter(|line| !is_fence(line)).collect();
    lines.dedup_by(|line, before| line.trim().is_empty() && before.trim().is_empty());
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n";

    fn check(text: &str, expected: &[(&str, &str, &str)], rest: &str) {
        let found = blocks(text);
        let all: Vec<(String, String, String)> = found
            .blocks
            .into_iter()
            .map(|block| {
                let Block { path, replacement } = block.unwrap();
                (path, replacement.old_string, replacement.new_string)
            })
            .collect();
        let all: Vec<(&str, &str, &str)> = all
            .iter()
            .map(|(path, old, new)| (path.as_str(), old.as_str(), new.as_str()))
            .collect();
        assert_eq!(all, expected, "{text}");
        assert_eq!(found.rest, rest, "{text}");
    }

    #[test]
    fn a_path_stands_above_whatever_is_put_around_it() {
        for above in [
            "a/b.rs\n",
            "`./a/b.rs`\n",
            "**a/b.rs**:\n",
            "### File: a/b.rs\n```rust\n",
            "```\na/b.rs\n",
            "a/b.rs\n\n```rust\n",
        ] {
            check(&format!("{above}{BODY}"), &[("a/b.rs", "old\n", "new\n")], "");
        }
    }

    #[test]
    fn several_blocks_share_a_path_and_words_stand_beside() {
        let text = format!(
            "First I do this.\n\na.rs\n```\n{BODY}```\n{BODY}\nThen b.rs\nb.rs\n{BODY}\nDone."
        );
        let edit = |path| (path, "old\n", "new\n");
        check(
            &text,
            &[edit("a.rs"), edit("a.rs"), edit("b.rs")],
            "First I do this.\n\nThen b.rs\n\nDone.",
        );
        check("I see nothing to change in a.rs.", &[], "I see nothing to change in a.rs.");
        check("```\ncode\n```", &[], "```\ncode\n```");
    }

    #[test]
    fn parts_may_be_empty_and_lines_end_as_they_like() {
        check(
            "n.rs\r\n<<<<<<< SEARCH\r\n=======\r\nnew\r\n>>>>>>> REPLACE\r\n",
            &[("n.rs", "", "new\n")],
            "",
        );
        check("n.rs\n<<<<<<<SEARCH\nold\n=====\n>>>>>REPLACE", &[("n.rs", "old\n", "")], "");
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        for (text, why) in [
            (BODY.to_owned(), "no path"),
            (format!("That is all I know\n{BODY}"), "no path"),
            ("a.rs\n<<<<<<< SEARCH\nold\n=======\nne".to_owned(), "cut off"),
            (
                BODY.replace("=======", "a").replace("<<<<<<< SEARCH", "a.rs\n<<<<<<< SEARCH"),
                "no line `=======`",
            ),
            (format!("a.rs\n{}", BODY.replace("old", "# T\n=======")), "more than one"),
            (format!("a.rs\n<<<<<<< SEARCH\nx\n{BODY}"), "begins before"),
        ] {
            let found = blocks(&text).blocks;
            let refusal = found[0].as_ref().unwrap_err();
            assert!(refusal.message.contains(why), "{text}: {refusal}");
            assert_eq!(found.len(), 1, "{text}");
        }
    }
}
