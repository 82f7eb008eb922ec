; What a PHP file defines.

(comment) @leading @skip
(attribute_list) @leading
(compound_statement) @scope
(namespace_definition name: (_) @name body: (_)? @body) @definition.module
(class_declaration name: (name) @name body: (_) @body) @definition.class
(interface_declaration name: (name) @name body: (_) @body) @definition.trait
(trait_declaration name: (name) @name body: (_) @body) @definition.trait
(enum_declaration name: (name) @name body: (_) @body) @definition.enum
(enum_case name: (name) @name) @definition.variant
(function_definition
  name: (name) @name return_type: (_)? @type body: (_) @body @fold) @definition.function
(method_declaration (visibility_modifier)? @visibility
  name: (name) @name return_type: (_)? @type body: (_)? @body @fold) @definition.method
(property_declaration (visibility_modifier)? @visibility
  type: (_)? @type (property_element name: (variable_name) @name)) @definition.field
(property_promotion_parameter visibility: (_)? @visibility
  type: (_)? @type name: (variable_name) @name) @definition.field
(const_declaration (visibility_modifier)? @visibility
  (const_element . (name) @name (_) @body)) @definition.constant
