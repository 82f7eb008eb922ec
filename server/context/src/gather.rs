//! The selection itself: candidates, their chances, and the budget.

use std::sync::PoisonError;

use text::Text;

use crate::facts::Def;
use crate::features::Row;
use crate::graph::DefId;
use crate::index::World;
use crate::names::Names;
use crate::pack::{self, Item};
use crate::piece::Piece;
use crate::place::Place;
use crate::query::{ContextQuery, Fragment, Intent, TokenBudget};
use crate::{around, broken, chance, rows, together, tokens};

/// Of what comes into question, how much is judged with care.
const JUDGED: usize = 1200;

/// How much less what the code at a place may use counts where something else is asked for.
const BESIDE: f32 = 0.1;

/// A definition that came into question, for whoever wants to know why it was selected or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Considered {
    /// Path relative to the root.
    pub file: String,
    /// Line of the name, from 1.
    pub line: usize,
    /// Last line of its signature.
    pub last: usize,
    /// `Owner::name`, or the name alone.
    pub name: String,
    /// How likely it is of use.
    pub chance: f32,
    /// What its lines cost, in tokens.
    pub tokens: u32,
    /// The numbers behind it, in the order of [`feature_names`](crate::feature_names).
    pub features: Vec<f32>,
}

/// Selects what helps with `query`, best first, within `budget`. The same world and query give
/// the same answer.
#[must_use]
pub fn gather(world: &World, query: &ContextQuery, budget: TokenBudget) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    let mut left = budget.tokens();
    if !query.sees_open_file
        && let Some(fragment) = around::place(&world.snapshot, query, left)
    {
        left = left.saturating_sub(fragment.tokens);
        fragments.push(fragment);
    }
    let names = world.known.names.read().unwrap_or_else(PoisonError::into_inner);
    let pieces = pieces(world, query, &names);
    let item = |(key, one): (usize, &Piece)| Item {
        file: one.file,
        first: one.first,
        last: one.last,
        cost: one.cost,
        chance: one.chance,
        key,
    };
    let items: Vec<Item> = pieces.iter().enumerate().map(item).collect();
    let header = |file: usize| tokens::lines(&world.known.view.file(file).name) + 2;
    let mut files = pack::pack(&items, left, header);
    if query.intent == Intent::Change {
        // Whoever reads of a change asks first which files it touches.
        let none = |chosen: &[Item]| chosen.iter().map(|item| 1.0 - item.chance).product::<f32>();
        files.sort_by(|a, b| none(&a.1).total_cmp(&none(&b.1)));
    }
    for (file, chosen) in files {
        let entry = world.known.view.file(file);
        let Ok(read) = world.snapshot.read(&entry.at) else { continue };
        for run in merged(&chosen) {
            fragments.extend(fragment(&entry.name, &read.text, &run, &pieces));
        }
    }
    fragments
}

/// What may be selected, each line once, with the chance that it helps.
fn pieces(world: &World, query: &ContextQuery, names: &Names) -> Vec<Piece> {
    let used = judge(world, query, names);
    let used = used.iter().map(|one| Piece {
        file: one.file,
        first: one.def.line,
        last: one.def.last,
        cost: u32::from(one.def.cost),
        chance: one.chance,
        reason: format!("{}: {}", one.name(names), chance::reason(&one.row)),
    });
    let mut list = match query.intent {
        Intent::Implement => return used.collect(),
        Intent::Fix => broken::pieces(world, query, names),
        Intent::Change => together::pieces(world, query, names),
    };
    // What the code at the place may use helps as well, after what belongs to the matter.
    list.extend(used.map(|one| Piece { chance: one.chance * BESIDE, ..one }));
    once(list)
}

/// The likeliest piece of those that begin in the same line.
fn once(mut list: Vec<Piece>) -> Vec<Piece> {
    list.sort_by(|a, b| {
        let place = |one: &Piece| (one.file, one.first);
        place(a).cmp(&place(b)).then(b.chance.total_cmp(&a.chance))
    });
    list.dedup_by_key(|one| (one.file, one.first));
    list.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    list
}

/// Everything that came into question, the likeliest first: for a change, what may change along;
/// otherwise what the code at the place may use.
#[must_use]
pub fn consider(world: &World, query: &ContextQuery) -> Vec<Considered> {
    let names = world.known.names.read().unwrap_or_else(PoisonError::into_inner);
    let of = |file: usize, def: &Def, name: String, chance: f32, features: Vec<f32>| Considered {
        file: world.known.view.file(file).name.to_string(),
        line: def.line as usize,
        last: def.last as usize,
        name,
        chance,
        tokens: u32::from(def.cost),
        features,
    };
    let mut list: Vec<Considered> = match query.intent {
        Intent::Change => together::judge(world, query, &names)
            .iter()
            .map(|one| {
                let name = names.text(one.def.name).to_owned();
                of(one.file, &one.def, name, one.chance, one.row.to_vec())
            })
            .collect(),
        Intent::Implement | Intent::Fix => judge(world, query, &names)
            .iter()
            .map(|one| of(one.file, &one.def, one.name(&names), one.chance, one.row.to_vec()))
            .collect(),
    };
    list.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    list
}

/// A definition with its chance.
struct Judged {
    file: usize,
    def: Def,
    row: Row,
    chance: f32,
}

impl Judged {
    fn name(&self, names: &Names) -> String {
        let name = names.text(self.def.name);
        match names.text(self.def.owner) {
            "" => name.to_owned(),
            owner => format!("{owner}::{name}"),
        }
    }
}

fn judge(world: &World, query: &ContextQuery, names: &Names) -> Vec<Judged> {
    let known = &world.known;
    let Some((path, bytes)) = &query.place else { return Vec::new() };
    let Some(file) = known.view.file_at(path) else { return Vec::new() };
    let Ok(read) = world.snapshot.read(path) else { return Vec::new() };
    let line = u32::try_from(read.text.line_of(bytes.start) + 1).unwrap_or(u32::MAX);
    let source = read.text.to_string();
    let place = Place::of(known, names, file, &source, line);
    let found = rows::candidates(known, names, &place);
    let with_chance = |(id, row): (DefId, Row)| (chance::rough(&row), id, row);
    let mut rough: Vec<(f32, DefId, Row)> =
        found.ids.into_iter().zip(found.rows).map(with_chance).collect();
    if rough.len() > JUDGED {
        let better =
            |a: &(f32, DefId, Row), b: &(f32, DefId, Row)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        rough.select_nth_unstable_by(JUDGED, better);
        rough.truncate(JUDGED);
    }
    let mut judged: Vec<Judged> = rough
        .into_iter()
        .map(|(_, id, row)| {
            let (file, def) = known.view.def(id);
            Judged { file, def: *def, chance: chance::of(&row), row }
        })
        .collect();
    judged.sort_by(|a, b| {
        let place = |one: &Judged| (one.file, one.def.line);
        b.chance.total_cmp(&a.chance).then_with(|| place(a).cmp(&place(b)))
    });
    judged
}

/// A run of lines of which each line was chosen, with the first of the keys.
struct Run {
    first: u32,
    last: u32,
    keys: Vec<usize>,
}

fn merged(chosen: &[Item]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for item in chosen {
        match runs.last_mut() {
            Some(run) if item.first <= run.last + 1 => {
                run.last = run.last.max(item.last);
                run.keys.push(item.key);
            }
            _ => runs.push(Run { first: item.first, last: item.last, keys: vec![item.key] }),
        }
    }
    runs
}

fn fragment(file: &str, text: &Text, run: &Run, pieces: &[Piece]) -> Option<Fragment> {
    let (first, last) = ((run.first as usize).checked_sub(1)?, (run.last as usize).checked_sub(1)?);
    // The index may be a keystroke older than the text.
    let last = last.min(text.line_count().checked_sub(1)?);
    let start = text.line_start(first.min(last));
    let lines = text.slice(start..text.line_range(last).end).into_owned();
    let chances = run.keys.iter().map(|key| &pieces[*key]);
    let best = chances.max_by(|a, b| a.chance.total_cmp(&b.chance))?;
    Some(Fragment {
        file: file.to_owned(),
        start_line: first + 1,
        end_line: last + 1,
        reason: best.reason.clone(),
        tokens: tokens::lines(&lines),
        text: lines,
    })
}
