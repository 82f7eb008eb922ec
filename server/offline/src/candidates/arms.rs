//! A `match` that does not cover everything: the arm that is missing, as neighbours and other
//! matches on the same type have it. Never an arm that panics or stands for work to be done.

use harness::Diagnostic;

use super::imports::by_frequency;
use super::suggestions::is_blank;
use super::{Candidate, Known, Source, missing, own_files, rank, signatures};
use crate::files::Edit;
use crate::tokens::{self, Token};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// Bodies that are tried for one match.
const MAX_BODIES: usize = 5;

/// An arm, as places among the tokens: pattern, then body.
struct Arm {
    pattern: (usize, usize),
    body: (usize, usize),
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if error.code.as_deref() != Some("E0004") || missing::is_repetition(known, error) {
        return Vec::new();
    }
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let Some(keyword) = (0..=here).rev().take(6).find(|&at| tokens[at].of(text) == "match") else {
        return Vec::new();
    };
    let Some((open, close)) = braces(text, &tokens, keyword) else { return Vec::new() };
    let own = arms(text, &tokens, open, close);
    let paths = qualifier(text, &tokens, &own);
    let mut found = Vec::new();
    for lacking in missing::quoted(&error.message).into_iter().take(1) {
        let all: Vec<&str> = missing::quoted(&error.message);
        let patterns: Vec<String> =
            all.iter().filter(|it| it.len() < 60).map(|it| written(it, paths.as_deref())).collect();
        let whole = patterns.join(" | ");
        let mut bodies: Vec<(u32, String)> = Vec::new();
        for body in elsewhere(known, lacking).into_iter().take(3) {
            bodies.push((rank::PROPOSED + 4, body));
        }
        for (pattern, body) in
            [("None", "None"), ("Err(_)", "return Err(e)"), ("Some(_)", "Some(it)")]
        {
            if lacking == pattern && body == "None" {
                bodies.push((rank::PROPOSED + 6, body.to_owned()));
            }
        }
        let plain = own.iter().filter(|arm| binds_nothing(text, &tokens, arm));
        let plain = plain.map(|arm| piece(text, &tokens, arm.body).to_owned());
        for body in by_frequency(plain.collect()) {
            bodies.push((rank::LIKELY + 2, body));
        }
        bodies.retain(|(_, body)| !is_blank(body) && !body.contains("panic!") && body.len() < 200);
        bodies.truncate(MAX_BODIES);
        for (order, (rank, body)) in (0..).zip(bodies) {
            let indent =
                own.last().map_or("    ", |arm| indent(text, tokens[arm.pattern.0].bytes.start));
            let end = tokens[close - 1].bytes.end;
            let comma = match tokens[close - 1].of(text) {
                "," | "{" | "}" => "",
                _ => ",",
            };
            let new = format!("{comma}\n{indent}{whole} => {body},");
            let edit = Edit::new(&span.file, end..end, new);
            let what = format!("`{whole}` is `{}`", body.lines().next().unwrap_or_default());
            found.push(Candidate::new(rank + 2 * order, vec![edit], what));
        }
    }
    found
}

fn piece<'a>(text: &'a str, tokens: &[Token], (first, last): (usize, usize)) -> &'a str {
    text.get(tokens[first].bytes.start..tokens[last].bytes.end).unwrap_or_default()
}

fn indent(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..at];
    &line[..line.len() - line.trim_start().len()]
}

/// The braces of the `match` at `keyword`.
fn braces(text: &str, tokens: &[Token], keyword: usize) -> Option<(usize, usize)> {
    let mut at = keyword + 1;
    while at < tokens.len() {
        match tokens[at].of(text) {
            "(" | "[" => at = tokens::closing(text, tokens, at)?,
            "{" => return Some((at, tokens::closing(text, tokens, at)?)),
            ";" | "}" => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The arms between two braces.
fn arms(text: &str, tokens: &[Token], open: usize, close: usize) -> Vec<Arm> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let mut found = Vec::new();
    let mut first = open + 1;
    while first < close {
        let mut arrow = first;
        while arrow < close && word(arrow) != "=>" {
            arrow = match word(arrow) {
                "(" | "[" | "{" => tokens::closing(text, tokens, arrow).unwrap_or(close) + 1,
                _ => arrow + 1,
            };
        }
        if arrow >= close || arrow == first {
            break;
        }
        let mut end = arrow + 1;
        if word(end) == "{" {
            end = tokens::closing(text, tokens, end).unwrap_or(close) + 1;
        }
        let block = end > arrow + 1 && !matches!(word(end), "." | "?" | ",");
        while !block && end < close && word(end) != "," {
            end = match word(end) {
                "(" | "[" | "{" => tokens::closing(text, tokens, end).unwrap_or(close) + 1,
                _ => end + 1,
            };
        }
        if end > arrow + 1 {
            found.push(Arm { pattern: (first, arrow - 1), body: (arrow + 1, end - 1) });
        }
        first = if word(end) == "," { end + 1 } else { end };
    }
    found
}

/// Whether the body of `arm` can stand under another pattern: it uses nothing that its own binds.
fn binds_nothing(text: &str, tokens: &[Token], arm: &Arm) -> bool {
    let names = (arm.pattern.0..=arm.pattern.1)
        .map(|at| tokens[at].of(text))
        .filter(|word| word.starts_with(|it: char| it.is_lowercase()));
    let body: Vec<&str> = (arm.body.0..=arm.body.1).map(|at| tokens[at].of(text)).collect();
    !names.into_iter().any(|name| body.contains(&name))
}

/// What stands before the last part of the patterns' paths, such as `Self` or `a::E`.
fn qualifier(text: &str, tokens: &[Token], arms: &[Arm]) -> Option<String> {
    let said = arms.iter().filter_map(|arm| {
        let piece = piece(text, tokens, arm.pattern);
        let path = piece.split(['(', '{', ' ', '|']).next()?.trim().trim_start_matches('&');
        Some(path.rsplit_once("::").map_or(String::new(), |(head, _)| head.to_owned()))
    });
    by_frequency(said.collect()).into_iter().next()
}

/// The pattern `lacking` as the compiler prints it, with the path that its neighbours have.
fn written(lacking: &str, qualifier: Option<&str>) -> String {
    let (path, rest) = match lacking.find(['(', '{', ' ']) {
        Some(at) => lacking.split_at(at),
        None => (lacking, ""),
    };
    let last = path.rsplit("::").next().unwrap_or(path);
    match qualifier {
        Some("") if path.contains("::") => format!("{last}{rest}"),
        Some(head) if !head.is_empty() && path.contains("::") => format!("{head}::{last}{rest}"),
        _ => lacking.to_owned(),
    }
}

/// The bodies that other matches have for the same pattern, where they use nothing of it.
fn elsewhere(known: &Known<'_>, lacking: &str) -> Vec<String> {
    let path = lacking.split(['(', '{', ' ']).next().unwrap_or(lacking);
    let last = path.rsplit("::").next().unwrap_or(path);
    let mut said = Vec::new();
    for text in known.files.values() {
        let tokens = tokens::tokens(text);
        for keyword in (0..tokens.len()).filter(|&at| tokens[at].of(text) == "match") {
            let Some((open, close)) = braces(text, &tokens, keyword) else { continue };
            for arm in arms(text, &tokens, open, close) {
                let pattern = signatures::split(text, &tokens, arm.pattern.0, arm.pattern.1 + 1);
                let has = pattern.len() == 1
                    && (arm.pattern.0..=arm.pattern.1).any(|at| tokens[at].of(text) == last);
                if has && binds_nothing(text, &tokens, &arm) {
                    said.push(piece(text, &tokens, arm.body).to_owned());
                }
            }
        }
    }
    by_frequency(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_are_read() {
        let text = "match é { A => {} B(x) | C if d => e(1, 2), F::G { h } => { i }.j(), _ => k }";
        let tokens = tokens::tokens(text);
        let (open, close) = braces(text, &tokens, 0).unwrap();
        let shown: Vec<String> = arms(text, &tokens, open, close)
            .iter()
            .map(|arm| {
                let free = if binds_nothing(text, &tokens, arm) { "" } else { "*" };
                format!(
                    "{} -> {}{free}",
                    piece(text, &tokens, arm.pattern),
                    piece(text, &tokens, arm.body)
                )
            })
            .collect();
        assert_eq!(
            shown,
            ["A -> {}", "B(x) | C if d -> e(1, 2)", "F::G { h } -> { i }.j()", "_ -> k"]
        );
    }

    #[test]
    fn patterns_are_written_as_their_neighbours() {
        assert_eq!(written("a::E::B(_)", Some("Self")), "Self::B(_)");
        assert_eq!(written("a::E::B", Some("")), "B");
        assert_eq!(written("None", Some("Self")), "None");
    }
}
