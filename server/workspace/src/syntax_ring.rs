//! The quickest check of a draft: does it still parse?

use stdx::AbsPath;
use syntax::{Language, SyntaxError, SyntaxTree, new_errors};
use text::Text;

use crate::Draft;

impl Draft {
    /// The changed files with syntax errors that their base does not have
    /// ([`syntax::new_errors`]), each with the line (from 1) of the first of them. Left out are
    /// files without a grammar, and those whose grammar takes right texts for wrong ones.
    #[must_use]
    pub fn new_syntax_errors(&self) -> Vec<(AbsPath, usize)> {
        let mut worse = Vec::new();
        for (path, text) in self.changes() {
            let (Some(language), Some(text)) = (Language::for_path(path.as_path()), text) else {
                continue;
            };
            if !language.is_strict() {
                continue;
            }
            let after = errors(language, text);
            if after.is_empty() {
                continue;
            }
            let before = self.base().read(path).map(|file| errors(language, &file.text));
            if let Some(error) = new_errors(&before.unwrap_or_default(), &after).first() {
                worse.push((path.clone(), text.line_of(error.range.start) + 1));
            }
        }
        worse
    }
}

/// Parsed from scratch, so that the same text always has the same errors.
fn errors(language: Language, text: &Text) -> Vec<SyntaxError> {
    SyntaxTree::parse(language, text, None).map(|tree| tree.errors(text)).unwrap_or_default()
}
