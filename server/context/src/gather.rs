//! The selection itself: candidates, their chances, and the budget.

use std::sync::PoisonError;

use crate::facts::Def;
use crate::features::Row;
use crate::graph::DefId;
use crate::index::World;
use crate::lines::Walk;
use crate::names::Names;
use crate::pack::{self, Item};
use crate::piece::Piece;
use crate::place::Place;
use crate::query::{ContextQuery, Fragment, Intent, TokenBudget};
use crate::rows::Candidates;
use crate::{around, broken, chance, together, tokens};

/// Of what comes into question, how much is judged with care: at least, and at most.
const JUDGED: std::ops::Range<usize> = 150..1200;
/// Tokens of a budget for each one more: half of what a signature costs.
const TOKENS_EACH: u32 = 8;

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
    let limit = JUDGED.start + (left / TOKENS_EACH) as usize;
    let used = Judgement::of(world, query, &names, limit.min(JUDGED.end));
    let (offers, order) = offers(world, query, &names, &used.list);
    let item = |(key, one): (usize, &Offer<'_>)| one.item(key);
    let items: Vec<Item> = offers.iter().enumerate().map(item).collect();
    let header = |file: usize| tokens::lines(&world.known.view.file(file).name) + 2;
    let mut files = pack::pack(&items, left, header);
    if query.intent == Intent::Change {
        // Whoever reads of a change asks first which files it touches.
        together::sort_files(&mut files, &order);
    }
    // Few are selected, so it is put into words for these alone.
    let reason = |offer: &Offer<'_>| match offer {
        Offer::Used { one, .. } => {
            format!("{}: {}", one.name(&names), chance::reason(&used.rows[one.row]))
        }
        Offer::Piece(one) => one.reason.clone(),
    };
    for (file, chosen) in files {
        let entry = world.known.view.file(file);
        let Ok(source) = world.snapshot.letters(&entry.at) else { continue };
        let mut lines = Walk::over(&source);
        for run in merged(&chosen) {
            // The index may be a keystroke older than the text, which may have fewer.
            let (there, text) = lines.next(run.first, run.last);
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            let offers = run.keys.iter().map(|key| &offers[*key]);
            let Some(best) = offers.max_by(|a, b| a.chance().total_cmp(&b.chance())) else {
                continue;
            };
            fragments.push(Fragment {
                file: entry.name.to_string(),
                start_line: *there.start() as usize,
                end_line: *there.end() as usize,
                reason: reason(best),
                tokens: tokens::lines(text),
                text: text.to_owned(),
            });
        }
    }
    fragments
}

/// Something that may be selected: what the code at the place may use, or what belongs to the
/// matter itself.
enum Offer<'a> {
    Used { one: &'a Judged<'a>, chance: f32 },
    Piece(Piece),
}

impl Offer<'_> {
    fn item(&self, key: usize) -> Item {
        match self {
            Offer::Used { one, chance } => Item {
                file: one.file,
                first: one.def.line,
                last: one.def.last,
                cost: u32::from(one.def.cost),
                chance: *chance,
                key,
            },
            Offer::Piece(one) => Item {
                file: one.file,
                first: one.first,
                last: one.last,
                cost: one.cost,
                chance: one.chance,
                key,
            },
        }
    }

    fn chance(&self) -> f32 {
        match self {
            Offer::Used { chance, .. } => *chance,
            Offer::Piece(one) => one.chance,
        }
    }

    /// File and first line.
    fn place(&self) -> (usize, u32) {
        match self {
            Offer::Used { one, .. } => (one.file, one.def.line),
            Offer::Piece(one) => (one.file, one.first),
        }
    }
}

/// What may be selected, each line once, with the chance that it helps, and, for a change, the
/// files that it touches, the likeliest first.
fn offers<'a>(
    world: &World,
    query: &ContextQuery,
    names: &Names,
    used: &'a [Judged<'a>],
) -> (Vec<Offer<'a>>, Vec<usize>) {
    let (pieces, order) = match query.intent {
        Intent::Implement => {
            let list = used.iter().map(|one| Offer::Used { one, chance: one.chance });
            return (list.collect(), Vec::new());
        }
        Intent::Fix => (broken::pieces(world, query, names), Vec::new()),
        Intent::Change => together::pieces(world, query, names),
    };
    let mut list: Vec<Offer<'_>> = pieces.into_iter().map(Offer::Piece).collect();
    // What the code at the place may use helps as well, after what belongs to the matter.
    list.extend(used.iter().map(|one| Offer::Used { one, chance: one.chance * BESIDE }));
    (once(list), order)
}

/// The likeliest of those that begin in the same line.
fn once(mut list: Vec<Offer<'_>>) -> Vec<Offer<'_>> {
    list.sort_by(|a, b| a.place().cmp(&b.place()).then(b.chance().total_cmp(&a.chance())));
    list.dedup_by_key(|one| one.place());
    list.sort_by(|a, b| b.chance().total_cmp(&a.chance()));
    list
}

/// Everything that came into question, the likeliest first: for a change, what may change along;
/// otherwise what the code at the place may use.
#[must_use]
pub fn consider(world: &World, query: &ContextQuery) -> Vec<Considered> {
    let names = world.known.names.read().unwrap_or_else(PoisonError::into_inner);
    let of = |file: usize, def: &Def, name: String, chance: f32, features: &[f32]| Considered {
        file: world.known.view.file(file).name.to_string(),
        line: def.line as usize,
        last: def.last as usize,
        name,
        chance,
        tokens: u32::from(def.cost),
        features: features.to_vec(),
    };
    if query.intent == Intent::Change {
        let name = |one: &together::Judged| names.text(one.def.name).to_owned();
        let list = together::judge(world, query, &names);
        let list = list.iter().map(|one| of(one.file, &one.def, name(one), one.chance, &one.row));
        let mut list: Vec<Considered> = list.collect();
        list.sort_by(|a, b| b.chance.total_cmp(&a.chance));
        return list;
    }
    let judgement = Judgement::of(world, query, &names, JUDGED.end);
    let row = |one: &Judged<'_>| &judgement.rows[one.row];
    let list = judgement.list.iter();
    list.map(|one| of(one.file, one.def, one.name(&names), one.chance, row(one))).collect()
}

/// A definition with its chance.
struct Judged<'a> {
    file: usize,
    def: &'a Def,
    /// The number of its row.
    row: usize,
    chance: f32,
}

impl Judged<'_> {
    fn name(&self, names: &Names) -> String {
        let name = names.text(self.def.name);
        match names.text(self.def.owner) {
            "" => name.to_owned(),
            owner => format!("{owner}::{name}"),
        }
    }
}

/// The definitions that the code at a place may use.
#[derive(Default)]
struct Judgement<'a> {
    /// The likeliest first.
    list: Vec<Judged<'a>>,
    rows: Vec<Row>,
}

impl<'a> Judgement<'a> {
    /// The `limit` likeliest ones, by a rough estimate.
    fn of(world: &'a World, query: &ContextQuery, names: &Names, limit: usize) -> Judgement<'a> {
        let known = &world.known;
        let Some((_, place)) = Place::of_query(world, query, names) else {
            return Judgement::default();
        };
        let mut found = Candidates::of(known, names, &place);
        let mut judge = chance::trees();
        let ids = std::mem::take(&mut found.ids);
        let mut rough: Vec<(f32, DefId)> =
            ids.into_iter().map(|id| (judge.rough(&found.row(id)), id)).collect();
        if rough.len() > limit {
            rough.select_nth_unstable_by(limit, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            rough.truncate(limit);
        }
        let mut rows = Vec::with_capacity(rough.len());
        let with_chance = |(rough, id): (f32, DefId)| {
            let (file, def) = known.view.def(id);
            let row = found.row(id);
            rows.push(row);
            Judged { file, def, row: rows.len() - 1, chance: judge.chance(rough, &row) }
        };
        let mut list: Vec<Judged<'_>> = rough.into_iter().map(with_chance).collect();
        list.sort_by(|a, b| {
            let place = |one: &Judged<'_>| (one.file, one.def.line);
            b.chance.total_cmp(&a.chance).then_with(|| place(a).cmp(&place(b)))
        });
        Judgement { list, rows }
    }
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
