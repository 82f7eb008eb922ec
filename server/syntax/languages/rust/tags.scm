; What a Rust file defines. The node of a symbol is captured by its kind (the names that
; `SymbolKind` knows), its name by @name; where there are several names, the symbol is named by
; everything from the first to the last.

(mod_item name: (identifier) @name) @module

(struct_item name: (type_identifier) @name) @struct
(union_item name: (type_identifier) @name) @union
(enum_item name: (type_identifier) @name) @enum
(enum_variant name: (identifier) @name) @variant
(field_declaration name: (field_identifier) @name) @field

(trait_item name: (type_identifier) @name) @trait
(impl_item !trait type: (_) @name) @impl
(impl_item trait: (_) @name type: (_) @name) @impl

; Those directly within an impl or a trait are methods; the outline sees to that.
(function_item name: (_) @name) @function
(function_signature_item name: (_) @name) @function

(const_item name: (identifier) @name) @constant
(static_item name: (identifier) @name) @static
(type_item name: (type_identifier) @name) @type
(associated_type name: (type_identifier) @name) @type
(macro_definition name: (identifier) @name) @macro
