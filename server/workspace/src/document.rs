//! Open documents and the one place that changes them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use stdx::AbsPath;
use syntax::{Language, SyntaxTree};
use text::Text;

use crate::Snapshot;

/// An open buffer, exactly as the client holds it, with its version.
pub struct Document {
    /// Where it lies, or would lie once it is saved.
    pub path: AbsPath,
    /// The number that the client gave to this state.
    pub version: i32,
    /// The characters, unsaved changes included.
    pub text: Text,
    /// Its language, if there is a grammar for it.
    pub language: Option<Language>,
    /// The tree of an earlier state that was told of every edit since.
    earlier: Option<SyntaxTree>,
    tree: OnceLock<Option<SyntaxTree>>,
}

impl Document {
    fn new(path: AbsPath, version: i32, text: Text) -> Document {
        let language = Language::for_path(path.as_path());
        Document { path, version, text, language, earlier: None, tree: OnceLock::new() }
    }

    /// The syntax tree, parsed when it is first asked for and only where the text changed.
    /// `None` without a grammar.
    #[must_use]
    pub fn tree(&self) -> Option<&SyntaxTree> {
        self.tree
            .get_or_init(|| SyntaxTree::parse(self.language?, &self.text, self.earlier.as_ref()))
            .as_ref()
    }

    /// The next state: each of `changes` replaces a byte range of the text that the one before
    /// it left. Parses nothing.
    fn changed(&self, version: i32, changes: Vec<Change>) -> Document {
        let mut text = self.text.clone();
        let mut earlier = match self.tree.get() {
            Some(Some(tree)) => Some(tree.clone()),
            _ => self.earlier.clone(),
        };
        for change in changes {
            match change.range {
                Some(range) => {
                    let range = range(&text);
                    earlier = earlier.map(|tree| tree.edited(&text, range.clone(), &change.text));
                    text.replace(range, &change.text);
                }
                None => {
                    text = Text::new(&change.text);
                    earlier = None;
                }
            }
        }
        let Document { path, language, .. } = self;
        Document {
            path: path.clone(),
            version,
            text,
            language: *language,
            earlier,
            tree: OnceLock::new(),
        }
    }
}

/// How a change finds its bytes: in the text that the changes before it left.
pub type Locate = Box<dyn FnOnce(&Text) -> Range<usize> + Send>;

/// One content change. Without a range the whole text is replaced.
pub struct Change {
    /// The replaced bytes.
    pub range: Option<Locate>,
    /// What stands there afterwards.
    pub text: String,
}

/// The open documents: the only mutable state about the project. One owner applies the client's
/// notifications to it in the order in which they came; everybody else gets a [`Snapshot`].
#[derive(Default)]
pub struct Documents {
    open: Arc<BTreeMap<AbsPath, Arc<Document>>>,
}

impl Documents {
    /// A document was opened; one that was open already is replaced.
    pub fn open(&mut self, path: AbsPath, version: i32, text: &str) {
        let document = Document::new(path.clone(), version, Text::new(text));
        Arc::make_mut(&mut self.open).insert(path, Arc::new(document));
    }

    /// A document changed. `false` if it is not open; then nothing happens.
    pub fn change(&mut self, path: &AbsPath, version: i32, changes: Vec<Change>) -> bool {
        let Some(document) = self.open.get(path) else { return false };
        let next = document.changed(version, changes);
        Arc::make_mut(&mut self.open).insert(path.clone(), Arc::new(next));
        true
    }

    /// A document was closed: what is on disk counts again.
    pub fn close(&mut self, path: &AbsPath) {
        Arc::make_mut(&mut self.open).remove(path);
    }

    /// Everything as it is now, beneath `root`. Costs some nanoseconds.
    #[must_use]
    pub fn snapshot(&self, root: AbsPath) -> Snapshot {
        Snapshot::new(root, Arc::clone(&self.open))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use text::{Position, PositionEncoding, PositionRange};

    use super::*;

    fn path(name: &str) -> AbsPath {
        AbsPath::new("/project").unwrap().join(name)
    }

    fn whole(text: &str) -> Change {
        Change { range: None, text: text.into() }
    }

    /// A change as a client sends it.
    fn at(start: (u32, u32), end: (u32, u32), text: &str) -> Change {
        let range = PositionRange {
            start: Position::new(start.0, start.1),
            end: Position::new(end.0, end.1),
        };
        let locate = move |text: &Text| text.byte_range(range, PositionEncoding::Utf16);
        Change { range: Some(Box::new(locate)), text: text.into() }
    }

    fn text(documents: &Documents, path: &AbsPath) -> (i32, String) {
        let snapshot = documents.snapshot(AbsPath::new("/project").unwrap());
        let document = snapshot.document(path).unwrap();
        (document.version, document.text.to_string())
    }

    #[test]
    fn changes_of_one_notification_apply_in_order() {
        let mut documents = Documents::default();
        let path = path("a.rs");
        documents.open(path.clone(), 1, "one\ntwo\n");
        let before = documents.snapshot(AbsPath::new("/project").unwrap());
        // The second position means the text that the first change left.
        let changes =
            vec![at((0, 0), (0, 0), "𝕏\n"), at((1, 0), (1, 3), "1"), at((0, 1), (0, 9), "")];
        assert!(documents.change(&path, 2, changes));
        assert_eq!(text(&documents, &path), (2, "\n1\ntwo\n".to_owned()));
        assert_eq!(before.document(&path).unwrap().text.to_string(), "one\ntwo\n");
        assert!(documents.change(&path, 3, vec![whole("new"), at((0, 3), (7, 0), "!")]));
        assert_eq!(text(&documents, &path), (3, "new!".to_owned()));
    }

    #[test]
    fn what_is_not_open_does_not_change() {
        let mut documents = Documents::default();
        let path = path("a.rs");
        assert!(!documents.change(&path, 1, vec![whole("x")]));
        documents.open(path.clone(), 1, "a");
        documents.close(&path);
        assert!(!documents.change(&path, 2, vec![whole("x")]));
        let snapshot = documents.snapshot(AbsPath::new("/project").unwrap());
        assert!(snapshot.document(&path).is_none());
    }

    #[test]
    fn a_tree_is_there_where_there_is_a_grammar() {
        let mut documents = Documents::default();
        documents.open(path("a.rs"), 1, "fn a() {}");
        documents.open(path("a.txt"), 1, "fn a() {}");
        let snapshot = documents.snapshot(AbsPath::new("/project").unwrap());
        let has_tree = |name| snapshot.document(&path(name)).unwrap().tree().is_some();
        assert!(has_tree("a.rs") && !has_tree("a.txt"));
    }

    #[test]
    fn a_text_that_was_replaced_whole_is_parsed_anew() {
        let mut documents = Documents::default();
        let path = path("a.rs");
        let names = |documents: &Documents| -> Vec<String> {
            let snapshot = documents.snapshot(AbsPath::new("/project").unwrap());
            let document = snapshot.document(&path).unwrap();
            let outline = document.tree().unwrap().outline(&document.text);
            outline.into_iter().map(|symbol| symbol.name).collect()
        };
        documents.open(path.clone(), 1, "fn a() {}\nfn b() {}\n");
        assert_eq!(names(&documents), ["a", "b"]);
        documents.change(&path, 2, vec![whole("struct Longer;\nenum C { D }\n")]);
        assert_eq!(names(&documents), ["Longer", "C", "D"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whether and when somebody asks for the tree makes no difference to it.
        #[test]
        fn trees_follow_the_text(
            steps in prop::collection::vec(
                ((0..9_u32, 0..30_u32), prop::sample::select(vec![
                    "", "fn f() {}\n", " ", "\r\n", "// é\n", "struct S { x: u8 }\n", "/*", "*/",
                ]), any::<bool>(), any::<bool>()),
                1..10,
            ),
        ) {
            let mut documents = Documents::default();
            let path = path("a.rs");
            documents.open(path.clone(), 0, "mod a {\n    fn b() {\n        c();\n    }\n}\n\nuse d;\n");
            for (version, (start, with, asks, replaces)) in (1..).zip(steps) {
                let end = if replaces { (start.0, start.1 + 5) } else { start };
                documents.change(&path, version, vec![at(start, end, with), at(start, start, "")]);
                let snapshot = documents.snapshot(AbsPath::new("/project").unwrap());
                let document = snapshot.document(&path).unwrap();
                if !asks {
                    continue;
                }
                let fresh = SyntaxTree::parse(Language::Rust, &document.text, None).unwrap();
                if fresh.errors(&document.text).is_empty() {
                    let tree = document.tree().unwrap();
                    prop_assert!(tree.errors(&document.text).is_empty());
                    prop_assert_eq!(tree.outline(&document.text), fresh.outline(&document.text));
                }
            }
        }
    }
}
