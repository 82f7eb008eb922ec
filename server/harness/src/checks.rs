//! The checks of one task: each state of the draft is checked once, however often it is asked
//! for, and every run of a checker is counted.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use workspace::Draft;

use crate::{CheckError, CheckReport, CheckScope, Verifier};

/// How many reports are kept: enough for the base, the last states and the way back.
const KEPT: usize = 32;

/// A verifier that remembers. Serves one task: all drafts must have the same base.
pub struct Checks {
    inner: Arc<dyn Verifier>,
    reports: Mutex<Vec<(Draft, CheckScope, CheckReport)>>,
    runs: AtomicU32,
}

impl Checks {
    /// Remembers the reports of `inner`.
    #[must_use]
    pub fn new(inner: Arc<dyn Verifier>) -> Checks {
        Checks { inner, reports: Mutex::default(), runs: AtomicU32::new(0) }
    }

    /// How often a checker really ran.
    #[must_use]
    pub fn runs(&self) -> u32 {
        self.runs.load(Ordering::SeqCst)
    }

    fn known(&self, draft: &Draft, scope: &CheckScope) -> Option<CheckReport> {
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |(seen, its_scope, _): &&(Draft, CheckScope, CheckReport)| {
            its_scope == scope && seen.changes().eq(draft.changes())
        };
        reports.iter().find(same).map(|(_, _, report)| report.clone())
    }
}

impl Verifier for Checks {
    fn check<'a>(
        &'a self,
        draft: &'a Draft,
        scope: &'a CheckScope,
        cancel: &'a CancellationToken,
    ) -> BoxFuture<'a, Result<CheckReport, CheckError>> {
        async move {
            if let Some(report) = self.known(draft, scope) {
                return Ok(report);
            }
            self.runs.fetch_add(1, Ordering::SeqCst);
            let report = self.inner.check(draft, scope, cancel).await?;
            let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
            if reports.len() >= KEPT {
                // The first one is the base, which the end of the task is compared with.
                reports.remove(1);
            }
            reports.push((draft.clone(), scope.clone(), report.clone()));
            Ok(report)
        }
        .boxed()
    }
}
