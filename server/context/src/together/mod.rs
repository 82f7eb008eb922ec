//! What changes together: given an item that is to be changed and the words that say why, the
//! items elsewhere that such a change is likely to touch.

mod chance;
mod evidence;
mod features;
mod files;
mod scores;
mod told;

use crate::facts::Def;
use crate::graph::DefId;
use crate::index::World;
use crate::names::Names;
use crate::piece::Piece;
use crate::place::Place;
use crate::query::ContextQuery;

pub(crate) use features::{NAMES, Row};
pub(crate) use files::sort_files;

/// Of what comes into question, how much is judged with care.
const JUDGED: usize = 1000;

/// An item elsewhere with its numbers and its chance.
pub(crate) struct Judged {
    pub(crate) file: usize,
    pub(crate) def: Def,
    pub(crate) row: Row,
    pub(crate) chance: f32,
}

/// The items that came into question, in the order of the project.
pub(crate) fn judge(world: &World, query: &ContextQuery, names: &Names) -> Vec<Judged> {
    let Some((file, place)) = Place::of_query(world, query, names) else { return Vec::new() };
    let view = &world.known.view;
    let evidence = evidence::Evidence::of(&world.known, names, &place, file, &query.words);
    let mut trees = chance::trees();
    let rows = evidence.rows().into_iter();
    let mut rough: Vec<(f32, DefId, Row)> =
        rows.map(|(id, row)| (trees.rough(&row), id, row)).collect();
    if rough.len() > JUDGED {
        let better =
            |a: &(f32, DefId, Row), b: &(f32, DefId, Row)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        rough.select_nth_unstable_by(JUDGED, better);
        rough.truncate(JUDGED);
        rough.sort_unstable_by_key(|one| one.1);
    }
    let judged = rough.into_iter().map(|(rough, id, row)| {
        let (file, def) = view.def(id);
        Judged { file, def: *def, chance: trees.chance(rough, &row), row }
    });
    judged.collect()
}

/// The pieces that are likely to change along with the place of `query`, and their files, the
/// likeliest first.
pub(crate) fn pieces(
    world: &World,
    query: &ContextQuery,
    names: &Names,
) -> (Vec<Piece>, Vec<usize>) {
    let judged = judge(world, query, names);
    let items: Vec<_> = judged.iter().map(|one| (one.file, one.chance, &one.row)).collect();
    let files = files::order(&items);
    let pieces = judged.into_iter().map(|one| Piece {
        file: one.file,
        first: one.def.line,
        last: one.def.last,
        cost: u32::from(one.def.cost),
        chance: one.chance,
        reason: format!("{}: {}", names.text(one.def.name), chance::reason(&one.row)),
    });
    (pieces.collect(), files)
}
