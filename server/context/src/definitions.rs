//! Definitions of a file with what a selection asks about each.

use std::ops::Range;

use syntax::{Definition, SymbolKind, Tags, Visibility};

use crate::facts::Kind;

/// A definition as the text has it.
pub(crate) struct Found {
    pub(crate) kind: Kind,
    /// Bytes of the name.
    pub(crate) name: Range<usize>,
    /// Bytes of all of it.
    pub(crate) range: Range<usize>,
    /// The end of the signature.
    pub(crate) signature_end: usize,
    /// Whether it is a function with a body.
    pub(crate) has_body: bool,
    /// Bytes of the comment and attributes before it.
    pub(crate) comment: Range<usize>,
    pub(crate) owner: Range<usize>,
    pub(crate) via: Range<usize>,
    /// The type as written, of what is no function.
    pub(crate) ty: Option<Range<usize>>,
    pub(crate) is_test: bool,
    pub(crate) is_public: bool,
    pub(crate) is_local: bool,
}

/// Everything that is defined, in the order of the text, outer before inner, implementations left
/// out.
pub(crate) fn definitions(tags: &Tags) -> Vec<Found> {
    let all = &tags.definitions;
    let mut local = vec![false; all.len()];
    for (at, one) in all.iter().enumerate() {
        local[at] = one.owner.is_some_and(|owner| {
            let owner = owner as usize;
            // A field that begins with an assignment in a method is one of the method's type.
            let is_inside = all[owner].kind.is_callable() && one.kind != SymbolKind::Field;
            owner < at && (local[owner] || is_inside)
        });
    }
    let span = |span: Option<syntax::Span>| span.map_or(0..0, syntax::Span::range);
    let found = |(at, one): (usize, &Definition)| {
        let kind = kind(one.kind)?;
        // What an interface or an enumeration has is seen with it.
        let inherits = one.kind == SymbolKind::Variant || one.trait_name.is_some();
        Some(Found {
            kind,
            name: one.name.range(),
            range: one.item.range(),
            signature_end: (one.signature.end as usize).max(one.name.end as usize),
            has_body: one.kind.is_callable() && one.body.is_some(),
            comment: one.leading.min(one.item.start) as usize..one.item.start as usize,
            owner: span(one.owner_type),
            via: span(one.trait_name),
            ty: one.ty.filter(|_| !one.kind.is_callable()).map(syntax::Span::range),
            is_test: one.is_test,
            is_public: inherits || one.visibility != Visibility::Private,
            is_local: local[at],
        })
    };
    let mut list: Vec<Found> = all.iter().enumerate().filter_map(found).collect();
    // What stands in macros was found last.
    list.sort_by_key(|one| one.range.start);
    list
}

fn kind(kind: SymbolKind) -> Option<Kind> {
    Some(match kind {
        SymbolKind::Class | SymbolKind::Struct | SymbolKind::Union => Kind::Struct,
        SymbolKind::Enum => Kind::Enum,
        SymbolKind::Variant => Kind::Variant,
        SymbolKind::Field => Kind::Field,
        SymbolKind::Trait => Kind::Trait,
        SymbolKind::Function => Kind::Function,
        SymbolKind::Method => Kind::Method,
        SymbolKind::Constant | SymbolKind::Static => Kind::Constant,
        SymbolKind::Type => Kind::Type,
        SymbolKind::Macro => Kind::Macro,
        SymbolKind::Module | SymbolKind::Impl | SymbolKind::Section | SymbolKind::Key => {
            return None;
        }
    })
}
