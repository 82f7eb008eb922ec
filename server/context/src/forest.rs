//! Decision trees whose answers are added up, kept as a small table of text.
//!
//! One line is one tree, written from its root: `F<T` asks whether the feature named `F` is at
//! most `T` and is followed by what holds if so and by what holds if not; `=V` is an answer. Lines
//! that begin with `#` are comments.
//!
//! Trees are not walked. All questions about one feature stand together, by their thresholds, and
//! each that is denied strikes out the answers that it leads away from; of what is left in a tree
//! the first answer is the one that a walk would come to (Lucchese and others, *QuickScorer*,
//! 2015). Whoever is denied one threshold is denied the lower ones as well, so what they strike
//! out together is kept for each, for all trees side by side.

use rustc_hash::FxHashMap;

/// A tree may have at most as many answers as these have bits.
type Left = u8;
const MOST: usize = Left::BITS as usize;

/// What is left of several trees side by side: as many as the processor takes at once.
type Block = [Left; IN_BLOCK];
const IN_BLOCK: usize = 16;

/// Trees that judge a row of numbers.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    /// The first few trees, and the others.
    rough: Trees,
    rest: Trees,
}

/// Some trees.
#[derive(Debug, Default)]
struct Trees {
    /// The answers of each, from left to right.
    answers: Vec<[f32; MOST]>,
    /// The features that are asked about.
    features: Vec<Asked>,
    /// By feature, then by value.
    thresholds: Vec<f32>,
    /// For each threshold, what it and the lower ones of its feature leave of all trees.
    left: Vec<Block>,
}

/// What is asked about one feature.
#[derive(Debug, Clone, Copy)]
struct Asked {
    feature: u16,
    lowest: f32,
    /// The first threshold and the one after the last.
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, Copy)]
struct Question {
    feature: u16,
    /// Among those of the same [`Trees`].
    tree: usize,
    at_most: f32,
    /// What is left in its tree if it is denied.
    left: Left,
}

impl Forest {
    /// Reads a table, of which the first `rough` trees make an estimate of their own. `None` if
    /// it does not follow the rules or speaks of a feature that is not in `features`; a test sees
    /// to it that ours do.
    pub(crate) fn parse(table: &str, features: &[&str], rough: usize) -> Option<Forest> {
        let features = (0..).zip(features).map(|(number, name)| (*name, number)).collect();
        let lines: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
        let (first, others) = lines.split_at(rough.min(lines.len()));
        let rough = Trees::parse(first, &features)?;
        Some(Forest { rough, rest: Trees::parse(others, &features)? })
    }

    /// The sum of the answers of the first trees, which have the most to say.
    pub(crate) fn rough(&self, row: &[f32], scratch: &mut Scratch) -> f32 {
        self.rough.add(0.0, row, scratch)
    }

    /// The sum of the answers of all trees; `rough` is that of the first ones.
    pub(crate) fn judge(&self, rough: f32, row: &[f32], scratch: &mut Scratch) -> f32 {
        self.rest.add(rough, row, scratch)
    }
}

/// Memory that is used again from row to row.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    left: Vec<Block>,
}

impl Trees {
    /// Reads one tree a line.
    fn parse(lines: &[&str], features: &FxHashMap<&str, u16>) -> Option<Trees> {
        let mut trees = Trees::default();
        let mut questions: Vec<Question> = Vec::new();
        for (tree, line) in lines.iter().enumerate() {
            let mut words = line.split_whitespace();
            let (mut answers, mut count) = ([0.0; MOST], 0);
            let mut reader = Reader {
                features,
                tree,
                answers: &mut answers,
                count: &mut count,
                questions: &mut questions,
            };
            reader.tree(&mut words)?;
            if words.next().is_some() {
                return None;
            }
            trees.answers.push(answers);
        }
        trees.ask(questions);
        Some(trees)
    }

    fn ask(&mut self, mut questions: Vec<Question>) {
        questions.sort_by(|a, b| a.feature.cmp(&b.feature).then(a.at_most.total_cmp(&b.at_most)));
        let count = |list: &[f32]| u32::try_from(list.len()).unwrap_or(0);
        for same in questions.chunk_by(|a, b| a.feature == b.feature) {
            let start = count(&self.thresholds);
            let mut left: Vec<Block> = vec![[Left::MAX; IN_BLOCK]; self.blocks()];
            for question in same {
                left[question.tree / IN_BLOCK][question.tree % IN_BLOCK] &= question.left;
                self.thresholds.push(question.at_most);
                self.left.extend(&left);
            }
            let (feature, lowest) = (same[0].feature, same[0].at_most);
            self.features.push(Asked { feature, lowest, start, end: count(&self.thresholds) });
        }
    }

    /// How many blocks the trees take.
    fn blocks(&self) -> usize {
        self.answers.len().div_ceil(IN_BLOCK)
    }

    /// Adds to `sum` what each tree answers.
    fn add(&self, mut sum: f32, row: &[f32], scratch: &mut Scratch) -> f32 {
        let (blocks, left) = (self.blocks(), &mut scratch.left);
        left.clear();
        left.resize(blocks, [Left::MAX; IN_BLOCK]);
        for asked in &self.features {
            let value = row.get(usize::from(asked.feature)).copied().unwrap_or_default();
            // Most features of a row are zero, which no question denies.
            if value > asked.lowest {
                let (start, end) = (asked.start as usize, asked.end as usize);
                let denied = self.thresholds[start..end].partition_point(|most| value > *most);
                let last = start + denied - 1;
                let struck = &self.left[last * blocks..(last + 1) * blocks];
                left.iter_mut()
                    .zip(struck)
                    .for_each(|(left, struck)| *left = common(*left, *struck));
            }
        }
        for (answers, block) in self.answers.chunks(IN_BLOCK).zip(left) {
            for (answers, left) in answers.iter().zip(block) {
                sum += answers[left.trailing_zeros() as usize % MOST];
            }
        }
        sum
    }
}

/// What both leave.
fn common(one: Block, other: Block) -> Block {
    (u128::from_ne_bytes(one) & u128::from_ne_bytes(other)).to_ne_bytes()
}

/// Reads one tree.
struct Reader<'a> {
    /// The number of each, by name.
    features: &'a FxHashMap<&'a str, u16>,
    tree: usize,
    answers: &'a mut [f32; MOST],
    /// How many answers the tree has so far.
    count: &'a mut usize,
    questions: &'a mut Vec<Question>,
}

impl Reader<'_> {
    fn tree<'w>(&mut self, words: &mut impl Iterator<Item = &'w str>) -> Option<()> {
        let word = words.next()?;
        if let Some(value) = word.strip_prefix('=') {
            *self.answers.get_mut(*self.count)? = value.parse().ok()?;
            *self.count += 1;
            return Some(());
        }
        let (feature, at_most) = word.split_once('<')?;
        let feature = *self.features.get(feature)?;
        let at_most = at_most.parse().ok()?;
        let before = *self.count;
        self.tree(words)?;
        let yes = bits(*self.count) & !bits(before);
        self.questions.push(Question { feature, tree: self.tree, at_most, left: !yes });
        self.tree(words)
    }
}

/// The first `count` bits.
fn bits(count: usize) -> Left {
    let one: Left = 1;
    let next = u32::try_from(count).ok().and_then(|count| one.checked_shl(count));
    next.map_or(Left::MAX, |next| next - 1)
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
        let forest = Forest::parse(&tree(8), &["a"], 0).unwrap();
        for at in 1_u8..9 {
            assert_eq!(judge(&forest, &[f32::from(at)]), f32::from(at));
        }
        assert!(Forest::parse(&tree(9), &["a"], 0).is_none());
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for table in ["a<1 =1", "c<1 =1 =2", "=1 =2", "a<x =1 =2", ""] {
            let forest = Forest::parse(table, &["a"], 1);
            assert_eq!(forest.is_some(), table.is_empty(), "{table}");
        }
    }
}
