//! The quickest check of a draft: does it still parse?

use stdx::AbsPath;
use syntax::{Language, SyntaxTree};

use crate::Draft;

impl Draft {
    /// The changed files that have more syntax errors than their base had, each with the line
    /// (from 1) of one of them. Files without a grammar are left out.
    #[must_use]
    pub fn new_syntax_errors(&self) -> Vec<(AbsPath, usize)> {
        let mut worse = Vec::new();
        for (path, text) in self.changes() {
            let (Some(language), Some(text)) = (Language::for_path(path.as_path()), text) else {
                continue;
            };
            let before = self.base().read(path).ok();
            let before = before.and_then(|file| SyntaxTree::parse(language, &file.text, None));
            let Some(after) = SyntaxTree::parse(language, text, None) else { continue };
            if let Some(error) = syntax::new_errors(before.as_ref(), &after).first() {
                worse.push((path.clone(), text.line_of(error.range.start) + 1));
            }
        }
        worse
    }
}
