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
