; What a Swift file defines.

(comment) @leading @skip
(multiline_comment) @leading @skip
(function_body) @scope
(class_declaration (modifiers)? @visibility declaration_kind: ["class" "actor"]
  name: (_) @name body: (_) @body) @definition.class
(class_declaration (modifiers)? @visibility declaration_kind: "struct"
  name: (_) @name body: (_) @body) @definition.struct
(class_declaration (modifiers)? @visibility declaration_kind: "enum"
  name: (_) @name body: (_) @body) @definition.enum
(class_declaration declaration_kind: "extension" name: (_) @owner body: (_) @body) @definition.impl
(protocol_declaration (modifiers)? @visibility name: (_) @name body: (_) @body) @definition.trait
(enum_entry name: (simple_identifier) @name) @definition.variant
(function_declaration (modifiers)? @visibility
  name: (simple_identifier) @name body: (_) @body @fold) @definition.function
(protocol_function_declaration name: (simple_identifier) @name) @definition.method
(init_declaration (modifiers)? @visibility name: "init" @name body: (_)? @body @fold) @definition.method
(property_declaration (modifiers)? @visibility
  name: (pattern (simple_identifier) @name)) @definition.static @toplevel
(protocol_property_declaration name: (pattern (simple_identifier) @name)) @definition.field
(typealias_declaration name: (type_identifier) @name) @definition.type
