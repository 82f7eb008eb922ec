//! What a file defines, read off its tree by the language's own query.

use std::ops::Range;

use text::Text;

use crate::tags::{Wanted, collect};
use crate::{SymbolKind, SyntaxTree};

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
        self.symbols(text, 0..usize::MAX)
    }

    /// The symbols that byte `offset` lies in, outermost first. The end of a symbol is not in it.
    #[must_use]
    pub fn enclosing_symbols(&self, text: &Text, offset: usize) -> Vec<Symbol> {
        let mut around = self.symbols(text, offset..offset.saturating_add(1));
        around.retain(|symbol| symbol.range.contains(&offset));
        around
    }

    /// The innermost symbol that byte `offset` lies in. The end of a symbol is not in it.
    #[must_use]
    pub fn enclosing_symbol(&self, text: &Text, offset: usize) -> Option<Symbol> {
        self.enclosing_symbols(text, offset).pop()
    }

    /// The symbols that touch `range` and what they lie in.
    fn symbols(&self, text: &Text, range: Range<usize>) -> Vec<Symbol> {
        let Some(rules) = self.language().rules() else { return Vec::new() };
        let source = text.to_string();
        let root = self.tree().root_node();
        let tags = collect(rules, root, &source, &Wanted::Definitions(range));
        let mut symbols: Vec<Symbol> = Vec::with_capacity(tags.definitions.len());
        for definition in &tags.definitions {
            let words: Vec<&str> = definition.title.text(&source).split_whitespace().collect();
            let outer = definition.owner.and_then(|index| symbols.get(index as usize));
            symbols.push(Symbol {
                name: words.join(" "),
                kind: definition.kind,
                range: definition.item.range(),
                name_range: definition.title.range(),
                depth: outer.map_or(0, |outer| outer.depth + 1),
                container: outer.map(|outer| outer.name.clone()),
            });
        }
        symbols
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
