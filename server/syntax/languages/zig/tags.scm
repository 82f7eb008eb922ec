; What a Zig file defines.

(comment) @leading @skip
(block) @scope
(variable_declaration "pub"? @visibility
  (identifier) @name (struct_declaration "{" @body.start)) @definition.struct
(variable_declaration "pub"? @visibility
  (identifier) @name (enum_declaration "{" @body.start)) @definition.enum
(variable_declaration "pub"? @visibility
  (identifier) @name (union_declaration "{" @body.start)) @definition.union
(variable_declaration "const" . (identifier) @name) @definition.constant @toplevel
(variable_declaration "var" . (identifier) @name) @definition.static @toplevel
(function_declaration
  name: (identifier) @name type: (_)? @type body: (_)? @body @fold) @definition.function
(container_field name: (_) @name type: (_)? @type) @definition.field
(test_declaration (string (string_content) @name) (block) @body @fold) @definition.function
