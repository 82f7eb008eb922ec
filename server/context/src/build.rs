//! Reading the files of a project, on all processors.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use stdx::{AbsPath, Clock, SystemClock, content_hash};
use syntax::{Language, SyntaxTree};
use workspace::{Snapshot, Stamp};

use crate::extract::{self, Declared, Extracted};
use crate::facts::FileFacts;
use crate::imports::Layout;
use crate::splice::{self, Gap};

/// Source files larger than this are generated, as a rule, and nothing a person would look for.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// A text of fewer bytes is read again as quickly as it is compared with what it was.
const LONG: usize = 6 * 1024;

/// Files that are handed over together: to wake another thread takes as long as to read a small
/// one.
const AT_ONCE: usize = 16;

/// A file that may be read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) at: AbsPath,
    /// Relative to the root.
    pub(crate) name: String,
    pub(crate) language: Language,
    /// Whether it is for tests alone, by its place.
    pub(crate) is_test: bool,
}

/// The files that are to be read, and where names lead.
pub(crate) struct Sources {
    pub(crate) files: Vec<Source>,
    pub(crate) layout: Layout,
}

/// What a file is, if it is of interest.
pub(crate) fn source(root: &AbsPath, path: &AbsPath) -> Option<Source> {
    let language = Language::for_path(path.as_path())?;
    if !is_code(language) {
        return None;
    }
    let name = path.relative_to(root).filter(|name| !name.is_empty())?;
    let is_test = is_test_path(&name);
    Some(Source { at: path.clone(), name, language, is_test })
}

/// Whether a language has definitions that other files use.
fn is_code(language: Language) -> bool {
    let data = ["json", "toml", "yaml", "markdown", "html", "css", "diff"];
    !data.contains(&language.id())
}

/// The files of the project.
pub(crate) fn sources(root: &AbsPath, disk: &Snapshot) -> Sources {
    let mut files = Vec::new();
    let mut layout = Layout::default();
    for path in &disk.files().paths {
        if let Some(one) = source(root, path) {
            files.push(one);
        } else if let Some(name) = path.relative_to(root).filter(|name| Layout::is_manifest(name))
            && let Ok(manifest) = disk.read_once(path)
        {
            layout.add_manifest(&name, &manifest);
        }
    }
    Sources { files, layout }
}

/// Folders and names by which people tell tests apart, whatever the language.
pub(crate) fn is_test_path(name: &str) -> bool {
    let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
    let in_folder = folders.split('/').any(|folder| {
        matches!(
            folder,
            "tests"
                | "test"
                | "benches"
                | "examples"
                | "fuzz"
                | "testdata"
                | "testsuite"
                | "__tests__"
        )
    });
    let stem = file.split('.').next().unwrap_or_default();
    in_folder
        || matches!(stem, "tests" | "test" | "testutil" | "conftest")
        || stem.ends_with("_test")
        || stem.starts_with("test_")
        || [".test.", ".spec."].iter().any(|mark| file.contains(mark))
}

/// What is known of a file that was read before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before {
    /// Of its text.
    pub(crate) hash: [u8; 16],
    /// What the file system said of it then, if that can be relied on.
    pub(crate) stamp: Option<Stamp>,
}

/// What reading a file brought.
pub(crate) enum Read {
    /// It is as it was.
    Same {
        stamp: Option<Stamp>,
    },
    New {
        hash: [u8; 16],
        stamp: Option<Stamp>,
        extracted: Box<Extracted>,
    },
    /// It has no text of use.
    Nothing,
}

/// Reads `files` on all processors and hands them to `take` one after the other, in their order,
/// between those that this thread reads itself. Those that are as `before` says, which has a place
/// for each of them, are left as they are.
pub(crate) fn read_all(
    disk: &Snapshot,
    files: &[Source],
    before: &[Option<Before>],
    mut take: impl FnMut(&Source, Read),
) {
    let next = AtomicUsize::new(0);
    let next_file = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let source = files.get(at)?;
        Some((at, read(disk, source, before.get(at).copied().flatten())))
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        let work = || {
            let (sender, next_file) = (sender.clone(), &next_file);
            scope.spawn(move || {
                let mut done = Vec::new();
                while let Some(one) = next_file() {
                    done.push(one);
                    if done.len() == AT_ONCE {
                        // The receiver is there as long as this thread.
                        drop(sender.send(std::mem::take(&mut done)));
                    }
                }
                drop(sender.send(done));
            })
        };
        let helpers: Vec<_> = (1..threads.min(files.len())).map(|_| work()).collect();
        drop(sender);
        let mut due = 0;
        let mut take_due = |early: &mut BTreeMap<usize, Read>| {
            while let Some(read) = early.remove(&due) {
                take(&files[due], read);
                due += 1;
            }
        };
        let mut early = BTreeMap::new();
        while let Some((at, read)) = next_file() {
            early.insert(at, read);
            early.extend(receiver.try_iter().flatten());
            take_due(&mut early);
        }
        for some in receiver {
            early.extend(some);
            take_due(&mut early);
        }
        // A file that brings a thread down is missing, with the few that were not handed over
        // yet; those behind them have waited.
        for (at, read) in early {
            take(&files[at], read);
        }
        for helper in helpers {
            drop(helper.join());
        }
    });
}

fn read(disk: &Snapshot, source: &Source, before: Option<Before>) -> Read {
    if let Some(stamp) = before.and_then(|before| before.stamp)
        && disk.stamp(&source.at) == Some(stamp)
    {
        return Read::Same { stamp: Some(stamp) };
    }
    let now = SystemClock::new().unix_millis();
    let Ok((text, stamp)) = disk.read_stamped(&source.at) else { return Read::Nothing };
    let stamp = stamp.tells(now).then_some(stamp);
    let hash = content_hash(text.as_bytes());
    if before.is_some_and(|before| before.hash == hash) {
        return Read::Same { stamp };
    }
    match extract_text(source, &text, None) {
        Some(extracted) => Read::New { hash, stamp, extracted: Box::new(extracted) },
        None => Read::Nothing,
    }
}

/// The facts of a text, of which `tree` is the tree, if there is one.
pub(crate) fn extract_text(
    source: &Source,
    text: &str,
    tree: Option<&SyntaxTree>,
) -> Option<Extracted> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let declared = match tree {
        Some(tree) => Declared::of(text, tree, 0..text.len())?,
        None => Declared::of(text, &SyntaxTree::of_str(source.language, text)?, 0..text.len())?,
    };
    let mut all = extract::extract(text, &declared, source.is_test);
    if text.len() < LONG {
        all.facts.stretches = Box::default();
    }
    Some(all)
}

/// The same where `old` is of an earlier text, with what of `text` they are of. `None` if all must
/// be read.
pub(crate) fn extract_change(
    source: &Source,
    text: &str,
    tree: Option<&SyntaxTree>,
    old: &FileFacts,
) -> Option<(Gap, Extracted)> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let gap = splice::gap(old, text)?;
    let range = gap.range.clone();
    let extracted = match tree {
        Some(tree) if tree.is_sound_outside(range.clone()) => {
            extract::extract(text, &Declared::of(text, tree, range)?, source.is_test)
        }
        Some(_) => return None,
        None => {
            let tree = SyntaxTree::of_part(source.language, text, range.clone())?;
            let declared = Declared::of(text, &tree, range)?;
            let part = extract::extract(text, &declared, source.is_test);
            // What does not follow its language may be understood by what is around it.
            part.facts.stretches.iter().all(|one| one.hash != 0).then_some(part)?
        }
    };
    // A comment or string that was opened may reach over what it leaves as it was.
    (extracted.words_around == gap.words_around(old)).then_some((gap, extracted))
}
