//! What a file defines, read off its tree by the language's own query.

use std::cmp::Reverse;
use std::ops::Range;

use text::Text;
use tree_sitter::{Node, Query, QueryCursor, StreamingIterator};

use crate::SyntaxTree;

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SymbolKind {
    /// A module or namespace.
    Module,
    /// A struct or record.
    Struct,
    /// A union.
    Union,
    /// An enumeration.
    Enum,
    /// One of the values of an enumeration.
    Variant,
    /// A named field.
    Field,
    /// A trait or interface.
    Trait,
    /// An implementation block; its name is that of the type, or `Trait for Type`.
    Impl,
    /// A function outside of any type.
    Function,
    /// A function of a trait or an implementation, with or without a receiver.
    Method,
    /// A constant.
    Constant,
    /// A static variable.
    Static,
    /// A type alias or an associated type.
    Type,
    /// A macro.
    Macro,
}

impl SymbolKind {
    /// The kind that a query calls `capture`.
    fn of_capture(capture: &str) -> Option<SymbolKind> {
        Some(match capture {
            "module" => SymbolKind::Module,
            "struct" => SymbolKind::Struct,
            "union" => SymbolKind::Union,
            "enum" => SymbolKind::Enum,
            "variant" => SymbolKind::Variant,
            "field" => SymbolKind::Field,
            "trait" => SymbolKind::Trait,
            "impl" => SymbolKind::Impl,
            "function" => SymbolKind::Function,
            "constant" => SymbolKind::Constant,
            "static" => SymbolKind::Static,
            "type" => SymbolKind::Type,
            "macro" => SymbolKind::Macro,
            _ => return None,
        })
    }
}

/// Something that a file defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// As the file writes it, with runs of white space made one space.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Bytes of the whole definition, without the attributes and comments before it.
    pub range: Range<usize>,
    /// Bytes of the name.
    pub name_range: Range<usize>,
    /// How many symbols it lies in.
    pub depth: usize,
    /// The name of the innermost symbol that it lies in.
    pub container: Option<String>,
}

impl SyntaxTree {
    /// Everything that `text` defines, local items included, in the order of the text, outer
    /// symbols before those within them. `text` is the text of this tree.
    #[must_use]
    pub fn outline(&self, text: &Text) -> Vec<Symbol> {
        nested(text, self.symbols(text, 0..usize::MAX))
    }

    /// The symbols that byte `offset` lies in, outermost first. The end of a symbol is not in it.
    #[must_use]
    pub fn enclosing_symbols(&self, text: &Text, offset: usize) -> Vec<Symbol> {
        let mut around = self.symbols(text, offset..offset.saturating_add(1));
        around.retain(|symbol| symbol.range.contains(&offset));
        nested(text, around)
    }

    /// The innermost symbol that byte `offset` lies in. The end of a symbol is not in it.
    #[must_use]
    pub fn enclosing_symbol(&self, text: &Text, offset: usize) -> Option<Symbol> {
        self.enclosing_symbols(text, offset).pop()
    }

    /// The symbols that touch `range`, in no order.
    fn symbols(&self, text: &Text, range: Range<usize>) -> Vec<Found> {
        let Some(query) = self.language().tags() else { return Vec::new() };
        let mut cursor = QueryCursor::new();
        // The library counts bytes in 32 bits.
        let bound = |offset: usize| offset.min(u32::MAX as usize);
        cursor.set_byte_range(bound(range.start)..bound(range.end));
        let read = |node: Node<'_>| std::iter::once(text.slice(node.byte_range()).into_owned());
        let mut matches = cursor.matches(&query.query, self.tree().root_node(), read);
        let mut found = Vec::new();
        while let Some(one) = matches.next() {
            let mut kind_and_range = None;
            let mut name: Option<Range<usize>> = None;
            for capture in one.captures() {
                let range = capture.node.byte_range();
                match query.kinds.get(capture.index as usize).copied().flatten() {
                    Some(kind) => kind_and_range = Some((kind, range)),
                    None => {
                        let start = name.as_ref().map_or(range.start, |name| name.start);
                        name = Some(start.min(range.start)..range.end);
                    }
                }
            }
            if let (Some((kind, range)), Some(name_range)) = (kind_and_range, name) {
                found.push(Found { kind, range, name_range });
            }
        }
        found
    }
}

struct Found {
    kind: SymbolKind,
    range: Range<usize>,
    name_range: Range<usize>,
}

/// Brings symbols into order and finds out which lies in which.
fn nested(text: &Text, mut found: Vec<Found>) -> Vec<Symbol> {
    found.sort_by_key(|symbol| (symbol.range.start, Reverse(symbol.range.end)));
    let mut symbols: Vec<Symbol> = Vec::with_capacity(found.len());
    let mut around: Vec<usize> = Vec::new();
    for Found { mut kind, range, name_range } in found {
        while around.last().is_some_and(|outer| symbols[*outer].range.end < range.end) {
            around.pop();
        }
        let outer = around.last().map(|outer| &symbols[*outer]);
        let in_type =
            outer.is_some_and(|outer| matches!(outer.kind, SymbolKind::Impl | SymbolKind::Trait));
        if kind == SymbolKind::Function && in_type {
            kind = SymbolKind::Method;
        }
        let written = text.slice(name_range.clone());
        let words: Vec<&str> = written.split_whitespace().collect();
        let symbol = Symbol {
            name: words.join(" "),
            kind,
            range,
            name_range,
            depth: around.len(),
            container: outer.map(|outer| outer.name.clone()),
        };
        around.push(symbols.len());
        symbols.push(symbol);
    }
    symbols
}

/// A compiled query for symbols.
pub(crate) struct Tags {
    query: Query,
    /// What each capture stands for; `None` for a name.
    kinds: Vec<Option<SymbolKind>>,
}

impl Tags {
    pub(crate) fn new(query: Query) -> Tags {
        let kinds = query.capture_names().iter().map(|name| SymbolKind::of_capture(name)).collect();
        Tags { query, kinds }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::Language;

    fn parsed(source: &str) -> (Text, SyntaxTree) {
        let text = Text::new(source);
        let tree = SyntaxTree::parse(Language::Rust, &text, None).unwrap();
        (text, tree)
    }

    fn check(source: &str, expected: Expect) {
        let (text, tree) = parsed(source);
        let outline = tree.outline(&text);
        let shown: Vec<String> = outline
            .iter()
            .map(|symbol| {
                let Symbol { name, kind, range, container, depth, name_range } = symbol;
                let first = text.line(text.line_of(range.start)).trim().to_owned();
                let container = container.as_deref().unwrap_or("-");
                let start = text.line_of(name_range.start) + 1;
                format!("{}{kind:?} {name} @{start} in {container}: {first}\n", "  ".repeat(*depth))
            })
            .collect();
        expected.assert_eq(&shown.concat());
        for offset in 0..=source.len() {
            let expected = outline.iter().rfind(|symbol| symbol.range.contains(&offset));
            assert_eq!(tree.enclosing_symbol(&text, offset).as_ref(), expected, "at {offset}");
        }
        assert_eq!(tree.enclosing_symbol(&text, usize::MAX), None);
    }

    #[test]
    fn types_and_what_they_have() {
        check(
            "/// Doc.\n#[derive(Debug)]\npub struct Point<T> {\n    pub x: T,\n    r#type: T,\n}\nstruct Pair(u8, u8);\n\
             union Bits { a: u32, b: f32 }\nenum Shape {\n    Dot,\n    Line { from: Point<u8>, to: Point<u8> },\n    Many(Vec<Shape>) ,\n}\n\
             type Points = Vec<Point<u8>>;",
            expect![[r#"
                Struct Point @3 in -: pub struct Point<T> {
                  Field x @4 in Point: pub x: T,
                  Field r#type @5 in Point: r#type: T,
                Struct Pair @7 in -: struct Pair(u8, u8);
                Union Bits @8 in -: union Bits { a: u32, b: f32 }
                  Field a @8 in Bits: union Bits { a: u32, b: f32 }
                  Field b @8 in Bits: union Bits { a: u32, b: f32 }
                Enum Shape @9 in -: enum Shape {
                  Variant Dot @10 in Shape: Dot,
                  Variant Line @11 in Shape: Line { from: Point<u8>, to: Point<u8> },
                    Field from @11 in Line: Line { from: Point<u8>, to: Point<u8> },
                    Field to @11 in Line: Line { from: Point<u8>, to: Point<u8> },
                  Variant Many @12 in Shape: Many(Vec<Shape>) ,
                Type Points @14 in -: type Points = Vec<Point<u8>>;
            "#]],
        );
    }

    #[test]
    fn functions_and_methods() {
        check(
            "trait Draw {\n    const SIZE: u8;\n    type Out;\n    fn draw(&self) -> Self::Out;\n    fn twice(&self) {}\n}\n\
             impl<T> Draw\n    for Point<T> {\n    const SIZE: u8 = 1;\n    type Out = ();\n    fn draw(&self) {\n        fn local() {}\n    }\n}\n\
             impl Point<u8> { fn new() -> Self { todo!() } }\nimpl !Send for Pair {}\n\
             extern \"C\" { fn puts(s: *const u8); static ERRNO: i32; }\nasync fn run() {}",
            expect![[r#"
                Trait Draw @1 in -: trait Draw {
                  Constant SIZE @2 in Draw: const SIZE: u8;
                  Type Out @3 in Draw: type Out;
                  Method draw @4 in Draw: fn draw(&self) -> Self::Out;
                  Method twice @5 in Draw: fn twice(&self) {}
                Impl Draw for Point<T> @7 in -: impl<T> Draw
                  Constant SIZE @9 in Draw for Point<T>: const SIZE: u8 = 1;
                  Type Out @10 in Draw for Point<T>: type Out = ();
                  Method draw @11 in Draw for Point<T>: fn draw(&self) {
                    Function local @12 in draw: fn local() {}
                Impl Point<u8> @15 in -: impl Point<u8> { fn new() -> Self { todo!() } }
                  Method new @15 in Point<u8>: impl Point<u8> { fn new() -> Self { todo!() } }
                Impl Send for Pair @16 in -: impl !Send for Pair {}
                Function puts @17 in -: extern "C" { fn puts(s: *const u8); static ERRNO: i32; }
                Static ERRNO @17 in -: extern "C" { fn puts(s: *const u8); static ERRNO: i32; }
                Function run @18 in -: async fn run() {}
            "#]],
        );
    }

    #[test]
    fn modules_and_the_rest() {
        check(
            "mod outer {\n    mod inner { pub const A: u8 = 1; }\n    static mut B: u8 = 2;\n}\nmod file;\n\
             macro_rules! answer { () => { 42 }; }\nconst _: () = { fn hidden() {} };",
            expect![[r#"
                Module outer @1 in -: mod outer {
                  Module inner @2 in outer: mod inner { pub const A: u8 = 1; }
                    Constant A @2 in inner: mod inner { pub const A: u8 = 1; }
                  Static B @3 in outer: static mut B: u8 = 2;
                Module file @5 in -: mod file;
                Macro answer @6 in -: macro_rules! answer { () => { 42 }; }
                Constant _ @7 in -: const _: () = { fn hidden() {} };
                  Function hidden @7 in _: const _: () = { fn hidden() {} };
            "#]],
        );
    }

    #[test]
    fn a_broken_file_still_has_symbols() {
        check(
            "fn a() {\n    let x = (1, ;\n}\nstruct S { x: }\nfn b() {}\n",
            expect![[r#"
            Function a @1 in -: fn a() {
            Struct S @4 in -: struct S { x: }
              Field x @4 in S: struct S { x: }
            Function b @5 in -: fn b() {}
        "#]],
        );
        check(
            "é 𝕏 fn é() {}",
            expect![[r#"
            Function é @1 in -: é 𝕏 fn é() {}
        "#]],
        );
        check("", expect![[""]]);
    }
}
