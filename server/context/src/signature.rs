//! The parts of a function's signature, by its brackets.

use std::ops::Range;

use syntax::Language;

/// Names that every program of a language has and that lead to nothing of the project.
const COMMON: &str = "Self Option Result Vec String Box Arc Rc Some None Ok Err Path PathBuf \
    HashMap HashSet BTreeMap BTreeSet Iterator IntoIterator Into From AsRef Fn FnMut FnOnce Send \
    Sync Clone Copy Debug Default Error Cow Sized Any Dict List Optional Union Callable Tuple Set \
    Iterable Type Promise Array Record Partial Map Date Object Function";

/// Where a signature takes and where it gives.
pub(crate) struct Parts {
    /// Between the brackets of its parameters.
    pub(crate) takes: Range<usize>,
    /// After them.
    pub(crate) gives: Range<usize>,
}

/// The parts of the signature that follows a name, in `rest`.
pub(crate) fn parts(source: &str, rest: Range<usize>) -> Parts {
    let bytes = source.as_bytes();
    let end = rest.end.min(bytes.len());
    let mut at = rest.start.min(end);
    // Type parameters come first.
    let mut angles = 0_u32;
    while at < end {
        match bytes[at] {
            b'<' => angles += 1,
            b'>' if at > 0 && bytes[at - 1] != b'-' => angles = angles.saturating_sub(1),
            b'(' if angles == 0 => break,
            _ => {}
        }
        at += 1;
    }
    let open = at.min(end);
    let mut depth = 0_u32;
    while at < end {
        match bytes[at] {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    let close = at.min(end);
    Parts { takes: open..close, gives: close..end }
}

/// Whether a word of a signature may be the name of a type of the project.
pub(crate) fn may_be_type(language: Language, word: &str) -> bool {
    let first = word.as_bytes().first().copied().unwrap_or_default();
    let shape = first.is_ascii_uppercase() || language.id() == "go" || language.id() == "c";
    shape && word.len() > 1 && !is_common(word)
}

fn is_common(word: &str) -> bool {
    use std::collections::HashSet;
    use std::sync::OnceLock;
    static SET: OnceLock<HashSet<&str>> = OnceLock::new();
    SET.get_or_init(|| COMMON.split_whitespace().collect()).contains(word)
}
