; What JavaScript and TypeScript have in common.

(export_statement) @wrapper
(lexical_declaration) @wrapper
(variable_declaration) @wrapper

(function_declaration name: (identifier) @name body: (_) @body) @definition.function
(generator_function_declaration name: (identifier) @name body: (_) @body) @definition.function
(method_definition
  name: [(property_identifier) (private_property_identifier)] @name body: (_) @body
) @definition.method
(variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]
) @definition.function @toplevel
((assignment_expression
  left: (member_expression
    object: (this) property: [(property_identifier) (private_property_identifier)] @name)
  right: (_) @body) @definition.field)

; Calls. What is constructed is called by the name of its class.
(call_expression function: (identifier) @reference.call)
(call_expression
  function: (member_expression
    object: (_) @qualifier
    property: [(property_identifier) (private_property_identifier)] @reference.method))
(new_expression constructor: (identifier) @reference.call)
(new_expression
  constructor: (member_expression
    object: (_) @qualifier property: (property_identifier) @reference.call))
(decorator (identifier) @reference.macro)
(decorator (call_expression function: (identifier) @reference.macro))
(decorator
  (member_expression object: (_) @qualifier property: (property_identifier) @reference.macro))
(decorator
  (call_expression
    function: (member_expression
      object: (_) @qualifier property: (property_identifier) @reference.macro)))

(member_expression
  object: (_) @qualifier
  property: [(property_identifier) (private_property_identifier)] @reference.field)
(pair_pattern key: (property_identifier) @reference.field)
(shorthand_property_identifier) @reference.value
(identifier) @reference.value
(export_specifier alias: (identifier) @ignore)

; Local names.
(statement_block) @scope
(function_declaration) @scope
(generator_function_declaration) @scope
(method_definition) @scope
(arrow_function) @scope
(function_expression) @scope
(for_in_statement) @scope
(for_statement) @scope
(catch_clause) @scope

(arrow_function parameter: (identifier) @binding.parameter)
(catch_clause
  parameter: [(identifier) (object_pattern) (array_pattern)] @binding.parameter)
(for_in_statement left: [(identifier) (object_pattern) (array_pattern)] @binding.element
  right: (_) @value)

; What surrounds the definitions.
(comment) @leading @skip
(import_statement) @import
(export_statement source: (_)) @import

(function_declaration body: (_) @fold)
(generator_function_declaration body: (_) @fold)
(method_definition body: (_) @fold)
(arrow_function body: (statement_block) @fold)
(function_expression body: (_) @fold)
