//! The text of a file that comes nearest to lines that it does not have.

use std::collections::HashMap;
use std::ops::Range;

use crate::file::File;
use crate::refusal::{MAX_CANDIDATES, MAX_LINES};

/// The stretches of the file that have most in common with `lines`, the best first; if nothing is
/// in common, the start of the file. A word counts for the more, the fewer lines of the file it
/// stands in.
pub(crate) fn nearest<'a>(
    file: &File<'_>,
    lines: impl Iterator<Item = &'a str>,
) -> Vec<Range<usize>> {
    let lines: Vec<&str> = lines.collect();
    let length = lines.len().clamp(1, MAX_LINES);
    let scores = scores(file, &lines);
    // The sum over a window of lines, moved along.
    let mut sum = 0.0;
    let mut windows: Vec<(f64, usize)> = Vec::new();
    for end in 0..scores.len() {
        sum += scores[end];
        if end >= length {
            sum -= scores[end - length];
        }
        let start = (end + 1).saturating_sub(length);
        if sum > 1e-9 && (end + 1 >= length || end + 1 == scores.len()) {
            windows.push((sum, start));
        }
    }
    // Of equal ones, one that starts with something in common, and then the first.
    let order = |start: &usize| (scores[*start] == 0.0, *start);
    windows.sort_by(|(a, at), (b, other)| {
        let close = (a - b).abs() < 1e-9;
        let by_score = if close { std::cmp::Ordering::Equal } else { b.total_cmp(a) };
        by_score.then(order(at).cmp(&order(other)))
    });
    let mut nearest: Vec<Range<usize>> = Vec::new();
    let best = windows.first().map_or(0.0, |(score, _)| *score);
    for (score, start) in windows {
        // What has less than half of the best in common would only distract.
        if nearest.len() == MAX_CANDIDATES || score < best / 2.0 {
            break;
        }
        let place = start..(start + length).min(file.real_lines());
        if nearest.iter().all(|other| place.end <= other.start || other.end <= place.start) {
            nearest.push(place);
        }
    }
    if nearest.is_empty() && file.real_lines() > 0 {
        nearest.push(0..file.real_lines().min(3));
    }
    nearest
}

/// For each line of the file, what it has in common with `lines`.
fn scores(file: &File<'_>, lines: &[&str]) -> Vec<f64> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    // Most words of a large file begin otherwise than all that are looked for.
    let mut begins = [false; 256];
    for word in lines.iter().flat_map(|line| words(line)) {
        begins[usize::from(word.as_bytes()[0])] = true;
        let next = numbers.len();
        numbers.entry(word).or_insert(next);
    }
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut frequency = vec![0_u32; numbers.len()];
    for line in 0..file.real_lines() {
        let first = found.len();
        for word in words(file.line(line)) {
            if begins[usize::from(word.as_bytes()[0])]
                && let Some(number) = numbers.get(word)
                && !found[first..].contains(&(line, *number))
            {
                found.push((line, *number));
                frequency[*number] += 1;
            }
        }
    }
    let mut scores = vec![0.0; file.real_lines()];
    for (line, number) in found {
        scores[line] += 1.0 / f64::from(frequency[number]);
    }
    scores
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
}
