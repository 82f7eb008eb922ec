//! Reads a query file.

use std::iter::Peekable;
use std::vec::IntoIter;

use tree_sitter::Language;

use super::{ChildPattern, Kinds, NodePattern, Pattern, Patterns, Predicate};

/// Reads the files of a language's queries as if they were one. The error is for who writes one.
pub(crate) fn parse(language: &Language, sources: &[&str]) -> Result<Patterns, String> {
    let mut patterns = Patterns::default();
    let mut rank = 0;
    for source in sources {
        let tokens = tokens(source)?.into_iter().peekable();
        let mut reader = Reader { language, tokens, names: &mut patterns.capture_names };
        while reader.tokens.peek().is_some() {
            patterns.all.extend(reader.top(rank)?);
            rank += 1;
        }
    }
    for (index, pattern) in patterns.all.iter().enumerate() {
        let Kinds::One(kind) = pattern.node.kinds else {
            return Err("a pattern begins with a node of a named kind".to_owned());
        };
        let index = u16::try_from(index).map_err(|_| "too many patterns".to_owned())?;
        patterns.by_kind.add(kind, index);
    }
    Ok(patterns)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open(char),
    Close(char),
    Text(String),
    /// A kind, a field with its `:`, `_`, or what begins with `@`, `#` or `!`.
    Word(String),
    Mark(char),
}

fn tokens(source: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ';' => while chars.next_if(|c| *c != '\n').is_some() {},
            '(' | '[' => tokens.push(Token::Open(c)),
            ')' | ']' => tokens.push(Token::Close(c)),
            '?' | '.' => tokens.push(Token::Mark(c)),
            '"' => {
                let mut text = String::new();
                loop {
                    match chars.next().ok_or("a text does not end")? {
                        '"' => break,
                        '\\' => match chars.next().ok_or("a text does not end")? {
                            'n' => text.push('\n'),
                            c => text.push(c),
                        },
                        c => text.push(c),
                    }
                }
                tokens.push(Token::Text(text));
            }
            c if c.is_whitespace() => {}
            c if c.is_alphanumeric() || "_@#!".contains(c) => {
                let mut word = String::from(c);
                // `#eq?` has its mark in the word, and a capture may have points in its own.
                let more = match c {
                    '#' => "_-?",
                    '@' => "_-.",
                    _ => "_-:",
                };
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || more.contains(*c)) {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
            c => return Err(format!("{c:?} has no meaning here")),
        }
    }
    Ok(tokens)
}

struct Reader<'a> {
    language: &'a Language,
    tokens: Peekable<IntoIter<Token>>,
    names: &'a mut Vec<Box<str>>,
}

impl Reader<'_> {
    /// One pattern of the top level; as many as there are alternatives.
    fn top(&mut self, rank: u16) -> Result<Vec<Pattern>, String> {
        let mut predicates = Vec::new();
        let nodes = match self.next()? {
            // A node in brackets of its own, for the sake of the predicates behind it.
            Token::Open('(') if matches!(self.tokens.peek(), Some(Token::Open(_))) => {
                let nodes = self.alternatives()?;
                while self.tokens.next_if_eq(&Token::Open('(')).is_some() {
                    predicates.push(self.predicate()?);
                }
                self.expect(Token::Close(')'))?;
                nodes
            }
            first => self.alternatives_from(first)?,
        };
        let pattern = |node| Pattern { node, predicates: predicates.clone(), rank };
        Ok(nodes.into_iter().map(pattern).collect())
    }

    fn next(&mut self) -> Result<Token, String> {
        self.tokens.next().ok_or_else(|| "a pattern does not end".to_owned())
    }

    fn expect(&mut self, token: Token) -> Result<(), String> {
        match self.next()? {
            next if next == token => Ok(()),
            next => Err(format!("{next:?} stands where {token:?} should")),
        }
    }

    fn alternatives(&mut self) -> Result<Vec<NodePattern>, String> {
        let first = self.next()?;
        self.alternatives_from(first)
    }

    /// A node, a token or a list of them, with the captures behind it.
    fn alternatives_from(&mut self, first: Token) -> Result<Vec<NodePattern>, String> {
        let mut nodes = match first {
            Token::Open('[') => {
                let mut nodes = Vec::new();
                while self.tokens.next_if_eq(&Token::Close(']')).is_none() {
                    nodes.extend(self.alternatives()?);
                }
                nodes
            }
            Token::Open(_) => vec![self.node()?],
            Token::Text(text) => vec![self.of_kind(&text, false)?],
            Token::Word(word) if word == "_" => vec![NodePattern::default()],
            other => return Err(format!("{other:?} is no node")),
        };
        self.captures(&mut nodes)?;
        Ok(nodes)
    }

    /// The captures that follow.
    fn captures(&mut self, nodes: &mut [NodePattern]) -> Result<(), String> {
        let is_capture = |token: &Token| matches!(token, Token::Word(it) if it.starts_with('@'));
        while let Some(Token::Word(word)) = self.tokens.next_if(is_capture) {
            let capture = self.capture(&word[1..])?;
            nodes.iter_mut().for_each(|node| node.captures.push(capture));
        }
        Ok(())
    }

    fn of_kind(&self, kind: &str, named: bool) -> Result<NodePattern, String> {
        match self.language.id_for_node_kind(kind, named) {
            0 => Err(format!("the grammar has no {kind:?}")),
            id => Ok(NodePattern { kinds: Kinds::One(id), ..NodePattern::default() }),
        }
    }

    fn field(&self, name: &str) -> Result<u16, String> {
        let id = self.language.field_id_for_name(name);
        id.map(u16::from).ok_or_else(|| format!("the grammar has no field {name:?}"))
    }

    fn capture(&mut self, name: &str) -> Result<u16, String> {
        let known = self.names.iter().position(|known| &**known == name);
        let index = known.unwrap_or(self.names.len());
        if known.is_none() {
            self.names.push(name.into());
        }
        u16::try_from(index).map_err(|_| "too many captures".to_owned())
    }

    /// What stands within `(` and `)`.
    fn node(&mut self) -> Result<NodePattern, String> {
        let mut node = match self.next()? {
            Token::Word(word) if word == "_" => {
                NodePattern { kinds: Kinds::Named, ..NodePattern::default() }
            }
            Token::Word(word) => self.of_kind(&word, true)?,
            other => return Err(format!("{other:?} is no kind of node")),
        };
        let mut next_to = false;
        loop {
            let mut field = None;
            let first = match self.next()? {
                Token::Close(')') => {
                    node.closed = next_to;
                    return Ok(node);
                }
                Token::Mark('.') => {
                    next_to = true;
                    continue;
                }
                Token::Word(word) if word.starts_with('!') => {
                    node.absent.push(self.field(&word[1..])?);
                    continue;
                }
                Token::Word(word) if word.ends_with(':') => {
                    field = Some(self.field(&word[..word.len() - 1])?);
                    self.next()?
                }
                other => other,
            };
            let mut alternatives = self.alternatives_from(first)?;
            let optional = self.tokens.next_if_eq(&Token::Mark('?')).is_some();
            // What is captured may be written behind the mark.
            self.captures(&mut alternatives)?;
            node.children.push(ChildPattern { field, optional, next_to, alternatives });
            next_to = false;
        }
    }

    /// What follows the bracket of `(#eq? @a "b")`.
    fn predicate(&mut self) -> Result<Predicate, String> {
        let Token::Word(name) = self.next()? else { return Err("no predicate".to_owned()) };
        let wanted = match name.as_str() {
            "#eq?" | "#any-of?" => true,
            "#not-eq?" => false,
            _ => return Err(format!("there is no predicate {name}")),
        };
        let capture = match self.next()? {
            Token::Word(word) if word.starts_with('@') => self.capture(&word[1..])?,
            other => return Err(format!("{other:?} is no capture")),
        };
        let mut texts = Vec::new();
        loop {
            match self.next()? {
                Token::Text(text) => texts.push(text.into_boxed_str()),
                Token::Close(')') => return Ok(Predicate { capture, wanted, texts }),
                other => return Err(format!("{other:?} is no text")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::parse;

    fn check(query: &str, expected: Expect) {
        let grammar = tree_sitter_rust::LANGUAGE.into();
        let read = parse(&grammar, &[query]).map(|patterns| patterns.all.len());
        expected.assert_eq(&format!("{read:?}"));
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        check("; nothing\n", expect!["Ok(0)"]);
        check("[(block) (mod_item)] @scope", expect!["Ok(2)"]);
        check("(function_itme) @skip", expect![[r#"Err("the grammar has no \"function_itme\"")"#]]);
        check("(mod_item nmae: (_))", expect![[r#"Err("the grammar has no field \"nmae\"")"#]]);
        check("(mod_item", expect![[r#"Err("a pattern does not end")"#]]);
        check("(_) @skip", expect![[r#"Err("a pattern begins with a node of a named kind")"#]]);
        check("(block (_)*)", expect![[r#"Err("'*' has no meaning here")"#]]);
        check(
            "((block) @a (#match? @a \"x\"))",
            expect![[r##"Err("there is no predicate #match?")"##]],
        );
        check("(block \"}", expect![[r#"Err("a text does not end")"#]]);
    }
}
