//! New lines as a model wrote them, in the file's own way of writing.

use crate::alike::{Leniency, plain, same};
use crate::compile::Placed;
use crate::file::File;
use crate::indent::IndentMap;
use crate::script::{Kind, Line, Script};

/// How the model's new lines are written into the file.
pub(crate) struct Written<'a> {
    indents: Option<IndentMap>,
    /// Look-alikes that the model wrote where the file has plain characters.
    fancy: Vec<char>,
    script: &'a Script,
}

impl<'a> Written<'a> {
    pub(crate) fn new(file: &File<'_>, placed: &'a Placed) -> Written<'a> {
        let Placed { script, place, leniency } = placed;
        let pairs = || {
            script.lines.iter().zip(&place.lines).filter_map(|(line, at)| {
                let found = file.line((*at)?);
                // Where the column for the marker was left out, the line is as it was written.
                let raw =
                    line.raw.as_deref().filter(|raw| same(raw, found, Leniency::TrailingBlanks));
                Some((raw.unwrap_or(line.text.as_str()), found))
            })
        };
        let first = script.old().next().is_some_and(|line| !line.is_blank());
        let indents = leniency.indents().then(|| IndentMap::new(pairs(), first));
        let mut fancy = Vec::new();
        if *leniency >= Leniency::LookAlikes {
            for (model, found) in pairs() {
                let only = |c: &char| plain(*c).is_some() && !found.contains(*c);
                fancy.extend(model.chars().filter(only));
            }
        }
        Written { indents, fancy, script }
    }

    /// `None` if the line's indentation stands for different ones in the file.
    pub(crate) fn line(&self, line: &Line, index: usize) -> Option<String> {
        let text = line.text.trim_start_matches('\u{feff}');
        // The first new line, with nothing kept in front of it.
        let first = self.script.lines[..index].iter().all(|line| line.kind == Kind::Delete);
        let text = match &self.indents {
            Some(indents) => indents.apply(text, first)?,
            None => text.to_owned(),
        };
        if self.fancy.is_empty() {
            return Some(text);
        }
        let mut result = String::with_capacity(text.len());
        for c in text.chars() {
            match plain(c) {
                Some(plain) if self.fancy.contains(&c) => result.push_str(plain),
                _ => result.push(c),
            }
        }
        Some(result)
    }
}
