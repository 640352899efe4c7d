//! Episodes (预警事项): when one opens, worsens, is lifted, and when it calls for a letter.

use chrono::NaiveDate;

use super::{Grade, Level, RulePack, text_enum};

text_enum! {
    /// Where an episode stands.
    EpisodeState "state" {
        /// Trouble.
        Open = "open",
        /// Over.
        Lifted = "lifted",
    }
}

/// What an open episode remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its level so far.
    pub level: Level,
    /// Level of the last letter about it.
    pub lettered: Option<Level>,
    /// End of the period that letter spoke of.
    pub lettered_period_end: Option<NaiveDate>,
}

/// A verdict as far as warnings go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Grade.
    pub grade: Grade,
    /// Periods in a row graded `watch` or worse.
    pub run: u32,
    /// End of the period judged.
    pub period_end: Option<NaiveDate>,
}

/// What becomes of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing: no trouble and no episode, or too little is known to say anything.
    None,
    /// A new episode.
    Open {
        /// Its level.
        level: Level,
    },
    /// It goes on, at this level.
    Continue {
        /// Its level now; it never falls while the episode is open.
        level: Level,
        /// Whether a letter is due: a worse level than the last letter's, or a later period.
        letter: bool,
    },
    /// It is over.
    Lift,
}

/// What a verdict makes of an indicator's open episode, if it has one.
///
/// A verdict that is none (no data, overdue report, no target) neither opens nor lifts: silence is not recovery.
/// Hysteresis is the pack's: a grade is held until the shortfall has fallen back far enough. `watch` lifts nothing.
pub fn turn(standing: Option<&Standing>, verdict: &Verdict, pack: &RulePack) -> Turn {
    let level = pack.level(verdict.grade, verdict.run);
    match (standing, level) {
        (None, Some(level)) => Turn::Open { level },
        (Some(standing), Some(level)) => {
            let level = level.max(standing.level);
            let worse = standing.lettered.is_none_or(|lettered| level > lettered);
            let later = verdict.period_end > standing.lettered_period_end;
            Turn::Continue { level, letter: worse || later }
        }
        (Some(_), None) if verdict.grade.is_green() => Turn::Lift,
        (Some(standing), None) => Turn::Continue { level: standing.level, letter: false },
        (None, None) => Turn::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    #[test]
    fn an_episode_opens_worsens_and_is_lifted() {
        let pack = RulePack::standard();
        let yellow = Standing {
            level: Level::Yellow,
            lettered: Some(Level::Yellow),
            lettered_period_end: d("2025-07-31"),
        };
        let unsent = Standing { lettered: None, lettered_period_end: None, ..yellow };
        for (standing, grade, run, period, want) in [
            (None, Grade::OnPace, 0, "2025-07-31", Turn::None),
            (None, Grade::NoData, 0, "", Turn::None),
            (None, Grade::OverdueReport, 0, "", Turn::None),
            (None, Grade::Watch, 1, "2025-07-31", Turn::None),
            (None, Grade::Watch, 3, "2025-07-31", Turn::Open { level: Level::Yellow }),
            (None, Grade::Behind, 1, "2025-07-31", Turn::Open { level: Level::Yellow }),
            (None, Grade::Critical, 1, "2025-07-31", Turn::Open { level: Level::Orange }),
            (
                Some(yellow),
                Grade::Behind,
                2,
                "2025-07-31",
                Turn::Continue { level: Level::Yellow, letter: false },
            ),
            (
                Some(yellow),
                Grade::Behind,
                2,
                "2025-08-31",
                Turn::Continue { level: Level::Yellow, letter: true },
            ),
            (
                Some(yellow),
                Grade::Critical,
                2,
                "2025-07-31",
                Turn::Continue { level: Level::Orange, letter: true },
            ),
            (
                Some(unsent),
                Grade::Behind,
                2,
                "2025-07-31",
                Turn::Continue { level: Level::Yellow, letter: true },
            ),
            (
                Some(yellow),
                Grade::Watch,
                1,
                "2025-08-31",
                Turn::Continue { level: Level::Yellow, letter: false },
            ),
            (Some(yellow), Grade::NoData, 0, "", Turn::Continue { level: Level::Yellow, letter: false }),
            (Some(yellow), Grade::OnPace, 0, "2025-08-31", Turn::Lift),
            (Some(yellow), Grade::Achieved, 0, "2025-08-31", Turn::Lift),
        ] {
            let verdict = Verdict { grade, run, period_end: d(period) };
            assert_eq!(turn(standing.as_ref(), &verdict, &pack), want, "{standing:?} {grade} {period}");
        }
    }
}
