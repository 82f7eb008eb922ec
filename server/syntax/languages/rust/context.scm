; What surrounds the definitions of a Rust file.

(line_comment) @leading @skip
(block_comment) @leading @skip
(attribute_item) @leading @skip
(inner_attribute_item) @skip

(use_declaration) @import
(extern_crate_declaration) @import

(function_item body: (_) @fold)
(macro_definition ["{" "(" "["] @fold)
(const_item value: (_) @fold)
(static_item value: (_) @fold)
