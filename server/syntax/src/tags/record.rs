//! Makes tags of matches.

use tree_sitter::Node;

use super::collect::{Level, Reading, is_near};
use super::extent::{bare, signature};
use super::within::Within;
use super::{Binding, Definition, Reference, Tags};
use crate::pattern::Captures;
use crate::rules::{Facts, Role, Rules};
use crate::{BindingKind, Span, SymbolKind};

/// Collects what the walk comes by. Things come in the order of the nodes at which patterns begin.
pub(super) struct Recorder<'r, 's, 't> {
    rules: &'r Rules,
    source: &'s str,
    tags: Tags,
    /// How early in the files the pattern of a definition stands: the first one is right.
    definition_ranks: Vec<u16>,
    reference_ranks: Vec<u16>,
    /// Names that are no references.
    ignored: Vec<u32>,
    /// Definitions that the walk is in, outermost first.
    around: Vec<u32>,
    /// Scopes that the walk is in, outermost first.
    scopes: Vec<Span>,
    /// What wraps the node at hand, outermost first.
    wrappers: Vec<Wrapper>,
    /// What is captured in the match at hand.
    roles: Vec<(Role, Node<'t>)>,
}

/// A node that holds one definition and little else.
#[derive(Clone, Copy)]
struct Wrapper {
    span: Span,
    /// Where it begins with its annotations.
    start: u32,
    /// What is before the node.
    level: Level,
    /// Whether the definition in it keeps its own extent.
    leads: bool,
}

impl<'r, 's, 't> Recorder<'r, 's, 't> {
    pub(super) fn new(rules: &'r Rules, source: &'s str) -> Self {
        Recorder {
            rules,
            source,
            tags: Tags::default(),
            definition_ranks: Vec::new(),
            reference_ranks: Vec::new(),
            ignored: Vec::new(),
            around: Vec::new(),
            scopes: vec![Span::new(0..source.len())],
            wrappers: Vec::new(),
            roles: Vec::new(),
        }
    }

    pub(super) fn record(&mut self, rank: u16, captures: &Captures<'t>, level: Level) {
        let mut roles = std::mem::take(&mut self.roles);
        roles.clear();
        for (capture, node) in captures {
            let role = self.rules.roles.get(usize::from(*capture)).copied();
            roles.push((role.unwrap_or(Role::Helper), *node));
        }
        let find = |wanted| roles.iter().find(|(role, _)| *role == wanted).map(|(_, node)| *node);
        let span = |wanted| find(wanted).map(|node| Span::new(node.byte_range()));
        if let Some(toplevel) = find(Role::Toplevel) {
            self.leave(Span::new(toplevel.byte_range()).start);
            if self.scopes.len() > 1 {
                self.roles = roles;
                return;
            }
        }
        // A scope of its own is meant for the bindings of the match.
        let is_binding = roles.iter().any(|(role, _)| matches!(role, Role::Binding(_)));
        for (role, node) in &roles {
            match role {
                Role::Definition(kind) => {
                    self.define(*kind, *node, &find, rank, level);
                }
                // A name that the parser only misses is no name.
                Role::Reference(_) | Role::Binding(_) if node.is_missing() => {}
                Role::Reference(kind) => {
                    self.reference_ranks.push(rank);
                    self.tags.references.push(Reference {
                        name: Span::new(node.byte_range()),
                        kind: *kind,
                        qualifier: span(Role::Qualifier),
                        within: None,
                    });
                }
                Role::Binding(kind) => {
                    let scope = span(Role::Scope);
                    let (ty, value) = (span(Role::Type), span(Role::Value));
                    self.bind(*kind, *node, scope, ty, value);
                }
                Role::Scope if !is_binding => {
                    let scope = Span::new(node.byte_range());
                    self.leave(scope.start);
                    self.scopes.push(scope);
                }
                Role::Wrapper | Role::Decorator => {
                    let leads = *role == Role::Decorator;
                    let start = Span::new(node.byte_range()).start;
                    let span = self.undecorated(*node);
                    self.wrappers.retain(|it| it.span.covers(span));
                    self.wrappers.push(Wrapper { span, start, level, leads });
                }
                Role::Import => {
                    (self.rules.spec.imports)(*node, self.source, &mut self.tags.imports);
                }
                Role::Ignore => self.ignored.push(Span::new(node.byte_range()).start),
                _ => {}
            }
        }
        self.roles = roles;
    }

    /// Forgets what ends before byte `start`.
    fn leave(&mut self, start: u32) {
        while self.scopes.len() > 1 && self.scopes.last().is_some_and(|it| it.end <= start) {
            self.scopes.pop();
        }
    }

    fn define(
        &mut self,
        mut kind: SymbolKind,
        item: Node<'t>,
        find: &dyn Fn(Role) -> Option<Node<'t>>,
        rank: u16,
        mut level: Level,
    ) {
        let span = |role| find(role).map(|node| Span::new(node.byte_range()));
        let (owner_node, trait_node) = (span(Role::Owner), span(Role::Trait));
        let is_impl = kind == SymbolKind::Impl;
        let bare_owner = owner_node.map(|owner| bare(self.source, owner));
        let inner = self.undecorated(item);
        let decorated = Span::new(item.byte_range());
        let Some(name) = span(Role::Name).or(bare_owner.filter(|_| is_impl)) else { return };
        if name.start == name.end {
            return;
        }
        // An item that two patterns find is the first one's.
        let earlier = self.earlier(name, inner);
        if earlier.is_some_and(|index| self.definition_ranks[index] <= rank) {
            return;
        }
        let (item, wrapped) = self.unwrapped(inner, earlier, &mut level);
        let definitions = &self.tags.definitions;
        let covers = |index: &u32| {
            let outer = definitions[*index as usize].item;
            outer.covers(item) && outer != item
        };
        while self.around.last().is_some_and(|index| !covers(index)) {
            self.around.pop();
        }
        let itself = |index: &u32| earlier == Some(*index as usize);
        let owner = self.around.iter().rev().find(|index| !itself(index)).copied();
        let outer = owner.and_then(|index| definitions.get(index as usize)).copied();
        let in_type = outer.is_some_and(|outer| outer.kind.has_methods());
        if kind == SymbolKind::Function && (in_type || owner_node.is_some()) {
            kind = SymbolKind::Method;
        }
        if kind == SymbolKind::Static && in_type {
            kind = SymbolKind::Field;
        }
        let of_outer = outer.and_then(|outer| match outer.kind {
            SymbolKind::Variant | SymbolKind::Impl => outer.owner_type,
            // A field that comes into being when a method assigns to it.
            SymbolKind::Method if kind == SymbolKind::Field => outer.owner_type,
            kind if kind.has_methods() => Some(outer.name),
            _ => None,
        });
        let is_assigned = outer.is_some_and(|it| it.kind == SymbolKind::Method);
        if is_assigned && kind == SymbolKind::Field && self.is_known_field(name, of_outer) {
            return;
        }
        let trait_of_outer = outer.and_then(|outer| match outer.kind {
            SymbolKind::Trait => Some(outer.name),
            SymbolKind::Impl => outer.trait_name,
            _ => None,
        });
        let trait_name = trait_node.map(|it| bare(self.source, it)).or(trait_of_outer);
        let leading = level.leading.filter(|leading| {
            let between = leading.end.min(item.start) as usize..item.start as usize;
            is_near(self.source.get(between).unwrap_or_default())
        });
        let modifiers = span(Role::Visibility).or(level.section).or(wrapped);
        let facts = Facts {
            kind,
            name: name.text(self.source),
            leading: leading.map_or("", |it| it.text(self.source)),
            modifiers: modifiers.map(|it| it.text(self.source)),
            owner: outer.map(|outer| (outer.kind, outer.visibility)),
            in_trait: trait_name.is_some(),
        };
        let start = span(Role::BodyStart).map(|token| Span { start: token.start, end: item.end });
        let body = span(Role::Body).or(start);
        let definition = Definition {
            kind,
            name,
            item,
            leading: leading.map_or(item.start, |it| it.start).min(item.start).min(decorated.start),
            title: match (is_impl, owner_node) {
                (true, Some(owner)) => {
                    let start = trait_node.map_or(owner.start, |it| it.start.min(owner.start));
                    Span { start, end: owner.end }
                }
                _ => name,
            },
            signature: signature(self.source, kind, item, body),
            body,
            owner,
            owner_type: bare_owner.or(of_outer),
            trait_name,
            ty: span(Role::Type).or(owner_node.filter(|_| is_impl)),
            visibility: (self.rules.spec.visibility)(&facts),
            is_test: outer.is_some_and(|outer| outer.is_test) || (self.rules.spec.is_test)(&facts),
        };
        if let Some(index) = earlier {
            self.tags.definitions[index] = definition;
            self.definition_ranks[index] = rank;
            return;
        }
        self.around.push(self.tags.definitions.len() as u32);
        self.tags.definitions.push(definition);
        self.definition_ranks.push(rank);
    }

    /// A node without the annotations that it begins with.
    fn undecorated(&self, node: Node<'t>) -> Span {
        let mut span = Span::new(node.byte_range());
        let decorations = &self.rules.decorations;
        if decorations.is_empty() {
            return span;
        }
        let mut cursor = node.walk();
        if !cursor.goto_first_child() {
            return span;
        }
        let mut depth = 0;
        loop {
            let child = cursor.node();
            span.start = Span::new(child.byte_range()).start;
            let is_list = child.kind() == "modifiers" && depth == 0;
            if is_list && cursor.goto_first_child() {
                depth = 1;
                continue;
            }
            if !decorations.contains(&child.kind_id()) {
                return span;
            }
            if !cursor.goto_next_sibling()
                && (depth == 0 || !cursor.goto_parent() || !cursor.goto_next_sibling())
            {
                return Span::new(node.byte_range());
            }
        }
    }

    /// The extent of a definition at `inner` with what wraps it, and what stands in the wrapper
    /// before it. What is before the definition is then what is before the wrapper.
    fn unwrapped(
        &mut self,
        inner: Span,
        earlier: Option<usize>,
        level: &mut Level,
    ) -> (Span, Option<Span>) {
        self.wrappers.retain(|it| it.span.covers(inner));
        let before = &self.tags.definitions[..earlier.unwrap_or(self.tags.definitions.len())];
        let last = before.last().map(|it| it.item.start);
        let mut item = inner;
        let mut before = None;
        for wrapper in self.wrappers.iter().rev() {
            let rest = Span { start: item.end, end: wrapper.span.end }.text(self.source);
            let is_alone = last.is_none_or(|last| last < wrapper.span.start);
            if !is_alone || !rest.trim_start().trim_start_matches(';').trim().is_empty() {
                break;
            }
            before = Some(Span { start: wrapper.span.start, end: inner.start });
            if !wrapper.leads {
                item = wrapper.span;
            }
            let leads = wrapper.start < item.start;
            let within = leads.then_some(Span { start: wrapper.start, end: item.start });
            let leading = match (wrapper.level.leading, within) {
                (Some(leading), Some(within)) => Some(Span { start: leading.start, ..within }),
                (leading, within) => leading.or(within).or(level.leading),
            };
            level.leading = leading;
            level.section = level.section.or(wrapper.level.section);
        }
        (item, before)
    }

    /// Whether a field of that name was found before in the type that is around it.
    fn is_known_field(&self, name: Span, owner: Option<Span>) -> bool {
        let Some(owner) = owner.map(|owner| owner.text(self.source)) else { return false };
        let is_around = |it: &Definition| it.kind.has_methods() && it.item.covers(name);
        let within = self.tags.definitions.iter().rev().take_while(|it| !is_around(it));
        let mut fields = within.filter(|it| it.kind == SymbolKind::Field);
        fields.any(|field| {
            field.name != name
                && field.name.text(self.source) == name.text(self.source)
                && field.owner_type.is_some_and(|it| it.text(self.source) == owner)
        })
    }

    /// The definition that an earlier pattern found by the same name, by index.
    fn earlier(&self, name: Span, item: Span) -> Option<usize> {
        let near = self.tags.definitions.iter().enumerate().rev();
        let mut near = near.take_while(|(_, it)| it.item.end > item.start);
        near.find(|(_, it)| it.name == name).map(|(index, _)| index)
    }

    fn bind(
        &mut self,
        kind: BindingKind,
        node: Node<'t>,
        scope: Option<Span>,
        ty: Option<Span>,
        value: Option<Span>,
    ) {
        let whole = Span::new(node.byte_range());
        self.leave(whole.start);
        // The parameters of what has no body are nobody's local names.
        if kind == BindingKind::Parameter && self.scopes.len() == 1 {
            self.ignored.push(whole.start);
            return;
        }
        let scope = scope.or(self.scopes.last().copied()).unwrap_or(whole);
        let scope = Span { start: whole.start, end: scope.end };
        let bound = |name, pattern| Binding { name, kind, pattern, ty, value, scope, within: None };
        let names = &self.rules.pattern_names;
        if names.contains(&node.kind_id()) {
            self.tags.bindings.push(bound(whole, None));
            return;
        }
        let mut cursor = node.walk();
        let mut unvisited = vec![node];
        while let Some(node) = unvisited.pop() {
            if names.contains(&node.kind_id()) {
                let name = Span::new(node.byte_range());
                // What begins with a capital is a constant or constructor that is matched with.
                if !name.text(self.source).starts_with(char::is_uppercase) {
                    self.tags.bindings.push(bound(name, Some(whole)));
                }
            } else {
                unvisited.extend(node.named_children(&mut cursor));
            }
        }
    }

    /// Says anew what the references are that were just found at `node`.
    pub(super) fn refine(&mut self, node: Node<'t>, read: fn(&str, Span) -> Reading) {
        let name = Span::new(node.byte_range());
        if let Some(last) = self.tags.references.last_mut()
            && last.name == name
        {
            (last.kind, last.qualifier) = read(self.source, name);
        }
    }

    /// Brings all into order. With `whole`, also says what lies within what.
    pub(super) fn finish(mut self, whole: bool) -> Tags {
        let tags = &mut self.tags;
        if !whole {
            return self.tags;
        }
        tags.bindings.sort_by_key(|it| (it.name.start, it.pattern.is_some()));
        tags.bindings.dedup_by_key(|it| it.name);
        let mut ignored = self.ignored;
        ignored.extend(tags.definitions.iter().map(|it| it.name.start));
        ignored.extend(tags.bindings.iter().map(|it| it.name.start));
        // The name of an implementation block is a reference to the type.
        let impls = tags.definitions.iter().filter(|it| it.kind == SymbolKind::Impl);
        let mut impls = impls.map(|it| it.name.start).collect::<Vec<_>>();
        impls.sort_unstable();
        ignored.retain(|it| impls.binary_search(it).is_err());
        ignored.sort_unstable();
        let ranks = self.reference_ranks.iter();
        let mut ranked: Vec<(u32, u16, u32)> = Vec::with_capacity(tags.references.len());
        for (index, (reference, rank)) in tags.references.iter().zip(ranks).enumerate() {
            ranked.push((reference.name.start, *rank, index as u32));
        }
        ranked.sort_unstable();
        ranked.dedup_by_key(|it| it.0);
        let mut unwanted = ignored.iter().copied().peekable();
        let mut references = Vec::with_capacity(ranked.len());
        for (start, _, index) in ranked {
            while unwanted.next_if(|it| *it < start).is_some() {}
            if unwanted.peek() != Some(&start) {
                references.push(tags.references[index as usize]);
            }
        }
        tags.references = references;
        let mut within = Within::new(&tags.definitions);
        for reference in &mut tags.references {
            reference.within = within.innermost(reference.name.start);
        }
        let mut within = Within::new(&tags.definitions);
        for binding in &mut tags.bindings {
            binding.within = within.innermost(binding.name.start);
        }
        self.tags
    }
}
