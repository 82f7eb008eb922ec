; What C and C++ have in common.

(struct_specifier name: (type_identifier) @name body: (_) @body) @definition.struct
(union_specifier name: (type_identifier) @name body: (_) @body) @definition.union
(enum_specifier name: (type_identifier) @name body: (_) @body) @definition.enum
(enumerator name: (identifier) @name value: (_)?) @definition.variant

(type_definition type: (struct_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.struct
(type_definition type: (union_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.union
(type_definition type: (enum_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.enum
(type_definition type: (_) @type declarator: (type_identifier) @name) @definition.type
(type_definition type: (_) @type
  declarator: (pointer_declarator declarator: (type_identifier) @name)) @definition.type
(type_definition type: (_) @type
  declarator: (function_declarator
    declarator: (parenthesized_declarator
      (pointer_declarator declarator: (type_identifier) @name)))) @definition.type

(field_declaration type: (_) @type declarator: (field_identifier) @name) @definition.field
(field_declaration type: (_) @type
  declarator: (pointer_declarator declarator: (field_identifier) @name)) @definition.field
(field_declaration type: (_) @type
  declarator: (array_declarator declarator: (field_identifier) @name)) @definition.field
(field_declaration type: (_) @type
  declarator: (pointer_declarator
    declarator: (array_declarator declarator: (field_identifier) @name))) @definition.field
(field_declaration type: (_) @type
  declarator: (function_declarator
    declarator: (parenthesized_declarator
      (pointer_declarator declarator: (field_identifier) @name)))) @definition.field

(preproc_def name: (identifier) @name value: (_)? @body) @definition.macro
(preproc_function_def name: (identifier) @name value: (_)? @body) @definition.macro

; A declarator holds the name as deep as there are stars before it.
(function_definition (storage_class_specifier)? @visibility type: (_) @type
  declarator: (function_declarator declarator: (identifier) @name)
  body: (_) @body) @definition.function
(function_definition (storage_class_specifier)? @visibility type: (_) @type
  declarator: (pointer_declarator
    declarator: (function_declarator declarator: (identifier) @name))
  body: (_) @body) @definition.function
(function_definition (storage_class_specifier)? @visibility type: (_) @type
  declarator: (pointer_declarator
    declarator: (pointer_declarator
      declarator: (function_declarator declarator: (identifier) @name)))
  body: (_) @body) @definition.function
(declaration (storage_class_specifier)? @visibility type: (_) @type
  declarator: (function_declarator declarator: (identifier) @name)
) @definition.function @toplevel
(declaration (storage_class_specifier)? @visibility type: (_) @type
  declarator: (pointer_declarator
    declarator: (function_declarator declarator: (identifier) @name))
) @definition.function @toplevel

(declaration (storage_class_specifier)? @visibility type: (_) @type
  declarator: (identifier) @name) @definition.static @toplevel
(declaration (storage_class_specifier)? @visibility type: (_) @type
  declarator: [
    (pointer_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    (array_declarator declarator: (identifier) @name)]) @definition.static @toplevel
(declaration (storage_class_specifier)? @visibility type: (_) @type
  declarator: (init_declarator
    declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
      (array_declarator declarator: (identifier) @name)]
    value: (_) @body)) @definition.static @toplevel

; Calls and fields.
(call_expression function: (identifier) @reference.call)
(call_expression
  function: (field_expression argument: (_) @qualifier field: (field_identifier) @reference.method))
(field_expression argument: (_) @qualifier field: (field_identifier) @reference.field)
(field_designator (field_identifier) @reference.field)
(preproc_ifdef name: (identifier) @reference.macro)
(preproc_defined (identifier) @reference.macro)
(type_identifier) @reference.type
(identifier) @reference.value
(preproc_params) @skip

; Local names.
(compound_statement) @scope
(function_definition) @scope
(for_statement) @scope

(parameter_declaration type: (_) @type declarator: (identifier) @binding.parameter)
(parameter_declaration type: (_) @type
  declarator: [
    (pointer_declarator declarator: (identifier) @binding.parameter)
    (pointer_declarator
      declarator: (pointer_declarator declarator: (identifier) @binding.parameter))
    (pointer_declarator
      declarator: (array_declarator declarator: (identifier) @binding.parameter))
    (array_declarator declarator: (identifier) @binding.parameter)])
(declaration type: (_) @type declarator: (identifier) @binding.variable)
(declaration type: (_) @type
  declarator: [
    (pointer_declarator declarator: (identifier) @binding.variable)
    (pointer_declarator
      declarator: (array_declarator declarator: (identifier) @binding.variable))
    (array_declarator declarator: (identifier) @binding.variable)])
(declaration type: (_) @type
  declarator: (init_declarator
    declarator: [
      (identifier) @binding.variable
      (pointer_declarator declarator: (identifier) @binding.variable)
      (pointer_declarator
        declarator: (array_declarator declarator: (identifier) @binding.variable))
      (array_declarator declarator: (identifier) @binding.variable)]
    value: (_) @value))

; What surrounds the definitions.
(comment) @leading @skip
(preproc_include) @import

(function_definition body: (_) @fold)
(declaration declarator: (init_declarator value: (initializer_list) @fold))
