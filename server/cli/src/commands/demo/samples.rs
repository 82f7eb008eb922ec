//! The broken crates of the demo, which travel inside of the program.

use anyhow::{Context, Result};
use stdx::AbsPath;

/// A crate that its checker refuses.
pub(crate) struct Sample {
    /// The name of the crate and of its folder.
    pub(crate) name: &'static str,
    /// What is wrong with it, in half a sentence.
    pub(crate) about: &'static str,
    /// Paths beneath the crate's root, with `/`, and the bytes of the files.
    files: &'static [(&'static str, &'static str)],
}

impl Sample {
    /// Writes the crate into the new folder `root`.
    ///
    /// # Errors
    /// If something stands there already, or the disk refuses.
    #[expect(clippy::disallowed_methods, reason = "the demo's own folder, which it made")]
    pub(crate) fn lay_out(&self, root: &AbsPath) -> Result<()> {
        std::fs::create_dir(root).with_context(|| format!("cannot make {root}"))?;
        for (path, bytes) in self.files {
            let path = root.join(path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(&folder)
                    .with_context(|| format!("cannot make {folder}"))?;
            }
            std::fs::write(&path, bytes).with_context(|| format!("cannot write {path}"))?;
        }
        Ok(())
    }
}

/// One file of a sample: where it lies in its crate, and what it holds.
macro_rules! file {
    ($name:literal, $path:literal) => {
        ($path, include_str!(concat!("../../../demo/", $name, "/", $path)))
    };
}

/// In the order in which the demo shows them.
pub(crate) const SAMPLES: &[Sample] = &[
    Sample {
        name: "missing-mut",
        about: "a `mut` is missing, and rustc is sure where",
        files: &[file!("missing-mut", "Cargo.toml"), file!("missing-mut", "src/lib.rs")],
    },
    Sample {
        name: "ambiguous-import",
        about: "an import is missing, rustc knows several, and one of them compiles",
        files: &[
            file!("ambiguous-import", "Cargo.toml"),
            file!("ambiguous-import", "src/main.rs"),
            file!("ambiguous-import", "src/tally.rs"),
        ],
    },
    Sample {
        name: "renamed-function",
        about: "a function was renamed in one file and is called by its old name in another",
        files: &[
            file!("renamed-function", "Cargo.toml"),
            file!("renamed-function", "src/lib.rs"),
            file!("renamed-function", "src/forecast.rs"),
            file!("renamed-function", "src/units.rs"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_every_sample_is_listed() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
        let mut on_disk = Vec::new();
        let mut folders = vec![folder.clone()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => on_disk.push(path.strip_prefix(&folder).unwrap().to_owned()),
                }
            }
        }
        on_disk.sort();
        let mut listed: Vec<_> = SAMPLES
            .iter()
            .flat_map(|sample| {
                let root = std::path::Path::new(sample.name);
                sample.files.iter().map(|(path, _)| root.join(path))
            })
            .collect();
        listed.sort();
        assert_eq!(listed, on_disk);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test's own folder")]
    fn a_sample_is_never_laid_over_something() {
        let folder = std::env::temp_dir().join(format!("ostler-samples-{}", std::process::id()));
        let root = AbsPath::new(&folder).unwrap();
        let [first, ..] = SAMPLES else { panic!("there are samples") };
        first.lay_out(&root).unwrap();
        assert!(folder.join("src/lib.rs").is_file());
        assert!(first.lay_out(&root).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
