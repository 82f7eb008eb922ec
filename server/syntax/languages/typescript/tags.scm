; What a TypeScript file defines and names, besides what JavaScript has too.

(ambient_declaration) @wrapper

(class_declaration name: (type_identifier) @name body: (_) @body) @definition.class
(abstract_class_declaration name: (type_identifier) @name body: (_) @body) @definition.class
(interface_declaration name: (type_identifier) @name body: (_) @body) @definition.trait
(type_alias_declaration name: (type_identifier) @name value: (_) @type) @definition.type
(enum_declaration name: (identifier) @name body: (_) @body) @definition.enum
(enum_body name: (property_identifier) @name @definition.variant)
(enum_assignment name: (property_identifier) @name value: (_) @body) @definition.variant
(internal_module name: (_) @name body: (_)? @body) @definition.module
(module name: (_) @name body: (_)? @body) @definition.module

(function_declaration name: (identifier) @name
  return_type: (type_annotation (_) @type) body: (_) @body) @definition.function
(function_signature name: (identifier) @name
  return_type: (type_annotation (_) @type)?) @definition.function
(method_definition (accessibility_modifier)? @visibility
  name: [(property_identifier) (private_property_identifier)] @name
  return_type: (type_annotation (_) @type)? body: (_) @body) @definition.method
(method_signature (accessibility_modifier)? @visibility
  name: (property_identifier) @name
  return_type: (type_annotation (_) @type)?) @definition.method
(abstract_method_signature (accessibility_modifier)? @visibility
  name: (property_identifier) @name
  return_type: (type_annotation (_) @type)?) @definition.method
(public_field_definition (accessibility_modifier)? @visibility
  name: [(property_identifier) (private_property_identifier)] @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]
) @definition.method
(public_field_definition (accessibility_modifier)? @visibility
  name: [(property_identifier) (private_property_identifier)] @name
  type: (type_annotation (_) @type)? value: (_)? @body) @definition.field
(property_signature name: (property_identifier) @name
  type: (type_annotation (_) @type)?) @definition.field
; A parameter of a constructor that is a field as well.
(required_parameter (accessibility_modifier) @visibility pattern: (identifier) @name
  type: (type_annotation (_) @type)?) @definition.field

(variable_declarator name: (identifier) @name
  value: [(arrow_function return_type: (type_annotation (_) @type) body: (_) @body)
          (function_expression return_type: (type_annotation (_) @type) body: (_) @body)]
) @definition.function @toplevel
(variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]
) @definition.function @toplevel
(lexical_declaration kind: "const"
  (variable_declarator name: (identifier) @name
    type: (type_annotation (_) @type)? value: (_)? @body)
) @definition.constant @toplevel
(variable_declarator name: (identifier) @name
  type: (type_annotation (_) @type)? value: (_)? @body) @definition.static @toplevel

(nested_type_identifier module: (_) @qualifier name: (type_identifier) @reference.type)
(nested_type_identifier module: (identifier) @reference.path)
(extends_clause value: (identifier) @reference.type)
(extends_clause
  value: (member_expression
    object: (_) @qualifier property: (property_identifier) @reference.type))
(type_identifier) @reference.type
(type_parameter name: (type_identifier) @ignore)
(mapped_type_clause name: (type_identifier) @ignore)
(index_signature name: (identifier) @ignore)
