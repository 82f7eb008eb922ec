//! What the engine needs to know of a language: its folder in `languages/` says it.

use crate::pattern::{ByKind, Patterns, parse};
use crate::tags::{Import, ReferenceKind, Visibility};
use crate::{BindingKind, SymbolKind};

use tree_sitter::Node;

/// A language, as its folder describes it.
pub(crate) struct Spec {
    pub(crate) grammar: fn() -> tree_sitter::Language,
    /// The texts of its query files: definitions and references, local names, what surrounds them.
    pub(crate) queries: &'static [&'static str],
    /// Reads a node that is captured as `@import`.
    pub(crate) imports: fn(Node<'_>, &str, &mut Vec<Import>),
    pub(crate) visibility: fn(&Facts<'_>) -> Visibility,
    /// Whether a definition is a test, or its members are.
    pub(crate) is_test: fn(&Facts<'_>) -> bool,
    /// Kinds of nodes that are the names in a pattern.
    pub(crate) pattern_names: &'static [&'static str],
    /// Kinds of nodes with which an item may begin, but which count as what is before it:
    /// annotations, where the grammar has them within.
    pub(crate) decorations: &'static [&'static str],
    pub(crate) expressions: Expressions,
    /// A text that has everything in it that the queries know.
    #[cfg(test)]
    pub(crate) fixture: &'static str,
}

/// What may be passed over by whoever looks for what is declared.
pub(crate) struct Expressions {
    /// Kinds of nodes that declare nothing themselves, nor do their children, but for what begins
    /// with a mark. Several lists, as languages share some.
    pub(crate) kinds: &'static [&'static [&'static str]],
    /// The like that begin with a mark of their own, such as `let`: it is the others that count.
    pub(crate) marked: &'static [&'static str],
    /// Words, and signs of one byte.
    pub(crate) marks: &'static [&'static str],
}

impl Expressions {
    /// Nothing is passed over.
    pub(crate) const NONE: Expressions = Expressions { kinds: &[], marked: &[], marks: &[] };
}

/// What is known of a definition when the language is asked about it.
pub(crate) struct Facts<'a> {
    pub(crate) kind: SymbolKind,
    pub(crate) name: &'a str,
    /// The comments, attributes and decorators before it.
    pub(crate) leading: &'a str,
    /// What is captured as `@visibility`, else the label that stands before, else what stands
    /// before it in the node that wraps it.
    pub(crate) modifiers: Option<&'a str>,
    /// The innermost definition that it lies in: what it is, and who can name it.
    pub(crate) owner: Option<(SymbolKind, Visibility)>,
    /// Whether it stands in a trait or the implementation of one.
    pub(crate) in_trait: bool,
}

/// A language's queries, ready to use.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) spec: &'static Spec,
    pub(crate) patterns: Patterns,
    /// What each capture stands for.
    pub(crate) roles: Vec<Role>,
    pub(crate) pattern_names: Vec<u16>,
    pub(crate) decorations: Vec<u16>,
    /// By kind of node, whether it may be passed over.
    pub(crate) expressions: Vec<Passing>,
    /// The patterns that are about more than references.
    pub(crate) declaring: ByKind,
    /// The patterns that are about definitions, or about what is before or within them.
    pub(crate) structural: ByKind,
    /// The patterns that say what a skeleton leaves out.
    pub(crate) folding: ByKind,
    /// The patterns of what belongs to the node after it.
    pub(crate) leading: ByKind,
}

impl std::fmt::Debug for Spec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spec").field("grammar", &(self.grammar)().name()).finish_non_exhaustive()
    }
}

/// Whether nodes of a kind may be passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Passing {
    #[default]
    Never,
    /// Unless there is a mark in it.
    Unmarked,
    /// Unless there is a mark in it behind the one that it begins with.
    MarkedOnce,
}

/// What a capture stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `@definition.function` and so on: the whole item.
    Definition(SymbolKind),
    /// `@reference.call` and so on: the name.
    Reference(ReferenceKind),
    /// `@binding.parameter` and so on: the name, or a pattern with names.
    Binding(BindingKind),
    /// The name of a definition.
    Name,
    /// The written type of a definition or binding.
    Type,
    /// The body of a definition.
    Body,
    /// The token with which the body of a definition begins; it ends with the item.
    BodyStart,
    /// The value of a binding.
    Value,
    /// What stands before the name of a reference.
    Qualifier,
    /// The type that a definition belongs to.
    Owner,
    /// The trait that a definition belongs to.
    Trait,
    /// The words on who can name a definition.
    Visibility,
    /// Where the bindings within it end.
    Scope,
    /// An import statement.
    Import,
    /// A comment or attribute that belongs to what follows.
    Leading,
    /// A label such as `public:`, good for what follows.
    Section,
    /// Holds one definition and little else; that definition takes its extent, as that of an
    /// `export`.
    Wrapper,
    /// The like, but what stands before the definition counts as what leads to it, as decorators.
    Decorator,
    /// The match counts only where no scope is around it.
    Toplevel,
    /// Its children are tokens that the grammar makes no sense of.
    Tokens,
    /// What a skeleton leaves out.
    Fold,
    /// Nothing within it is of interest.
    Skip,
    /// A name that is no reference.
    Ignore,
    /// For a predicate only.
    Helper,
}

impl Role {
    /// Whether it is about definitions, or about what is before or within them.
    fn is_structural(self) -> bool {
        use Role::{
            Decorator, Definition, Import, Leading, Scope, Section, Skip, Toplevel, Wrapper,
        };
        matches!(self, Definition(_) | Leading | Section | Skip | Import)
            || matches!(self, Decorator | Scope | Toplevel | Wrapper)
    }

    fn of_capture(capture: &str) -> Option<Role> {
        let (role, word) = capture.split_once('.').unwrap_or((capture, ""));
        Some(match (role, word) {
            ("definition", word) => Role::Definition(SymbolKind::of_word(word)?),
            ("reference", word) => Role::Reference(match word {
                "call" => ReferenceKind::Call,
                "method" => ReferenceKind::Method,
                "field" => ReferenceKind::Field,
                "type" => ReferenceKind::Type,
                "macro" => ReferenceKind::Macro,
                "path" => ReferenceKind::Path,
                "value" => ReferenceKind::Value,
                _ => return None,
            }),
            ("binding", word) => Role::Binding(match word {
                "parameter" => BindingKind::Parameter,
                "variable" => BindingKind::Variable,
                "element" => BindingKind::Element,
                "pattern" => BindingKind::Pattern,
                _ => return None,
            }),
            ("name", "") => Role::Name,
            ("type", "") => Role::Type,
            ("body", "") => Role::Body,
            ("body", "start") => Role::BodyStart,
            ("value", "") => Role::Value,
            ("qualifier", "") => Role::Qualifier,
            ("owner", "") => Role::Owner,
            ("trait", "") => Role::Trait,
            ("visibility", "") => Role::Visibility,
            ("scope", "") => Role::Scope,
            ("import", "") => Role::Import,
            ("leading", "") => Role::Leading,
            ("section", "") => Role::Section,
            ("wrapper", "") => Role::Wrapper,
            ("decorator", "") => Role::Decorator,
            ("toplevel", "") => Role::Toplevel,
            ("tokens", "") => Role::Tokens,
            ("fold", "") => Role::Fold,
            ("skip", "") => Role::Skip,
            ("ignore", "") => Role::Ignore,
            (word, "") if word.starts_with('_') => Role::Helper,
            _ => return None,
        })
    }
}

impl Rules {
    /// Reads a language's files. The error is for who writes them; a test reads all of them.
    pub(crate) fn new(spec: &'static Spec) -> Result<Rules, String> {
        let grammar = (spec.grammar)();
        let patterns = parse(&grammar, spec.queries)?;
        let roles = patterns.capture_names.iter().map(|name| {
            Role::of_capture(name).ok_or_else(|| format!("@{name} does not mean anything"))
        });
        let roles = roles.collect::<Result<Vec<_>, _>>()?;
        let id = |kind: &&str| match grammar.id_for_node_kind(kind, true) {
            0 => Err(format!("the grammar has no {kind:?}")),
            id => Ok(id),
        };
        let pattern_names = spec.pattern_names.iter().map(id).collect::<Result<Vec<_>, _>>()?;
        let decorations = spec.decorations.iter().map(id).collect::<Result<Vec<_>, _>>()?;
        let mut expressions = vec![Passing::Never; grammar.node_kind_count()];
        let unmarked = spec.expressions.kinds.iter().copied().flatten();
        let marked = spec.expressions.marked.iter();
        let all = unmarked.map(|kind| (kind, Passing::Unmarked));
        for (kind, passing) in all.chain(marked.map(|kind| (kind, Passing::MarkedOnce))) {
            if let Some(slot) = expressions.get_mut(usize::from(id(kind)?)) {
                *slot = passing;
            }
        }
        let with = |is_wanted: fn(Role) -> bool| {
            patterns
                .with(&|capture| roles.get(usize::from(capture)).copied().is_some_and(is_wanted))
        };
        let structural = with(Role::is_structural);
        let declaring =
            with(|role| role.is_structural() || matches!(role, Role::Binding(_) | Role::Tokens));
        let folding = with(|role| role == Role::Fold);
        let leading = with(|role| role == Role::Leading);
        Ok(Rules {
            spec,
            patterns,
            roles,
            pattern_names,
            decorations,
            expressions,
            declaring,
            structural,
            folding,
            leading,
        })
    }
}

/// What stands at a node.
pub(crate) fn text<'s>(node: Node<'_>, source: &'s str) -> &'s str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// A text without the quotes around it.
pub(crate) fn unquoted(written: &str) -> &str {
    let pairs = [('"', '"'), ('\'', '\''), ('`', '`'), ('<', '>')];
    let inner =
        pairs.iter().find_map(|(open, close)| written.strip_prefix(*open)?.strip_suffix(*close));
    inner.unwrap_or(written)
}
