//! How an index learns of what changes on disk: it is told, or it looks.

#![expect(clippy::disallowed_methods, reason = "a test lays out files and looks at them")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use stdx::AbsPath;
use workspace::{Documents, Snapshot};

use crate::Index;

struct Test {
    root: PathBuf,
    index: Index,
}

impl Test {
    fn new(files: &[(&str, &str)]) -> Test {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().canonicalize().unwrap();
        let root = root.join(format!("ostler-looking-{}-{count}", std::process::id()));
        let test = Test { index: Index::new(AbsPath::new(&root).unwrap()), root };
        files.iter().for_each(|(name, text)| test.write(name, text));
        test
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> AbsPath {
        AbsPath::new(self.root.join(name)).unwrap()
    }

    fn check(&self, expected: &str) {
        self.check_at(&Snapshot::of_disk(self.path("")), expected);
    }

    /// Compares what is known to be defined, by file and name.
    fn check_at(&self, snapshot: &Snapshot, expected: &str) {
        let known = self.index.world(snapshot).known;
        let names = known.names.read().unwrap();
        let defined = |file: &crate::graph::File| {
            let names: Vec<&str> = file.facts.defs.iter().map(|def| names.text(def.name)).collect();
            format!("{}: {}", file.name, names.join(" "))
        };
        let mut files: Vec<String> = known.view.files().map(|(_, file)| defined(file)).collect();
        files.sort();
        assert_eq!(files.join(", "), expected);
    }
}

impl Drop for Test {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

#[test]
fn where_nobody_watches_each_task_looks() {
    let test = Test::new(&[("a.rs", "struct A;"), ("b.rs", "struct B;")]);
    test.check("a.rs: A, b.rs: B");
    test.write("a.rs", "struct X;");
    test.write("c/d.rs", "struct D;");
    std::fs::remove_file(test.path("b.rs").as_path()).unwrap();
    test.check("a.rs: A, b.rs: B");
    test.index.task_begins();
    test.check("a.rs: X, c/d.rs: D");
    // The same text is put back, and many files come at once.
    test.write("a.rs", "struct A;");
    (0..70).for_each(|at| test.write(&format!("many/{at:02}.rs"), "struct M;"));
    test.index.task_begins();
    let many: Vec<String> = (0..70).map(|at| format!("many/{at:02}.rs: M")).collect();
    test.check(&format!("a.rs: A, c/d.rs: D, {}", many.join(", ")));
}

#[test]
fn where_somebody_watches_only_what_is_told_is_read() {
    let test = Test::new(&[("a.rs", "struct A;"), ("b.rs", "struct B;")]);
    test.check("a.rs: A, b.rs: B");
    test.write("a.rs", "struct X;");
    // What went before is looked for once.
    test.index.set_watched(true);
    test.check("a.rs: X, b.rs: B");
    test.write("a.rs", "struct Y;");
    test.write("b.rs", "struct Z;");
    test.index.task_begins();
    test.check("a.rs: X, b.rs: B");
    test.index.invalidate(&test.path("b.rs"));
    test.check("a.rs: X, b.rs: Z");
    test.index.set_watched(false);
    test.index.task_begins();
    test.check("a.rs: Y, b.rs: Z");
}

#[test]
fn a_folder_that_comes_or_goes_is_all_that_lies_in_it() {
    let test = Test::new(&[("a.rs", "struct A;"), ("b/c.rs", "struct C;")]);
    test.index.set_watched(true);
    test.check("a.rs: A, b/c.rs: C");
    std::fs::rename(test.root.join("b"), test.root.join("d")).unwrap();
    test.index.invalidate(&test.path("b"));
    test.index.invalidate(&test.path("d"));
    test.check("a.rs: A, d/c.rs: C");
    // Whoever watches tells of what is ignored as well.
    test.write("d/e.rs", "struct E;");
    test.write(".gitignore", "d\n");
    test.index.invalidate(&test.path("d/e.rs"));
    test.check("a.rs: A, d/c.rs: C");
    test.index.invalidate(&test.path(".gitignore"));
    test.check("a.rs: A");
}

#[test]
fn unsaved_text_counts_however_the_disk_is_looked_at() {
    let test = Test::new(&[("a.rs", "struct A;"), ("b.rs", "struct B;")]);
    let mut documents = Documents::default();
    documents.open(test.path("a.rs"), 1, "struct Unsaved;");
    let open = documents.snapshot(test.path(""));
    test.check_at(&open, "a.rs: Unsaved, b.rs: B");
    test.write("a.rs", "struct Saved;");
    test.write("b.rs", "struct C;");
    test.index.task_begins();
    test.check_at(&open, "a.rs: Unsaved, b.rs: C");
    test.index.invalidate(&test.path("a.rs"));
    test.check_at(&open, "a.rs: Unsaved, b.rs: C");
    // Closed: the disk counts again, whoever was told of it.
    test.check("a.rs: Saved, b.rs: C");
}
