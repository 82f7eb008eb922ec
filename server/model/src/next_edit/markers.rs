//! Regions that are cut into numbered blocks, so that an answer need not repeat what stays: it
//! begins and ends with the numbers between which its text is to stand.
//!
//! The rules by which Zeta 2.1 was trained (format V0318 of Zed's `crates/zeta_prompt`, as a port
//! of it by others describes it): blocks have 6 to 16 lines; a block begins behind a blank line if
//! it can, and not at a line that only ends something.

const START: &str = "<|marker_";
const END: &str = "|>";
/// Lines of a block, at least and at most.
const LEAST: usize = 6;
const MOST: usize = 16;
/// How many lines further down a better beginning is looked for.
const REACH: usize = 5;

/// Whether a block may well begin with this line.
fn begins(line: &str) -> bool {
    let line = line.trim();
    let ends =
        ["break", "continue", "return", "throw", "end"].contains(&line.trim_end_matches(';'));
    !line.is_empty() && !line.starts_with(['}', ']', ')']) && !ends
}

/// Where the region is cut, in bytes, its start and its end included.
fn cuts(region: &str) -> Vec<usize> {
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut start = 0;
    for line in region.split_inclusive('\n') {
        lines.push((start, line));
        start += line.len();
    }
    let is_blank = |at: usize| lines[at].1.trim().is_empty();
    let mut cuts = vec![0];
    let (mut last, mut at) = (0, 0);
    while at < lines.len() {
        let size = at - last;
        let gap = at > 0 && is_blank(at - 1) && !is_blank(at);
        if size >= MOST || (size >= LEAST && gap) {
            let near = at..lines.len().min(at + REACH);
            let target = near.into_iter().find(|&at| begins(lines[at].1)).unwrap_or(at);
            if size >= MOST || lines.len() - target >= LEAST {
                cuts.push(lines[target].0);
                last = target;
                at = target;
            }
        }
        at += 1;
    }
    cuts.push(region.len());
    cuts
}

/// The region with its numbers, and `mark` at the cursor. `None` if that is not in the region.
pub(super) fn marked(region: &str, cursor: usize, mark: &str) -> Option<String> {
    region.split_at_checked(cursor)?;
    let cuts = cuts(region);
    let mut text = String::new();
    let mut is_placed = false;
    for (number, cut) in cuts.iter().enumerate() {
        text.push_str(&format!("{START}{}{END}", number + 1));
        let Some(&next) = cuts.get(number + 1) else { break };
        if !is_placed && cursor <= next {
            is_placed = true;
            text.push_str(&format!("{}{mark}{}", &region[*cut..cursor], &region[cursor..next]));
        } else {
            text.push_str(&region[*cut..next]);
        }
    }
    Some(text)
}

/// The region as the answer would have it. `None` if the answer says nothing that can be
/// understood; the region as it is if it says that nothing is to change.
pub(super) fn applied(region: &str, answer: &str) -> Option<String> {
    let mut numbers: Vec<usize> = Vec::new();
    let mut content = String::new();
    let mut rest = answer;
    while let Some((before, after)) = rest.split_once(START) {
        let (number, after) = after.split_once(END)?;
        if !numbers.is_empty() {
            content.push_str(before);
        }
        numbers.push(number.parse().ok()?);
        rest = after;
    }
    let (&first, &last) = (numbers.first()?, numbers.get(1..)?.last()?);
    if first == last {
        return Some(region.to_owned());
    }
    let cuts = cuts(region);
    let place = |number: usize| cuts.get(number.checked_sub(1)?).copied();
    let (from, to) = (place(first)?, place(last)?);
    (from <= to).then(|| format!("{}{content}{}", &region[..from], &region[to..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of one letter; `_` is a blank one.
    fn region(letters: &str) -> String {
        letters.chars().map(|c| if c == '_' { "\n".to_owned() } else { format!("{c}\n") }).collect()
    }

    fn sizes(letters: &str) -> Vec<usize> {
        let region = region(letters);
        let cuts = cuts(&region);
        cuts.windows(2).map(|pair| region[pair[0]..pair[1]].lines().count()).collect()
    }

    #[test]
    fn blocks_begin_behind_blank_lines_and_are_not_too_long() {
        assert_eq!(sizes("abc"), [3]);
        assert_eq!(sizes(""), [0]);
        assert_eq!(sizes("abcde_fghijkl"), [6, 7]);
        assert_eq!(sizes("abc_efghij"), [10], "too early");
        assert_eq!(sizes("abcde_fgh"), [9], "too little behind");
        assert_eq!(sizes("abcde_}fghijklm"), [7, 8], "not at an end");
        assert_eq!(sizes(&"a".repeat(40)), [16, 16, 8]);
        assert_eq!(sizes(&format!("{}}}{}", "a".repeat(16), "a".repeat(20))), [17, 16, 4]);
    }

    #[test]
    fn numbers_say_what_is_replaced() {
        let old = region("abcde_fghijkl");
        let marked = marked(&old, 1, "|").unwrap();
        assert!(marked.starts_with("<|marker_1|>a|\nb\n"), "{marked}");
        assert!(marked.contains("e\n\n<|marker_2|>f\n") && marked.ends_with("l\n<|marker_3|>"));
        assert_eq!(super::marked(&old, 99, "|"), None);
        let applied = |answer: &str| applied(&old, answer);
        let new = applied("<|marker_2|>x\n<|marker_3|>").unwrap();
        assert_eq!(new, region("abcde_x"));
        let whole = applied("noise<|marker_1|>x\n<|marker_2|>y\n<|marker_3|>noise").unwrap();
        assert_eq!(whole, region("xy"));
        assert_eq!(applied("<|marker_2|><|marker_2|>").as_deref(), Some(old.as_str()));
        for nothing in [
            "",
            "x",
            "<|marker_1|>x",
            "<|marker_3|>x<|marker_1|>",
            "<|marker_1|>x<|marker_9|>",
            "<|marker_0|>x<|marker_1|>",
            "<|marker_1|>x<|marker_",
        ] {
            assert_eq!(applied(nothing), None, "{nothing}");
        }
    }
}
