//! Differences for people to read.

use imara_diff::{Algorithm, BasicLineDiffPrinter, Diff, InternedInput, UnifiedDiffConfig};

use crate::Text;

/// The hunks of a unified diff from `old` to `new`, three lines of context each, without file
/// names. Empty if nothing differs.
#[must_use]
pub fn unified_diff(old: &Text, new: &Text) -> String {
    let (old, new) = (old.to_string(), new.to_string());
    let input = InternedInput::new(old.as_str(), new.as_str());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let printer = BasicLineDiffPrinter(&input.interner);
    diff.unified_diff(&printer, UnifiedDiffConfig::default(), &input).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_goes_and_what_comes() {
        let diff = unified_diff(&Text::new("a\nb\nc\n"), &Text::new("a\nB\nc\n"));
        assert!(diff.contains("-b\n+B\n"), "{diff}");
        assert!(diff.starts_with("@@ "), "{diff}");
        assert_eq!(unified_diff(&Text::new("a"), &Text::new("a")), "");
    }
}
