; The tables and keys of a TOML file.

(comment) @leading @skip
(table . [(bare_key) (dotted_key) (quoted_key)] @name) @definition.section
(table_array_element . [(bare_key) (dotted_key) (quoted_key)] @name) @definition.section
(pair . [(bare_key) (dotted_key) (quoted_key)] @name (_) @body) @definition.key
(pair (array) @fold)
