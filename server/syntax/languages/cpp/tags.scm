; What a C++ file defines and names, besides what C has too.

(template_declaration) @wrapper
(access_specifier) @section

(namespace_definition name: (_) @name body: (_) @body) @definition.module
(class_specifier name: (type_identifier) @name body: (_) @body) @definition.class
(alias_declaration name: (type_identifier) @name type: (_) @type) @definition.type
(concept_definition name: (identifier) @name) @definition.trait

; Within a class.
(function_definition type: (_)? @type
  declarator: (function_declarator
    declarator: [(field_identifier) (destructor_name) (operator_name)] @name)
  body: (_) @body) @definition.method
(function_definition type: (_)? @type
  declarator: [
    (reference_declarator (function_declarator declarator: (field_identifier) @name))
    (pointer_declarator
      declarator: (function_declarator declarator: (field_identifier) @name))]
  body: (_) @body) @definition.method
(function_definition !type
  declarator: (function_declarator declarator: (identifier) @name)
  body: (_)? @body) @definition.method
(function_definition !body type: (_)? @type
  declarator: (function_declarator
    declarator: [(field_identifier) (destructor_name) (operator_name) (identifier)] @name)
) @definition.method
(field_declaration type: (_)? @type
  declarator: (function_declarator
    declarator: [(field_identifier) (destructor_name) (operator_name)] @name)
) @definition.method
(field_declaration type: (_)? @type
  declarator: [
    (reference_declarator (function_declarator declarator: (field_identifier) @name))
    (pointer_declarator
      declarator: (function_declarator declarator: (field_identifier) @name))]
) @definition.method
(declaration !type
  declarator: (function_declarator declarator: [(identifier) (destructor_name)] @name)
) @definition.method @toplevel
(field_declaration type: (_) @type
  declarator: (reference_declarator (field_identifier) @name)) @definition.field

; Outside of the class that they belong to.
(function_definition type: (_)? @type
  declarator: (function_declarator
    declarator: (qualified_identifier
      scope: (_) @owner name: [(identifier) (destructor_name) (operator_name)] @name))
  body: (_) @body) @definition.method
(function_definition type: (_)? @type
  declarator: [
    (reference_declarator
      (function_declarator
        declarator: (qualified_identifier scope: (_) @owner name: (identifier) @name)))
    (pointer_declarator
      declarator: (function_declarator
        declarator: (qualified_identifier scope: (_) @owner name: (identifier) @name)))]
  body: (_) @body) @definition.method
(function_definition type: (_)? @type
  declarator: (function_declarator
    declarator: (qualified_identifier
      name: (qualified_identifier
        scope: (_) @owner name: [(identifier) (destructor_name) (operator_name)] @name)))
  body: (_) @body) @definition.method
(function_definition type: (_) @type
  declarator: (reference_declarator (function_declarator declarator: (identifier) @name))
  body: (_) @body) @definition.function

; Calls.
(call_expression
  function: (qualified_identifier scope: (_) @qualifier name: (identifier) @reference.call))
(call_expression
  function: (qualified_identifier
    scope: (_) @qualifier name: (template_function name: (identifier) @reference.call)))
(call_expression
  function: (qualified_identifier
    name: (qualified_identifier scope: (_) @qualifier name: (identifier) @reference.call)))
(call_expression function: (template_function name: (identifier) @reference.call))
(call_expression
  function: (field_expression
    argument: (_) @qualifier
    field: (template_method name: (field_identifier) @reference.method)))
(new_expression type: (type_identifier) @reference.call)
(field_initializer (field_identifier) @reference.field)

(qualified_identifier scope: (_) @qualifier name: (type_identifier) @reference.type)
(qualified_identifier scope: (_) @qualifier name: (identifier) @reference.value)
(namespace_identifier) @reference.path

(type_parameter_declaration (type_identifier) @ignore)
(optional_type_parameter_declaration name: (type_identifier) @ignore)
