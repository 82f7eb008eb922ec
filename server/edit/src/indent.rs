//! From the indentation that a model wrote to the one that the file has.

use std::collections::BTreeMap;

/// For each indentation in the model's lines, the one of the same lines in the file.
pub(crate) struct IndentMap {
    pairs: BTreeMap<String, String>,
    /// Indentations that stand for different ones of the file.
    unclear: Vec<String>,
}

impl IndentMap {
    /// Learns from lines of the model and the lines of the file that they were found at.
    pub(crate) fn new<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> IndentMap {
        let mut map = IndentMap { pairs: BTreeMap::new(), unclear: Vec::new() };
        for (model, file) in pairs.filter(|(model, _)| !model.trim().is_empty()) {
            let (model, file) = (indent(model), indent(file));
            let known = map.pairs.entry(model.to_owned()).or_insert_with(|| file.to_owned());
            if known != file {
                map.unclear.push(model.to_owned());
            }
        }
        map
    }

    /// The line as the file would indent it. `None` if its indentation stands for different ones
    /// in the file, so that nobody can say which is meant.
    pub(crate) fn apply(&self, line: &str) -> Option<String> {
        let written = indent(line);
        let rest = &line[written.len()..];
        if rest.is_empty() || self.pairs.is_empty() {
            return Some(line.to_owned());
        }
        if self.unclear.iter().any(|unclear| unclear == written) {
            return None;
        }
        Some(self.translate(written) + rest)
    }

    fn translate(&self, written: &str) -> String {
        if let Some(file) = self.pairs.get(written) {
            return file.clone();
        }
        // Deeper than a known one: what it has more follows.
        let deeper = self
            .pairs
            .iter()
            .filter(|(model, _)| written.starts_with(model.as_str()))
            .max_by_key(|(model, _)| model.len());
        if let Some((model, file)) = deeper {
            return format!("{file}{}", self.converted(&written[model.len()..]));
        }
        // Less deep than a known one: what it lacks is taken away.
        let shallower = self
            .pairs
            .iter()
            .filter(|(model, _)| model.starts_with(written))
            .min_by_key(|(model, _)| model.len());
        if let Some((model, file)) = shallower {
            let lacking = self.converted(&model[written.len()..]);
            if let Some(kept) = file.strip_suffix(lacking.as_str()) {
                return kept.to_owned();
            }
        }
        self.converted(written)
    }

    /// Blanks of the model in the file's kind of blanks: tabs or spaces.
    fn converted(&self, blanks: &str) -> String {
        match self.spaces_per_tab() {
            Some(Width { spaces, to_tabs: true }) if !blanks.contains('\t') => {
                let left = blanks.len() % spaces;
                "\t".repeat(blanks.len() / spaces) + &" ".repeat(left)
            }
            Some(Width { spaces, to_tabs: false }) => blanks.replace('\t', &" ".repeat(spaces)),
            _ => blanks.to_owned(),
        }
    }

    /// How many spaces on one side stand for a tab on the other, if the two sides differ so.
    fn spaces_per_tab(&self) -> Option<Width> {
        let tabs = |blanks: &String| !blanks.is_empty() && blanks.chars().all(|c| c == '\t');
        let spaces = |blanks: &String| !blanks.is_empty() && blanks.chars().all(|c| c == ' ');
        self.pairs.iter().find_map(|(model, file)| {
            let (tab_side, space_side, to_tabs) = if tabs(file) && spaces(model) {
                (file, model, true)
            } else if tabs(model) && spaces(file) {
                (model, file, false)
            } else {
                return None;
            };
            let even = space_side.len().is_multiple_of(tab_side.len());
            even.then(|| Width { spaces: space_side.len() / tab_side.len(), to_tabs })
        })
    }
}

struct Width {
    spaces: usize,
    to_tabs: bool,
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
