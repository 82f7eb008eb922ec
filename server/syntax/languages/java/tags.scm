; What a Java file defines and names.

(class_declaration (modifiers)? @visibility
  name: (identifier) @name body: (_) @body) @definition.class
(record_declaration (modifiers)? @visibility
  name: (identifier) @name body: (_) @body) @definition.class
(record_declaration
  parameters: (formal_parameters
    (formal_parameter type: (_) @type name: (identifier) @name) @definition.field))
(interface_declaration (modifiers)? @visibility
  name: (identifier) @name body: (_) @body) @definition.trait
(annotation_type_declaration (modifiers)? @visibility
  name: (identifier) @name body: (_) @body) @definition.trait
(enum_declaration (modifiers)? @visibility
  name: (identifier) @name body: (_) @body) @definition.enum
(enum_constant name: (identifier) @name body: (_)? @body) @definition.variant

(method_declaration (modifiers)? @visibility
  type: (_) @type name: (identifier) @name body: (_)? @body) @definition.method
(constructor_declaration (modifiers)? @visibility
  name: (identifier) @name body: (_) @body) @definition.method
(compact_constructor_declaration (modifiers)? @visibility
  name: (identifier) @name body: (_) @body) @definition.method
(annotation_type_element_declaration (modifiers)? @visibility
  type: (_) @type name: (identifier) @name) @definition.method
(field_declaration (modifiers)? @visibility
  type: (_) @type
  declarator: (variable_declarator name: (identifier) @name value: (_)? @body)) @definition.field
(constant_declaration (modifiers)? @visibility
  type: (_) @type
  declarator: (variable_declarator name: (identifier) @name value: (_)? @body)) @definition.constant

; Calls. What is constructed is called by the name of its class.
(method_invocation !object name: (identifier) @reference.call)
(method_invocation object: (_) @qualifier name: (identifier) @reference.method)
(object_creation_expression type: (type_identifier) @reference.call)
(object_creation_expression type: (generic_type . (type_identifier) @reference.call))
(object_creation_expression
  type: (scoped_type_identifier (_) @qualifier (type_identifier) @reference.call .))
(method_reference . (_) @qualifier (identifier) @reference.method)
(marker_annotation name: (identifier) @reference.macro)
(annotation name: (identifier) @reference.macro)

(field_access object: (_) @qualifier field: (identifier) @reference.field)
(element_value_pair key: (identifier) @ignore)
(labeled_statement . (identifier) @ignore)
(break_statement (identifier) @ignore)
(type_parameter (type_identifier) @ignore)
(scoped_identifier scope: (_) @qualifier name: (identifier) @reference.path)
(scoped_type_identifier . (type_identifier) @reference.path)
(scoped_type_identifier (_) @qualifier (type_identifier) @reference.type .)
(type_identifier) @reference.type
(identifier) @reference.value
