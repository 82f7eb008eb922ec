//! Trying repairs of a broken text on the parser alone, which costs next to nothing.

use std::path::Path;

use syntax::{Language, SyntaxTree};
use text::Text;

use super::Candidate;
use crate::files::Edit;

/// A text whose syntax may be broken, parsed once, so that variants of it are parsed quickly.
pub(super) struct Trial {
    text: Text,
    tree: SyntaxTree,
    damage: usize,
}

impl Trial {
    /// `None` if `file` is of no language that we parse.
    pub(super) fn new(file: &str, text: &str) -> Option<Trial> {
        let language = Language::for_path(Path::new(file))?;
        let text = Text::new(text);
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
    /// The parser's grammar is not rustc's: where it sees nothing wrong with the text as it is
    /// (in the arguments of macros, for one), it cannot tell repairs from one another; where it
    /// sees something wrong after all repairs, those are best that leave least.
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
