//! What a text defines, read off its tokens, so that it works within macros and in broken text.

use std::ops::Range;

use crate::tokens::{self, Kind as TokenKind, Token};

/// What is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A function or method.
    Function,
    /// A struct, enum, union or type alias.
    Type,
    /// A trait.
    Trait,
    /// A module.
    Module,
    /// A constant or static.
    Constant,
    /// A macro by example.
    Macro,
    /// A named field.
    Field,
    /// A variant of an enum.
    Variant,
}

/// A definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definition {
    /// What is defined.
    pub(super) kind: Kind,
    /// Its name.
    pub(super) name: String,
    /// Where the name stands.
    pub(super) bytes: Range<usize>,
    /// Where the definition begins: at `pub`, if it has that.
    pub(super) start: usize,
    /// Whether it has any `pub`.
    pub(super) public: bool,
    /// The bare name of the struct, enum, trait, module, variant or type of an `impl` that it
    /// lies in.
    pub(super) container: Option<String>,
    /// The trait that the surrounding `impl` is for.
    pub(super) of_trait: Option<String>,
    /// Whether it belongs to a type or trait, and not to a module.
    pub(super) is_member: bool,
}

/// What a pair of braces holds.
#[derive(Debug, Clone)]
struct Scope {
    name: Option<String>,
    of_trait: Option<String>,
    holds: Holds,
    /// Whether what it holds belongs to a type or trait.
    members: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Fields,
    Variants,
    Items,
    Other,
}

/// Everything that `text` defines, in order.
pub(super) fn all(text: &str) -> Vec<Definition> {
    let tokens = tokens::tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let mut found = Vec::new();
    let mut scopes: Vec<Scope> = Vec::new();
    let mut pending: Option<Scope> = None;
    // Brackets of other kinds that are open.
    let mut depth = 0_usize;
    let mut depths: Vec<usize> = Vec::new();
    for at in 0..tokens.len() {
        let inner = scopes.last();
        let holds = inner.map_or(Holds::Items, |scope| scope.holds);
        let mut kind = None;
        match word(at) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "{" => {
                let variant = (holds == Holds::Variants && depth == 0).then(|| Scope {
                    name: Some(word(at.wrapping_sub(1)).to_owned()),
                    of_trait: None,
                    holds: Holds::Fields,
                    members: true,
                });
                let other =
                    Scope { name: None, of_trait: None, holds: Holds::Other, members: false };
                scopes.push(pending.take().filter(|_| depth == 0).or(variant).unwrap_or(other));
                depths.push(std::mem::take(&mut depth));
                continue;
            }
            "}" => {
                scopes.pop();
                depth = depths.pop().unwrap_or(0);
                continue;
            }
            ";" if depth == 0 => pending = None,
            "fn" => {
                kind = Some((Kind::Function, at + 1, Holds::Other));
            }
            "struct" | "union" => kind = Some((Kind::Type, at + 1, Holds::Fields)),
            "enum" => kind = Some((Kind::Type, at + 1, Holds::Variants)),
            "type" => kind = Some((Kind::Type, at + 1, Holds::Other)),
            "trait" => kind = Some((Kind::Trait, at + 1, Holds::Items)),
            "mod" => kind = Some((Kind::Module, at + 1, Holds::Items)),
            "macro_rules" if word(at + 1) == "!" => {
                kind = Some((Kind::Macro, at + 2, Holds::Other));
            }
            "const" | "static" => {
                let name = if word(at + 1) == "mut" { at + 2 } else { at + 1 };
                // What has no `:` or `=` behind it is a function, a block, or a pointer.
                if matches!(word(name + 1), ":" | "=") && depth == 0 {
                    kind = Some((Kind::Constant, name, Holds::Other));
                }
            }
            "impl" if is_item(word(at.wrapping_sub(1)), at) => {
                pending = Some(implementation(text, &tokens, at));
                continue;
            }
            _ if tokens[at].kind == TokenKind::Word && depth == 0 => {
                let before = if at == 0 { "" } else { word(at - 1) };
                let after = word(at + 1);
                let begins = matches!(before, "{" | "," | "]" | "pub" | ")");
                if holds == Holds::Fields && begins && after == ":" {
                    kind = Some((Kind::Field, at, Holds::Other));
                } else if holds == Holds::Variants
                    && begins
                    && matches!(after, "," | "}" | "(" | "{" | "=")
                {
                    kind = Some((Kind::Variant, at, Holds::Other));
                }
            }
            _ => {}
        }
        let Some((kind, name_at, inside)) = kind else { continue };
        let Some(name) = tokens.get(name_at).filter(|token| token.kind == TokenKind::Word) else {
            continue;
        };
        let text_of_name = name.of(text);
        if tokens::is_keyword(text_of_name) {
            continue;
        }
        let (start, public) = beginning(text, &tokens, at);
        found.push(Definition {
            kind,
            name: text_of_name.to_owned(),
            bytes: name.bytes.clone(),
            start,
            public,
            container: inner.and_then(|scope| scope.name.clone()),
            of_trait: inner.and_then(|scope| scope.of_trait.clone()),
            is_member: inner.is_some_and(|scope| scope.members),
        });
        if !matches!(kind, Kind::Field | Kind::Variant | Kind::Constant) {
            let name = (inside != Holds::Other).then(|| text_of_name.to_owned());
            let members = kind != Kind::Module;
            pending = Some(Scope { name, of_trait: None, holds: inside, members });
        }
    }
    found
}

/// Whether `impl` after `before` begins an item, and is no type.
fn is_item(before: &str, at: usize) -> bool {
    at == 0 || matches!(before, "}" | ";" | "{" | "]" | "unsafe" | "default" | ")" | "=>")
}

/// What the braces of the implementation that begins at token `at` hold.
fn implementation(text: &str, tokens: &[Token], at: usize) -> Scope {
    let mut angle = 0_i32;
    let mut names: [Option<String>; 2] = [None, None];
    let mut after_for = 0;
    for token in &tokens[at + 1..] {
        match token.of(text) {
            "<" => angle += 1,
            ">" => angle -= 1,
            "{" | ";" | "where" if angle <= 0 => break,
            "for" if angle == 0 => after_for = 1,
            name if angle == 0 && token.kind == TokenKind::Word && !is_prefix(name) => {
                names[after_for] = Some(name.to_owned());
            }
            _ => {}
        }
    }
    let [first, second] = names;
    if after_for == 1 {
        Scope { name: second, of_trait: first, holds: Holds::Items, members: true }
    } else {
        Scope { name: first, of_trait: None, holds: Holds::Items, members: true }
    }
}

fn is_prefix(word: &str) -> bool {
    matches!(word, "dyn" | "mut" | "const" | "crate" | "self" | "super")
}

/// Where the definition begins whose keyword (or name, if it has none) is the token `at`, and
/// whether it has any `pub`.
fn beginning(text: &str, tokens: &[Token], at: usize) -> (usize, bool) {
    let mut first = at;
    while let Some(before) = first.checked_sub(1) {
        let word = tokens[before].of(text);
        let modifies = matches!(word, "const" | "async" | "unsafe" | "extern" | "default" | "safe")
            || (tokens[before].kind == TokenKind::String && word.starts_with('"'));
        if modifies {
            first = before;
            continue;
        }
        if word == "pub" {
            return (tokens[before].bytes.start, true);
        }
        // `pub(crate)`, `pub(in a::b)`
        if word == ")" {
            let open = tokens[..before].iter().rposition(|token| token.of(text) == "(");
            if let Some(public) = open.and_then(|open| open.checked_sub(1))
                && tokens[public].of(text) == "pub"
            {
                return (tokens[public].bytes.start, true);
            }
        }
        break;
    }
    (tokens[first].bytes.start, false)
}

/// The tokens of the innermost function around byte `at`: from `fn` to the end of its body.
pub(super) fn function_around(text: &str, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let here = tokens::index_at(tokens, at);
    let mut best = None;
    for (index, token) in tokens.iter().enumerate().take(here) {
        if token.of(text) != "fn" || tokens.get(index + 1)?.kind != TokenKind::Word {
            continue;
        }
        let Some(end) = item_end(text, tokens, index) else { continue };
        if here <= end {
            best = Some(index..end + 1);
        }
    }
    best
}

/// The index of the `}` or `;` that ends the item that begins at token `start`.
pub(super) fn item_end(text: &str, tokens: &[Token], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(token) = tokens.get(at) {
        match token.of(text) {
            "(" | "[" => at = tokens::closing(text, tokens, at)?,
            "{" => return tokens::closing(text, tokens, at),
            ";" => return Some(at),
            "}" => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_found() {
        let text = "\
pub struct Point<T> where T: Copy { pub x: T, y: [u8; 3] }
struct Pair(u8);
enum E { A, B(u8), #[x] C { deep: u8 }, D = 3 }
impl<T: Into<u8>> fmt::Display for a::Point<T> { type Out = u8; const fn new(a: impl Fn()) -> Self { let p = P { q: 1 }; } }
pub(crate) trait Tr { const N: u8; fn go(&self); }
mod inner { pub unsafe extern \"C\" fn f() {} static mut S: u8 = 1; }
macro_rules! mac { ($x:ident) => {} }
mod file;
";
        let shown: Vec<String> = all(text)
            .iter()
            .map(|found| {
                let public = if found.public { "pub " } else { "" };
                let container = found.container.as_deref().unwrap_or("-");
                let of_trait = found.of_trait.as_deref().unwrap_or("-");
                assert_eq!(text[found.bytes.clone()], found.name);
                let start = text[found.start..].split([' ', '(']).next().unwrap_or_default();
                format!(
                    "{public}{:?} {} in {container} of {of_trait}: {start}",
                    found.kind, found.name
                )
            })
            .collect();
        expect_test::expect![[r#"
            pub Type Point in - of -: pub
            pub Field x in Point of -: pub
            Field y in Point of -: y:
            Type Pair in - of -: struct
            Type E in - of -: enum
            Variant A in E of -: A,
            Variant B in E of -: B
            Variant C in E of -: C
            Field deep in C of -: deep:
            Variant D in E of -: D
            Type Out in Point of Display: type
            Function new in Point of Display: const
            pub Trait Tr in - of -: pub
            Constant N in Tr of -: const
            Function go in Tr of -: fn
            Module inner in - of -: mod
            pub Function f in inner of -: pub
            Constant S in inner of -: static
            Macro mac in - of -: macro_rules!
            Module file in - of -: mod
        "#]]
        .assert_eq(&format!("{}\n", shown.join("\n")));
    }
}
