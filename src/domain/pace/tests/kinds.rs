//! Each kind by a table.
