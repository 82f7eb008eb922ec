//! What the user has said yes to: models that were found, not configured.

use std::path::Path;

use serde::{Deserialize, Serialize};
use stdx::store::DataDir;

use crate::own_file::{OwnFile, StoreError};

/// A model that could be used, though nobody has configured it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The model as users name it: `PROVIDER/NAME`.
    pub model: String,
    /// The server (scheme, host and port) that would see the project's text.
    pub origin: String,
    /// What speaks for it: `$NAME` for a key in a variable, `server` for a server that answers.
    pub source: String,
}

impl Offer {
    /// Whether a yes to `other` is a yes to this: the same server, found in the same way. The
    /// model may be another, because the user may have named it with the yes.
    #[must_use]
    pub fn is_meant_by(&self, other: &Offer) -> bool {
        self.origin == other.origin && self.source == other.source
    }
}

/// The yeses in the data folder.
#[derive(Debug, Clone)]
pub struct ConsentStore(OwnFile);

#[derive(Default, Serialize, Deserialize)]
struct Consents {
    uses: Vec<Offer>,
}

impl ConsentStore {
    /// Those of this data folder. Nothing is read yet.
    #[must_use]
    pub fn new(data: &DataDir) -> ConsentStore {
        ConsentStore(OwnFile::new(data, "consents.json"))
    }

    /// Where they are kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// All of them.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn all(&self) -> Result<Vec<Offer>, StoreError> {
        Ok(self.0.read::<Consents>()?.uses)
    }

    /// Records a yes to `offer`, in place of an earlier one to the same server.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&self, offer: &Offer) -> Result<(), StoreError> {
        self.0.update(|consents: &mut Consents| {
            consents.uses.retain(|known| !offer.is_meant_by(known));
            consents.uses.push(offer.clone());
        })
    }

    /// Takes back what was said about the server at `origin`; `false` if nothing was.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn remove(&self, origin: &str) -> Result<bool, StoreError> {
        self.0.update(|consents: &mut Consents| {
            let before = consents.uses.len();
            consents.uses.retain(|known| known.origin != origin);
            consents.uses.len() < before
        })
    }
}
