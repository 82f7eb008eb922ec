//! When a line as a model wrote it and a line of the file are the same line.

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::file::File;
use crate::script::Line;
use crate::sign::Sign;

/// What is overlooked when lines are compared. Every step overlooks what the one before it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum Leniency {
    /// Nothing.
    #[default]
    Exact,
    /// How lines end: `\n` or `\r\n`, and whether the last line of the file has an end.
    LineEnds,
    /// Blanks at the ends of lines.
    TrailingBlanks,
    /// Blanks at the starts of lines.
    Indentation,
    /// How many blanks stand between two words, which of several look-alike quotes, dashes and
    /// blanks is used, and how accents are encoded.
    LookAlikes,
    /// Blanks that part neither two words nor two operators.
    Spacing,
    /// Blank lines.
    BlankLines,
    /// Lines in the middle, for which the edit has a line with an ellipsis.
    Elision,
    /// One line beside the change that is a little different, missing or too much. Lines that are
    /// to be deleted never are.
    Context,
}

impl Leniency {
    /// The steps that compare line with line, without any missing.
    pub(crate) const BY_LINE: [Leniency; 6] = [
        Leniency::Exact,
        Leniency::TrailingBlanks,
        Leniency::Indentation,
        Leniency::LookAlikes,
        Leniency::Spacing,
        Leniency::BlankLines,
    ];

    /// In words, for a message: what was overlooked.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Leniency::Exact => "exactly",
            Leniency::LineEnds => "apart from line ends",
            Leniency::TrailingBlanks => "apart from trailing white space",
            Leniency::Indentation => "apart from indentation",
            Leniency::LookAlikes => "apart from white space and look-alike characters",
            Leniency::Spacing => "apart from white space",
            Leniency::BlankLines => "apart from white space and blank lines",
            Leniency::Elision => "apart from the lines that it leaves out",
            Leniency::Context => "apart from one line of context",
        }
    }

    /// Whether indentation is overlooked.
    pub(crate) fn indents(self) -> bool {
        self >= Leniency::Indentation
    }
}

/// A line of a script, made ready to be compared with many lines of a file.
pub(crate) struct Sought<'a> {
    line: &'a Line,
    text: Sign,
    raw: Option<Sign>,
}

impl<'a> Sought<'a> {
    pub(crate) fn new(line: &'a Line) -> Sought<'a> {
        Sought { line, text: Sign::of(&line.text), raw: line.raw.as_deref().map(Sign::of) }
    }

    /// Whether it stands for line `index` of `file`.
    pub(crate) fn is_at(&self, file: &File<'_>, index: usize, leniency: Leniency) -> bool {
        if leniency == Leniency::Exact {
            return same(&self.line.text, file.line(index), leniency);
        }
        let sign = file.sign(index);
        let is = |text: &str, own: Sign| own.may_be(sign) && same(text, file.line(index), leniency);
        is(&self.line.text, self.text)
            || (leniency >= Leniency::TrailingBlanks
                && self.line.raw.as_deref().zip(self.raw).is_some_and(|(raw, sign)| is(raw, sign)))
    }
}

/// Whether two lines are the same but for what is overlooked.
pub(crate) fn same(model: &str, file: &str, leniency: Leniency) -> bool {
    match leniency {
        Leniency::Exact | Leniency::LineEnds => model == file,
        Leniency::TrailingBlanks => model.trim_end() == file.trim_end(),
        Leniency::Indentation => model.trim() == file.trim(),
        Leniency::LookAlikes => same_look(model, file, false),
        _ => same_look(model, file, true),
    }
}

fn same_look(model: &str, file: &str, tight: bool) -> bool {
    // A long dash stands for one, two or three short ones, but only where there is a long one.
    let dashes = model.contains(LONG_DASHES) || file.contains(LONG_DASHES);
    let mut a = Look::new(model, tight, dashes);
    let mut b = Look::new(file, tight, dashes);
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (a, b) if a == b => {}
            (a, b) => {
                // Accents may be encoded differently; a difference of two plain ASCII characters
                // or of two texts that are both composed is none of encoding.
                let ascii = |c: Option<char>| c.is_none_or(|c| c.is_ascii());
                return !(ascii(a) && ascii(b)) && same_composed(model, file, tight, dashes);
            }
        }
    }
}

fn same_composed(model: &str, file: &str, tight: bool, dashes: bool) -> bool {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    if nfc.is_normalized(model) && nfc.is_normalized(file) {
        return false;
    }
    let (model, file) = (nfc.normalize(model), nfc.normalize(file));
    Look::new(&model, tight, dashes).eq(Look::new(&file, tight, dashes))
}

const LONG_DASHES: [char; 2] = ['\u{2014}', '\u{2015}'];

/// The plain character that a look-alike stands for. `None` for one that is plain already;
/// characters without any width stand for nothing.
pub(crate) fn plain(c: char) -> Option<&'static str> {
    if c.is_ascii() {
        return None;
    }
    Some(match c {
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{b4}' | '\u{2bc}' => "'",
        '\u{201c}'..='\u{201f}' | '\u{2033}' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => "-",
        '\u{2026}' => "...",
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => "",
        _ if c.is_whitespace() => " ",
        _ => return None,
    })
}

/// The characters of a line that count: no blanks at its ends, one where there are several, and
/// plain characters for look-alikes.
struct Look<'a> {
    rest: std::str::Chars<'a>,
    pending: std::str::Chars<'static>,
    /// Taken from `rest`, but not given out yet.
    peeked: Option<char>,
    last: Option<char>,
    tight: bool,
    dashes: bool,
}

impl<'a> Look<'a> {
    fn new(line: &'a str, tight: bool, dashes: bool) -> Look<'a> {
        let (rest, pending) = (line.trim().chars(), "".chars());
        Look { rest, pending, peeked: None, last: None, tight, dashes }
    }

    fn plain_char(&mut self) -> Option<char> {
        loop {
            if let Some(c) = self.peeked.take().or_else(|| self.pending.next()) {
                return Some(c);
            }
            let c = self.rest.next()?;
            match plain(c) {
                Some(text) => self.pending = text.chars(),
                None if c.is_whitespace() => return Some(' '),
                None => return Some(c),
            }
        }
    }
}

impl Iterator for Look<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let sign = |c: Option<char>| c.is_some_and(|c| "=<>!&|+-*/%^~?:.@#$".contains(c));
        loop {
            let c = self.plain_char()?;
            if c == ' ' {
                let next = loop {
                    match self.plain_char() {
                        Some(' ') => {}
                        next => break next,
                    }
                };
                self.peeked = next;
                let parts = word(self.last) && word(next) || sign(self.last) && sign(next);
                let counts = !self.tight || parts;
                // Look-alikes of blanks may stand at the ends as well.
                if self.last.is_none() || next.is_none() || !counts {
                    continue;
                }
            } else if c == '-' && self.dashes && self.last == Some('-') {
                continue;
            }
            self.last = Some(c);
            return Some(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(model: &str, file: &str, weakest: Option<Leniency>) {
        let steps = Leniency::BY_LINE;
        let found = steps.into_iter().find(|leniency| same(model, file, *leniency));
        assert_eq!(found, weakest, "{model:?} and {file:?}");
        let again = steps.into_iter().skip_while(|leniency| Some(*leniency) != weakest);
        assert!(weakest.is_none() || Sign::of(model).may_be(Sign::of(file)), "{model:?}, {file:?}");
        for leniency in again {
            assert!(same(model, file, leniency), "{leniency:?} overlooks less than a weaker step");
            assert!(same(file, model, leniency), "{leniency:?} is not symmetric");
        }
    }

    #[test]
    fn each_step_overlooks_more() {
        check("a", "a", Some(Leniency::Exact));
        check("a", "a \t", Some(Leniency::TrailingBlanks));
        check("  a", "\ta ", Some(Leniency::Indentation));
        check("let a  = 1;", "\tlet  a = 1;", Some(Leniency::LookAlikes));
        check("f( a,b )", "f(a, b)", Some(Leniency::Spacing));
        check("ab", "a b", None);
        check("a==b", "a == b", Some(Leniency::Spacing));
        check("a == b", "a = = b", None);
        check("a - b", "a -- b", None);
    }

    #[test]
    fn look_alikes() {
        check("print(“a”)", "print(\"a\")", Some(Leniency::LookAlikes));
        check("it's", "it’s", Some(Leniency::LookAlikes));
        check("a\u{a0}= b", "a = b", Some(Leniency::LookAlikes));
        check("\u{a0}a", " a", Some(Leniency::Indentation));
        check("wait…", "wait...", Some(Leniency::LookAlikes));
        check("a – b", "a - b", Some(Leniency::LookAlikes));
        check("a — b", "a -- b", Some(Leniency::LookAlikes));
        check("--a—b", "--a--b", Some(Leniency::LookAlikes));
        check("zero\u{200b}width", "zerowidth", Some(Leniency::LookAlikes));
        check("“a”", "'a'", None);
    }

    #[test]
    fn accents() {
        check("caf\u{e9} (x)", "cafe\u{301} (x)", Some(Leniency::LookAlikes));
        check("caf\u{e9}", "cafe", None);
        check("日本", "日木", None);
        check("\u{212b}", "\u{c5}", Some(Leniency::LookAlikes));
    }
}
