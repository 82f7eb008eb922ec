//! From the indentation that a model wrote to the one that the file has.

use std::collections::BTreeMap;

/// For each indentation in the model's lines, the one of the same lines in the file.
#[derive(Debug, Default)]
pub(crate) struct IndentMap {
    pairs: BTreeMap<String, String>,
    /// Indentations that stand for different ones of the file.
    unclear: Vec<String>,
    /// The first line's own: models leave out the blanks with which their text would begin.
    first: Option<(String, String)>,
}

impl IndentMap {
    /// Learns from lines of the model and the lines of the file that they were found at. `first`
    /// says that the first pair is the first line of the model's text.
    pub(crate) fn new<'a>(
        pairs: impl Iterator<Item = (&'a str, &'a str)>,
        first: bool,
    ) -> IndentMap {
        let mut pairs: Vec<(&str, &str)> = pairs
            .filter(|(model, _)| !model.trim().is_empty())
            .map(|(model, file)| (indent(model), indent(file)))
            .collect();
        let mut map = IndentMap::default();
        let cut_off = |(model, file): &(&str, &str)| model.is_empty() && !file.is_empty();
        // All other lines agree with the file: the first one was cut off at its front.
        if first
            && pairs.len() > 1
            && pairs.first().is_some_and(cut_off)
            && pairs[1..].iter().all(|(model, file)| model == file)
        {
            let (model, file) = pairs.remove(0);
            map.first = Some((model.to_owned(), file.to_owned()));
        }
        for (model, file) in pairs {
            let known = map.pairs.entry(model.to_owned()).or_insert_with(|| file.to_owned());
            if known != file {
                map.unclear.push(model.to_owned());
            }
        }
        map
    }

    /// The line as the file would indent it. `None` if its indentation stands for different ones
    /// in the file, or for none where the known ones follow no rule, so that nobody can say which
    /// is meant. `first` says that the line is the
    /// first one of the model's text.
    pub(crate) fn apply(&self, line: &str, first: bool) -> Option<String> {
        let written = indent(line);
        let rest = &line[written.len()..];
        if rest.is_empty() {
            // The blanks of a blank line are no indentation, but they are of the file's kind.
            let unit = self.unit().filter(|unit| unit.model.0 != unit.file.0);
            return Some(unit.map_or_else(|| line.to_owned(), |unit| unit.convert(line)));
        }
        if let Some((model, file)) = &self.first
            && first
            && model == written
        {
            return Some(format!("{file}{rest}"));
        }
        if self.pairs.is_empty() {
            return Some(line.to_owned());
        }
        if self.unclear.iter().any(|unclear| unclear == written) {
            return None;
        }
        Some(self.translate(written)? + rest)
    }

    fn translate(&self, written: &str) -> Option<String> {
        if let Some(file) = self.pairs.get(written) {
            return Some(file.clone());
        }
        let unit = self.unit();
        let converted = |blanks: &str| match &unit {
            Some(unit) => unit.convert(blanks),
            None => blanks.to_owned(),
        };
        // Known lines that do not follow one rule say nothing about another one.
        let regular = self.pairs.iter().all(|(model, file)| {
            self.pairs.iter().all(|(outer, outer_file)| {
                let deeper = model.strip_prefix(outer.as_str());
                deeper.is_none_or(|deeper| *file == format!("{outer_file}{}", converted(deeper)))
            })
        });
        if !regular {
            return None;
        }
        // Deeper than a known one: what it has more follows.
        let deeper = self
            .pairs
            .iter()
            .filter(|(model, _)| written.starts_with(model.as_str()))
            .max_by_key(|(model, _)| model.len());
        // Less deep than a known one: what it lacks is taken away.
        let shallower = self
            .pairs
            .iter()
            .filter(|(model, _)| model.starts_with(written))
            .min_by_key(|(model, _)| model.len());
        if let Some((model, file)) = deeper {
            return Some(format!("{file}{}", converted(&written[model.len()..])));
        }
        if let Some((model, file)) = shallower {
            let lacking = converted(&model[written.len()..]);
            if let Some(kept) = file.strip_suffix(lacking.as_str()) {
                return Some(kept.to_owned());
            }
        }
        Some(converted(written))
    }

    /// What one step of the model's indentation is in the file, if they differ in it.
    fn unit(&self) -> Option<Unit> {
        let pairs = || self.pairs.iter().map(|(model, file)| (model.as_str(), file.as_str()));
        // Two known depths tell the step between them.
        let steps = || {
            pairs().flat_map(move |(model, file)| {
                pairs().filter_map(move |(outer, outer_file)| {
                    Some((model.strip_prefix(outer)?, file.strip_prefix(outer_file)?))
                })
            })
        };
        let unlike = |(model, file): (&str, &str)| {
            Unit::new(model, file).filter(|unit| unit.model.0 != unit.file.0)
        };
        // Tabs for blanks are told by a single line; a lone line that is merely deeper may be
        // shifted as well.
        if let Some(unit) = steps().chain(pairs()).find_map(unlike) {
            return Some(unit);
        }
        let mut units =
            steps().filter(|(model, _)| !model.is_empty()).map(|it| Unit::new(it.0, it.1));
        let unit = units.next()??;
        units.all(|other| other.as_ref() == Some(&unit)).then_some(unit)
    }
}

/// So many of one blank for so many of another.
#[derive(Debug, PartialEq, Eq)]
struct Unit {
    model: (char, usize),
    file: (char, usize),
}

impl Unit {
    /// `None` unless each side is made of one kind of blank.
    fn new(model: &str, file: &str) -> Option<Unit> {
        let (from, to) = (uniform(model)?, uniform(file)?);
        let (from_count, to_count) = (model.len(), file.len());
        let divisor = gcd(from_count, to_count);
        let unit = Unit { model: (from, from_count / divisor), file: (to, to_count / divisor) };
        // A step that is no multiple of another is a shift and not another unit.
        (unit.model.1 == 1 || unit.file.1 == 1).then_some(unit)
    }

    fn convert(&self, blanks: &str) -> String {
        let (from, many) = self.model;
        let step = self.file.0.to_string().repeat(self.file.1);
        // What is no whole step stays: continuation lines are aligned by single blanks.
        blanks.replace(&from.to_string().repeat(many), &step)
    }
}

fn uniform(blanks: &str) -> Option<char> {
    let first = blanks.chars().next()?;
    blanks.chars().all(|c| c == first).then_some(first)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The blanks with which a line begins.
pub(crate) fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(&str, &str)], line: &str, expected: Option<&str>) {
        let map = IndentMap::new(pairs.iter().copied(), false);
        assert_eq!(map.apply(line, false).as_deref(), expected, "{line:?} by {map:?}");
    }

    #[test]
    fn a_shift_moves_all_lines() {
        let shifted = [("a", "    a"), ("  b", "      b")];
        check(&shifted, "c", Some("    c"));
        check(&shifted, "    c", Some("        c"));
        let back = [("    a", "a"), ("        b", "    b")];
        check(&back, "            c", Some("        c"));
        let deep = [("        a", "            a")];
        check(&deep, "    c", Some("        c"));
        check(&deep, "c", Some("    c"));
        check(&[("    a", "        a")], "        c", Some("            c"));
    }

    #[test]
    fn another_unit_is_translated() {
        check(&[("    a", "\ta"), ("        b", "\t\tb")], "            c", Some("\t\t\tc"));
        check(&[("        a", "\t\ta")], "            c", Some("\t\t\tc"));
        check(&[("\ta", "    a")], "\t\t\tc", Some("            c"));
        check(&[("\ta", "  a"), ("\t\tb", "    b")], "\t\t\tc", Some("      c"));
        check(&[("  a", "    a"), ("    b", "        b")], "      c", Some("            c"));
        check(&[("\t\ta", "    a")], "\tc", Some("  c"));
    }

    #[test]
    fn what_stands_for_two_things_is_unclear() {
        let flat = [("a", "    a"), ("b", "        b")];
        check(&flat, "c", None);
        check(&flat, "", Some(""));
        let odd = [("  a", "  a"), ("    b", "    b"), ("        c", "      c")];
        check(&odd, "      d", None);
        check(&odd, "    d", Some("    d"));
        check(&[("\ta", "    a"), ("\t b", "     b")], "\t\t  ", Some("          "));
    }

    #[test]
    fn a_first_line_without_its_blanks() {
        let pairs = [("a", "    a"), ("    b", "    b"), ("c", "c")];
        let map = IndentMap::new(pairs.into_iter(), true);
        assert_eq!(map.apply("x", true).as_deref(), Some("    x"));
        assert_eq!(map.apply("x", false).as_deref(), Some("x"));
        assert_eq!(map.apply("    x", true).as_deref(), Some("    x"));
    }
}
