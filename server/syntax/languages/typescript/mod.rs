//! TypeScript, without and with elements (TSX): two grammars, one language.

use super::javascript::{PATTERN_NAMES, imports, is_test, visibility};
use crate::rules::Spec;

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
    #[cfg(test)]
    fixture: include_str!("fixture.tsx"),
};
