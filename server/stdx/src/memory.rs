//! What the allocator holds without need.
#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(
        unsafe_code,
        reason = "the calls have no safe wrappers; they take numbers and touch no memory of ours"
    )
)]

/// Larger pieces than this are the system's own matter: it has them back when they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 256 * 1024;
/// More than this at the end of a heap is given back.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SPARE: i32 = 1024 * 1024;

/// Has memory given back soon after it was freed, for a process that lives for days and works now
/// and then. Left to itself, the GNU allocator raises both limits to the largest piece that was
/// ever freed: once the index of a large project has been written, they are tens of megabytes. To
/// be called before there are threads. Does nothing where there is nothing to be set.
pub fn hold_little_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it may be called at any time, and sets numbers within the allocator.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, SPARE);
    }
}

/// Gives the system back what was freed and is still held for later, after work that took much
/// more memory than it left behind. Takes milliseconds for each ten megabytes. Does nothing where
/// the allocator does so by itself or has no way to be asked.
pub fn give_back_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it may be called at any time, from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}
