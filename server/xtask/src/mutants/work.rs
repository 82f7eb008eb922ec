//! Work shared out to a few threads, results in the order of the input.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Result, anyhow};

/// Calls `work(worker, item)` for the items in order, `workers` at a time, until one fails or
/// `enough` says so of all results so far. Every item before the last result has a result.
pub(crate) fn share<T: Sync, R: Send>(
    items: &[T],
    workers: usize,
    work: impl Fn(usize, &T) -> Result<R> + Sync,
    enough: impl Fn(&[Option<R>]) -> bool + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let results: Mutex<Vec<Option<R>>> = Mutex::new(items.iter().map(|_| None).collect());
    let first_error: Mutex<Option<anyhow::Error>> = Mutex::new(None);
    let poisoned = || anyhow!("another worker panicked");
    std::thread::scope(|scope| {
        for worker in 0..workers.max(1) {
            let (next, stop, results) = (&next, &stop, &results);
            let (work, enough, first_error) = (&work, &enough, &first_error);
            scope.spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    let Some(item) = items.get(index) else { break };
                    match work(worker, item) {
                        Ok(result) => {
                            let Ok(mut results) = results.lock() else { break };
                            results[index] = Some(result);
                            if enough(&results) {
                                stop.store(true, Ordering::SeqCst);
                            }
                        }
                        Err(error) => {
                            stop.store(true, Ordering::SeqCst);
                            if let Ok(mut slot) = first_error.lock() {
                                slot.get_or_insert(error);
                            }
                        }
                    }
                }
            });
        }
    });
    if let Some(error) = first_error.into_inner().map_err(|_| poisoned())? {
        return Err(error);
    }
    Ok(results.into_inner().map_err(|_| poisoned())?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_and_stop_when_enough() {
        let items: Vec<usize> = (0..100).collect();
        let all = share(&items, 3, |_, n| Ok(n * 2), |_| false).unwrap();
        assert_eq!(all, items.iter().map(|n| n * 2).collect::<Vec<_>>());
        let enough = |results: &[Option<usize>]| results.iter().flatten().count() >= 10;
        let some = share(&items, 3, |_, n| Ok(*n), enough).unwrap();
        assert!((10..=13).contains(&some.len()), "{some:?}");
        assert_eq!(some, (0..some.len()).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_ends_the_work() {
        let failed = share(
            &[1, 2, 3],
            2,
            |_, n| if *n == 2 { Err(anyhow!("no")) } else { Ok(()) },
            |_| false,
        );
        assert_eq!(failed.unwrap_err().to_string(), "no");
    }
}
