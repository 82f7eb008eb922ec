//! What has changed lately: definitions of files that differ from what they were when the project
//! was last read as a whole.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Def, FileFacts, NameId};

/// A definition that is new, has a new name, or takes or gives something else than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recent {
    /// Its number in its file.
    pub(crate) def: usize,
    /// The name that went when it came; zero if none did.
    pub(crate) was: NameId,
}

/// What `now` has that `before` had not.
pub(crate) fn changes(before: &FileFacts, now: &FileFacts) -> Vec<Recent> {
    let key = |def: &Def| (def.name, def.owner, def.kind, def.sign);
    let named = |def: &Def| (def.name, def.owner, def.kind);
    let old: FxHashSet<_> = before.defs.iter().map(key).collect();
    let names: FxHashSet<_> = now.defs.iter().map(named).collect();
    // Names that are gone, by what they belonged to, in the order of the text.
    let mut gone: FxHashMap<_, Vec<&Def>> = FxHashMap::default();
    for def in before.defs.iter().filter(|def| !names.contains(&named(def))) {
        gone.entry((def.owner, def.kind)).or_default().push(def);
    }
    let had: FxHashSet<_> = before.defs.iter().map(named).collect();
    let mut list = Vec::new();
    for (at, def) in now.defs.iter().enumerate().filter(|(_, def)| !old.contains(&key(def))) {
        let lost = gone.get_mut(&(def.owner, def.kind)).filter(|_| !had.contains(&named(def)));
        let was = lost.and_then(|lost| {
            let near = (0..lost.len()).min_by_key(|one| lost[*one].line.abs_diff(def.line))?;
            Some(lost.remove(near).name)
        });
        list.push(Recent { def: at, was: was.unwrap_or_default() });
    }
    list
}
