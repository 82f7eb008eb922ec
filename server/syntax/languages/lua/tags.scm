; What a Lua file defines.

(comment) @leading @skip
(function_declaration) @scope
(function_definition) @scope
(function_declaration "local"? @visibility
  name: (identifier) @name body: (_)? @body @fold) @definition.function
(function_declaration
  name: (dot_index_expression table: (_) @owner field: (identifier) @name)
  body: (_)? @body @fold) @definition.function
(function_declaration
  name: (method_index_expression table: (_) @owner method: (identifier) @name)
  body: (_)? @body @fold) @definition.method
(assignment_statement
  (variable_list . name: (identifier) @name .)
  (expression_list . value: (function_definition body: (_)? @body @fold) .)
) @definition.function @toplevel
(assignment_statement
  (variable_list name: (identifier) @name) (expression_list)? @body) @definition.static @toplevel
