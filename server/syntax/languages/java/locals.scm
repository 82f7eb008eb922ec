; The local names of a Java file, with what is written about their types.

(block) @scope
(constructor_body) @scope
(method_declaration) @scope
(constructor_declaration) @scope
(lambda_expression) @scope
(for_statement) @scope
(enhanced_for_statement) @scope
(catch_clause) @scope
(try_with_resources_statement) @scope
(switch_rule) @scope

(formal_parameter type: (_) @type name: (identifier) @binding.parameter)
(spread_parameter (_) @type (variable_declarator name: (identifier) @binding.parameter))
(catch_formal_parameter (catch_type) @type name: (identifier) @binding.parameter)
(lambda_expression parameters: (identifier) @binding.parameter)
(inferred_parameters (identifier) @binding.parameter)
(local_variable_declaration type: (_) @type
  declarator: (variable_declarator name: (identifier) @binding.variable value: (_)? @value))
(resource type: (_) @type name: (identifier) @binding.variable value: (_) @value)
(enhanced_for_statement type: (_) @type name: (identifier) @binding.element value: (_) @value)
(instanceof_expression left: (_) @value right: (_) @type name: (identifier) @binding.pattern)
(type_pattern (_) @type (identifier) @binding.pattern)
