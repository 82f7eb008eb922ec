//! One source file as the operators see it: code tokens, matching brackets, functions, items.
//!
//! This is no parser. It knows just as much structure as a mutation needs, and where it is unsure
//! an operator finds no site; whether a mutation breaks the crate is for the compiler to say.

use super::lexer::{Kind, Token, lex};

/// A function, by indices into [`Source::tokens`]; ranges are inclusive.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// First token: an attribute, `pub`, `const`, … or `fn` itself.
    pub(crate) first: usize,
    pub(crate) name: usize,
    /// The parentheses of the parameters.
    pub(crate) params: (usize, usize),
    /// The type after `->`.
    pub(crate) returns: Option<(usize, usize)>,
    /// The braces of the body.
    pub(crate) body: Option<(usize, usize)>,
    /// Whether it stands in an `impl` or a `trait`.
    pub(crate) is_method: bool,
}

/// A text with its code tokens (comments left out) and what was found about them.
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) functions: Vec<Function>,
    partners: Vec<Option<usize>>,
    /// In a function's body.
    in_body: Vec<bool>,
    /// In an attribute, or in the definition of a macro.
    frozen: Vec<bool>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut tokens = lex(text);
        tokens.retain(|token| token.kind != Kind::Comment);
        let count = tokens.len();
        let mut source = Source {
            text,
            partners: vec![None; count],
            in_body: vec![false; count],
            frozen: vec![false; count],
            functions: Vec::new(),
            tokens,
        };
        source.match_brackets();
        source.freeze();
        source.find_functions();
        source
    }

    fn match_brackets(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        for i in 0..self.tokens.len() {
            let closes = match self.at(i) {
                "(" | "[" | "{" => {
                    open.push(i);
                    continue;
                }
                ")" => "(",
                "]" => "[",
                "}" => "{",
                _ => continue,
            };
            if let Some(start) = open.pop_if(|start| self.at(*start) == closes) {
                self.partners[start] = Some(i);
                self.partners[i] = Some(start);
            }
        }
    }

    fn freeze(&mut self) {
        for i in 0..self.tokens.len() {
            let opening = match self.at(i) {
                "#" if self.at(i + 1) == "[" => i + 1,
                "#" if self.at(i + 1) == "!" && self.at(i + 2) == "[" => i + 2,
                "macro_rules" if self.at(i + 1) == "!" => i + 3,
                _ => continue,
            };
            if let Some(closing) = self.partner(opening) {
                self.frozen[i..=closing].fill(true);
            }
        }
    }

    fn find_functions(&mut self) {
        let homes = self.homes();
        for i in 0..self.tokens.len() {
            if self.at(i) != "fn" || !self.is_ident(i + 1) {
                continue;
            }
            let Some(function) = self.function(i, &homes) else { continue };
            if let Some((open, close)) = function.body {
                self.in_body[open..=close].fill(true);
            }
            self.functions.push(function);
        }
    }

    /// The braces of every `impl` and `trait`.
    fn homes(&self) -> Vec<(usize, usize)> {
        let starts = (0..self.tokens.len()).filter(|&i| {
            let before = if i == 0 { "" } else { self.at(i - 1) };
            let begins = matches!(before, "" | "}" | "{" | ";" | "]" | "unsafe" | "pub" | ")");
            matches!(self.at(i), "impl" | "trait") && begins
        });
        starts.filter_map(|i| self.find_before(i, "{", ";")).filter_map(|i| self.group(i)).collect()
    }

    fn function(&self, keyword: usize, homes: &[(usize, usize)]) -> Option<Function> {
        let generics = self.angles(keyword + 2);
        let params = self.group(generics.map_or(keyword + 2, |(_, close)| close + 1))?;
        if self.at(params.0) != "(" {
            return None;
        }
        let end = (params.1..self.tokens.len()).find(|&i| matches!(self.at(i), "{" | ";"))?;
        let clause = (params.1..end).find(|&i| self.at(i) == "where").unwrap_or(end);
        let returns = (self.at(params.1 + 1) == "->" && clause > params.1 + 2)
            .then_some((params.1 + 2, clause - 1));
        let is_method = homes.iter().any(|&(open, close)| open < keyword && keyword < close);
        Some(Function {
            first: self.item_start(keyword),
            name: keyword + 1,
            params,
            returns,
            body: self.group(end).filter(|_| self.at(end) == "{"),
            is_method: is_method && !self.in_body[keyword],
        })
    }

    /// From an item's keyword back over its modifiers, visibility and attributes.
    pub(crate) fn item_start(&self, keyword: usize) -> usize {
        let mut first = keyword;
        while first > 0 {
            let before = first - 1;
            let is_modifier =
                matches!(self.at(before), "pub" | "const" | "unsafe" | "async" | "extern")
                    || self.at(before) == "default"
                    || (self.tokens[before].kind == Kind::Str && self.at(first) == "fn");
            let opening = self.partner(before).filter(|open| *open > 0 && *open < before);
            match (is_modifier, self.at(before), opening) {
                (true, ..) => first = before,
                (_, ")", Some(open)) if self.at(open - 1) == "pub" => first = open - 1,
                (_, "]", Some(open)) if self.at(open - 1) == "#" => first = open - 1,
                _ => break,
            }
        }
        first
    }

    /// The text of token `i`; empty beyond the end.
    pub(crate) fn at(&self, i: usize) -> &'a str {
        self.tokens.get(i).map_or("", |token| &self.text[token.start..token.end])
    }

    /// The text of the token before `i`; empty at the beginning.
    pub(crate) fn before(&self, i: usize) -> &'a str {
        i.checked_sub(1).map_or("", |before| self.at(before))
    }

    /// The text from token `first` to token `last`, both included.
    pub(crate) fn span(&self, first: usize, last: usize) -> &'a str {
        &self.text[self.tokens[first].start..self.tokens[last].end]
    }

    pub(crate) fn kind(&self, i: usize) -> Option<Kind> {
        self.tokens.get(i).map(|token| token.kind)
    }

    /// An identifier that is no keyword.
    pub(crate) fn is_ident(&self, i: usize) -> bool {
        self.kind(i) == Some(Kind::Ident) && !KEYWORDS.contains(&self.at(i))
    }

    pub(crate) fn is_frozen(&self, i: usize) -> bool {
        self.frozen.get(i).copied().unwrap_or(false)
    }

    /// Indices of the tokens that are neither in an attribute nor in a macro's definition.
    pub(crate) fn code(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.tokens.len()).filter(|&i| !self.frozen[i])
    }

    /// Indices of the code tokens inside of functions' bodies.
    pub(crate) fn body_code(&self) -> impl Iterator<Item = usize> + '_ {
        self.code().filter(|&i| self.in_body[i])
    }

    /// Indices of the code tokens that are outside of functions' bodies.
    pub(crate) fn item_code(&self) -> impl Iterator<Item = usize> + '_ {
        self.code().filter(|&i| !self.in_body[i])
    }

    pub(crate) fn partner(&self, i: usize) -> Option<usize> {
        self.partners.get(i).copied().flatten()
    }

    /// The bracket pair that opens at `i`.
    pub(crate) fn group(&self, i: usize) -> Option<(usize, usize)> {
        self.partner(i).filter(|close| *close > i).map(|close| (i, close))
    }

    /// The angle-bracket pair that opens at `i`.
    pub(crate) fn angles(&self, i: usize) -> Option<(usize, usize)> {
        if self.at(i) != "<" {
            return None;
        }
        let mut depth = 0;
        let mut j = i;
        while j < self.tokens.len() {
            match self.at(j) {
                "<" => depth += 1,
                ">" => depth -= 1,
                ";" | "{" | "&&" | "||" => return None,
                "(" | "[" => j = self.partner(j)?,
                _ => {}
            }
            if depth == 0 {
                return Some((i, j));
            }
            j += 1;
        }
        None
    }

    /// The first and the last token of what follows the last statement of a body, given by its
    /// braces.
    pub(crate) fn tail(&self, (open, close): (usize, usize)) -> Option<(usize, usize)> {
        let mut first = open + 1;
        while let Some(end) = self.find_before(first, ";", "") {
            first = end + 1;
        }
        (first < close).then(|| (first, close - 1))
    }

    /// From `i` the first `wanted` on the same level, if none of `stop` comes before it.
    pub(crate) fn find_before(&self, i: usize, wanted: &str, stop: &str) -> Option<usize> {
        let mut j = i;
        while j < self.tokens.len() {
            let token = self.at(j);
            if token == wanted {
                return Some(j);
            }
            if token == stop || matches!(token, ")" | "]" | "}") {
                return None;
            }
            j = self.group(j).map_or(j, |(_, close)| close) + 1;
        }
        None
    }

    /// The elements of a bracket pair separated by commas, each as an inclusive range.
    /// Angle brackets are taken as brackets where `types` is said.
    pub(crate) fn elements(
        &self,
        (open, close): (usize, usize),
        types: bool,
    ) -> Vec<(usize, usize)> {
        let mut elements = Vec::new();
        let (mut first, mut j) = (open + 1, open + 1);
        while j < close {
            let token = self.at(j);
            if token == "," {
                if first < j {
                    elements.push((first, j - 1));
                }
                first = j + 1;
            } else if token == "|" && (j == first || self.at(j - 1) == "move") {
                // The parameters of a closure have commas of their own.
                j = (j + 1..close).find(|&end| self.at(end) == "|").unwrap_or(j);
            } else if let Some((_, end)) = self.group(j) {
                j = end;
            } else if types || self.before(j) == "::" {
                j = self.angles(j).map_or(j, |(_, end)| end);
            }
            j += 1;
        }
        if first < close {
            elements.push((first, close - 1));
        }
        elements
    }
}

/// Words that are never a name; `self` and `Self` among them.
pub(crate) const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "type", "union",
    "unsafe", "use", "where", "while", "_",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_know_their_parts() {
        let text = "#[inline]\npub(crate) const unsafe fn f<'a, T: Into<u8>>(x: &'a T) -> Vec<T> \
                    where T: Copy { g(x) }\nimpl A for B { fn h(&self); }";
        let source = Source::new(text);
        let [f, h] = &source.functions[..] else { panic!("two functions") };
        assert_eq!(f.first, 0);
        assert_eq!(source.at(f.name), "f");
        assert_eq!(source.span(f.params.0, f.params.1), "(x: &'a T)");
        let returns = f.returns.unwrap();
        assert_eq!(source.span(returns.0, returns.1), "Vec<T>");
        let body = f.body.unwrap();
        assert_eq!(source.span(body.0, body.1), "{ g(x) }");
        assert!(!f.is_method && h.is_method && h.body.is_none());
    }

    #[test]
    fn elements_know_closures_and_generics() {
        let text = "(|a, b| a, f(c, d), x::<A, B>(), e < g, h > i)";
        let source = Source::new(text);
        let group = source.group(0).unwrap();
        let elements: Vec<&str> =
            source.elements(group, false).iter().map(|&(a, b)| source.span(a, b)).collect();
        assert_eq!(elements, ["|a, b| a", "f(c, d)", "x::<A, B>()", "e < g", "h > i"]);
    }

    #[test]
    fn attributes_and_macro_definitions_are_frozen() {
        let source = Source::new("#[cfg(a)] macro_rules! m { () => { x } } fn y() {}");
        let code: Vec<&str> = source.code().map(|i| source.at(i)).collect();
        assert_eq!(code, ["fn", "y", "(", ")", "{", "}"]);
    }
}
