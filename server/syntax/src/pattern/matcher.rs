//! Tries patterns at a node.

use tree_sitter::{Node, TreeCursor};

use super::{ChildPattern, Kinds, NodePattern, Pattern};

/// What a match captured: indices of captures with their nodes, outer nodes first.
pub(crate) type Captures<'t> = [(u16, Node<'t>)];

type Child<'t> = (Node<'t>, Option<u16>);
type Then<'a, 't> = &'a mut dyn FnMut(&mut Matcher<'t>) -> bool;

/// Keeps what can be used again from node to node.
pub(crate) struct Matcher<'t> {
    cursor: TreeCursor<'t>,
    captures: Vec<(u16, Node<'t>)>,
    /// Nodes that were looked into lately, with their children. Many patterns ask about the same
    /// node, and the walk comes to the children of one after the node itself.
    lately: [(usize, Vec<Child<'t>>); LATELY],
    /// The place in `lately` that is given away next.
    next: usize,
}

/// As many as are looked into for one node and its nearest relatives.
const LATELY: usize = 16;

impl<'t> Matcher<'t> {
    pub(crate) fn new(cursor: TreeCursor<'t>) -> Matcher<'t> {
        let lately = [const { (0, Vec::new()) }; LATELY];
        Matcher { cursor, captures: Vec::new(), lately, next: 0 }
    }

    /// Calls `found` for each way in which `pattern` matches at `node`, whose kind is known to be
    /// right.
    pub(crate) fn matches(
        &mut self,
        pattern: &Pattern,
        node: Node<'t>,
        source: &str,
        found: &mut dyn FnMut(&Captures<'t>),
    ) {
        self.captures.clear();
        self.node(&pattern.node, node, &mut |matcher| {
            let holds = pattern.predicates.iter().all(|predicate| {
                let of_capture =
                    matcher.captures.iter().filter(|capture| capture.0 == predicate.capture);
                let mut texts =
                    of_capture.map(|(_, node)| source.get(node.byte_range()).unwrap_or_default());
                texts.all(|text| predicate.texts.iter().any(|it| **it == *text) == predicate.wanted)
            });
            if holds {
                found(&matcher.captures);
            }
            true
        });
    }

    /// Whether `then` could go on with at least one way in which the pattern matches.
    fn node(&mut self, pattern: &NodePattern, node: Node<'t>, then: Then<'_, 't>) -> bool {
        let absent = |field: &u16| node.child_by_field_id(*field).is_none();
        if !pattern.absent.iter().all(absent) {
            return false;
        }
        let mark = self.captures.len();
        self.captures.extend(pattern.captures.iter().map(|capture| (*capture, node)));
        let matched = if pattern.children.is_empty() {
            then(self)
        } else {
            let children = self.children_of(node);
            let matched = self.children(&pattern.children, &children, pattern.closed, then);
            self.keep(node, children);
            matched
        };
        self.captures.truncate(mark);
        matched
    }

    /// The children of a node, to be given back with [`Matcher::keep`].
    fn children_of(&mut self, node: Node<'t>) -> Vec<Child<'t>> {
        let id = node.id();
        if let Some((known, list)) = self.lately.iter_mut().find(|(known, _)| *known == id) {
            *known = 0;
            return std::mem::take(list);
        }
        let mut list = self.lately.get_mut(self.next).map(|(known, list)| {
            *known = 0;
            std::mem::take(list)
        });
        let list = list.get_or_insert_default();
        list.clear();
        self.cursor.reset(node);
        let mut more = self.cursor.goto_first_child();
        while more {
            list.push((self.cursor.node(), self.cursor.field_id().map(u16::from)));
            more = self.cursor.goto_next_sibling();
        }
        std::mem::take(list)
    }

    fn keep(&mut self, node: Node<'t>, children: Vec<Child<'t>>) {
        if let Some(place) = self.lately.get_mut(self.next) {
            *place = (node.id(), children);
            self.next = (self.next + 1) % LATELY;
        }
    }

    /// Matches the children that are left of a pattern with the nodes that are left.
    fn children(
        &mut self,
        patterns: &[ChildPattern],
        nodes: &[Child<'t>],
        closed: bool,
        then: Then<'_, 't>,
    ) -> bool {
        let Some((first, rest)) = patterns.split_first() else {
            if closed && nodes.iter().any(|(node, _)| node.is_named()) {
                return false;
            }
            return then(self);
        };
        let mut matched = false;
        for (index, (node, field)) in nodes.iter().enumerate() {
            if first.field.is_none_or(|wanted| *field == Some(wanted)) {
                for pattern in &first.alternatives {
                    let right = match pattern.kinds {
                        Kinds::Any => true,
                        Kinds::Named => node.is_named(),
                        Kinds::One(kind) => node.kind_id() == kind,
                    };
                    if right {
                        matched |= self.node(pattern, *node, &mut |matcher| {
                            matcher.children(rest, &nodes[index + 1..], closed, then)
                        });
                    }
                }
            }
            if first.next_to && node.is_named() {
                break;
            }
        }
        if !matched && first.optional {
            matched = self.children(rest, nodes, closed, then);
        }
        matched
    }
}
