; What a Python file defines and names.

(decorated_definition) @decorator

(class_definition name: (identifier) @name body: (_) @body) @definition.class
(function_definition
  name: (identifier) @name return_type: (_)? @type body: (_) @body) @definition.function
(type_alias_statement left: (type (identifier) @name) right: (_) @type) @definition.type

; What is assigned to where no function is around; in a class these are fields.
(expression_statement
  (assignment left: (identifier) @name type: (_)? @type right: (_)? @body)
) @definition.static @toplevel
(expression_statement
  (assignment left: (pattern_list (identifier) @name) right: (_) @body)
) @definition.static @toplevel

; Fields that begin with an assignment in a method.
((assignment
  left: (attribute object: (identifier) @_self attribute: (identifier) @name)
  type: (_)? @type right: (_)? @body) @definition.field
  (#eq? @_self "self"))

; Calls. What is constructed is called by the name of its class.
(call function: (identifier) @reference.call)
(call function: (attribute object: (_) @qualifier attribute: (identifier) @reference.method))
(decorator (identifier) @reference.macro)
(decorator (attribute object: (_) @qualifier attribute: (identifier) @reference.macro))
(decorator (call function: (identifier) @reference.macro))
(decorator
  (call function: (attribute object: (_) @qualifier attribute: (identifier) @reference.macro)))

; Types.
(type (identifier) @reference.type)
(type (attribute object: (_) @qualifier attribute: (identifier) @reference.type))
(type (subscript value: (identifier) @reference.type))
(generic_type (identifier) @reference.type)
(class_definition superclasses: (argument_list (identifier) @reference.type))
(class_definition
  superclasses: (argument_list
    (attribute object: (_) @qualifier attribute: (identifier) @reference.type)))
(class_definition superclasses: (argument_list (subscript value: (identifier) @reference.type)))
(class_pattern (dotted_name . (identifier) @reference.type))
(except_clause value: (identifier) @reference.type)
(except_clause value: (as_pattern (identifier) @reference.type))

(keyword_argument name: (identifier) @ignore)
(attribute object: (_) @qualifier attribute: (identifier) @reference.field)
(identifier) @reference.value
