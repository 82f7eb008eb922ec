; The local names of a TypeScript file, besides those that JavaScript has too.

(required_parameter
  pattern: [(identifier) (object_pattern) (array_pattern) (rest_pattern)] @binding.parameter
  type: (type_annotation (_) @type)? value: (_)? @value)
(optional_parameter
  pattern: [(identifier) (object_pattern) (array_pattern)] @binding.parameter
  type: (type_annotation (_) @type)?)
(variable_declarator name: [(identifier) (object_pattern) (array_pattern)] @binding.variable
  type: (type_annotation (_) @type)? value: (_)? @value)
