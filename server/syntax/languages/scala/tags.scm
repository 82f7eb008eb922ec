; What a Scala file defines.

(comment) @leading @skip
(block_comment) @leading @skip
(function_definition) @scope
(package_clause name: (_) @name body: (_) @body) @definition.module
(class_definition (modifiers)? @visibility name: (_) @name body: (_)? @body) @definition.class
(object_definition (modifiers)? @visibility name: (_) @name body: (_)? @body) @definition.class
(trait_definition (modifiers)? @visibility name: (_) @name body: (_)? @body) @definition.trait
(enum_definition name: (_) @name body: (_) @body) @definition.enum
(simple_enum_case name: (_) @name) @definition.variant
(full_enum_case name: (_) @name) @definition.variant
(function_declaration (modifiers)? @visibility
  name: (_) @name return_type: (_)? @type) @definition.function
(function_definition (modifiers)? @visibility
  name: (_) @name return_type: (_)? @type body: (_) @body @fold) @definition.function
(val_definition (modifiers)? @visibility
  pattern: (identifier) @name type: (_)? @type value: (_) @body) @definition.constant @toplevel
(var_definition (modifiers)? @visibility
  pattern: (identifier) @name type: (_)? @type value: (_) @body) @definition.static @toplevel
(type_definition (modifiers)? @visibility name: (_) @name type: (_)? @type) @definition.type
