//! The broken crates.

use anyhow::Result;
use stdx::AbsPath;

pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
}

impl Sample {
    pub(crate) fn lay_out(&self, _root: &AbsPath) -> Result<()> {
        Ok(())
    }
}

pub(crate) const SAMPLES: &[Sample] = &[];
