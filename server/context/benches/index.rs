//! The index of this project's own sources: from nothing, beside a bare parse of the same files
//! on as many threads; after a keystroke; and a selection from it.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot read its sources is no benchmark")]

use std::sync::atomic::{AtomicUsize, Ordering};

use context::{ContextQuery, Index, Intent, TokenBudget};
use divan::Bencher;
use stdx::AbsPath;
use syntax::{Language, SyntaxTree};
use workspace::{Documents, Snapshot};

fn main() {
    divan::main();
}

fn root() -> AbsPath {
    AbsPath::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).unwrap()
}

/// The source that is edited and asked about, and a line within it.
fn open_file() -> (AbsPath, usize) {
    (root().join("context/src/rows.rs"), 150)
}

#[divan::bench(sample_count = 10)]
fn from_nothing(bencher: Bencher<'_, '_>) {
    bencher.bench(|| Index::new(root()).world(&Snapshot::of_disk(root())));
}

#[divan::bench(sample_count = 10)]
fn bare_parse_of_the_same_files(bencher: Bencher<'_, '_>) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    bencher.bench(|| {
        let disk = Snapshot::of_disk(root());
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

#[divan::bench(sample_count = 100)]
fn keystroke(bencher: Bencher<'_, '_>) {
    let (path, _) = open_file();
    let text = Snapshot::of_disk(root()).read_once(&path).unwrap();
    let index = Index::new(root());
    let mut documents = Documents::default();
    drop(index.world(&documents.snapshot(root())));
    let mut version = 0;
    bencher.bench_local(|| {
        version += 1;
        documents.open(path.clone(), version, &format!("{text}\nfn typed_{version}() {{}}\n"));
        index.world(&documents.snapshot(root()))
    });
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
