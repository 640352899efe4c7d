//! What a letter asks of its addressee, indicator by indicator: a warning for causes and measures, a 催报函 for figures.

use crate::domain::LetterKind;
use crate::letter::{LetterError, LetterFacts, LetterLine, LineSaid, Templates};

/// Most indicators that the page asks about one by one; a letter of more is answered together, with the form attached.
pub(super) const EACH_MAX: usize = 30;

/// How the form asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Of one indicator, or of all together.
    Together,
    /// Of each indicator by itself.
    Each,
    /// For each indicator's figure.
    Figures,
}

/// One indicator as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AskedLine {
    /// Its number in the letter, from 1.
    pub(super) ordinal: u32,
    /// 固定资产投资（湖南省）.
    pub(super) name: String,
    /// What the letter says of it.
    pub(super) said: LineSaid,
}

/// What a letter asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) mode: Mode,
    /// The indicators that the page shows, at most [`EACH_MAX`].
    pub(super) lines: Vec<AskedLine>,
    /// How many the letter has.
    pub(super) count: usize,
}

impl Asked {
    pub(super) fn of(facts: &LetterFacts, templates: &Templates) -> Result<Self, LetterError> {
        let line = |line: &LetterLine| {
            Ok::<_, LetterError>(AskedLine {
                ordinal: line.ordinal,
                name: format!("{}（{}）", line.indicator, line.region),
                said: templates.said_of(line)?,
            })
        };
        let count = facts.lines.len();
        let lines: Vec<AskedLine> = facts.lines.iter().take(EACH_MAX).map(line).collect::<Result<_, _>>()?;
        let mode = match facts.kind {
            _ if count > EACH_MAX => Mode::Together,
            LetterKind::ReportReminder => Mode::Figures,
            _ if count > 1 => Mode::Each,
            _ => Mode::Together,
        };
        Ok(Self { mode, lines, count })
    }

    /// What a stored answer calls each indicator: the name, and of a figure the days that it is of.
    pub(super) fn names(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        let figures = self.mode == Mode::Figures;
        (1..).zip(&self.lines).map(move |(number, line)| {
            let of = if figures { line.said.data_of.as_str() } else { "" };
            (number, format!("{}{of}", line.name))
        })
    }
}
