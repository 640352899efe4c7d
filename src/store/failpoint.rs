//! Places at which a test may kill the process, to see what is left. Nothing of this is in a release build.

/// Passes the failpoint of this name; see [`pass`].
#[macro_export]
macro_rules! failpoint {
    ($name:expr) => {
        $crate::failpoint::pass($name)
    };
}

/// Ends the process here, at once and without any farewell, when `FAULT_AT` in the environment says
/// `name#n` and this is the n-th time that `name` is passed. When `FAULT_HOLD` says `name=file`, stays here for as long as
/// that file exists, so that a test may kill the process from outside in the middle of its work.
#[cfg(debug_assertions)]
pub fn pass(name: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static WANTED: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
        let text = std::env::var("FAULT_AT").ok()?;
        let (name, times) = text.split_once('#')?;
        Some((name.to_owned(), times.parse().ok()?))
    });
    static PASSED: AtomicU64 = AtomicU64::new(0);
    static HELD: LazyLock<Option<(String, String)>> = LazyLock::new(|| {
        let text = std::env::var("FAULT_HOLD").ok()?;
        let (name, file) = text.split_once('=')?;
        Some((name.to_owned(), file.to_owned()))
    });
    if let Some((wanted, times)) = &*WANTED
        && wanted == name
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *times
    {
        std::process::abort();
    }
    if let Some((wanted, file)) = &*HELD
        && wanted == name
    {
        while std::path::Path::new(file).exists() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

/// Does nothing.
#[cfg(not(debug_assertions))]
#[inline]
pub fn pass(_: &str) {}
