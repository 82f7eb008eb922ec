//! TypeScript, without and with elements (TSX): two grammars, one language.

use super::javascript::{ELEMENTS, EXPRESSIONS, PATTERN_NAMES, imports, is_test, visibility};
use crate::rules::{Expressions, Spec};

pub(crate) static SPEC: Spec = Spec {
    grammar: crate::languages::grammar::typescript,
    queries: &[
        include_str!("tags.scm"),
        include_str!("locals.scm"),
        include_str!("../javascript/shared.scm"),
    ],
    imports,
    visibility,
    is_test,
    pattern_names: PATTERN_NAMES,
    decorations: &["decorator"],
    expressions: Expressions { kinds: &[EXPRESSIONS, TYPES], marked: &[], marks: TYPED_MARKS },
    #[cfg(test)]
    fixture: include_str!("fixture.ts"),
};

pub(crate) static TSX: Spec = Spec {
    grammar: crate::languages::grammar::tsx,
    queries: &[
        include_str!("tags.scm"),
        include_str!("tsx.scm"),
        include_str!("locals.scm"),
        include_str!("../javascript/shared.scm"),
    ],
    imports,
    visibility,
    is_test,
    pattern_names: PATTERN_NAMES,
    decorations: &["decorator"],
    expressions: Expressions {
        kinds: &[EXPRESSIONS, TYPES, ELEMENTS],
        marked: &[],
        marks: TYPED_MARKS,
    },
    #[cfg(test)]
    fixture: include_str!("fixture.tsx"),
};

/// What there is beside JavaScript's, types among it.
const TYPES: &[&str] = &[
    "array_type",
    "as_expression",
    "generic_type",
    "intersection_type",
    "lookup_type",
    "non_null_expression",
    "parenthesized_type",
    "satisfies_expression",
    "tuple_type",
    "type_annotation",
    "type_arguments",
    "union_type",
];
/// A namespace may stand without a body.
const TYPED_MARKS: &[&str] = &["=", "module", "namespace", "{"];
