; What a Rust file defines and names. Of two patterns that find the same, the first is right.

(mod_item (visibility_modifier)? @visibility
  name: (identifier) @name body: (_)? @body) @definition.module
(struct_item (visibility_modifier)? @visibility
  name: (type_identifier) @name body: (field_declaration_list)? @body) @definition.struct
(union_item (visibility_modifier)? @visibility
  name: (type_identifier) @name body: (_) @body) @definition.union
(enum_item (visibility_modifier)? @visibility
  name: (type_identifier) @name body: (_) @body) @definition.enum
(enum_variant name: (identifier) @name) @definition.variant
(field_declaration (visibility_modifier)? @visibility
  name: (field_identifier) @name type: (_) @type) @definition.field
(trait_item (visibility_modifier)? @visibility
  name: (type_identifier) @name body: (_) @body) @definition.trait
(impl_item trait: (_)? @trait type: (_) @owner body: (_)? @body) @definition.impl

; Those directly within a type, a trait or an implementation become methods.
(function_item (visibility_modifier)? @visibility
  name: (_) @name return_type: (_)? @type body: (_) @body) @definition.function
(function_signature_item (visibility_modifier)? @visibility
  name: (_) @name return_type: (_)? @type) @definition.function

(const_item (visibility_modifier)? @visibility
  name: (identifier) @name type: (_) @type value: (_)? @body) @definition.constant
(static_item (visibility_modifier)? @visibility
  name: (identifier) @name type: (_) @type value: (_)? @body) @definition.static
(type_item (visibility_modifier)? @visibility
  name: (type_identifier) @name type: (_) @type) @definition.type
(associated_type name: (type_identifier) @name) @definition.type
(macro_definition name: (identifier) @name ["{" "(" "["] @body.start) @definition.macro

; Calls.
(macro_invocation macro: (identifier) @reference.macro)
(macro_invocation
  macro: (scoped_identifier path: (_)? @qualifier name: (identifier) @reference.macro))
(call_expression function: (identifier) @reference.call)
(call_expression
  function: (scoped_identifier path: (_)? @qualifier name: (identifier) @reference.call))
(call_expression
  function: (field_expression value: (_) @qualifier field: (field_identifier) @reference.method))
(call_expression function: (generic_function function: (identifier) @reference.call))
(call_expression
  function: (generic_function
    function: (scoped_identifier path: (_)? @qualifier name: (identifier) @reference.call)))
(call_expression
  function: (generic_function
    function: (field_expression
      value: (_) @qualifier field: (field_identifier) @reference.method)))

; Fields.
(field_expression value: (_) @qualifier field: (field_identifier) @reference.field)
(struct_expression name: (_) @qualifier
  body: (field_initializer_list
    (field_initializer field: (field_identifier) @reference.field)))
(struct_expression name: (_) @qualifier
  body: (field_initializer_list
    (shorthand_field_initializer (identifier) @reference.field)))
(struct_pattern type: (_) @qualifier (field_pattern name: (_) @reference.field))

; Paths: the last name of one is what it is about.
(scoped_identifier
  path: (scoped_identifier path: (_)? @qualifier name: (identifier) @reference.path))
(scoped_identifier path: (identifier) @reference.path)
(scoped_identifier path: (_) @qualifier name: (identifier) @reference.value)
(scoped_type_identifier
  path: (scoped_identifier path: (_)? @qualifier name: (identifier) @reference.path))
(scoped_type_identifier path: (identifier) @reference.path)
(scoped_type_identifier path: (_) @qualifier name: (type_identifier) @reference.type)

(type_identifier) @reference.type
(identifier) @reference.value

(token_tree) @tokens
(token_repetition) @tokens
(visibility_modifier) @skip
(token_tree_pattern) @skip
(lifetime) @skip
(label) @skip
(type_parameter name: (type_identifier) @ignore)
(const_parameter name: (identifier) @ignore)
(type_binding name: (type_identifier) @ignore)
