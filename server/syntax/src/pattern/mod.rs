//! The languages' queries, run on a walk that is under way.
//!
//! The files in `languages/` are written in tree-sitter's query language, and the library's own
//! engine accepts them: a test runs both on the same texts. Here a pattern is tried at the nodes
//! of its own kind only, while the tree is walked once for all that is wanted. On large Rust
//! files the library's engine took 1.5 to 3 times what a bare walk takes for a query that matches
//! next to nothing, and some queries (Swift's) take it a second to compile; this one is ready in
//! microseconds.
//!
//! What a pattern may be made of: nodes and tokens by kind, `_`, fields, negated fields,
//! alternations, captures, `?` on a child, `.` before and behind one, and the predicates `#eq?`, `#not-eq?`, `#any-of?`.

mod matcher;
mod parse;

pub(crate) use matcher::{Captures, Matcher};
pub(crate) use parse::parse;

/// A pattern that was written at the top level of a query.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) node: NodePattern,
    pub(crate) predicates: Vec<Predicate>,
    /// Which pattern of the files it is; those that begin with alternatives are made several.
    pub(crate) rank: u16,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct NodePattern {
    kinds: Kinds,
    /// Indices into the names of captures.
    captures: Vec<u16>,
    /// In the order in which the node has them; others may stand between.
    children: Vec<ChildPattern>,
    /// Whether no named node may follow the last of them.
    closed: bool,
    /// Fields that the node must not have.
    absent: Vec<u16>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Kinds {
    /// `_`
    #[default]
    Any,
    /// `(_)`
    Named,
    One(u16),
}

#[derive(Clone, Debug)]
struct ChildPattern {
    field: Option<u16>,
    optional: bool,
    /// Whether no named node may stand between it and the one before, or the start.
    next_to: bool,
    alternatives: Vec<NodePattern>,
}

/// A condition on what a capture's text is.
#[derive(Clone, Debug)]
pub(crate) struct Predicate {
    capture: u16,
    wanted: bool,
    texts: Vec<Box<str>>,
}

/// All patterns of a language.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    pub(crate) all: Vec<Pattern>,
    pub(crate) capture_names: Vec<Box<str>>,
    pub(crate) by_kind: ByKind,
}

/// For each kind of node the patterns that begin with it, by index.
#[derive(Debug, Default)]
pub(crate) struct ByKind(Vec<Vec<u16>>);

impl Pattern {
    /// Whether a capture of the pattern is one of those.
    fn has_capture(&self, wanted: &dyn Fn(u16) -> bool) -> bool {
        self.node.has_capture(wanted)
    }
}

impl NodePattern {
    fn has_capture(&self, wanted: &dyn Fn(u16) -> bool) -> bool {
        let mut nodes = self.children.iter().flat_map(|child| &child.alternatives);
        self.captures.iter().any(|capture| wanted(*capture))
            || nodes.any(|node| node.has_capture(wanted))
    }
}

impl Patterns {
    /// Those that capture something that is `wanted`.
    pub(crate) fn with(&self, wanted: &dyn Fn(u16) -> bool) -> ByKind {
        let is_wanted = |index: &u16| {
            self.all.get(usize::from(*index)).is_some_and(|pattern| pattern.has_capture(wanted))
        };
        let some = |list: &Vec<u16>| list.iter().copied().filter(is_wanted).collect();
        ByKind(self.by_kind.0.iter().map(some).collect())
    }
}

impl ByKind {
    /// The indices of the patterns that begin with nodes of this kind.
    pub(crate) fn of(&self, kind: u16) -> &[u16] {
        self.0.get(usize::from(kind)).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, kind: u16, index: u16) {
        let kind = usize::from(kind);
        if self.0.len() <= kind {
            self.0.resize(kind + 1, Vec::new());
        }
        self.0[kind].push(index);
    }
}
