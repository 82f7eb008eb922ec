//! The mutation operators: each lists all sites in a file where it could break the code.
//!
//! An operator knows nothing of the offline policy. It need not break the crate at every site:
//! the compiler decides which mutants are kept.

mod additions;
mod calls;
mod conversions;
mod imports;
mod items;
mod keywords;
mod names;
mod patterns;
mod punctuation;
mod signatures;
mod slips;
mod types;

use super::source::Source;

/// One change of a file: the bytes `start..end` become `insert`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) insert: String,
}

impl Site {
    /// The text of the whole file after the change.
    pub(crate) fn apply(&self, text: &str) -> String {
        format!("{}{}{}", &text[..self.start], self.insert, &text[self.end..])
    }
}

/// A kind of mutation.
pub(crate) struct Operator {
    /// Stable name; seeds and reports refer to it.
    pub(crate) name: &'static str,
    /// Whether it takes away text that cannot be derived from the rest of the crate.
    pub(crate) destroys: bool,
    sites: fn(&Source<'_>) -> Vec<Site>,
}

impl Operator {
    /// A mutation after which the original can be derived from the rest of the crate.
    const fn new(name: &'static str, sites: fn(&Source<'_>) -> Vec<Site>) -> Self {
        Operator { name, destroys: false, sites }
    }

    /// A mutation that takes something away for good: a value, a body.
    const fn destroying(name: &'static str, sites: fn(&Source<'_>) -> Vec<Site>) -> Self {
        Operator { name, destroys: true, sites }
    }

    /// All sites in order of their place; none leaves the text as it was.
    pub(crate) fn sites(&self, source: &Source<'_>) -> Vec<Site> {
        let mut sites = (self.sites)(source);
        sites.retain(|site| source.text.get(site.start..site.end) != Some(site.insert.as_str()));
        sites.sort_by(|a, b| (a.start, a.end, &a.insert).cmp(&(b.start, b.end, &b.insert)));
        sites.dedup();
        sites
    }
}

/// Every operator, by theme.
pub(crate) fn all() -> Vec<Operator> {
    [
        imports::OPERATORS,
        punctuation::OPERATORS,
        keywords::OPERATORS,
        conversions::OPERATORS,
        names::OPERATORS,
        types::OPERATORS,
        signatures::OPERATORS,
        calls::OPERATORS,
        items::OPERATORS,
        patterns::OPERATORS,
        additions::OPERATORS,
        slips::OPERATORS,
    ]
    .into_iter()
    .flat_map(|make| make())
    .collect()
}

/// How operators write their sites.
impl Source<'_> {
    /// Tokens `first..=last` become `insert`.
    fn replace(&self, first: usize, last: usize, insert: impl Into<String>) -> Site {
        let (start, end) = (self.tokens[first].start, self.tokens[last].end);
        Site { start, end, insert: insert.into() }
    }

    /// Tokens `first..=last` go away, with the white space that follows on the same line.
    fn remove(&self, first: usize, last: usize) -> Site {
        let (start, end) = (self.tokens[first].start, self.tokens[last].end);
        let blank = self.text[end..].find(|c| c != ' ').unwrap_or(0);
        let joins = self.text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        Site { start, end: if joins { end } else { end + blank }, insert: String::new() }
    }

    /// Tokens `first..=last` go away, with all white space and comments before them.
    fn cut(&self, first: usize, last: usize) -> Site {
        let start = first.checked_sub(1).map_or(0, |before| self.tokens[before].end);
        Site { start, end: self.tokens[last].end, insert: String::new() }
    }

    /// One element of a comma-separated list goes away, with one comma.
    fn cut_element(&self, (first, last): (usize, usize)) -> Site {
        if self.at(last + 1) == "," {
            self.cut(first, last + 1)
        } else if self.before(first) == "," {
            self.cut(first - 1, last)
        } else {
            self.cut(first, last)
        }
    }

    /// `insert` after token `i`.
    fn insert_after(&self, i: usize, insert: impl Into<String>) -> Site {
        let at = self.tokens[i].end;
        Site { start: at, end: at, insert: insert.into() }
    }

    /// A number below `count` that depends on the place and nothing else.
    fn pick(&self, i: usize, count: usize) -> usize {
        let seed = self.tokens[i].start as u64;
        let hash = super::sample::hash([seed.to_le_bytes().as_slice(), self.at(i).as_bytes()]);
        usize::try_from(hash % count.max(1) as u64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
