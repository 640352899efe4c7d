//! Figures in tables.

use super::statements::Statements;
use crate::document::TableCell;

/// Reads a table.
pub(super) fn read(_rows: &[Vec<TableCell>], _reader: &mut Statements) {}
