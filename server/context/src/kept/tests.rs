//! What is kept, on projects in a temporary folder.

#![expect(clippy::disallowed_methods, reason = "a test lays out files and looks at them")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use stdx::{Clock, SystemClock};
use workspace::Snapshot;

use super::*;
use crate::{ContextQuery, Index, Intent, TokenBudget, gather};

/// A folder with a project of many small files and a place for what is kept, which goes in the
/// end.
struct Test {
    folder: PathBuf,
}

const FILES: u32 = 50;

impl Test {
    fn new() -> Test {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().canonicalize().unwrap();
        let folder = folder.join(format!("ostler-kept-{}-{count}", std::process::id()));
        let test = Test { folder };
        for at in 0..FILES {
            test.write(at, &format!("pub struct Thing{at} {{ pub size: u32 }}\n"));
        }
        test
    }

    fn write(&self, at: u32, text: &str) {
        let path = self.folder.join(format!("project/src/file{at}.rs"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }

    fn root(&self) -> AbsPath {
        AbsPath::new(self.folder.join("project")).unwrap()
    }

    fn cache(&self) -> CacheDir {
        CacheDir::open(self.folder.join("cache")).unwrap()
    }

    fn shelf(&self) -> Shelf {
        Shelf::new(&self.cache(), &self.root()).unwrap()
    }

    fn index(&self) -> Index {
        Index::kept_in(self.root(), &self.cache())
    }

    /// Everything that an index says about a file that uses many others.
    fn says(&self, index: &Index) -> String {
        let names: Vec<String> = (1..FILES).map(|at| format!("Thing{at}")).collect();
        let user = format!("fn all({}) {{}}\n", names.join(": u8, "));
        self.write(0, &user);
        let path = self.root().join("src/file0.rs");
        index.invalidate(&path);
        let world = index.world(&Snapshot::of_disk(self.root()));
        let query = ContextQuery {
            place: Some((path, 0..0)),
            intent: Intent::Implement,
            sees_open_file: true,
            ..ContextQuery::default()
        };
        let fragments = gather(&world, &query, TokenBudget::of_tokens(4000));
        fragments.iter().map(|one| format!("{}: {}\n", one.file, one.text)).collect()
    }

    fn kept_bytes(&self) -> Vec<u8> {
        std::fs::read(self.cache().path().join(&self.shelf().name)).unwrap()
    }

    fn put(&self, bytes: &[u8]) {
        std::fs::write(self.cache().path().join(&self.shelf().name), bytes).unwrap();
    }
}

impl Drop for Test {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn world(test: &Test, index: &Index) {
    drop(index.world(&Snapshot::of_disk(test.root())));
}

#[test]
fn what_was_kept_says_the_same_and_what_changed_meanwhile_counts() {
    let test = Test::new();
    let first = test.index();
    world(&test, &first);
    let kept = test.shelf().load().unwrap();
    assert_eq!(kept.files.len(), FILES as usize);
    let expected = test.says(&first);
    assert!(expected.contains("file7.rs: pub struct Thing7 "), "{expected}");
    let second = test.index();
    world(&test, &second);
    assert_eq!(test.says(&second), expected);
    // Changed, new and gone while no server ran.
    test.write(7, "pub struct Other; pub struct Thing7 { pub wide: u64 }\n");
    test.write(FILES, "pub struct Thing8 { pub new: u32 }\n");
    std::fs::remove_file(test.root().join("src/file8.rs")).unwrap();
    let third = test.index();
    let says = test.says(&third);
    assert!(says.contains("pub struct Other; pub struct Thing7 { pub wide: u64 }"), "{says}");
    assert!(says.contains("file50.rs: pub struct Thing8 { pub new"), "{says}");
    assert!(!says.contains("file8.rs"), "{says}");
}

#[test]
fn a_file_that_is_as_it_was_is_not_read_again() {
    let test = Test::new();
    let old = SystemClock::new().unix_millis() - 60_000;
    let settle = |at: u32| {
        let path = test.root().join(format!("src/file{at}.rs"));
        let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_millis(old)).unwrap();
    };
    (0..FILES).for_each(settle);
    let index = test.index();
    world(&test, &index);
    // Its entry was changed a moment ago, so its stamp says nothing yet, whatever time was set.
    let kept = test.shelf().load().unwrap();
    assert!(kept.files.iter().all(|file| file.stamp.is_none()));
    // Facts that no text has show that the text was not looked at.
    let later = |file: &KeptFile| {
        let path = test.root().join(&*file.name);
        Snapshot::of_disk(test.root()).stamp(&path)
    };
    let mut state = crate::state::State::default();
    state.build(&test.root(), None);
    let mut to_keep = state.to_keep();
    for (file, stamp) in &mut to_keep.files {
        let kept = kept.files.iter().find(|kept| kept.name == file.name).unwrap();
        *stamp = later(kept);
        let defs = file.facts.defs.iter().map(|def| crate::facts::Def { line: 77, ..*def });
        let facts = FileFacts { defs: defs.collect(), ..file.facts.clone() };
        let (name, at) = (file.name.clone(), file.at.clone());
        *file = Arc::new(File { name, at, facts, ..**file });
    }
    let files: Vec<_> = to_keep.files.iter().map(|(file, stamp)| (file, *stamp)).collect();
    test.shelf().save(&to_keep.names.read().unwrap(), &files).unwrap();
    test.write(3, "pub struct Thing3 { pub size: u64 }\n");
    let index = test.index();
    let built = index.world(&Snapshot::of_disk(test.root()));
    for (_, file) in built.known.view.files() {
        let expected = if &*file.name == "src/file3.rs" { 1 } else { 77 };
        assert_eq!(file.facts.defs[0].line, expected, "{}", file.name);
    }
}

#[test]
fn a_damaged_file_is_as_good_as_none_wherever_the_damage_is() {
    let test = Test::new();
    let index = test.index();
    world(&test, &index);
    let expected = test.says(&index);
    let good = test.kept_bytes();
    let check = |bytes: &[u8], missing: Missing| {
        test.put(bytes);
        assert_eq!(test.shelf().load().err(), Some(missing));
    };
    // Each byte of the head, and one of each stretch of the rest.
    let step = good.len() / 97;
    for at in (0..40).chain((40..good.len()).step_by(step)).chain([good.len() - 1]) {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        let in_version = (8..12).contains(&at);
        check(&bytes, if in_version { Missing::OtherVersion } else { Missing::Damaged });
    }
    for len in [0, 1, 7, 8, 11, 12, 27, 28, 29, good.len() / 2, good.len() - 1] {
        check(&good[..len], Missing::Damaged);
    }
    check(&[&good[..], &[0]].concat(), Missing::Damaged);
    // An index that finds it so reads the files, and keeps them again.
    test.put(&good[..good.len() / 2]);
    let again = test.index();
    assert_eq!(test.says(&again), expected);
    assert!(test.shelf().load().is_ok());
}

#[test]
fn bytes_that_are_whole_but_lie_bring_nothing_down() {
    let test = Test::new();
    world(&test, &test.index());
    let good = test.kept_bytes();
    let head = MARK.len() + 4 + 16;
    let mut state = 7_u64;
    for _ in 0..150 {
        let mut bytes = good.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = head + (state >> 33) as usize % (bytes.len() - head);
            bytes[at] = (state >> 24) as u8;
        }
        let hash = content_hash(&bytes[head..]);
        bytes[12..28].copy_from_slice(&hash);
        test.put(&bytes);
        // Whatever it says, the server lives, and so does the next one.
        let index = test.index();
        let says = test.says(&index);
        assert!(says.len() < 100_000);
    }
}

#[test]
fn two_servers_that_write_at_once_leave_a_whole_file() {
    let test = Test::new();
    let mut state = crate::state::State::default();
    state.build(&test.root(), None);
    let all = state.to_keep();
    let (shelf, names) = (test.shelf(), all.names.read().unwrap());
    let write = |count: usize| {
        let files = all.files.iter().take(count).map(|(file, stamp)| (file, *stamp));
        let files: Vec<_> = files.collect();
        for _ in 0..100 {
            shelf.save(&names, &files).unwrap();
        }
    };
    shelf.save(&names, &[]).unwrap();
    std::thread::scope(|scope| {
        for count in [10, 50] {
            scope.spawn(move || write(count));
        }
        for _ in 0..200 {
            let kept = shelf.load().unwrap_or_else(|missing| panic!("{missing:?}"));
            assert!([0, 10, 50].contains(&kept.files.len()));
        }
    });
    let left: Vec<_> = std::fs::read_dir(shelf.folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "no unfinished file stays behind");
}

#[test]
fn a_project_cannot_bring_its_own() {
    let test = Test::new();
    let inside = CacheDir::open(test.root().join("cache").as_path()).unwrap();
    assert!(Shelf::new(&inside, &test.root()).is_none());
    // What was kept of one project is nothing to another, even in its place.
    world(&test, &test.index());
    let other = Test::new();
    world(&other, &other.index());
    other.put(&test.kept_bytes());
    assert_eq!(other.shelf().load().err(), Some(Missing::Damaged));
}

#[test]
fn a_folder_that_cannot_be_written_costs_nothing_but_time() {
    let test = Test::new();
    let index = test.index();
    std::fs::remove_dir_all(test.cache().path()).unwrap();
    assert!(test.says(&index).contains("Thing7"));
}

/// If this fails, what is read off a text has changed: raise [`VERSION`], so that nothing is taken
/// from a server that read it otherwise, and put the new number here.
#[test]
fn the_version_says_how_texts_are_read() {
    let long = "fn a() {\n    b();\n}\n".repeat(400);
    let texts = [
        ("long.rs", &*long),
        ("a.rs", "use b::C;\n/// Does.\npub fn f(c: &C) -> D { let x = c.g(); x.h::<E>() }\n"),
        (
            "a.py",
            "from b import C\nclass D(C):\n    def f(self, c: C) -> int:\n        return c.g()\n",
        ),
        ("a.ts", "import { C } from './b';\nexport class D { f(c: C): E { return c.g(); } }\n"),
        (
            "a.go",
            "package a\nimport \"b\"\ntype D struct { c b.C }\nfunc (d D) F() int { return d.c.G() }\n",
        ),
    ];
    let root = AbsPath::new("/project").unwrap();
    let mut writer = Writer::default();
    for (name, text) in texts {
        let source = crate::build::source(&root, &root.join(name)).unwrap();
        let extracted = crate::build::extract_text(&source, text, None).unwrap();
        extracted.names.all().for_each(|name| writer.text(name.as_bytes()));
        let numbers: Vec<NameId> = (0..1000).collect();
        facts::write(&mut writer, &extracted.facts, &Numbers(&numbers));
    }
    let hash = content_hash(&writer.bytes);
    let print = u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]);
    assert_eq!((VERSION, print), (2, 290_345_407));
}

#[test]
fn names_have_the_same_numbers_whichever_file_was_read_first() {
    let test = Test::new();
    // They take long enough for several threads to be at work, each with files of its own.
    let long: String = (0..300).map(|at| format!("pub fn f{at}() {{ g({at}) }}\n")).collect();
    for at in 0..FILES {
        test.write(at, &format!("pub struct Thing{at};\n{long}"));
    }
    let world = test.index().world(&Snapshot::of_disk(test.root()));
    let names = world.known.names.read().unwrap();
    let mut files: Vec<u32> = (0..FILES).collect();
    files.sort_by_key(|at| format!("file{at}.rs"));
    let numbers = files.iter().map(|at| names.get(&format!("Thing{at}")).unwrap());
    assert!(numbers.is_sorted());
}
