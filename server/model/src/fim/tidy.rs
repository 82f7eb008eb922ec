//! What is taken off an answer: letters that only the model understands, and what already stands
//! behind the cursor.

use super::FimRequest;
use super::template::Template;

/// Lines shorter than this come up too often to be taken for the suffix's.
const TELLING: usize = 4;

/// What becomes of the text of an answer.
pub(crate) trait Finish {
    /// Whether nothing that follows `text` would be kept.
    fn is_enough(&self, text: &str) -> bool;

    /// What is left of `text`.
    fn tidy(&self, text: &str) -> String;
}

/// The text as it is to be inserted.
pub(super) struct Tidy {
    suffix: String,
    single_line: bool,
    marks: Vec<String>,
    /// Whether the model was asked in words, and may have put a fence around its answer.
    in_words: bool,
}

impl Tidy {
    pub(super) fn new(request: &FimRequest, template: Option<&Template>, in_words: bool) -> Tidy {
        let marks = template.into_iter().flat_map(Template::marks).map(str::to_owned).collect();
        let (suffix, single_line) = (request.suffix.clone(), request.single_line);
        Tidy { suffix, single_line, marks, in_words }
    }

    /// Up to the line with which the suffix goes on.
    fn without_repeated_line<'a>(&self, text: &'a str) -> &'a str {
        let Some(next) = self.suffix.lines().map(str::trim_end).find(|line| !line.is_empty())
        else {
            return text;
        };
        if next.trim().len() < TELLING {
            return text;
        }
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            // The first line continues the one with the cursor, so it is a whole line only after
            // that.
            if at > 0 && line.trim_end() == next {
                let kept = &text[..at];
                // The suffix brings its own line end where the cursor's line ends there.
                let cursor_ends_line = self.suffix.starts_with(['\n', '\r']);
                return if cursor_ends_line { kept.trim_end_matches(['\n', '\r']) } else { kept };
            }
            at += line.len();
        }
        text
    }

    /// Without the end that repeats the rest of the cursor's line.
    fn without_overlap<'a>(&self, text: &'a str) -> &'a str {
        let rest = self.suffix.split(['\n', '\r']).next().unwrap_or_default().trim_end();
        let shared = (1..=rest.len().min(text.len()))
            .rev()
            .find(|&n| rest.is_char_boundary(n) && text.ends_with(&rest[..n]));
        match shared {
            // The whole rest, or at least as much of it as is no coincidence.
            Some(n) if n == rest.len() || n >= TELLING => &text[..text.len() - n],
            _ => text,
        }
    }
}

impl Finish for Tidy {
    fn is_enough(&self, text: &str) -> bool {
        // A fence comes first and has a line of its own.
        let line = self.single_line && !self.in_words && text.contains('\n');
        line || self.marks.iter().any(|mark| text.contains(mark))
    }

    fn tidy(&self, text: &str) -> String {
        let mut text = text;
        for mark in &self.marks {
            text = text.split(mark.as_str()).next().unwrap_or(text);
        }
        if self.in_words {
            text = without_fence(text);
        }
        if self.single_line {
            text = text.split(['\n', '\r']).next().unwrap_or(text);
        }
        text = self.without_repeated_line(text);
        self.without_overlap(text).to_owned()
    }
}

/// The text in a Markdown fence, if there is one around it.
pub(crate) fn without_fence(text: &str) -> &str {
    let Some(inner) = text.trim_start().strip_prefix("```") else { return text };
    let Some((_, inner)) = inner.split_once('\n') else { return text };
    let end = inner.rfind("```").unwrap_or(inner.len());
    let inner = &inner[..end];
    inner.strip_suffix('\n').unwrap_or(inner)
}
