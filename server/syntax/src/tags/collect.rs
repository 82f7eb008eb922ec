//! The walk.

use std::ops::Range;

use tree_sitter::{Node, TreeCursor};

use super::marks::Marks;
use super::record::Recorder;
use super::{Tags, tokens};
use crate::pattern::{ByKind, Matcher};
use crate::rules::{Role, Rules};
use crate::{ReferenceKind, Span};

/// What a walk is for.
pub(crate) enum Wanted {
    Everything,
    /// All but references, at the top level of what lies within these bytes.
    Declarations(Range<usize>),
    /// Definitions that touch these bytes.
    Definitions(Range<usize>),
}

/// Walks the tree beneath `root` once and returns what the language's queries find in it.
pub(crate) fn collect(rules: &Rules, root: Node<'_>, source: &str, wanted: &Wanted) -> Tags {
    let mut walk = Walk {
        rules,
        patterns: match wanted {
            Wanted::Everything => &rules.patterns.by_kind,
            Wanted::Declarations(_) => &rules.declaring,
            Wanted::Definitions(_) => &rules.structural,
        },
        source,
        wanted,
        marks: match wanted {
            Wanted::Declarations(range) => Some(Marks::of(rules, source, range.clone())),
            _ => None,
        },
        recorder: Recorder::new(rules, source),
        levels: vec![Level::default()],
    };
    let mut matcher = Matcher::new(root.walk());
    walk.below(&mut root.walk(), &mut matcher);
    walk.recorder.finish(!matches!(wanted, Wanted::Definitions(_)))
}

/// What is remembered of the siblings before a node.
#[derive(Clone, Copy, Default)]
pub(super) struct Level {
    /// The comments and attributes directly before.
    pub(super) leading: Option<Span>,
    /// The last label, such as `public:`.
    pub(super) section: Option<Span>,
    /// Whether the parent is a list of bare tokens.
    tokens: bool,
    /// Whether none of its nodes may be passed over: which of them is alone decides their extent.
    whole: bool,
}

struct Walk<'r, 's, 't> {
    rules: &'r Rules,
    patterns: &'r ByKind,
    source: &'s str,
    wanted: &'r Wanted,
    /// If only what is declared is wanted.
    marks: Option<Marks<'r>>,
    recorder: Recorder<'r, 's, 't>,
    levels: Vec<Level>,
}

/// What to do with a node's children.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Children {
    Visit,
    /// None of them is passed over because of where it lies.
    VisitAll,
    VisitTokens,
    Skip,
}

impl<'t> Walk<'_, '_, 't> {
    fn below(&mut self, cursor: &mut TreeCursor<'t>, matcher: &mut Matcher<'t>) {
        loop {
            let children = self.enter(cursor.node(), matcher);
            if children != Children::Skip && cursor.goto_first_child() {
                let tokens = children == Children::VisitTokens;
                let whole = children == Children::VisitAll;
                self.levels.push(Level { tokens, whole, ..Level::default() });
                continue;
            }
            loop {
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return;
                }
                self.levels.pop();
            }
        }
    }

    fn enter(&mut self, node: Node<'t>, matcher: &mut Matcher<'t>) -> Children {
        let is_top = self.levels.len() == 2;
        let Some(level) = self.levels.last_mut() else { return Children::Skip };
        match self.wanted {
            Wanted::Definitions(range)
                if !level.whole
                    && (node.end_byte() < range.start || node.start_byte() > range.end) =>
            {
                return Children::Skip;
            }
            Wanted::Declarations(range)
                if is_top && (node.end_byte() <= range.start || node.start_byte() >= range.end) =>
            {
                return Children::Skip;
            }
            _ => {}
        }
        let patterns = self.patterns.of(node.kind_id());
        if patterns.is_empty() {
            if level.leading.is_some() && node.is_named() {
                level.leading = None;
            }
            return self.inside(node);
        }
        let mut children = Children::Visit;
        let mut leads = false;
        let refers = matches!(self.wanted, Wanted::Everything);
        for index in patterns {
            let index = usize::from(*index);
            let Some(pattern) = self.rules.patterns.all.get(index) else { continue };
            matcher.matches(pattern, node, self.source, &mut |captures| {
                for (capture, captured) in captures {
                    match self.rules.roles.get(usize::from(*capture)) {
                        Some(Role::Skip | Role::Import) => children = Children::Skip,
                        Some(Role::Wrapper | Role::Decorator) => children = Children::VisitAll,
                        // Tokens refer to things, and declare nothing.
                        Some(Role::Tokens) if !refers => children = Children::Skip,
                        Some(Role::Tokens) => children = Children::VisitTokens,
                        Some(Role::Leading) => {
                            leads = true;
                            lead(self.source, level, Span::new(captured.byte_range()));
                        }
                        Some(Role::Section) => {
                            level.section = Some(Span::new(captured.byte_range()));
                        }
                        _ => {}
                    }
                }
                self.recorder.record(pattern.rank, captures, *level);
            });
        }
        if level.tokens {
            self.recorder.refine(node, tokens::read);
        }
        if !leads && level.leading.is_some() && node.is_named() {
            level.leading = None;
        }
        if children == Children::Visit { self.inside(node) } else { children }
    }

    /// What to do with the children of a node of which nothing else is known.
    fn inside(&mut self, node: Node<'t>) -> Children {
        let is_empty = self.marks.as_mut().is_some_and(|marks| marks.rule_out(node));
        if is_empty { Children::Skip } else { Children::Visit }
    }
}

/// Adds a comment or attribute to those that belong to what follows.
fn lead(source: &str, level: &mut Level, span: Span) {
    let between = |from: u32, to: u32| source.get(from as usize..to as usize).unwrap_or_default();
    let line = source.get(..span.start as usize).and_then(|before| before.rsplit('\n').next());
    // What stands behind code in its line is about that code.
    let own_line = line.is_none_or(|before| before.trim().is_empty());
    level.leading = match level.leading {
        Some(before) if is_near(between(before.end.min(span.start), span.start)) => {
            Some(Span { start: before.start, end: span.end })
        }
        _ if own_line => Some(span),
        _ => None,
    };
}

/// Whether no empty line lies between two neighbours.
pub(super) fn is_near(between: &str) -> bool {
    between.matches('\n').count() < 2
}

/// The kind of a reference and what stands before it.
pub(super) type Reading = (ReferenceKind, Option<Span>);
