//! The `xushi` command.
fn main() {}
