; The local names of a Rust file, with what is written about their types.

(block) @scope
(function_item) @scope
(function_signature_item) @scope
(closure_expression) @scope
(match_arm) @scope
(if_expression) @scope
(while_expression) @scope
(for_expression) @scope

; Those that a type of functions names are names of nothing.
(function_item
  parameters: (parameters (parameter pattern: (_) @binding.parameter type: (_) @type)))
(function_signature_item
  parameters: (parameters (parameter pattern: (_) @binding.parameter type: (_) @type)))
(closure_parameters (parameter pattern: (_) @binding.parameter type: (_) @type))
(closure_parameters (identifier) @binding.parameter)
(closure_parameters
  [(tuple_pattern) (reference_pattern) (tuple_struct_pattern) (struct_pattern) (mut_pattern)]
    @binding.parameter)

(let_declaration pattern: (_) @binding.variable type: (_)? @type value: (_)? @value)
(let_condition pattern: (_) @binding.pattern value: (_) @value)
(for_expression pattern: (_) @binding.element value: (_) @value)
(match_expression value: (_) @value
  body: (match_block (match_arm pattern: (match_pattern . (_) @binding.pattern)) @scope))
