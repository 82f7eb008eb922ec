; The headings of a document, each with what stands under it.

(section (atx_heading heading_content: (_) @name)) @definition.section
(section (setext_heading heading_content: (_) @name)) @definition.section
(fenced_code_block (code_fence_content) @fold)
