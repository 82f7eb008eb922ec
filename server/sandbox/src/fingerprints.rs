//! When cargo last built what: the times that it compares the sources with.
//!
//! A unit counts as fresh for cargo if no input has a modification time later than the moment at
//! which its last build began. That moment is the modification time of files beneath
//! `target/*/.fingerprint` and, for build scripts, beneath `target/*/build`.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::tree::Stamp;

/// The build times of some target folders. Times are nanoseconds since 1970.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct BuildTimes {
    /// Ascending.
    times: Vec<i128>,
    /// Differs when anything was built in between.
    pub(crate) signature: u64,
}

impl BuildTimes {
    /// Reads those of the target folders `targets`; one that does not exist has none.
    pub(crate) fn read(targets: &[PathBuf]) -> BuildTimes {
        let mut found = BTreeMap::new();
        for profile in targets.iter().flat_map(|target| profiles(target)) {
            for (folder, names) in [
                (".fingerprint", ["dep-", "invoked.timestamp"]),
                ("build", ["output", "invoked.timestamp"]),
            ] {
                for unit in folders(&profile.join(folder)) {
                    collect(&unit, &names, &mut found);
                }
            }
        }
        let mut hasher = DefaultHasher::new();
        found.hash(&mut hasher);
        let mut times: Vec<i128> = found.into_values().collect();
        times.sort_unstable();
        times.dedup();
        BuildTimes { times, signature: hasher.finish() }
    }

    /// The latest build.
    pub(crate) fn newest(&self) -> Option<i128> {
        self.times.last().copied()
    }

    /// Whether some build began after `modified` and before `changed`: cargo would call its
    /// result fresh although the file, as modified by its date, was put there later.
    pub(crate) fn any_between(&self, modified: i128, changed: i128) -> bool {
        let first = self.times.partition_point(|&time| time < modified);
        self.times.get(first).is_some_and(|&time| time <= changed)
    }
}

/// When the build script of the package `name` last ran (nanoseconds since 1970), if cargo takes
/// it for fresh by the newest modification time in the package instead of by a list of files.
pub(crate) fn package_watched_since(targets: &[PathBuf], name: &str) -> Option<i128> {
    let units = targets
        .iter()
        .flat_map(|target| profiles(target))
        .flat_map(|profile| folders(&profile.join(".fingerprint")));
    let mut since = None;
    for unit in units {
        let unit_name = unit.file_name().and_then(|unit| unit.to_str()).unwrap_or_default();
        if unit_name.rsplit_once('-').is_none_or(|(unit_name, _)| unit_name != name) {
            continue;
        }
        let Ok(entries) = fs::read_dir(&unit) else { continue };
        for entry in entries.flatten() {
            let file_name = entry.file_name();
            let file_name = file_name.to_string_lossy();
            if file_name.starts_with("run-build-script")
                && file_name.ends_with(".json")
                && crate::files::read_text(&entry.path())
                    .is_ok_and(|text| text.contains("Precalculated"))
                && let Ok(metadata) = entry.metadata()
            {
                let ran = Stamp::of(&metadata).modified;
                since = Some(since.map_or(ran, |since: i128| since.min(ran)));
            }
        }
    }
    since
}

/// `target/debug`, `target/x86_64-unknown-linux-gnu/release` and the like.
fn profiles(target: &Path) -> Vec<PathBuf> {
    let mut result = Vec::new();
    for first in folders(target) {
        if first.join(".fingerprint").is_dir() {
            result.push(first);
            continue;
        }
        result.extend(folders(&first).into_iter().filter(|one| one.join(".fingerprint").is_dir()));
    }
    result
}

fn folders(at: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(at) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

fn collect(unit: &Path, names: &[&str], found: &mut BTreeMap<PathBuf, i128>) {
    let Ok(entries) = fs::read_dir(unit) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if names.iter().any(|wanted| name.starts_with(wanted))
            && let Ok(metadata) = entry.metadata()
        {
            found.insert(entry.path(), Stamp::of(&metadata).modified);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between() {
        let times = BuildTimes { times: vec![10, 20], signature: 0 };
        for (modified, changed, expected) in [
            (5, 9, false),
            (5, 10, true),
            (10, 10, true),
            (11, 19, false),
            (15, 30, true),
            (21, 99, false),
        ] {
            assert_eq!(times.any_between(modified, changed), expected, "{modified}..{changed}");
        }
    }
}
