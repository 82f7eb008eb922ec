//! The patients: published crates of varied style that build and test offline within seconds.
//!
//! A patient is laid out once in the cache: its published sources, its benches and the benches'
//! harness taken out (they need a nightly compiler or many dependencies), a lock file, and a
//! target folder warmed by one check and one run of the tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::cargo::{Slot, Tests};
use super::doors;

/// Which mutants a crate's belong to: those that one may look at while tuning, or those that
/// only measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    Tune,
    Measure,
}

impl Set {
    pub(crate) fn named(name: &str) -> Result<Self> {
        match name {
            "tune" => Ok(Set::Tune),
            "measure" => Ok(Set::Measure),
            _ => bail!("no such set: {name} (tune, measure)"),
        }
    }
}

/// A published crate at one version.
pub(crate) struct Patient {
    pub(crate) name: &'static str,
    version: &'static str,
    pub(crate) set: Set,
}

const fn tune(name: &'static str, version: &'static str) -> Patient {
    Patient { name, version, set: Set::Tune }
}

const fn measure(name: &'static str, version: &'static str) -> Patient {
    Patient { name, version, set: Set::Measure }
}

/// Versions are pinned: another text would give other sites to the same seed.
pub(crate) const PATIENTS: &[Patient] = &[
    tune("arrayvec", "0.7.8"),
    tune("bitflags", "2.13.2"),
    tune("bytes", "1.12.2"),
    tune("fixedbitset", "0.5.9"),
    tune("getopts", "0.2.24"),
    tune("heck", "0.5.0"),
    tune("httparse", "1.10.1"),
    tune("humantime", "2.4.0"),
    tune("lexopt", "0.3.2"),
    tune("percent-encoding", "2.3.2"),
    tune("semver", "1.0.28"),
    tune("shell-words", "1.1.1"),
    tune("slab", "0.4.12"),
    tune("textwrap", "0.16.4"),
    measure("aho-corasick", "1.1.5"),
    measure("either", "1.19.0"),
    measure("fnv", "1.0.7"),
    measure("globset", "0.4.22"),
    measure("indexmap", "2.14.2"),
    measure("itoa", "1.0.19"),
    measure("memchr", "2.8.3"),
    measure("shlex", "2.0.1"),
    measure("smallvec", "1.16.6"),
    measure("strsim", "0.11.1"),
    measure("urlencoding", "2.1.3"),
    measure("walkdir", "2.5.1"),
];

/// The cache folder and what stands where in it.
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(crate) fn at(root: &Path) -> Result<Self> {
        doors::make_folder(root)?;
        let root = root.canonicalize().with_context(|| format!("find {}", root.display()))?;
        Ok(Cache { root })
    }

    /// The sources of a patient as they should be.
    pub(crate) fn intact(&self, patient: &str) -> PathBuf {
        self.root.join("patients").join(patient)
    }

    fn warm(&self, patient: &str) -> PathBuf {
        self.root.join("warm").join(patient)
    }

    /// Where the mutants of a set are stored.
    pub(crate) fn mutants(&self, name: &str) -> PathBuf {
        self.root.join("sets").join(format!("{name}.jsonl"))
    }

    /// Where the rows of a run go by default.
    pub(crate) fn results(&self, name: &str, candidate: &str) -> PathBuf {
        self.root.join("results").join(format!("{name}-{candidate}.jsonl"))
    }

    /// A fresh copy of a patient with its warm target, for one worker.
    pub(crate) fn lay_out(&self, patient: &str, worker: usize) -> Result<Slot> {
        let folder = self.slots().join(worker.to_string());
        let slot = Slot { root: folder.join(patient), scratch: folder.join("output") };
        doors::remove_folder(&slot.root)?;
        doors::make_folder(&slot.scratch)?;
        doors::copy_folder(&self.intact(patient), &slot.root)?;
        doors::copy_folder(&self.warm(patient).join("target"), &slot.root.join("target"))?;
        Ok(slot)
    }

    /// The copy that this worker has of the patient, laid out at the first time. Whoever uses it
    /// leaves it intact.
    pub(crate) fn open(&self, patient: &str, worker: usize) -> Result<Slot> {
        let folder = self.slots().join(worker.to_string());
        let slot = Slot { root: folder.join(patient), scratch: folder.join("output") };
        if slot.root.join("target").exists() { Ok(slot) } else { self.lay_out(patient, worker) }
    }

    /// Every process has copies of its own, so that two can run side by side.
    fn slots(&self) -> PathBuf {
        self.root.join(format!("slots-{}", std::process::id()))
    }

    /// Removes all copies of this process.
    pub(crate) fn clear_slots(&self) -> Result<()> {
        doors::remove_folder(&self.slots())
    }

    /// The names of the tests that pass on the intact patient.
    pub(crate) fn passing(&self, patient: &str) -> Result<BTreeSet<String>> {
        let text = doors::read(&self.warm(patient).join("tests.txt"))?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Fetches and warms the patient unless that was done before. Says what it found.
    pub(crate) fn prepare(&self, patient: &Patient) -> Result<String> {
        let warm = self.warm(patient.name);
        if warm.join("tests.txt").exists() {
            return Ok(format!("{}: {} tests", patient.name, self.passing(patient.name)?.len()));
        }
        let intact = self.intact(patient.name);
        doors::remove_folder(&intact)?;
        doors::make_folder(&self.root.join("patients"))?;
        doors::copy_folder(&self.published(patient)?, &intact)?;
        let manifest = intact.join("Cargo.toml");
        doors::write(&manifest, &slim(&doors::read(&manifest)?))?;
        doors::remove_folder(&intact.join("benches"))?;
        doors::must(&["rm", "-f", "Cargo.lock", "Cargo.toml.orig", ".cargo-ok"], &intact)?;
        doors::must(&["cargo", "generate-lockfile"], &intact)?;
        doors::must(&["cargo", "fetch"], &intact)?;
        doors::remove_folder(&warm)?;
        doors::make_folder(&warm)?;
        let slot = Slot { root: warm.join("build"), scratch: warm.clone() };
        doors::copy_folder(&intact, &slot.root)?;
        let cold = slot.check()?;
        if !cold.passes {
            bail!("{} does not check: {:?}", patient.name, cold.errors);
        }
        let Tests::Ran { passed, failed } = slot.tests()? else {
            bail!("{}: the tests do not build", patient.name);
        };
        if passed.is_empty() || !failed.is_empty() {
            bail!("{}: {} tests pass, failing: {failed:?}", patient.name, passed.len());
        }
        doors::copy_folder(&slot.root.join("target"), &warm.join("target"))?;
        doors::remove_folder(&slot.root)?;
        let names: Vec<&str> = passed.iter().map(String::as_str).collect();
        doors::write(&warm.join("tests.txt"), &names.join("\n"))?;
        Ok(format!("{}: {} tests, cold check {:.1} s", patient.name, names.len(), cold.seconds))
    }

    /// Cargo unpacks the published crate; the folder in its registry is found by asking it.
    fn published(&self, patient: &Patient) -> Result<PathBuf> {
        let folder = self.root.join("fetch").join(patient.name);
        doors::make_folder(&folder.join("src"))?;
        doors::write(&folder.join("src/lib.rs"), "")?;
        let manifest = format!(
            "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
             [workspace]\n[dependencies]\n{} = \"={}\"\n",
            patient.name, patient.version
        );
        doors::write(&folder.join("Cargo.toml"), &manifest)?;
        let words = ["cargo", "metadata", "--quiet", "--format-version=1"];
        let output = doors::must(&words, &folder)?;
        let json = output.lines().find(|line| line.starts_with('{')).unwrap_or_default();
        let metadata: serde_json::Value = serde_json::from_str(json)?;
        let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let manifest = packages
            .iter()
            .find(|package| package["name"] == patient.name)
            .and_then(|package| package["manifest_path"].as_str())
            .with_context(|| format!("cargo did not fetch {}", patient.name))?;
        Path::new(manifest).parent().map(Path::to_path_buf).context("a manifest has a folder")
    }
}

/// The manifest without benches and their harness, as a workspace of its own, and without debug
/// information, which only makes the warm target larger.
fn slim(manifest: &str) -> String {
    let mut kept = String::new();
    let mut skipping = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            skipping = line.starts_with("[[bench]]")
                || line.starts_with("[dev-dependencies.criterion")
                || line.starts_with("[profile")
                || line.starts_with("[workspace");
        }
        if !skipping {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept + "\n[workspace]\n\n[profile.dev]\ndebug = 0\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slim_manifest_has_no_benches() {
        let manifest = "[package]\nname = \"a\"\n\n[[bench]]\nname = \"b\"\n\n[dev-dependencies.x]\n\
                        version = \"1\"\n\n[dev-dependencies.criterion]\nversion = \"2\"\n";
        let expected = "[package]\nname = \"a\"\n\n[dev-dependencies.x]\nversion = \"1\"\n\n\n\
                        [workspace]\n\n[profile.dev]\ndebug = 0\n";
        assert_eq!(slim(manifest), expected);
    }

    #[test]
    fn no_crate_is_in_both_sets() {
        let names: BTreeSet<&str> = PATIENTS.iter().map(|patient| patient.name).collect();
        assert_eq!(names.len(), PATIENTS.len());
    }
}
