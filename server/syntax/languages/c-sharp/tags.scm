; What a C# file defines.

(comment) @leading @skip
(attribute_list) @leading

(namespace_declaration name: (_) @name body: (_) @body) @definition.module
(file_scoped_namespace_declaration name: (_) @name) @definition.module
(class_declaration (modifier)? @visibility name: (identifier) @name body: (_) @body) @definition.class
(record_declaration (modifier)? @visibility name: (identifier) @name body: (_)? @body) @definition.class
(struct_declaration (modifier)? @visibility name: (identifier) @name body: (_) @body) @definition.struct
(interface_declaration (modifier)? @visibility name: (identifier) @name body: (_) @body) @definition.trait
(enum_declaration (modifier)? @visibility name: (identifier) @name body: (_) @body) @definition.enum
(enum_member_declaration name: (identifier) @name) @definition.variant
(delegate_declaration (modifier)? @visibility type: (_) @type name: (identifier) @name) @definition.type
(method_declaration (modifier)? @visibility
  returns: (_) @type name: (identifier) @name body: (_)? @body @fold) @definition.method
(constructor_declaration (modifier)? @visibility
  name: (identifier) @name body: (_)? @body @fold) @definition.method
(property_declaration (modifier)? @visibility
  type: (_) @type name: (identifier) @name accessors: (_)? @body @fold) @definition.field
(field_declaration (modifier)? @visibility
  (variable_declaration type: (_) @type
    (variable_declarator name: (identifier) @name))) @definition.field
(event_field_declaration (modifier)? @visibility
  (variable_declaration type: (_) @type
    (variable_declarator name: (identifier) @name))) @definition.field
