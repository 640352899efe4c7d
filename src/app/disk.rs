//! Room on disks.

use std::path::Path;

/// Bytes that this user may still write where `place` lies; `None` where nothing can be seen.
#[cfg(unix)]
pub fn free_room(place: &Path) -> Option<u64> {
    let seen = rustix::fs::statvfs(place).ok()?;
    Some(seen.f_bavail.saturating_mul(seen.f_frsize))
}

/// Not known here.
#[cfg(not(unix))]
pub fn free_room(_: &Path) -> Option<u64> {
    None
}
