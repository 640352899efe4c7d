//! Places at which a test may kill the process, to see what is left. Nothing of this is in a release build.

/// Ends the process here, at once and without any farewell, when `FAULT_AT` in the environment says
/// `name#n` and this is the n-th time that `name` is passed.
#[cfg(debug_assertions)]
pub fn point(name: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static WANTED: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
        let text = std::env::var("FAULT_AT").ok()?;
        let (name, times) = text.split_once('#')?;
        Some((name.to_owned(), times.parse().ok()?))
    });
    static PASSED: AtomicU64 = AtomicU64::new(0);
    if let Some((wanted, times)) = &*WANTED
        && wanted == name
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *times
    {
        std::process::abort();
    }
}

/// Does nothing.
#[cfg(not(debug_assertions))]
#[inline]
pub fn point(_: &str) {}
