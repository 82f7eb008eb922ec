; What a style sheet is made of.

(comment) @leading @skip
(rule_set (selectors) @name (block) @body @fold) @definition.section
(media_statement (_) @name (block) @body) @definition.section
(at_rule (at_keyword) @name (block)? @body) @definition.section
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body @fold) @definition.section
