//! `ostler trust` and `ostler untrust`: the workspaces whose own settings count, and in which checks
//! run even where nothing confines them.

use std::path::Path;

use anyhow::{Result, bail};
use settings::TrustStore;

use crate::args::Trust;
use crate::compose;
use crate::terminal::say;

pub(crate) fn trust(args: &Trust) -> Result<bool> {
    let store = TrustStore::new(&compose::data_dir()?);
    if args.list {
        for folder in store.folders()? {
            let gone = if folder.is_dir() { "" } else { " (it is not there any more)" };
            say(&format!("{}{gone}", folder.display()));
        }
        return Ok(true);
    }
    let folder = compose::folder(args.folder.as_deref())?;
    match store.trust(&folder)? {
        true => say(&format!("{folder} is trusted from now on; `ostler untrust` takes it back")),
        false => say(&format!("{folder} was trusted already")),
    }
    Ok(true)
}

pub(crate) fn untrust(named: Option<&Path>) -> Result<bool> {
    let store = TrustStore::new(&compose::data_dir()?);
    // A folder that is gone can still be in the list, by the name that it had.
    let folder = match (compose::folder(named), named) {
        (Ok(folder), _) => folder,
        (Err(_), Some(path)) if path.is_absolute() => stdx::AbsPath::new(path)?,
        (Err(error), _) => return Err(error),
    };
    if store.untrust(&folder)? {
        say(&format!("{folder} is trusted no more"));
    }
    if let Some(outer) = store.covering(&folder) {
        bail!("{folder} is still trusted, because it lies in {}", outer.display());
    }
    Ok(true)
}
