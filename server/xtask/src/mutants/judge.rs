//! The verdict on what a candidate left, made without asking the candidate.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::cargo::{Slot, Tests};
use super::doors;
use super::lexer::lex;

/// A crate's texts by path.
pub(crate) type Texts = BTreeMap<String, String>;

/// What the judge found.
pub(crate) struct Verdict {
    pub(crate) mended: bool,
    pub(crate) exact: bool,
    pub(crate) wrong: Option<String>,
    pub(crate) worse: bool,
    pub(crate) changed_files: Vec<String>,
    pub(crate) counts: (usize, usize),
    pub(crate) errors: Vec<String>,
    pub(crate) diff: String,
}

/// The three states of one crate.
pub(crate) struct Case<'a> {
    pub(crate) intact: &'a Texts,
    pub(crate) broken: &'a Texts,
    pub(crate) slot: &'a Slot,
    /// Errors of the mutant.
    pub(crate) counts: (usize, usize),
    pub(crate) errors: &'a [String],
    /// The tests that pass on the intact crate.
    pub(crate) passing: &'a BTreeSet<String>,
}

impl Case<'_> {
    pub(crate) fn judge(&self) -> Result<Verdict> {
        let after = doors::texts(&self.slot.root)?;
        let changed_files = changed(self.broken, &after);
        if changed_files.is_empty() {
            return Ok(Verdict {
                mended: false,
                exact: false,
                wrong: None,
                worse: false,
                changed_files,
                counts: self.counts,
                errors: self.errors.to_vec(),
                diff: String::new(),
            });
        }
        self.slot.touch_all()?;
        let check = self.slot.check()?;
        let exact = same(self.intact, &after);
        let wrong = if check.passes && !exact { self.wrong(&after)? } else { None };
        Ok(Verdict {
            mended: check.passes,
            exact,
            wrong,
            worse: !check.passes && is_worse(self.counts, check.counts),
            diff: self.diff(&changed_files, &after)?,
            changed_files,
            counts: check.counts,
            errors: check.errors,
        })
    }

    /// Why a crate that checks is not mended after all.
    fn wrong(&self, after: &Texts) -> Result<Option<String>> {
        if placeholders(after) > placeholders(self.intact) {
            return Ok(Some("placeholder".to_owned()));
        }
        let Tests::Ran { passed, .. } = self.slot.tests()? else {
            return Ok(Some("the tests do not build or do not end".to_owned()));
        };
        let lost: Vec<&String> = self.passing.difference(&passed).collect();
        Ok(lost.first().map(|first| format!("{} tests lost, first {first}", lost.len())))
    }

    fn diff(&self, changed: &[String], after: &Texts) -> Result<String> {
        let mut diff = String::new();
        let (old, new) = (self.slot.scratch.join("old"), self.slot.scratch.join("new"));
        for name in changed {
            doors::write(&old, self.broken.get(name).map_or("", String::as_str))?;
            doors::write(&new, after.get(name).map_or("", String::as_str))?;
            let label = format!("--label={name}");
            let (old, new) = (old.to_string_lossy(), new.to_string_lossy());
            let words = ["diff", "-U2", &label, &label, &old, &new];
            diff.push_str(&self.slot.helper(&words)?);
        }
        Ok(diff.chars().take(20_000).collect())
    }
}

/// The paths whose texts differ, come or go.
fn changed(before: &Texts, after: &Texts) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// Whether all texts are the same but for white space.
fn same(intact: &Texts, after: &Texts) -> bool {
    let same_text = |name: &String, after: &String| {
        intact.get(name).is_some_and(|text| {
            text == after || (name.ends_with(".rs") && words(text) == words(after))
        })
    };
    intact.len() == after.len() && after.iter().all(|(name, text)| same_text(name, text))
}

fn words(text: &str) -> Vec<&str> {
    lex(text).iter().map(|token| text[token.start..token.end].trim_end()).collect()
}

/// The library comes first: while it is broken, what depends on it is not even looked at.
fn is_worse(before: (usize, usize), after: (usize, usize)) -> bool {
    after > before
}

/// How many `todo!` and `unimplemented!` there are.
fn placeholders(texts: &Texts) -> usize {
    let count = |text: &String| {
        let words = words(text);
        let pairs = words.windows(2);
        pairs.filter(|pair| matches!(pair[0], "todo" | "unimplemented") && pair[1] == "!").count()
    };
    texts.iter().filter(|(name, _)| name.ends_with(".rs")).map(|(_, text)| count(text)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pairs: &[(&str, &str)]) -> Texts {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn exact_means_the_same_tokens_and_files() {
        let intact = texts(&[("a.rs", "fn f() { a; }"), ("b.toml", "x = 1")]);
        assert!(same(&intact, &texts(&[("a.rs", "fn f() {\n    a;\n}\n"), ("b.toml", "x = 1")])));
        assert!(!same(&intact, &texts(&[("a.rs", "fnf() { a; }"), ("b.toml", "x = 1")])));
        assert!(!same(&intact, &texts(&[("a.rs", "fn f() { a; }")])));
        let more = texts(&[("a.rs", "fn f() { a; }"), ("b.toml", "x = 1"), ("c.rs", "")]);
        assert!(!same(&intact, &more));
        assert_eq!(changed(&intact, &more), ["c.rs"]);
    }

    #[test]
    fn placeholders_are_counted_in_code_only() {
        let all = texts(&[(
            "a.rs",
            "todo!(); // todo!()\n\"unimplemented!()\"; unimplemented! {} let todo = 1;",
        )]);
        assert_eq!(placeholders(&all), 2);
    }

    #[test]
    fn a_library_that_passes_is_no_worse_for_errors_in_its_tests() {
        assert!(!is_worse((1, 0), (0, 7)));
        assert!(!is_worse((1, 0), (1, 0)));
        assert!(is_worse((1, 0), (2, 0)));
        assert!(is_worse((0, 1), (0, 2)));
    }
}
