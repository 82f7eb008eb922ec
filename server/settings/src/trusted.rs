//! The workspaces that the user trusts. The list lies in the data folder, outside of any of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use stdx::AbsPath;
use stdx::store::DataDir;

use crate::own_file::{OwnFile, StoreError};

/// The trusted folders.
#[derive(Debug, Clone)]
pub struct TrustStore(OwnFile);

#[derive(Default, Serialize, Deserialize)]
struct Folders {
    folders: BTreeSet<PathBuf>,
}

impl TrustStore {
    /// Those of this data folder. Nothing is read yet.
    #[must_use]
    pub fn new(data: &DataDir) -> TrustStore {
        TrustStore(OwnFile::new(data, "trusted.json"))
    }

    /// Where the list is kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Trusts `folder`, a path without links, and all beneath it; `false` if it was trusted.
    ///
    /// # Errors
    /// If the folder is the root of the file system or holds the list itself, which a trusted
    /// project must not be able to change; if the list cannot be written.
    pub fn trust(&self, folder: &AbsPath) -> Result<bool, StoreError> {
        if folder.parent().is_none() || self.holds_list(folder.as_path()) {
            let text = format!("{folder} holds Ostler's own decisions; trust a project beneath it");
            return Err(StoreError::Refused(text));
        }
        self.0.update(|list: &mut Folders| list.folders.insert(folder.as_path().to_owned()))
    }

    /// Trusts `folder` no more; `false` if it was not in the list.
    ///
    /// # Errors
    /// If the list cannot be written.
    pub fn untrust(&self, folder: &AbsPath) -> Result<bool, StoreError> {
        self.0.update(|list: &mut Folders| list.folders.remove(folder.as_path()))
    }

    /// All trusted folders.
    ///
    /// # Errors
    /// If the list cannot be read.
    pub fn folders(&self) -> Result<Vec<PathBuf>, StoreError> {
        Ok(self.0.read::<Folders>()?.folders.into_iter().collect())
    }

    /// The trusted folder that `folder`, a path without links, is or lies in. A list that cannot
    /// be read trusts nothing.
    #[must_use]
    pub fn covering(&self, folder: &AbsPath) -> Option<PathBuf> {
        let list = self.0.read::<Folders>().ok()?;
        let holding = folder.as_path().ancestors();
        holding
            .filter(|outer| list.folders.contains(*outer) && !self.holds_list(outer))
            .map(Path::to_owned)
            .next()
    }

    fn holds_list(&self, folder: &Path) -> bool {
        self.0.path().starts_with(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_dir::TestDir;

    fn path(text: &str) -> AbsPath {
        AbsPath::new(text).unwrap()
    }

    #[test]
    fn trust_covers_a_folder_and_what_lies_in_it_until_it_is_taken_back() {
        let dir = TestDir::new("trust");
        let trust = TrustStore::new(&dir.data());
        assert!(trust.trust(&path("/project/a")).unwrap());
        assert!(!trust.trust(&path("/project/a")).unwrap());
        assert_eq!(trust.covering(&path("/project/a/b")), Some(PathBuf::from("/project/a")));
        for outside in ["/project", "/project/ab", "/project/b"] {
            assert_eq!(trust.covering(&path(outside)), None, "{outside}");
        }
        assert!(trust.untrust(&path("/project/a")).unwrap());
        assert!(!trust.untrust(&path("/project/a")).unwrap());
        assert_eq!(trust.covering(&path("/project/a")), None);
    }

    #[test]
    fn a_folder_that_holds_the_list_is_never_trusted() {
        let dir = TestDir::new("trust-itself");
        let trust = TrustStore::new(&dir.data());
        let around = AbsPath::new(trust.path().parent().unwrap()).unwrap();
        for folder in [AbsPath::root(), around.clone()] {
            assert!(trust.trust(&folder).is_err(), "{folder}");
        }
        // Nor if a repository brings a list that says so.
        let forged = format!(r#"{{"format": 1, "folders": ["{around}"]}}"#);
        dir.write("trusted.json", &forged);
        assert_eq!(trust.folders().unwrap().len(), 1);
        assert_eq!(trust.covering(&around), None);
    }

    #[test]
    fn a_broken_list_trusts_nothing() {
        let dir = TestDir::new("trust-broken");
        let trust = TrustStore::new(&dir.data());
        dir.write("trusted.json", r#"{"format": 9, "folders": ["/project"]}"#);
        assert_eq!(trust.covering(&path("/project")), None);
        assert!(trust.trust(&path("/project")).is_err());
    }
}
