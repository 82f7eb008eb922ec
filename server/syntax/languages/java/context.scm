; What surrounds the definitions of a Java file.

(line_comment) @leading @skip
(block_comment) @leading @skip
(import_declaration) @import
(package_declaration) @skip

(method_declaration body: (_) @fold)
(constructor_declaration body: (_) @fold)
(compact_constructor_declaration body: (_) @fold)
(static_initializer (block) @fold)
