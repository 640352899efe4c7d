//! All tests that need more than one room, in one binary.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

mod api;
mod letters;
mod mail;
mod migrations;
mod support;
mod tidy;
