; The keys of a JSON file.

(comment) @leading @skip
(pair key: (string (string_content) @name) value: [(object) (array)] @body) @definition.key
(pair key: (string (string_content) @name)) @definition.key
(pair value: (array) @fold)
