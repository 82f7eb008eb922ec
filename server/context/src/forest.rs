//! Decision trees whose answers are added up, kept as a small table of text.
//!
//! One line is one tree, written from its root: `F<T` asks whether the feature named `F` is at
//! most `T` and is followed by what holds if so and by what holds if not; `=V` is an answer. Lines
//! that begin with `#` are comments.
//!
//! Trees are not walked. All questions about one feature stand together, by their thresholds, and
//! each that is denied strikes out the answers that it leads away from; of what is left in a tree
//! the first answer is the one that a walk would come to (Lucchese and others, *QuickScorer*,
//! 2015). Most features of a row are zero, so few questions are looked at.

/// A tree may have at most as many answers as these have bits.
type Left = u32;

/// Trees that judge a row of numbers.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    /// The answers of all trees, one tree after the other, from left to right.
    answers: Vec<f32>,
    /// Where the answers of each tree begin.
    first: Vec<u32>,
    /// The first few trees, and the others.
    rough: Questions,
    rest: Questions,
}

/// The questions of some trees.
#[derive(Debug, Default)]
struct Questions {
    /// The first tree and the one after the last.
    trees: std::ops::Range<usize>,
    /// By feature, then by threshold.
    all: Vec<Question>,
    /// For each feature that is asked about, the end of its questions.
    ends: Vec<(u16, u32)>,
}

#[derive(Debug, Clone, Copy)]
struct Question {
    feature: u16,
    /// Among those of the same [`Questions`].
    tree: u16,
    at_most: f32,
    /// What is left in its tree if it is denied.
    left: Left,
}

impl Forest {
    /// Reads a table, of which the first `rough` trees make an estimate of their own. `None` if
    /// it does not follow the rules or speaks of a feature that is not in `features`; a test sees
    /// to it that ours do.
    pub(crate) fn parse(table: &str, features: &[&str], rough: usize) -> Option<Forest> {
        let mut forest = Forest::default();
        let mut questions: Vec<Question> = Vec::new();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            if forest.first.len() == rough {
                forest.rough = Questions::new(0..rough, std::mem::take(&mut questions));
            }
            let mut words = line.split_whitespace();
            let tree = forest.first.len() - forest.rough.trees.end;
            let first = forest.answers.len();
            forest.first.push(u32::try_from(first).ok()?);
            let mut reader = Reader {
                features,
                tree: u16::try_from(tree).ok()?,
                first,
                answers: &mut forest.answers,
                questions: &mut questions,
            };
            reader.tree(&mut words)?;
            if words.next().is_some() {
                return None;
            }
        }
        let trees = forest.rough.trees.end..forest.first.len();
        forest.rest = Questions::new(trees, questions);
        Some(forest)
    }

    /// The sum of the answers of the first trees, which have the most to say.
    pub(crate) fn rough(&self, row: &[f32], scratch: &mut Scratch) -> f32 {
        self.add(&self.rough, 0.0, row, scratch)
    }

    /// The sum of the answers of all trees; `rough` is that of the first ones.
    pub(crate) fn judge(&self, rough: f32, row: &[f32], scratch: &mut Scratch) -> f32 {
        self.add(&self.rest, rough, row, scratch)
    }

    fn add(&self, questions: &Questions, start: f32, row: &[f32], scratch: &mut Scratch) -> f32 {
        let left = &mut scratch.left;
        left.clear();
        left.resize(questions.trees.len(), Left::MAX);
        let mut at = 0;
        for (feature, end) in &questions.ends {
            let value = row.get(usize::from(*feature)).copied().unwrap_or_default();
            for question in &questions.all[at..*end as usize] {
                if value <= question.at_most {
                    break;
                }
                left[usize::from(question.tree)] &= question.left;
            }
            at = *end as usize;
        }
        let first = &self.first[questions.trees.clone()];
        first.iter().zip(left).fold(start, |sum, (first, left)| {
            let at = *first + left.trailing_zeros();
            sum + self.answers.get(at as usize).copied().unwrap_or_default()
        })
    }
}

/// Memory that is used again from row to row.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    left: Vec<Left>,
}

impl Questions {
    fn new(trees: std::ops::Range<usize>, mut all: Vec<Question>) -> Questions {
        all.sort_by(|a, b| a.feature.cmp(&b.feature).then(a.at_most.total_cmp(&b.at_most)));
        let mut ends = Vec::new();
        let mut end = 0;
        for same in all.chunk_by(|a, b| a.feature == b.feature) {
            end += u32::try_from(same.len()).unwrap_or(0);
            ends.push((same[0].feature, end));
        }
        Questions { trees, all, ends }
    }
}

/// Reads one tree.
struct Reader<'a> {
    features: &'a [&'a str],
    tree: u16,
    /// The number of its first answer.
    first: usize,
    answers: &'a mut Vec<f32>,
    questions: &'a mut Vec<Question>,
}

impl Reader<'_> {
    fn tree<'w>(&mut self, words: &mut impl Iterator<Item = &'w str>) -> Option<()> {
        let word = words.next()?;
        if let Some(value) = word.strip_prefix('=') {
            self.answers.push(value.parse().ok()?);
            return (self.count() <= Left::BITS).then_some(());
        }
        let (feature, at_most) = word.split_once('<')?;
        let feature = u16::try_from(self.features.iter().position(|one| *one == feature)?).ok()?;
        let at_most = at_most.parse().ok()?;
        let before = self.count();
        self.tree(words)?;
        let yes = bits(self.count()) & !bits(before);
        self.questions.push(Question { feature, tree: self.tree, at_most, left: !yes });
        self.tree(words)
    }

    /// How many answers the tree has so far.
    fn count(&self) -> u32 {
        u32::try_from(self.answers.len() - self.first).unwrap_or(u32::MAX)
    }
}

/// The first `count` bits.
fn bits(count: u32) -> Left {
    1_u32.checked_shl(count).map_or(Left::MAX, |next| next - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(forest: &Forest, row: &[f32]) -> f32 {
        let mut scratch = Scratch::default();
        let rough = forest.rough(row, &mut scratch);
        forest.judge(rough, row, &mut scratch)
    }

    #[test]
    fn answers_add_up_wherever_the_first_trees_end() {
        let table = "# two trees\na<1 =1 b<2.5 =10 =20\n=0.5\na<0 b<0 =100 =200 a<2 =300 =400\n";
        for rough in 0..4 {
            let forest = Forest::parse(table, &["a", "b"], rough).unwrap();
            let check = |row: [f32; 2], expected: f32| {
                assert_eq!(judge(&forest, &row), expected, "{row:?}, {rough} first trees");
            };
            check([1.0, 9.0], 301.5);
            check([1.1, 2.5], 310.5);
            check([1.1, 2.6], 320.5);
            check([2.1, 2.6], 420.5);
            check([-1.0, 0.0], 101.5);
            check([0.0, 0.1], 201.5);
        }
    }

    #[test]
    fn a_tree_is_as_large_as_its_bits_allow() {
        let tree = |answers: u32| {
            let questions: String = (1..answers).map(|at| format!("a<{at} ={at} ")).collect();
            format!("{questions}={answers}")
        };
        let forest = Forest::parse(&tree(32), &["a"], 0).unwrap();
        for at in 1_u8..33 {
            assert_eq!(judge(&forest, &[f32::from(at)]), f32::from(at));
        }
        assert!(Forest::parse(&tree(33), &["a"], 0).is_none());
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for table in ["a<1 =1", "c<1 =1 =2", "=1 =2", "a<x =1 =2", ""] {
            let forest = Forest::parse(table, &["a"], 1);
            assert_eq!(forest.is_some(), table.is_empty(), "{table}");
        }
    }
}
