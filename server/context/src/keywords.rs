//! Words that a language keeps for itself: they name nothing that could be looked up.

use std::sync::OnceLock;

use rustc_hash::FxHashSet;
use syntax::Language;

const RUST: &str = "as async await break const continue crate dyn else enum extern false fn for if \
    impl in let loop match mod move mut pub ref return self Self static struct super trait true \
    type unsafe use where while";
const PYTHON: &str = "False None True and as assert async await break class continue def del elif \
    else except finally for from global if import in is lambda nonlocal not or pass raise return \
    self cls try while with yield";
const SCRIPT: &str = "any as async await boolean break case catch class const continue debugger \
    declare default delete do else enum export extends false finally for from function get if \
    implements import in instanceof interface keyof let namespace never new null number of \
    private protected public readonly return set static string super switch symbol this throw \
    true try type typeof undefined unknown var void while with yield";
const GO: &str = "bool break byte case chan const continue default defer else error fallthrough \
    false float64 for func go goto if import int int64 interface iota len make map nil package \
    range return rune select string struct switch true type var";
const C_LIKE: &str = "abstract auto boolean bool break case catch char class const continue \
    default delete do double else enum extends extern final finally float for friend goto if \
    implements import inline instanceof int interface long namespace new null nullptr operator \
    override package private protected public register return short signed sizeof static struct \
    super switch template this throw throws true false try typedef typename union unsigned using \
    virtual void volatile while";

/// The keywords of `language`.
pub(crate) fn of(language: Language) -> &'static FxHashSet<&'static str> {
    static SETS: [OnceLock<FxHashSet<&'static str>>; 5] = [const { OnceLock::new() }; 5];
    let (slot, words) = match language.id() {
        "rust" => (0, RUST),
        "python" => (1, PYTHON),
        "javascript" | "javascriptreact" | "typescript" | "typescriptreact" => (2, SCRIPT),
        "go" => (3, GO),
        _ => (4, C_LIKE),
    };
    SETS[slot].get_or_init(|| words.split_whitespace().collect())
}
