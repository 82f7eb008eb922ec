//! `never!`: a condition that the author believes impossible.

/// Evaluates to its condition. If it holds, which should be impossible, a debug build panics and
/// a release build logs an error, so that the caller can recover:
/// `if never!(range.end > len, "range past the end") { return None; }`.
#[macro_export]
macro_rules! never {
    ($condition:expr, $($message:tt)+) => {{
        let impossible: bool = $condition;
        if impossible {
            if cfg!(debug_assertions) && !::std::thread::panicking() {
                ::std::panic!($($message)+);
            }
            $crate::log_never(&::std::format!($($message)+), ::std::file!(), ::std::line!());
        }
        impossible
    }};
}

/// Logs a broken belief; called by [`never!`] alone.
#[doc(hidden)]
pub fn log_never(message: &str, file: &str, line: u32) {
    tracing::error!(file, line, "this should be impossible: {message}");
}
