//! The languages, each with all that is particular to it in a folder of its own.

#[path = "../languages/c/mod.rs"]
pub(crate) mod c;
#[path = "../languages/cpp/mod.rs"]
pub(crate) mod cpp;
#[path = "../languages/go/mod.rs"]
pub(crate) mod go;
#[path = "../languages/java/mod.rs"]
pub(crate) mod java;
#[path = "../languages/javascript/mod.rs"]
pub(crate) mod javascript;
#[path = "../languages/python/mod.rs"]
pub(crate) mod python;
#[path = "../languages/rust/mod.rs"]
pub(crate) mod rust;
#[path = "../languages/typescript/mod.rs"]
pub(crate) mod typescript;

#[cfg(feature = "outline-only")]
pub(crate) mod outline_only;

#[cfg(test)]
mod tests;

/// Where the grammars enter.
pub(crate) mod grammar {
    use tree_sitter::Language;

    pub(crate) fn c() -> Language {
        tree_sitter_c::LANGUAGE.into()
    }

    pub(crate) fn cpp() -> Language {
        tree_sitter_cpp::LANGUAGE.into()
    }

    pub(crate) fn go() -> Language {
        tree_sitter_go::LANGUAGE.into()
    }

    pub(crate) fn java() -> Language {
        tree_sitter_java::LANGUAGE.into()
    }

    pub(crate) fn javascript() -> Language {
        tree_sitter_javascript::LANGUAGE.into()
    }

    pub(crate) fn python() -> Language {
        tree_sitter_python::LANGUAGE.into()
    }

    pub(crate) fn rust() -> Language {
        tree_sitter_rust::LANGUAGE.into()
    }

    pub(crate) fn tsx() -> Language {
        tree_sitter_typescript::LANGUAGE_TSX.into()
    }

    pub(crate) fn typescript() -> Language {
        tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()
    }
}
