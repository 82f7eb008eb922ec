//! What a symbol can be.

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SymbolKind {
    /// A module or namespace.
    Module,
    /// A class.
    Class,
    /// A struct or record.
    Struct,
    /// A union.
    Union,
    /// An enumeration.
    Enum,
    /// One of the values of an enumeration.
    Variant,
    /// A named field or property.
    Field,
    /// A trait, interface or protocol.
    Trait,
    /// An implementation block or extension; its name is that of the type.
    Impl,
    /// A function outside of any type.
    Function,
    /// A function of a type, with or without a receiver.
    Method,
    /// A constant.
    Constant,
    /// A static or global variable.
    Static,
    /// A type alias or an associated type.
    Type,
    /// A macro.
    Macro,
    /// A part of a document: a heading, an element, a rule of a style sheet, a table.
    Section,
    /// A key of a data file.
    Key,
}

impl SymbolKind {
    /// The kind that a query calls `@definition.word`.
    pub(crate) fn of_word(word: &str) -> Option<SymbolKind> {
        Some(match word {
            "module" => SymbolKind::Module,
            "class" => SymbolKind::Class,
            "struct" => SymbolKind::Struct,
            "union" => SymbolKind::Union,
            "enum" => SymbolKind::Enum,
            "variant" => SymbolKind::Variant,
            "field" => SymbolKind::Field,
            "trait" => SymbolKind::Trait,
            "impl" => SymbolKind::Impl,
            "function" => SymbolKind::Function,
            "method" => SymbolKind::Method,
            "constant" => SymbolKind::Constant,
            "static" => SymbolKind::Static,
            "type" => SymbolKind::Type,
            "macro" => SymbolKind::Macro,
            "section" => SymbolKind::Section,
            "key" => SymbolKind::Key,
            _ => return None,
        })
    }

    /// Whether functions directly within such a symbol are its methods.
    #[must_use]
    pub fn has_methods(self) -> bool {
        matches!(
            self,
            SymbolKind::Class
                | SymbolKind::Struct
                | SymbolKind::Union
                | SymbolKind::Enum
                | SymbolKind::Trait
                | SymbolKind::Impl
        )
    }

    /// Whether it is a function or a method.
    #[must_use]
    pub fn is_callable(self) -> bool {
        matches!(self, SymbolKind::Function | SymbolKind::Method)
    }

    /// Whether it is a type that others may name.
    #[must_use]
    pub fn is_type(self) -> bool {
        matches!(self, SymbolKind::Type) || (self.has_methods() && self != SymbolKind::Impl)
    }
}
