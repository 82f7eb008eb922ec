//! What an answer means: the new text of the region, or that it is right as it is.

use super::{NextEditRequest, Template, markers};
use crate::fim::{Finish, without_fence};

/// What is taken off an answer.
pub(super) struct Answer {
    region: String,
    template: Template,
}

impl Answer {
    pub(super) fn new(template: &Template, request: &NextEditRequest) -> Answer {
        Answer { region: request.region.clone(), template: template.clone() }
    }
}

impl Finish for Answer {
    fn is_enough(&self, text: &str) -> bool {
        let marks = self.template.ends.iter().chain(&self.template.stops);
        marks.into_iter().any(|mark| text.contains(mark))
    }

    fn tidy(&self, text: &str) -> String {
        let mut text = text;
        for mark in self.template.ends.iter().chain(&self.template.stops) {
            text = text.split(mark.as_str()).next().unwrap_or(text);
        }
        if self.template.fenced {
            text = without_fence(text);
        }
        if self.template.unchanged.as_deref() == Some(text.trim()) {
            return String::new();
        }
        let mut text = text.replace(&self.template.cursor, "");
        if self.template.numbered {
            let Some(region) = markers::applied(&self.region, &text) else { return String::new() };
            text = region;
        }
        // The region is whole lines, and so is what takes its place.
        match (self.region.ends_with('\n'), text.ends_with('\n')) {
            (true, false) if !text.is_empty() => text.push('\n'),
            (false, true) => drop(text.pop()),
            _ => {}
        }
        if text == self.region { String::new() } else { text }
    }
}
