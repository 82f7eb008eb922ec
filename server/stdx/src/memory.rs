//! What the allocator holds without need.

/// Gives the system back what was freed and is still held for later, after work that took much
/// more memory than it left behind. Takes milliseconds for each ten megabytes. Does nothing where
/// the allocator does so by itself or has no way to be asked.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(
        unsafe_code,
        reason = "the call has no safe wrapper; it takes a number and frees pages"
    )
)]
pub fn give_back_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it may be called at any time, from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}
