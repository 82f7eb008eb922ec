//! Calls of models that cannot make any: edits as blocks between marks, and `READ path`.

use edit::Blocks;
use harness::{InWords, RawJson, Written, WrittenCall};
use serde_json::{Value, json};

/// What stands before a path that the model wants to see.
const READ: &str = "READ ";

/// See the module.
pub struct Words;

impl InWords for Words {
    fn read(&self, text: &str) -> Written {
        let Blocks { blocks, rest } = edit::blocks(text);
        let mut calls: Vec<WrittenCall> = Vec::new();
        for block in blocks {
            calls.push(match block {
                Ok(block) => {
                    let replacement = block.replacement;
                    call(
                        "edit",
                        &json!({
                            "path": block.path,
                            "old_string": replacement.old_string,
                            "new_string": replacement.new_string,
                        }),
                    )
                }
                Err(refusal) => WrittenCall::Unclear(refusal.message),
            });
        }
        // Inside of a block it would be code, and above one it would come too late.
        let (reads, rest): (Vec<&str>, Vec<&str>) =
            rest.lines().partition(|line| line.starts_with(READ));
        let paths = reads.iter().filter_map(|line| line.strip_prefix(READ));
        calls.extend(
            paths.map(|path| call("read", &json!({"path": path.trim_matches(['`', ' '])}))),
        );
        Written { calls, rest: rest.join("\n").trim().to_owned() }
    }
}

fn call(tool: &str, input: &Value) -> WrittenCall {
    WrittenCall::Call { tool: tool.to_owned(), input: RawJson::of(input) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_edits_and_lines_are_reads() {
        let text = "I rename it.\n\na.rs\n<<<<<<< SEARCH\nREAD me\n=======\nb\n>>>>>>> REPLACE\n\
                    READ `b.rs`\nb.rs\n<<<<<<< SEARCH\nx\n";
        let written = Words.read(text);
        assert_eq!(written.rest, "I rename it.");
        let edit = json!({"path": "a.rs", "old_string": "READ me\n", "new_string": "b\n"});
        let [first, WrittenCall::Unclear(why), last] = &written.calls[..] else {
            panic!("{written:?}")
        };
        assert_eq!((first, last), (&call("edit", &edit), &call("read", &json!({"path": "b.rs"}))));
        assert!(why.contains("cut off"), "{why}");
        assert_eq!(
            Words.read("Nothing to do."),
            Written { calls: Vec::new(), rest: "Nothing to do.".to_owned() }
        );
    }
}
