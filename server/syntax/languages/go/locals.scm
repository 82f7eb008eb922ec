; The local names of a Go file, with what is written about their types.

(function_declaration) @scope
(method_declaration) @scope
(func_literal) @scope
(block) @scope
(if_statement) @scope
(for_statement) @scope
(expression_switch_statement) @scope
(type_switch_statement) @scope
(expression_case) @scope
(type_case) @scope
(communication_case) @scope

(parameter_declaration name: (identifier) @binding.parameter type: (_) @type)
(variadic_parameter_declaration name: (identifier) @binding.parameter type: (_) @type)

(short_var_declaration
  left: (expression_list . (identifier) @binding.variable .)
  right: (expression_list . (_) @value .))
(short_var_declaration left: (expression_list) @binding.variable right: (_) @value)
(var_spec name: (identifier) @binding.variable type: (_)? @type value: (_)? @value)
(const_spec name: (identifier) @binding.variable type: (_)? @type value: (_)? @value)
(range_clause left: (expression_list) @binding.element right: (_) @value)
(receive_statement left: (expression_list) @binding.variable right: (_) @value)
(type_switch_statement alias: (expression_list) @binding.pattern value: (_) @value)
