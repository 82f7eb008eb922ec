//! What the checker itself proposes.

use harness::{Diagnostic, Suggestion};

use super::literals::is_lexical;
use super::{Candidate, Known, Source, own_files, rank};
use crate::files::Edit;

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// The corrections that `error` and its notes carry. Those that leave blanks to be filled in, or
/// that put a placeholder where code should be, are no corrections.
fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let mut found = Vec::new();
    for suggestion in &error.suggestions {
        if suggestion.edits.is_empty() || suggestion.edits.iter().any(|(_, text)| is_blank(text)) {
            continue;
        }
        let edits: Vec<Edit> = suggestion
            .edits
            .iter()
            .map(|(span, text)| Edit::new(&span.file, span.bytes.clone(), text.clone()))
            .collect();
        if edits.iter().all(|edit| known.files.contains_key(&edit.file)) {
            let sure = suggestion.machine_applicable && !suggestion.has_placeholders;
            let rank = match sure {
                // A blank in the text of a string: a quote is missing somewhere above.
                _ if is_lexical(error) && adds_blanks(suggestion) => rank::DESPERATE + 10,
                true => rank::SURE,
                _ if suggestion.edits.iter().any(|(_, text)| text.contains("#[derive(")) => {
                    rank::PROPOSED - 6
                }
                false => rank::PROPOSED,
            };
            found.push(Candidate::new(rank, edits, described(suggestion)));
        }
    }
    found
}

/// Whether `text` stands for code that is missing: the macros that say so, and the comments that
/// rustc leaves where it does not know an argument. (rustc marks whole suggestions as having
/// placeholders also where they have none, such as the removal of an argument.)
pub(crate) fn is_blank(text: &str) -> bool {
    ["todo!", "unimplemented!", "/* ", "(\"REASON\")", "<type>"]
        .iter()
        .any(|mark| text.contains(mark))
}

fn described(suggestion: &Suggestion) -> String {
    suggestion.message.lines().next().unwrap_or_default().to_owned()
}

fn adds_blanks(suggestion: &Suggestion) -> bool {
    suggestion.edits.iter().all(|(_, text)| text.chars().all(char::is_whitespace))
}
