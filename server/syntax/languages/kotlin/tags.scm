; What a Kotlin file defines.

(line_comment) @leading @skip
(block_comment) @leading @skip
(function_body) @scope
(class_declaration (modifiers)? @visibility
  name: (identifier) @name (enum_class_body) @body) @definition.enum
(class_declaration (modifiers)? @visibility "class"
  name: (identifier) @name (class_body)? @body) @definition.class
(class_declaration (modifiers)? @visibility "interface"
  name: (identifier) @name (class_body)? @body) @definition.trait
(enum_entry (identifier) @name) @definition.variant
(object_declaration (modifiers)? @visibility name: (identifier) @name (class_body)? @body) @definition.class
(class_parameter (modifiers)? @visibility ["val" "var"] (identifier) @name (_) @type) @definition.field
(function_declaration (modifiers)? @visibility
  name: (identifier) @name (function_body)? @body @fold) @definition.function
(property_declaration (modifiers)? @visibility
  (variable_declaration . (identifier) @name)) @definition.static @toplevel
(type_alias (modifiers)? @visibility type: (identifier) @name) @definition.type
