//! Text that comes from elsewhere, made fit to be shown.

/// The text in one line, at most `limit` characters long, without anything that a terminal or an
/// editor would obey instead of showing: control characters and marks that turn the direction of
/// writing.
#[must_use]
pub fn one_line(text: &str, limit: usize) -> String {
    let spaced = text.split(|c: char| c.is_whitespace() || c == '\u{85}');
    let words: Vec<&str> = spaced.filter(|word| !word.is_empty()).collect();
    let shown: String = words.join(" ").chars().filter(|c| !obeyed(*c)).collect();
    if shown.chars().count() <= limit {
        return shown;
    }
    let mut short: String = shown.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line("a\r\n  b\u{1b}[31m\tc\u{2028}d\u{9b}2J\u{7f}", 80), "a b[31m c d2J");
        assert_eq!(one_line("\u{1b}]0;title\u{7}x", 80), "]0;titlex");
        assert_eq!(one_line("if \u{202e}x", 80), "if x");
        assert_eq!(one_line("größe", 5), "größe");
        assert_eq!(one_line("größe", 4), "grö…");
        assert_eq!(one_line("\n", 4), "");
    }
}
