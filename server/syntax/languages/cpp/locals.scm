; The local names of a C++ file, besides those that C has too.

(lambda_expression) @scope
(for_range_loop) @scope

(parameter_declaration type: (_) @type
  declarator: (reference_declarator (identifier) @binding.parameter))
(optional_parameter_declaration type: (_) @type declarator: (identifier) @binding.parameter
  default_value: (_) @value)
(declaration type: (_) @type
  declarator: (init_declarator
    declarator: (reference_declarator (identifier) @binding.variable) value: (_) @value))
(declaration type: (_) @type
  declarator: (init_declarator
    declarator: (structured_binding_declarator) @binding.variable value: (_) @value))
(for_range_loop type: (_) @type
  declarator: [
    (identifier) @binding.element
    (reference_declarator (identifier) @binding.element)
    (structured_binding_declarator) @binding.element
    (reference_declarator (structured_binding_declarator) @binding.element)]
  right: (_) @value)

; What surrounds the definitions.
(using_declaration) @import
(lambda_expression body: (_) @fold)
