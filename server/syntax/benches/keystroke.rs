//! A keystroke in a Rust file of 7,500 lines: our tree beside bare tree-sitter. Both take each
//! letter in turn, so that a noisy machine is noisy for both. Prints percentiles and their ratio;
//! asserts nothing but that both trees are the same.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and may panic")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]

use std::time::{Duration, Instant};

use syntax::{Language, SyntaxTree};
use text::Text;
use tree_sitter::{InputEdit, Parser, Point, Tree};

mod source;

/// What is typed letter by letter, and deleted again from its end.
const STATEMENT: &str = "let weighed = weight(item)?;";
const STATEMENTS: usize = 60;

fn main() {
    measure("types and methods", &source::of_blocks(326), "Ok(sum)");
    // What is left open here could end in each of two thousand functions, and the parser tries.
    measure("functions in a row, a bracket left open", &flat(), "y * 2");
}

/// Types before the lines that end with `at`.
fn measure(what: &str, source: &str, at: &str) {
    let rows: Vec<&str> = source.lines().collect();
    println!("{what}: {} lines, {} bytes", rows.len(), source.len());
    let places: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].ends_with(at)).collect();
    let mut bare = Bare::new(source);
    let mut ours = Ours::new(source);
    let (mut of_bare, mut of_ours) = (Vec::new(), Vec::new());
    for n in 0..STATEMENTS {
        let row = places[n * 7919 % places.len()];
        let start: usize = rows[..row].iter().map(|line| line.len() + 1).sum();
        let typed = (0..STATEMENT.len()).map(|column| (column, false));
        let deleted = (0..STATEMENT.len()).rev().map(|column| (column, true));
        for (step, (column, deletes)) in typed.chain(deleted).enumerate() {
            let letter = &STATEMENT[column..=column];
            let place = Place { byte: start + column, point: Point::new(row, column) };
            let mut times = [Duration::ZERO; 2];
            // Who comes second finds what both need in the processor's cache.
            for turn in [step % 2, 1 - step % 2] {
                let time = Instant::now();
                match turn {
                    0 => bare.keystroke(&place, letter, deletes),
                    _ => ours.keystroke(&place, letter, deletes),
                }
                times[turn] = time.elapsed();
            }
            of_bare.push(times[0]);
            of_ours.push(times[1]);
        }
    }
    assert_eq!(bare.source, source);
    assert_eq!(ours.text.to_string(), source);
    let (bare, ours) = (percentiles(of_bare), percentiles(of_ours));
    for ((name, bare), (_, ours)) in bare.into_iter().zip(ours) {
        let ratio = ours.as_secs_f64() / bare.as_secs_f64();
        println!("  {name}: bare {bare:?}, ours {ours:?}, ratio {ratio:.2}");
    }
}

fn percentiles(mut times: Vec<Duration>) -> [(&'static str, Duration); 3] {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    [("p50", at(0.5)), ("p95", at(0.95)), ("p99", at(0.99))]
}

fn flat() -> String {
    let function = |n: u32| {
        format!("/// {n}.\npub fn f{n}(x: u32) -> u32 {{\n    let y = x + {n};\n    y * 2\n}}\n")
    };
    (0..1_500).map(function).collect()
}

struct Place {
    byte: usize,
    point: Point,
}

struct Bare {
    source: String,
    parser: Parser,
    tree: Option<Tree>,
}

impl Bare {
    fn new(source: &str) -> Bare {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_rust::LANGUAGE.into()).unwrap();
        let tree = parser.parse(source, None);
        Bare { source: source.to_owned(), parser, tree }
    }

    fn keystroke(&mut self, place: &Place, letter: &str, deletes: bool) {
        let after = Point::new(place.point.row, place.point.column + 1);
        let (old_end, new_end) = if deletes { (after, place.point) } else { (place.point, after) };
        match deletes {
            true => self.source.replace_range(place.byte..place.byte + 1, ""),
            false => self.source.insert_str(place.byte, letter),
        }
        let old = self.tree.as_mut().unwrap();
        old.edit(&InputEdit {
            start_byte: place.byte,
            old_end_byte: place.byte + usize::from(deletes),
            new_end_byte: place.byte + usize::from(!deletes),
            start_position: place.point,
            old_end_position: old_end,
            new_end_position: new_end,
        });
        self.tree = self.parser.parse(&self.source, self.tree.as_ref());
    }
}

struct Ours {
    text: Text,
    tree: Option<SyntaxTree>,
}

impl Ours {
    fn new(source: &str) -> Ours {
        let text = Text::new(source);
        let tree = SyntaxTree::parse(Language::Rust, &text, None);
        Ours { text, tree }
    }

    fn keystroke(&mut self, place: &Place, letter: &str, deletes: bool) {
        let range = place.byte..place.byte + usize::from(deletes);
        let with = if deletes { "" } else { letter };
        let edited = self.tree.as_ref().map(|tree| tree.edited(&self.text, range.clone(), with));
        self.text.replace(range, with);
        self.tree = SyntaxTree::parse(Language::Rust, &self.text, edited.as_ref());
    }
}
