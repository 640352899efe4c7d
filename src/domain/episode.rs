//! Episodes (预警事项): when one opens, worsens, recovers, is lifted, and when it calls for a letter.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Grade, Level, RulePack, text_enum};

text_enum! {
    /// Where an episode stands.
    EpisodeState "state" {
        /// Trouble.
        Open = "open",
        /// 观察期: recovered, and watched for the pack's number of periods.
        Observing = "observing",
        /// Over.
        Lifted = "lifted",
    }
}

/// What an episode that is not over remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether it has recovered and is being watched.
    pub observing: bool,
    /// Its level so far.
    pub level: Level,
    /// Level of the last letter about it.
    pub lettered: Option<Level>,
    /// End of the period that letter spoke of.
    pub lettered_period_end: Option<NaiveDate>,
    /// While observing: periods in a row that were green after the one in which it recovered.
    pub observed_periods: u32,
    /// While observing: end of the last period counted or of the one in which it recovered.
    pub observed_period_end: Option<NaiveDate>,
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
    /// Probability that the target will be missed, 0..=1; `None` without a forecast.
    pub p_miss: Option<Decimal>,
    /// How many indicators of the same unit and campaign lag.
    pub lagging: u32,
    /// Whether what was achieved stays so: the window is over, the milestone done, the amount added up.
    pub settled: bool,
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
    /// It goes on, at this level; one that was observed is open again.
    Continue {
        /// Its level now; once a letter has said one it never falls before the episode is over.
        level: Level,
        /// Whether a letter is due: a worse level than the last letter's, or a later period.
        letter: bool,
    },
    /// It has recovered and is watched, or goes on being watched.
    Observe {
        /// Green periods in a row after the one in which it recovered.
        periods: u32,
    },
    /// It is over.
    Lift,
}

/// What a verdict makes of an indicator's episode, if it has one that is not over.
///
/// A verdict that is none (no data, overdue report, no target) neither opens nor lifts: silence is not recovery.
/// Hysteresis is the pack's: a grade is held until the shortfall has fallen back far enough, and a forecast opens at a
/// higher probability than it lifts at. `watch` lifts nothing, and sets an observation back to its beginning.
pub fn turn(standing: Option<&Standing>, verdict: &Verdict, pack: &RulePack) -> Turn {
    let forecast =
        pack.level_by_forecast(verdict.grade, verdict.p_miss, standing.is_some_and(|s| !s.observing));
    let together = pack.level_together(verdict.grade, verdict.lagging);
    let level = pack.level(verdict.grade, verdict.run).max(forecast).max(together);
    match (standing, level) {
        (None, Some(level)) => Turn::Open { level },
        (None, None) => Turn::None,
        (Some(standing), Some(level)) => {
            // What nobody has been told follows the data down as well: a figure may have been corrected.
            let level = if standing.lettered.is_some() { level.max(standing.level) } else { level };
            let worse = standing.lettered.is_none_or(|lettered| level > lettered);
            let later = verdict.period_end > standing.lettered_period_end;
            Turn::Continue { level, letter: worse || later }
        }
        (Some(standing), None) => recovering(standing, verdict, pack),
    }
}

/// Nothing warns any more; whether that is recovery, and for how long.
fn recovering(standing: &Standing, verdict: &Verdict, pack: &RulePack) -> Turn {
    // No later period could show more.
    if verdict.settled && verdict.grade == Grade::Achieved {
        return Turn::Lift;
    }
    let later = verdict.period_end > standing.observed_period_end;
    match (standing.observing, verdict.grade.is_green()) {
        (false, true) if pack.observation_periods == 0 => Turn::Lift,
        (false, true) => Turn::Observe { periods: 0 },
        (false, false) => Turn::Continue { level: standing.level, letter: false },
        (true, true) => {
            let periods = standing.observed_periods + u32::from(later);
            if periods >= pack.observation_periods { Turn::Lift } else { Turn::Observe { periods } }
        }
        (true, false) if verdict.grade == Grade::Watch => Turn::Observe { periods: 0 },
        (true, false) => Turn::Observe { periods: standing.observed_periods },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    fn verdict(grade: Grade, run: u32, period: &str) -> Verdict {
        Verdict { grade, run, period_end: d(period), p_miss: None, lagging: 0, settled: false }
    }

    fn yellow() -> Standing {
        Standing {
            observing: false,
            level: Level::Yellow,
            lettered: Some(Level::Yellow),
            lettered_period_end: d("2025-07-31"),
            observed_periods: 0,
            observed_period_end: None,
        }
    }

    fn goes_on(level: Level, letter: bool) -> Turn {
        Turn::Continue { level, letter }
    }

    #[test]
    fn an_episode_opens_worsens_and_recovers() {
        let pack = RulePack::standard();
        let unsent = Standing { lettered: None, lettered_period_end: None, ..yellow() };
        let corrected = Standing { level: Level::Orange, ..unsent };
        let orange = Standing { level: Level::Orange, lettered: Some(Level::Orange), ..yellow() };
        for (standing, grade, run, period, want) in [
            (None, Grade::OnPace, 0, "2025-07-31", Turn::None),
            (None, Grade::NoData, 0, "", Turn::None),
            (None, Grade::OverdueReport, 0, "", Turn::None),
            (None, Grade::Watch, 1, "2025-07-31", Turn::None),
            (None, Grade::Watch, 3, "2025-07-31", Turn::Open { level: Level::Yellow }),
            (None, Grade::Behind, 1, "2025-07-31", Turn::Open { level: Level::Yellow }),
            (None, Grade::Critical, 1, "2025-07-31", Turn::Open { level: Level::Orange }),
            (Some(yellow()), Grade::Behind, 2, "2025-07-31", goes_on(Level::Yellow, false)),
            (Some(yellow()), Grade::Behind, 2, "2025-08-31", goes_on(Level::Yellow, true)),
            (Some(yellow()), Grade::Critical, 2, "2025-07-31", goes_on(Level::Orange, true)),
            (Some(orange), Grade::Behind, 2, "2025-07-31", goes_on(Level::Orange, false)),
            (Some(unsent), Grade::Behind, 2, "2025-07-31", goes_on(Level::Yellow, true)),
            (Some(corrected), Grade::Behind, 2, "2025-07-31", goes_on(Level::Yellow, true)),
            (Some(yellow()), Grade::Watch, 1, "2025-08-31", goes_on(Level::Yellow, false)),
            (Some(yellow()), Grade::NoData, 0, "", goes_on(Level::Yellow, false)),
            (Some(yellow()), Grade::OnPace, 0, "2025-08-31", Turn::Observe { periods: 0 }),
            (Some(yellow()), Grade::Achieved, 0, "2025-08-31", Turn::Observe { periods: 0 }),
        ] {
            let got = turn(standing.as_ref(), &verdict(grade, run, period), &pack);
            assert_eq!(got, want, "{standing:?} {grade} {period}");
        }
    }

    #[test]
    fn what_recovered_is_watched_for_the_packs_periods_and_reopens_without_a_new_episode() {
        let two = RulePack { observation_periods: 2, ..RulePack::standard() };
        let none = RulePack { observation_periods: 0, ..RulePack::standard() };
        let observed = |periods, end| Standing {
            observing: true,
            observed_periods: periods,
            observed_period_end: d(end),
            ..yellow()
        };
        for (pack, standing, grade, period, want) in [
            (&none, yellow(), Grade::OnPace, "2025-08-31", Turn::Lift),
            (&two, observed(0, "2025-08-31"), Grade::OnPace, "2025-08-31", Turn::Observe { periods: 0 }),
            (&two, observed(0, "2025-08-31"), Grade::OnPace, "2025-09-30", Turn::Observe { periods: 1 }),
            (&two, observed(1, "2025-09-30"), Grade::Ahead, "2025-10-31", Turn::Lift),
            // Neither silence nor a period that is only nearly good counts as recovery.
            (&two, observed(1, "2025-09-30"), Grade::NoData, "", Turn::Observe { periods: 1 }),
            (
                &two,
                observed(1, "2025-09-30"),
                Grade::OverdueReport,
                "2025-09-30",
                Turn::Observe { periods: 1 },
            ),
            (&two, observed(1, "2025-09-30"), Grade::Watch, "2025-10-31", Turn::Observe { periods: 0 }),
            (&two, observed(1, "2025-09-30"), Grade::Behind, "2025-10-31", goes_on(Level::Yellow, true)),
            (&two, observed(0, "2025-07-31"), Grade::Behind, "2025-07-31", goes_on(Level::Yellow, false)),
            (&two, observed(0, "2025-07-31"), Grade::Missed, "2025-07-31", goes_on(Level::Red, true)),
        ] {
            let got = turn(Some(&standing), &verdict(grade, 1, period), pack);
            assert_eq!(got, want, "{standing:?} {grade} {period}");
        }
    }

    #[test]
    fn what_is_settled_needs_no_watching() {
        let pack = RulePack { observation_periods: 2, ..RulePack::standard() };
        let done = Verdict { settled: true, ..verdict(Grade::Achieved, 0, "2025-12-31") };
        assert_eq!(turn(Some(&yellow()), &done, &pack), Turn::Lift);
        assert_eq!(turn(Some(&Standing { observing: true, ..yellow() }), &done, &pack), Turn::Lift);
        assert_eq!(turn(None, &done, &pack), Turn::None);
        let missed = Verdict { settled: true, ..verdict(Grade::Missed, 1, "2025-12-31") };
        assert_eq!(turn(Some(&yellow()), &missed, &pack), goes_on(Level::Red, true));
    }

    #[test]
    fn enough_that_lag_make_the_watched_warn() {
        let pack = RulePack { missed_indicators: 3, ..RulePack::standard() };
        let beside = |lagging| Verdict { lagging, ..verdict(Grade::Watch, 1, "2025-07-31") };
        assert_eq!(turn(None, &beside(2), &pack), Turn::None);
        assert_eq!(turn(None, &beside(3), &pack), Turn::Open { level: Level::Yellow });
        let fine = Verdict { grade: Grade::OnPace, ..beside(3) };
        assert_eq!(turn(None, &fine, &pack), Turn::None);
    }

    #[test]
    fn a_forecast_opens_at_one_probability_and_lifts_at_another() {
        let pack = RulePack::standard();
        let on = |p: &str| Verdict { p_miss: p.parse().ok(), ..verdict(Grade::OnPace, 0, "2025-07-31") };
        let watched = Standing { observing: true, ..yellow() };
        for (standing, p, want) in [
            (None, "0.79", Turn::None),
            (None, "0.80", Turn::Open { level: Level::Yellow }),
            (Some(yellow()), "0.79", goes_on(Level::Yellow, false)),
            (Some(yellow()), "0.50", goes_on(Level::Yellow, false)),
            (Some(yellow()), "0.49", Turn::Observe { periods: 0 }),
            (Some(watched), "0.79", Turn::Observe { periods: 1 }),
            (Some(watched), "0.80", goes_on(Level::Yellow, false)),
        ] {
            let pack = RulePack { observation_periods: 2, ..pack.clone() };
            assert_eq!(turn(standing.as_ref(), &on(p), &pack), want, "{p}");
        }
        let silent = Verdict { p_miss: "0.9".parse().ok(), ..verdict(Grade::NoData, 0, "") };
        assert_eq!(turn(None, &silent, &pack), Turn::None, "no verdict, no forecast");
    }
}
