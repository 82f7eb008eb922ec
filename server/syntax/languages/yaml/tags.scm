; The keys of a YAML file.

(comment) @leading @skip
(block_mapping_pair key: (_) @name value: (_)? @body) @definition.key
