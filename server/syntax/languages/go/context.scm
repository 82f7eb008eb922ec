; What surrounds the definitions of a Go file.

(comment) @leading @skip
(import_spec) @import

(function_declaration body: (_) @fold)
(method_declaration body: (_) @fold)
(var_spec value: (_) @fold)
