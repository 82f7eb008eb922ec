; What surrounds the definitions of a Python file.

(comment) @leading @skip
(import_statement) @import
(import_from_statement) @import
(future_import_statement) @skip

(function_definition body: (_) @fold)
(module (expression_statement (assignment right: [(dictionary) (list) (tuple) (set)] @fold)))
