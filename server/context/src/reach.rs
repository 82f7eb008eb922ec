//! The types that can be reached from a signature without inference.

use rustc_hash::FxHashSet;

use crate::facts::{Kind, NameId};
use crate::place::Place;
use crate::view::View;

/// Members of one type that are looked at.
pub(crate) const MAX_MEMBERS: usize = 300;

/// Types that can be reached from the signature.
#[derive(Default)]
pub(crate) struct Reach {
    pub(crate) fields_of_self: Vec<NameId>,
    pub(crate) fields_of_taken: Vec<NameId>,
    pub(crate) results: Vec<NameId>,
    pub(crate) two_hops: Vec<NameId>,
    pub(crate) traits: Vec<NameId>,
}

impl Reach {
    pub(crate) fn of(view: &View, place: &Place) -> Reach {
        let direct = place.types();
        let mut seen: FxHashSet<NameId> = direct.iter().copied().collect();
        let mut reach = Reach::default();
        let own: Vec<NameId> = if place.owner == 0 { Vec::new() } else { vec![place.owner] };
        reach.fields_of_self = leads_to(view, &own, false, &mut seen);
        reach.fields_of_taken = leads_to(view, &direct, false, &mut seen);
        let mut near = direct.clone();
        near.extend(&reach.fields_of_self);
        near.extend(&reach.fields_of_taken);
        reach.results = leads_to(view, &near, true, &mut seen);
        near.drain(..direct.len());
        reach.two_hops = leads_to(view, &near, false, &mut seen);
        let mut known = FxHashSet::default();
        for ty in direct.iter().chain(&near) {
            for id in view.members_of(*ty).take(MAX_MEMBERS) {
                let via = view.def(id).1.via;
                if via != 0 && via != *ty && known.insert(via) {
                    reach.traits.push(via);
                }
            }
        }
        reach
    }
}

/// The types that members of `types` give: their methods or their fields.
fn leads_to(
    view: &View,
    types: &[NameId],
    methods: bool,
    seen: &mut FxHashSet<NameId>,
) -> Vec<NameId> {
    let mut list = Vec::new();
    for ty in types.iter().take(40) {
        for id in view.members_of(*ty).take(MAX_MEMBERS) {
            let (file, def) = view.def(id);
            if (def.kind == Kind::Method) != methods {
                continue;
            }
            for given in def.gives.of(&view.facts(file).pool) {
                // A name that the project does not define leads nowhere.
                if view.defs_named(*given).next().is_some() && seen.insert(*given) {
                    list.push(*given);
                }
            }
        }
    }
    list
}
