; What a JavaScript file defines and names, besides what TypeScript has too.

(class_declaration name: (identifier) @name body: (_) @body) @definition.class
(field_definition property: [(property_identifier) (private_property_identifier)] @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]
) @definition.method
(field_definition property: [(property_identifier) (private_property_identifier)] @name
  value: (_)? @body) @definition.field
(variable_declarator name: (identifier) @name value: (class body: (_) @body)
) @definition.class @toplevel
(lexical_declaration kind: "const"
  (variable_declarator name: (identifier) @name value: (_)? @body)
) @definition.constant @toplevel
(variable_declarator name: (identifier) @name value: (_)? @body) @definition.static @toplevel

(class_heritage (identifier) @reference.type)
(class_heritage
  (member_expression object: (_) @qualifier property: (property_identifier) @reference.type))
(jsx_opening_element name: (identifier) @reference.call)
(jsx_self_closing_element name: (identifier) @reference.call)
(jsx_closing_element) @skip
