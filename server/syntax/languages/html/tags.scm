; What a page is made of: the elements that have an id, and the parts that every page has.

(comment) @skip
((element
  (start_tag
    (attribute
      (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))) @definition.section
  (#eq? @_id "id"))
((element (start_tag (tag_name) @name)) @definition.section
  (#any-of? @name
    "html" "head" "body" "header" "main" "footer" "nav" "article" "section" "form" "h1" "h2" "h3"))
(script_element (start_tag (tag_name) @name) (raw_text)? @body @fold) @definition.section
(style_element (start_tag (tag_name) @name) (raw_text)? @body @fold) @definition.section
