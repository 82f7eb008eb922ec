; The local names of a Python file, with what is written about their types.

(function_definition) @scope
(lambda) @scope
(list_comprehension) @scope
(set_comprehension) @scope
(dictionary_comprehension) @scope
(generator_expression) @scope

(parameters (identifier) @binding.parameter)
(parameters (typed_parameter (identifier) @binding.parameter type: (_) @type))
(parameters (typed_parameter
  [(list_splat_pattern (identifier) @binding.parameter)
   (dictionary_splat_pattern (identifier) @binding.parameter)] type: (_) @type))
(parameters (default_parameter name: (identifier) @binding.parameter value: (_) @value))
(parameters (typed_default_parameter
  name: (identifier) @binding.parameter type: (_) @type value: (_) @value))
(parameters [(list_splat_pattern) (dictionary_splat_pattern)] @binding.parameter)
(lambda_parameters (identifier) @binding.parameter)
(lambda_parameters (default_parameter name: (identifier) @binding.parameter value: (_) @value))

(assignment left: (identifier) @binding.variable type: (_)? @type right: (_)? @value)
(assignment left: [(pattern_list) (tuple_pattern) (list_pattern)] @binding.variable right: (_) @value)
(named_expression name: (identifier) @binding.variable value: (_) @value)
(with_item value: (as_pattern . (_) @value alias: (as_pattern_target (identifier) @binding.variable)))
(except_clause value: (as_pattern . (_) @type alias: (as_pattern_target (identifier) @binding.variable)))
(for_statement left: (_) @binding.element right: (_) @value)
(for_in_clause left: (_) @binding.element right: (_) @value)
(case_clause (case_pattern (dotted_name . (identifier) @binding.pattern .)))
(case_pattern (as_pattern (case_pattern) (identifier) @binding.pattern))
