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
    lists: Vec<Vec<Child<'t>>>,
}

impl<'t> Matcher<'t> {
    pub(crate) fn new(cursor: TreeCursor<'t>) -> Matcher<'t> {
        Matcher { cursor, captures: Vec::new(), lists: Vec::new() }
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
            self.lists.push(children);
            matched
        };
        self.captures.truncate(mark);
        matched
    }

    fn children_of(&mut self, node: Node<'t>) -> Vec<Child<'t>> {
        let mut list = self.lists.pop().unwrap_or_default();
        list.clear();
        self.cursor.reset(node);
        let mut more = self.cursor.goto_first_child();
        while more {
            list.push((self.cursor.node(), self.cursor.field_id().map(u16::from)));
            more = self.cursor.goto_next_sibling();
        }
        list
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
