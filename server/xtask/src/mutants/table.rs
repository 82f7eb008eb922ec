//! Rows as a table: by operator, and in total with and without destroyed text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::record::Row;

/// One word for what became of a mutant.
pub(crate) fn word(row: &Row) -> &'static str {
    match row {
        Row { mended: true, wrong: Some(_), .. } => "wrong",
        Row { mended: true, exact: true, .. } => "exact",
        Row { mended: true, .. } => "mended",
        Row { worse: true, .. } => "worse",
        Row { timed_out: true, .. } => "late",
        _ => "-",
    }
}

/// The middle one of sorted values; of an even number the lower of the two.
fn median<T: Copy>(sorted: &[T]) -> Option<T> {
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

fn line(out: &mut String, name: &str, rows: &[&Row]) {
    let count = rows.len();
    let of = |test: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| test(row)).count();
    let share = |n: usize| {
        let percent = 100.0 * n as f64 / count.max(1) as f64;
        format!("{n} ({percent:.0} %)")
    };
    let mut checks: Vec<u64> = rows.iter().filter_map(|row| row.checks).collect();
    checks.sort_unstable();
    let mut seconds: Vec<f64> = rows.iter().map(|row| row.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let number = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let _ = writeln!(
        out,
        "| {name} | {count} | {} | {} | {} | {} | {} | {} | {} |",
        share(of(&|row| row.mended)),
        of(&|row| row.exact),
        share(of(&|row| row.wrong.is_some())),
        of(&|row| row.worse),
        of(&|row| row.claimed && (!row.mended || row.wrong.is_some())),
        number(median(&checks).map(|n| n.to_string())),
        number(median(&seconds).map(|n| format!("{n:.1}"))),
    );
}

/// A Markdown table. `mended` counts every crate that checks afterwards, the wrong ones too.
pub(crate) fn render(rows: &[Row]) -> String {
    let mut out = String::from(
        "| operator (* destroys text) | n | mended | exact | wrong but green | made worse | claimed wrongly | checks, median | s, median |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut operators: BTreeMap<(bool, &str), Vec<&Row>> = BTreeMap::new();
    let mut patients: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let mutant = &row.mutant;
        operators.entry((mutant.destroys, &mutant.operator)).or_default().push(row);
        patients.entry(&mutant.patient).or_default().push(row);
    }
    for ((destroys, name), rows) in &operators {
        line(&mut out, &format!("{name}{}", if *destroys { " *" } else { "" }), rows);
    }
    for (name, rows) in &patients {
        line(&mut out, &format!("in {name}"), rows);
    }
    let (destroying, derivable): (Vec<&Row>, Vec<&Row>) =
        rows.iter().partition(|row| row.mutant.destroys);
    line(&mut out, "**destroyed text**", &destroying);
    line(&mut out, "**without destroyed text**", &derivable);
    line(&mut out, "**all**", &rows.iter().collect::<Vec<_>>());
    let placeholders = rows.iter().filter(|row| row.wrong.as_deref() == Some("placeholder"));
    let _ = writeln!(out, "\nplaceholders: {}", placeholders.count());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_the_lower() {
        assert_eq!(median(&[1, 2, 3, 4]), Some(2));
        assert_eq!(median(&[1, 2, 3]), Some(2));
        assert_eq!(median::<u8>(&[]), None);
    }

    #[test]
    fn rows_are_counted_by_operator_and_in_total() {
        let row = |operator: &str, destroys: bool, mended: bool, wrong: Option<&str>| -> Row {
            let json = serde_json::json!({
                "candidate": "x", "id": "a", "crate": "c", "operator": operator,
                "destroys": destroys, "file": "f", "line": 1, "start": 0, "end": 0, "insert": "",
                "before": "", "after": "", "counts": [1, 0], "errors": [], "mended": mended,
                "exact": false, "wrong": wrong, "worse": false, "claimed": true,
                "changed_files": [], "checks": 4, "seconds": 0.5, "timed_out": false, "exit": 0,
                "counts_after": [0, 0], "errors_after": [], "diff": "", "output": ""
            });
            serde_json::from_value(json).unwrap()
        };
        let rows = [
            row("drop-use", false, true, None),
            row("drop-use", false, false, None),
            row("drop-fn", true, true, Some("placeholder")),
        ];
        let text = render(&rows);
        for expected in [
            "| drop-use | 2 | 1 (50 %) | 0 | 0 (0 %) | 0 | 1 | 4 | 0.5 |",
            "| drop-fn * | 1 | 1 (100 %) | 0 | 1 (100 %) | 0 | 1 | 4 | 0.5 |",
            "| **all** | 3 | 2 (67 %) | 0 | 1 (33 %) | 0 | 2 | 4 | 0.5 |",
            "placeholders: 1",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
    }
}
