; What a Ruby file defines.

(comment) @leading @skip
(method) @scope
(singleton_method) @scope
(module name: (_) @name body: (_)? @body) @definition.module
(class name: (_) @name body: (_)? @body) @definition.class
(method name: (_) @name body: (_)? @body @fold) @definition.function
(singleton_method name: (_) @name body: (_)? @body @fold) @definition.method
(assignment left: (constant) @name right: (_) @body) @definition.constant
((call method: (identifier) @_made
  arguments: (argument_list (simple_symbol) @name @definition.field))
  (#any-of? @_made "attr_reader" "attr_writer" "attr_accessor"))
(assignment left: (global_variable) @name right: (_) @body) @definition.static
