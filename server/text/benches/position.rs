//! What it costs to turn a client's position into bytes and back, in a text of 10,000 lines.

use divan::{Bencher, black_box};
use text::{Position, PositionEncoding, Text};

fn main() {
    divan::main();
}

const LINES: u32 = 10_000;
const ENCODINGS: [PositionEncoding; 3] =
    [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32];

fn text() -> Text {
    let line =
        |line| format!("    let value_{line} = compute(\"é𝕏\", {line}).unwrap_or_default();\n");
    Text::new(&(0..LINES).map(line).collect::<String>())
}

/// Places all over the text, without any order that a cache could like.
fn places() -> impl Iterator<Item = Position> {
    (0..)
        .map(|step: u32| Position::new(step.wrapping_mul(7919) % LINES, step.wrapping_mul(31) % 50))
}

#[divan::bench(args = ENCODINGS)]
fn to_offset(bencher: Bencher<'_, '_>, encoding: PositionEncoding) {
    let (text, mut places) = (text(), places());
    bencher.bench_local(|| text.offset(black_box(places.next().unwrap_or_default()), encoding));
}

#[divan::bench(args = ENCODINGS)]
fn to_position(bencher: Bencher<'_, '_>, encoding: PositionEncoding) {
    let text = text();
    let mut places =
        places().map(|place| text.offset(place, PositionEncoding::Utf8)).collect_cycle(1000);
    bencher.bench_local(|| text.position(black_box(places()), encoding));
}

trait CollectCycle: Iterator<Item = usize> + Sized {
    /// The first `count` items, over and over.
    fn collect_cycle(self, count: usize) -> impl FnMut() -> usize {
        let items: Vec<usize> = self.take(count).collect();
        let mut next = 0;
        move || {
            next = (next + 1) % items.len();
            items[next]
        }
    }
}

impl<I: Iterator<Item = usize>> CollectCycle for I {}

#[divan::bench]
fn snapshot(bencher: Bencher<'_, '_>) {
    let text = text();
    bencher.bench_local(|| text.clone());
}

#[divan::bench]
fn insert_and_delete(bencher: Bencher<'_, '_>) {
    let (mut text, mut places) = (text(), places());
    bencher.bench_local(move || {
        let at = text.offset(places.next().unwrap_or_default(), PositionEncoding::Utf16);
        text.replace(at..at, "x");
        text.replace(at..at + 1, "");
    });
}
