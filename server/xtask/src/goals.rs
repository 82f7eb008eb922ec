//! What Ostler wants to reach, and how far it is. The rows stand in `goals.txt` beside the
//! manifest; whoever measures something writes the figure there.

use std::fmt::Write as _;

use anyhow::{Result, bail, ensure};

use crate::parts::say;

const ROWS: &str = include_str!("../goals.txt");

/// What stands for a figure that nobody has taken.
const UNKNOWN: &str = "not measured yet";

/// One thing that can be measured.
#[derive(Debug, PartialEq, Eq)]
struct Row<'a> {
    area: &'a str,
    measure: &'a str,
    goal: &'a str,
    /// With what it was measured on; none if it was not.
    today: Option<&'a str>,
}

/// Prints the rows, or those of the areas whose names contain `area`.
///
/// # Errors
/// If a row is broken or no area fits.
pub(crate) fn print(area: Option<&str>) -> Result<()> {
    let mut rows = rows(ROWS)?;
    if let Some(area) = area {
        rows.retain(|row| row.area.to_lowercase().contains(&area.to_lowercase()));
        ensure!(!rows.is_empty(), "no area has a name with `{area}` in it");
    }
    say(table(&rows).trim_end())
}

/// Areas are lines in brackets; rows are `measure | goal | figure`; `#` begins a comment.
fn rows(text: &str) -> Result<Vec<Row<'_>>> {
    let (mut area, mut rows) = (None, Vec::new());
    for (at, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            area = Some(name.trim());
            continue;
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (Some(area), &[measure, goal, today]) = (area, cells.as_slice()) else {
            bail!("goals.txt:{}: expected `measure | goal | figure` in an area", at + 1);
        };
        ensure!(!measure.is_empty() && !goal.is_empty(), "goals.txt:{}: an empty cell", at + 1);
        rows.push(Row { area, measure, goal, today: (!today.is_empty()).then_some(today) });
    }
    Ok(rows)
}

fn table(rows: &[Row<'_>]) -> String {
    let width = |cell: for<'a> fn(&Row<'a>) -> &'a str| {
        rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0)
    };
    let (measures, goals) = (width(|row| row.measure), width(|row| row.goal));
    let (mut text, mut area) = (String::new(), "");
    for row in rows {
        if row.area != area {
            area = row.area;
            let _ = writeln!(text, "\n{area}");
        }
        let today = row.today.unwrap_or(UNKNOWN);
        let _ = writeln!(text, "  {:measures$}  {:goals$}  {today}", row.measure, row.goal);
    }
    let measured = rows.iter().filter(|row| row.today.is_some()).count();
    let _ = writeln!(text, "\n{measured} of {} are measured.", rows.len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_can_be_read() {
        let rows = rows(ROWS).unwrap();
        for (at, row) in rows.iter().enumerate() {
            let twin =
                rows[..at].iter().find(|it| (it.area, it.measure) == (row.area, row.measure));
            assert_eq!(twin, None, "the same row stands there twice");
        }
        assert!(!rows.is_empty());
    }

    #[test]
    fn figures_stand_beside_their_goals() {
        let text = "# note\n[A]\nfirst – one | ≤ 3 ms |\n[B]\ntwo | 1 | 0.5 (two cores)\n";
        let rows = rows(text).unwrap();
        let expected = "
A
  first – one  ≤ 3 ms  not measured yet

B
  two          1       0.5 (two cores)

1 of 2 are measured.
";
        assert_eq!(table(&rows), expected);
    }

    #[test]
    fn broken_rows_are_named() {
        for (text, said) in [
            ("one | 1 |", "goals.txt:1: expected"),
            ("[A]\none | 1", "goals.txt:2: expected"),
            ("[A]\n\n | 1 | 2", "goals.txt:3: an empty cell"),
        ] {
            let error = rows(text).unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
