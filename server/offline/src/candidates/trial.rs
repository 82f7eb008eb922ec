//! Trying repairs of a broken text on the parser alone, which costs next to nothing.

use std::path::Path;

use syntax::{Language, SyntaxTree};
use text::Text;

use super::{Candidate, rank};
use crate::files::Edit;
use crate::tokens;

/// A text whose syntax may be broken, parsed once, so that variants of it are parsed quickly.
pub(super) struct Trial {
    text: Text,
    tree: SyntaxTree,
    damage: usize,
}

impl Trial {
    /// For repairs near byte `at`; `None` if `file` is of no language that we parse.
    pub(super) fn new(file: &str, text: &str, at: usize) -> Option<Trial> {
        let language = Language::for_path(Path::new(file))?;
        let text = Text::new(&without_macros(text, at));
        let tree = SyntaxTree::parse(language, &text, None)?;
        Some(Trial { damage: tree.damage(), text, tree })
    }

    fn damage_after(&self, edit: &Edit) -> usize {
        let edited = self.tree.edited(&self.text, edit.start..edit.end, &edit.text);
        let mut text = self.text.clone();
        text.replace(edit.start..edit.end, &edit.text);
        let tree = SyntaxTree::parse(self.tree.language(), &text, Some(&edited));
        tree.map_or(usize::MAX, |tree| tree.damage())
    }

    /// Those of `repairs` (each with what it does and the rank that it deserves if the parser
    /// agrees with it) that the parser can live with, best first, at most `limit`.
    ///
    /// The parser's grammar is not rustc's: where it sees nothing wrong with the text as it is, it
    /// cannot tell repairs from one another, and only those are kept that have better reasons;
    /// where it sees something wrong after all repairs, those are best that leave least.
    pub(super) fn sift(&self, repairs: Vec<(u32, Edit, String)>, limit: usize) -> Vec<Candidate> {
        /// What the rank suffers where the parser still sees something wrong.
        const DOUBT: u32 = 12;
        let mut seen: Vec<Edit> = Vec::new();
        let mut kept: Vec<(usize, u32, Edit, String)> = Vec::new();
        for (rank, edit, what) in repairs {
            if seen.contains(&edit) {
                continue;
            }
            seen.push(edit.clone());
            if self.damage == 0 && rank >= rank::POSSIBLE - 10 {
                continue;
            }
            let damage = self.damage_after(&edit);
            if damage < self.damage || (self.damage == 0 && damage == 0) {
                kept.push((damage, rank, edit, what));
            }
        }
        let least = kept.iter().map(|(damage, ..)| *damage).min().unwrap_or(0);
        let mut candidates: Vec<Candidate> = kept
            .into_iter()
            .map(|(damage, rank, edit, what)| {
                let rank = if damage == least { rank } else { rank + DOUBT };
                Candidate::new(rank, vec![edit], what)
            })
            .collect();
        candidates.sort_by_key(|candidate| candidate.rank);
        candidates.truncate(limit);
        candidates
    }
}

/// `text` with blanks for the names of the macros around byte `at`: what they are called with is
/// then read as an expression in brackets, of which the parser sees more than of bare tokens.
fn without_macros(text: &str, at: usize) -> String {
    let tokens = tokens::tokens(text);
    let mut text = text.to_owned();
    for open in tokens::open_brackets(&text.clone(), &tokens, tokens::index_at(&tokens, at)) {
        let Some(name) = open.checked_sub(2) else { continue };
        if tokens[open - 1].of(&text) == "!" && tokens[name].kind == tokens::Kind::Word {
            let bytes = tokens[name].bytes.start..tokens[open - 1].bytes.end;
            let blanks = " ".repeat(bytes.len());
            text.replace_range(bytes, &blanks);
        }
    }
    text
}
