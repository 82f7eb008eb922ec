//! The index of this project's own sources: from nothing, beside a bare parse of the same files
//! on as many threads; from what was kept; after a keystroke; and a selection from it.

#![expect(clippy::disallowed_methods, reason = "a benchmark tidies up after itself")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot read its sources is no benchmark")]

use std::sync::atomic::{AtomicUsize, Ordering};

use context::{ContextQuery, Index, Intent, TokenBudget};
use divan::Bencher;
use stdx::AbsPath;
use stdx::cache::CacheDir;
use syntax::{Language, SyntaxTree};
use workspace::{Change, Documents, Locate, Snapshot};

fn main() {
    divan::main();
}

fn root() -> AbsPath {
    AbsPath::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).unwrap()
}

/// The sources that are read from nothing: these, or those that `OSTLER_BENCH_ROOT` names.
fn sources() -> AbsPath {
    std::env::var_os("OSTLER_BENCH_ROOT").map_or_else(root, |root| AbsPath::new(root).unwrap())
}

/// The source that is edited and asked about, and a line within it.
fn open_file() -> (AbsPath, usize) {
    (root().join("context/src/rows.rs"), 150)
}

#[divan::bench(sample_count = 10)]
fn from_nothing(bencher: Bencher<'_, '_>) {
    bencher.bench(|| Index::new(sources()).world(&Snapshot::of_disk(sources())));
}

/// Of those in Rust, which are nearly all here; in a project of other languages this says little.
#[divan::bench(sample_count = 10)]
fn bare_parse_of_the_same_files(bencher: Bencher<'_, '_>) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    bencher.bench(|| {
        let disk = Snapshot::of_disk(sources());
        let files = &disk.files().paths;
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let language = Language::for_path(path.as_path());
                        if let Some(language) = language.filter(|it| *it == Language::Rust)
                            && let Ok(text) = disk.read_once(path)
                        {
                            divan::black_box(SyntaxTree::of_str(language, &text));
                        }
                    }
                });
            }
        });
    });
}

/// All that was kept is as the disk has it.
#[divan::bench(sample_count = 20)]
fn from_what_was_kept(bencher: Bencher<'_, '_>) {
    let path = std::env::temp_dir().join(format!("ostler-index-bench-{}", std::process::id()));
    let folder = CacheDir::open(&path).unwrap();
    drop(Index::kept_in(root(), &folder).world(&Snapshot::of_disk(root())));
    bencher.bench(|| Index::kept_in(root(), &folder).world(&Snapshot::of_disk(root())));
    std::fs::remove_dir_all(path).unwrap();
}

/// Nobody watches, and nothing has changed.
#[divan::bench(sample_count = 20)]
fn another_look(bencher: Bencher<'_, '_>) {
    let index = Index::new(root());
    drop(index.world(&Snapshot::of_disk(root())));
    bencher.bench(|| {
        index.invalidate_all();
        index.world(&Snapshot::of_disk(root()))
    });
}

/// Real code of at least so many lines: some files of this project, again and again.
fn long_text(lines: usize) -> String {
    let files = [
        include_str!("../src/votes.rs"),
        include_str!("../src/state.rs"),
        include_str!("../src/graph.rs"),
        include_str!("../src/tests.rs"),
    ];
    let all = files.concat();
    all.repeat(lines.div_ceil(all.lines().count()))
}

/// What a letter in a file of so many lines costs the index; the tree is the editor's path and
/// counts there.
#[divan::bench(sample_count = 100, args = [1000, 2000, 7000])]
fn keystroke(bencher: Bencher<'_, '_>, lines: usize) {
    let (path, _) = open_file();
    let index = Index::new(root());
    let mut documents = Documents::default();
    documents.open(path.clone(), 0, &long_text(lines));
    drop(index.world(&documents.snapshot(root())));
    let mut version = 0;
    bencher
        .with_inputs(|| {
            version += 1;
            let line = (version as usize * 31) % lines;
            let place: Locate = Box::new(move |text| {
                let at = text.line_range(line).end;
                at..at
            });
            let change = Change { range: Some(place), text: " ".to_owned() };
            documents.change(&path, version, vec![change]);
            let snapshot = documents.snapshot(root());
            divan::black_box(snapshot.document(&path).unwrap().tree());
            snapshot
        })
        .bench_local_refs(|snapshot| index.world(snapshot));
}

#[divan::bench(sample_count = 100)]
fn selection(bencher: Bencher<'_, '_>) {
    let (path, line) = open_file();
    let world = Index::new(root()).world(&Snapshot::of_disk(root()));
    let start = world.snapshot.read(&path).unwrap().text.line_start(line);
    let query = ContextQuery {
        place: Some((path, start..start)),
        intent: Intent::Implement,
        sees_open_file: true,
        ..ContextQuery::default()
    };
    bencher.bench(|| context::gather(&world, &query, TokenBudget::of_tokens(2000)));
}
