//! What a file defines, names, imports and binds, read off its tree in one walk.

mod collect;
mod extent;
mod marks;
mod record;
mod tokens;
mod within;

use std::ops::Range;

pub(crate) use collect::{Wanted, collect};

use crate::{Span, SymbolKind, SyntaxTree};

/// The ten thousand small things of a file are few bytes each, and their texts stay in the source.
const _: () = assert!(size_of::<Reference>() <= 32 && size_of::<Binding>() <= 64);

/// Everything in a file that the rest of a project can be connected with. All places are bytes of
/// the source that it was read off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// In the order of the text, outer ones before those within them.
    pub definitions: Vec<Definition>,
    /// In the order of the text. Names in definitions, bindings and imports are not among them.
    pub references: Vec<Reference>,
    /// In the order of the text.
    pub imports: Vec<Import>,
    /// In the order of the text.
    pub bindings: Vec<Binding>,
}

/// Something that a file defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What it is.
    pub kind: SymbolKind,
    /// Its name; of an implementation block the bare name of the type.
    pub name: Span,
    /// The whole of it, without the comments and attributes before it.
    pub item: Span,
    /// Where the comments, attributes and decorators that belong to it begin; where there are
    /// none, the start of `item`.
    pub leading: u32,
    /// What an outline shows as its name: `Draw for Point<T>` for an implementation block, and
    /// `name` for all else.
    pub title: Span,
    /// From the start of `item` to the end of the signature, before the body. Where there is no
    /// body, and of a constant that fits into one line, the whole of `item`.
    pub signature: Span,
    /// The block, the fields or members, the value of a constant.
    pub body: Option<Span>,
    /// The index of the innermost definition that it lies in.
    pub owner: Option<u32>,
    /// The bare name of the type that it belongs to: of the implementing type for what stands in
    /// an implementation block, of the enumeration for its variants and their fields, of the
    /// trait for what the trait declares.
    pub owner_type: Option<Span>,
    /// The bare name of the trait in whose definition or implementation it stands.
    pub trait_name: Option<Span>,
    /// The type as written: what a function returns, what a field or constant is, what an alias
    /// stands for; of an implementation block the implementing type with its arguments.
    pub ty: Option<Span>,
    /// Who can name it.
    pub visibility: Visibility,
    /// Whether it is a test or lies in code that is compiled for tests only. What the place of a
    /// file says is not counted in.
    pub is_test: bool,
}

/// Who can name a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Visibility {
    /// Only what stands near it: the module, the class, the file.
    Private,
    /// A part of the project, such as a package, a crate, subclasses.
    Restricted,
    /// Everybody.
    Public,
}

/// A name that is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name.
    pub name: Span,
    /// How it is used.
    pub kind: ReferenceKind,
    /// What stands before it: the path before `::`, the receiver before `.`, the type that a
    /// named field is of.
    pub qualifier: Option<Span>,
    /// The index of the innermost definition with a body that it lies in.
    pub within: Option<u32>,
}

/// How a name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// A function that is called, or something constructed as if by a call.
    Call,
    /// A method that is called on a receiver.
    Method,
    /// A field that is read, written, or named in a literal or pattern.
    Field,
    /// A type.
    Type,
    /// A macro, annotation or decorator that is applied.
    Macro,
    /// A part of a path with more behind it.
    Path,
    /// Anything else: a variable, a constant, a function that is passed on.
    Value,
}

/// A name that a file takes in from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// From where, and last what, one segment each, as the language splits them:
    /// `use a::b::{self, c as d}` is `[a, b]` and `[a, b, c]`, `from ..x import y` is
    /// `[.., x, y]`, `import d, {e} from "./m"` is `[./m, default]` and `[./m, e]`,
    /// `#include "a/b.h"` is `[a/b.h]`.
    pub path: Vec<Box<str>>,
    /// The name that it gets here, if another than the last segment.
    pub alias: Option<Box<str>>,
    /// Whether everything in `path` is taken in.
    pub glob: bool,
    /// Whether it is handed on to those who import this file.
    pub reexport: bool,
    /// The statement's own part for this name.
    pub range: Span,
}

/// A local name and what is known of its type without inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The name.
    pub name: Span,
    /// How it came by its value.
    pub kind: BindingKind,
    /// The whole pattern, if the name is only a part of it.
    pub pattern: Option<Span>,
    /// The type as written, of the whole pattern.
    pub ty: Option<Span>,
    /// The expression that it is bound to, takes its values from, or is matched with.
    pub value: Option<Span>,
    /// Where the name can be used; it begins no earlier than its own binding does.
    pub scope: Span,
    /// The index of the innermost definition with a body that it lies in.
    pub within: Option<u32>,
}

/// How a binding came by its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BindingKind {
    /// By a call.
    Parameter,
    /// It is the value.
    Variable,
    /// It is one element of the value after the other.
    Element,
    /// It is a part of the value, if that matches.
    Pattern,
}

impl Tags {
    /// The tags of `source`, the text of `tree`.
    #[must_use]
    pub fn of(tree: &SyntaxTree, source: &str) -> Tags {
        match tree.language().rules() {
            Some(rules) => collect(rules, tree.tree().root_node(), source, &Wanted::Everything),
            None => Tags::default(),
        }
    }

    /// The tags of what stands at the top level within the bytes `range` of `source`, the text of
    /// `tree`, without references: to find those takes as long as all the rest.
    #[must_use]
    pub fn declared(tree: &SyntaxTree, source: &str, range: Range<usize>) -> Tags {
        match tree.language().rules() {
            Some(rules) => {
                collect(rules, tree.tree().root_node(), source, &Wanted::Declarations(range))
            }
            None => Tags::default(),
        }
    }
}
