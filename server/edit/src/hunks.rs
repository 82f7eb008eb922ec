//! The hunks of a diff: lines with a marker in front, beneath a head that says where they belong.

use crate::script::{Hints, Kind, Line, Script};

/// The scripts of the hunks in `lines`. Everything that could be meant is read: heads with line
/// numbers, with anchors, with neither, or no head at all; and lines without a marker are kept
/// lines.
pub(crate) fn hunks(lines: &[&str]) -> Vec<Script> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for line in lines {
        if let Some(head) = line.strip_prefix("@@") {
            let head = head_of(head);
            match hunks.last_mut() {
                // Anchors one behind the other lead to one place.
                Some(last) if last.script.lines.is_empty() && !head.anchors.is_empty() => {
                    last.script.hints.anchors.extend(head.anchors);
                    last.script.hints.line = head.line.or(last.script.hints.line);
                }
                _ => hunks.push(Hunk::new(head)),
            }
            continue;
        }
        if hunks.is_empty() {
            hunks.push(Hunk::new(Hints::default()));
        }
        if let Some(hunk) = hunks.last_mut() {
            hunk.push(line);
        }
    }
    hunks.into_iter().map(Hunk::finish).filter(|script| !script.lines.is_empty()).collect()
}

struct Hunk {
    script: Script,
    /// Whether the old and the new last line are said to have no line end.
    open: (bool, bool),
}

impl Hunk {
    fn new(hints: Hints) -> Hunk {
        Hunk { script: Script { lines: Vec::new(), hints }, open: (false, false) }
    }

    fn push(&mut self, line: &str) {
        if line.starts_with("*** End of File") {
            self.script.hints.at_end = true;
            return;
        }
        if line.starts_with("\\ No newline") {
            match self.script.lines.last().map(|line| line.kind) {
                Some(Kind::Delete) => self.open.0 = true,
                Some(Kind::Insert) => self.open.1 = true,
                Some(Kind::Keep) => self.open = (true, true),
                None => {}
            }
            return;
        }
        let (kind, text) = match line.as_bytes().first() {
            Some(b'+') => (Kind::Insert, &line[1..]),
            Some(b'-') => (Kind::Delete, &line[1..]),
            Some(b' ') => (Kind::Keep, &line[1..]),
            _ => (Kind::Keep, line),
        };
        let raw = (kind == Kind::Keep && text.len() < line.len()).then(|| line.to_owned());
        self.script.lines.push(Line { raw, ..Line::new(kind, text) });
    }

    fn finish(mut self) -> Script {
        // Blank lines without a marker at the end part this hunk from what follows it.
        let parting =
            |line: &Line| line.kind == Kind::Keep && line.text.is_empty() && line.raw.is_none();
        while self.script.lines.last().is_some_and(parting) {
            self.script.lines.pop();
        }
        self.script.hints.final_line_end = match self.open {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        };
        self.script
    }
}

/// What stands behind the `@@` of a head.
fn head_of(head: &str) -> Hints {
    let head = head.trim();
    let mut hints = Hints::default();
    let mut anchor = head;
    if let Some((numbers, heading)) = head.split_once("@@") {
        let numbers = numbers.trim();
        if let Some(line) = old_start(numbers) {
            hints.line = Some(line);
            anchor = heading.trim();
        } else if heading.trim().is_empty() {
            anchor = numbers;
        } else if numbers.trim_matches('.').is_empty() {
            anchor = heading.trim();
        }
    } else if let Some(line) = old_start(head) {
        hints.line = Some(line);
        anchor = "";
    }
    if !anchor.trim_matches(['.', '…', ' ']).is_empty() {
        hints.anchors.push(anchor.to_owned());
    }
    hints
}

/// The first old line, from 0, of `-12,3 +12,4`.
fn old_start(numbers: &str) -> Option<usize> {
    let old = numbers.split_whitespace().next()?.strip_prefix('-')?;
    let (line, count) = old.split_once(',').unwrap_or((old, "1"));
    let line: usize = line.parse().ok()?;
    count.parse::<usize>().ok()?;
    Some(line.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(diff: &str, expected: Expect) {
        let lines: Vec<&str> = diff.lines().collect();
        let mut shown = String::new();
        for Script { lines, hints } in hunks(&lines) {
            shown += &format!("{hints:?}\n");
            for Line { kind, text, raw, .. } in lines {
                shown += &format!("{kind:?} {text:?}{}\n", if raw.is_some() { " raw" } else { "" });
            }
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn heads() {
        check(
            "@@ -3,2 +3,1 @@ fn a() {\n-a\n@@ class B:\n@@ def c():\n b\n@@ ... @@\n+c\n@@\n d\n*** End of File\n@@ def e(): @@\n-f\n",
            expect![[r#"
                Hints { line: Some(2), anchors: ["fn a() {"], at_end: false, final_line_end: None }
                Delete "a"
                Hints { line: None, anchors: ["class B:", "def c():"], at_end: false, final_line_end: None }
                Keep "b" raw
                Hints { line: None, anchors: [], at_end: false, final_line_end: None }
                Insert "c"
                Hints { line: None, anchors: [], at_end: true, final_line_end: None }
                Keep "d" raw
                Hints { line: None, anchors: ["def e():"], at_end: false, final_line_end: None }
                Delete "f"
            "#]],
        );
    }

    #[test]
    fn lines_without_marker_and_without_line_end() {
        check(
            "x\n\n-a\n\\ No newline at end of file\n+a\n\n\n",
            expect![[r#"
                Hints { line: None, anchors: [], at_end: false, final_line_end: Some(true) }
                Keep "x"
                Keep ""
                Delete "a"
                Insert "a"
            "#]],
        );
    }
}
