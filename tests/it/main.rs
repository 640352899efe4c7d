//! All tests that need more than one room, in one binary.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod mail;

mod support {
    pub(crate) mod smtp_sink;
}
