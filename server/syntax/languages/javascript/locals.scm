; The local names of a JavaScript file, besides those that TypeScript has too.

(formal_parameters
  [(identifier) (object_pattern) (array_pattern) (rest_pattern)] @binding.parameter)
(formal_parameters
  (assignment_pattern left: (_) @binding.parameter right: (_) @value))
(variable_declarator name: [(identifier) (object_pattern) (array_pattern)] @binding.variable
  value: (_)? @value)
