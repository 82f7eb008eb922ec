; What a Go file defines and names.

(package_clause (package_identifier) @ignore)

(type_declaration) @wrapper
(const_declaration) @wrapper
(var_declaration) @wrapper

(type_spec name: (type_identifier) @name
  type: (struct_type (field_declaration_list) @body)) @definition.struct
(type_spec name: (type_identifier) @name
  type: (interface_type "{" @body.start)) @definition.trait
(type_spec name: (type_identifier) @name type: (_) @type) @definition.type
(type_alias name: (type_identifier) @name type: (_) @type) @definition.type
(field_declaration name: (field_identifier) @name type: (_) @type) @definition.field
(method_elem name: (field_identifier) @name result: (_)? @type) @definition.method

(function_declaration
  name: (identifier) @name result: (_)? @type body: (_)? @body) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @owner))
  name: (field_identifier) @name result: (_)? @type body: (_)? @body) @definition.method

(const_spec name: (identifier) @name type: (_)? @type value: (_)? @body
) @definition.constant @toplevel
(var_spec name: (identifier) @name type: (_)? @type value: (_)? @body
) @definition.static @toplevel

; Calls.
(call_expression function: (identifier) @reference.call)
(call_expression
  function: (selector_expression
    operand: (_) @qualifier field: (field_identifier) @reference.method))
(type_instantiation_expression type: (type_identifier) @reference.call)

; Fields.
(selector_expression operand: (_) @qualifier field: (field_identifier) @reference.field)
(composite_literal type: (_) @qualifier
  body: (literal_value
    (keyed_element key: (literal_element (identifier) @reference.field))))

(qualified_type package: (_) @qualifier name: (type_identifier) @reference.type)
(qualified_type package: (package_identifier) @reference.path)
(type_identifier) @reference.type
(identifier) @reference.value

(label_name) @skip
(type_parameter_declaration name: (identifier) @ignore)
