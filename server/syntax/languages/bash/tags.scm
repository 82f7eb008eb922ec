; What a shell script defines.

(comment) @leading @skip
(function_definition) @scope
(function_definition name: (word) @name body: (_) @body @fold) @definition.function
(variable_assignment name: (variable_name) @name value: (_)? @body) @definition.static @toplevel
