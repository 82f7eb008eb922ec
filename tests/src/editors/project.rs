//! A Cargo project in a folder of its own, and what the compiler says of it.
#![expect(clippy::disallowed_methods, reason = "a test lays out files and runs the compiler")]
#![expect(clippy::unwrap_used, reason = "what cannot be laid out fails the test")]

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

/// An error that has characters of two, three and four bytes before it on its line, so that all
/// ways of counting give different columns.
pub(super) const BROKEN: &str = "\
/// Grows.
pub fn wächst() -> String {
    /* é„𝄞 */ let größe = 3; größe = größe + 1; format!(\"é {größe}\")
}
";
/// The same without the error.
pub(super) const MENDED: &str = "\
/// Grows.
pub fn wächst() -> String {
    /* é„𝄞 */ let mut größe = 3; größe = größe + 1; format!(\"é {größe}\")
}
";

/// The project; its folder is removed in the end.
pub(super) struct Project {
    /// The name of the package and of the folder; no other process on this machine bears it.
    pub(super) name: String,
    /// Holds the project, and beside it what else a test needs.
    home: PathBuf,
}

impl Project {
    /// A library with this text.
    pub(super) fn new(text: &str) -> Project {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("in-editor-{}-{count}", std::process::id());
        let home = std::env::temp_dir().join(format!("ostler-{name}"));
        let project = Project { name, home };
        std::fs::create_dir_all(project.root().join("src")).unwrap();
        project.put(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
                project.name
            ),
        );
        project.put("src/lib.rs", text);
        project
    }

    /// Its folder.
    pub(super) fn root(&self) -> PathBuf {
        self.home.join(&self.name)
    }

    /// A path outside of the project that goes when the project goes.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// Writes a file of the project.
    pub(super) fn put(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes a shell script of the project that can be started, and returns its path.
    pub(super) fn put_program(&self, path: &str, script: &str) -> PathBuf {
        self.put(path, &format!("#!/bin/sh\n{script}\n"));
        let path = self.root().join(path);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// From now on every check waits for a build script that waits for ever.
    pub(super) fn build_for_ever(&self) {
        self.put("build.rs", "fn main() {\n    loop {\n        std::thread::park();\n    }\n}\n");
    }

    /// A Lua expression that is true while a build script of this project runs.
    pub(super) fn is_building(&self) -> String {
        format!(
            "vim.iter(vim.fn.glob('/proc/[0-9]*/cmdline', true, true)):any(function(path)
               local file = io.open(path)
               local line = file and file:read('*a') or ''
               if file then file:close() end
               return line:find('{}', 1, true) and line:find('build-script-build', 1, true)
             end)",
            self.name
        )
    }

    /// A Lua expression that is true when the library on the disk has this text.
    pub(super) fn has_saved(&self, text: &str) -> String {
        let path = self.library();
        format!(
            "vim.fn.readblob('{}') == vim.json.decode([==[{}]==])",
            path.display(),
            Value::from(text)
        )
    }

    /// Where the library's text is.
    pub(super) fn library(&self) -> PathBuf {
        self.root().join("src/lib.rs")
    }

    /// The library's text on the disk.
    pub(super) fn saved(&self) -> String {
        std::fs::read_to_string(self.library()).unwrap()
    }

    /// What `cargo check` says, as JSON messages.
    pub(super) fn check(&self) -> Output {
        Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--offline", "--message-format=json"])
            .current_dir(self.root())
            .output()
            .unwrap()
    }

    /// The compiler's first error in the library, as a language server that counts in UTF-16
    /// would report it.
    pub(super) fn first_error(&self) -> Value {
        let output = self.check().stdout;
        let messages = String::from_utf8(output).unwrap();
        let message = messages
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|mut line| line["message"].take())
            .find(|message| message["level"] == "error" && !message["code"].is_null())
            .unwrap();
        let spans = message["spans"].as_array().unwrap();
        let span = spans.iter().find(|span| span["is_primary"] == true).unwrap();
        let text = self.saved();
        let position = |byte: &str| {
            let before = &text[..usize::try_from(span[byte].as_u64().unwrap()).unwrap()];
            let in_line = before.rsplit('\n').next().unwrap();
            json!({
                "line": before.matches('\n').count(),
                "character": in_line.encode_utf16().count(),
            })
        };
        json!({
            "range": {"start": position("byte_start"), "end": position("byte_end")},
            "severity": 1,
            "source": "rustc",
            "code": message["code"]["code"],
            "message": message["message"],
        })
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // A test that failed has more to say than this.
        let _ = std::fs::remove_dir_all(&self.home);
    }
}
