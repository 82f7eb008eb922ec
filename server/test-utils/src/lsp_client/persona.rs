//! Who the client says it is, and how that editor treats edits.

use std::path::Path;

use serde_json::{Value, json};

use super::uri;

/// Whose habits the client has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editor {
    /// Leaves out stale edits, goes on with the rest, and says `applied: true`.
    Neovim,
    /// Stops at the first stale edit and says which one it was.
    Helix,
    /// Looks for stale edits first and then applies nothing.
    VsCode,
}

/// An editor and what it says about itself.
#[derive(Debug, Clone)]
pub struct Persona {
    /// Its habits.
    pub editor: Editor,
    /// The parameters of its `initialize`.
    pub params: Value,
    /// What it answers when it is asked for settings, by section.
    pub settings: Value,
    /// Whether it agrees to watch files when it is asked to.
    pub watches: bool,
    /// Whether it keeps from the server which files it opens for an edit.
    pub keeps_loads: bool,
}

impl Persona {
    /// An editor with these parameters of `initialize`.
    #[must_use]
    pub fn new(editor: Editor, params: Value) -> Persona {
        Persona { editor, params, settings: Value::Null, watches: true, keeps_loads: false }
    }

    /// The same editor in the project at `root`.
    #[must_use]
    pub fn at(mut self, root: &Path) -> Persona {
        self.params["rootUri"] = json!(uri(root));
        self.params["workspaceFolders"] = json!([{"uri": uri(root), "name": "project"}]);
        self
    }

    /// The same editor, which says that it is the process `id`.
    #[must_use]
    pub fn process(mut self, id: u32) -> Persona {
        self.params["processId"] = json!(id);
        self
    }

    /// The same editor, whose user has these settings, each section under its name.
    #[must_use]
    pub fn settings(mut self, settings: Value) -> Persona {
        self.settings = settings;
        self
    }

    /// The same editor with another value at a place in its parameters, such as
    /// `/capabilities/workspace/applyEdit`; the object that holds it must be there.
    ///
    /// # Panics
    /// If it is not.
    #[must_use]
    pub fn with(mut self, pointer: &str, value: Value) -> Persona {
        let (object, member) = pointer.rsplit_once('/').expect("a pointer has slashes");
        self.params.pointer_mut(object).expect("the object is there")[member] = value;
        self
    }
}
