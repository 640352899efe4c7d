//! How an indicator stands, in the words of a letter: its state, why it is warned of, what its grade and its rule are
//! called.

use rust_decimal::Decimal;

use super::found::{Facts, Found};
use super::ground::{Ground, GroundKind};
use super::line::{LineForecast, LineState};
use xushi_domain::kind::{ReportedBy, WayFrom};
use xushi_domain::pace::{Assessment, Forecast, RuleId, rounded};
use xushi_domain::{Grade, Level};

impl Facts<'_> {
    pub(super) fn state(&self, foreseen: bool) -> LineState {
        let assessment = self.found.assessment;
        match assessment.grade {
            Grade::Achieved => LineState::Reached,
            Grade::Ahead | Grade::OnPace if foreseen => LineState::Foreseen,
            Grade::Ahead | Grade::OnPace => LineState::OnPace,
            Grade::Watch | Grade::Behind | Grade::Critical | Grade::Missed
                if self.row.reported_by == ReportedBy::Nodes =>
            {
                LineState::Late
            }
            Grade::Watch | Grade::Behind | Grade::Critical | Grade::Missed if self.broken => {
                LineState::LimitBroken
            }
            // As long as nobody said how it ended, it is not known to be behind on its way.
            Grade::Watch | Grade::Behind | Grade::Critical if assessment.ended && !self.over => {
                LineState::Unreported
            }
            Grade::Missed => LineState::Missed,
            Grade::Watch | Grade::Behind | Grade::Critical if self.limit => LineState::OverLimit,
            Grade::Watch if self.moves => LineState::Watch,
            Grade::Behind | Grade::Critical if self.moves => LineState::Behind,
            Grade::Watch | Grade::Behind | Grade::Critical => LineState::Short,
            Grade::NotStarted | Grade::NoTarget | Grade::NoData | Grade::OverdueReport => LineState::Apart,
        }
    }

    pub(super) fn ground(&self, forecast: Option<&LineForecast>) -> Option<Ground> {
        let Found { pack, assessment, lagging, .. } = self.found;
        let level = pack.levels.behind;
        let ground = |kind, count, threshold| Some(Ground { kind, count, threshold, level });
        let percent =
            |fraction: Decimal| u32::try_from((fraction * Decimal::ONE_HUNDRED).round()).unwrap_or_default();
        match assessment.grade {
            Grade::Watch if assessment.run >= pack.periods_in_a_row => {
                ground(GroundKind::InARow, assessment.run, pack.periods_in_a_row)
            }
            Grade::Watch if lagging >= pack.missed_indicators => {
                ground(GroundKind::Together, lagging, pack.missed_indicators)
            }
            Grade::Ahead | Grade::OnPace | Grade::Watch
                if forecast.is_some_and(|forecast| forecast.decides) =>
            {
                let p_miss = assessment.forecast.map(|forecast| forecast.p_miss())?;
                let threshold = if p_miss >= pack.p_miss_open { pack.p_miss_open } else { pack.p_miss_lift };
                ground(GroundKind::Forecast, percent(p_miss), percent(threshold))
            }
            _ => None,
        }
    }

    /// The level that the data call for, whatever an earlier letter said.
    pub(super) fn level(&self, forecast: Option<&LineForecast>) -> Option<Level> {
        let Found { pack, assessment, .. } = self.found;
        let ground = self.ground(forecast).map(|ground| ground.level);
        pack.level(assessment.grade, assessment.run).max(ground)
    }

    /// The grade in words that are true of the promise, a good one with what is expected all the same.
    pub(super) fn grade_label(&self, state: LineState) -> String {
        let assessment = self.found.assessment;
        let grade = assessment.grade;
        let said = match (state, grade) {
            (LineState::OverLimit, Grade::Behind) => "超出控制要求",
            (LineState::OverLimit, Grade::Critical) => "严重超出控制要求",
            (LineState::LimitBroken, _) => "已突破控制目标",
            (LineState::Late, Grade::Behind) => "逾期",
            (LineState::Late, Grade::Critical) => "严重逾期",
            _ => {
                let told = assessment.forecast.filter(Forecast::warns);
                return grade.beside_forecast(told.map(|forecast| forecast.p_miss()));
            }
        };
        said.to_owned()
    }

    pub(super) fn rule_text(&self) -> String {
        let rule = self.found.assessment.rule;
        let text = self.rule_in_words(rule.id);
        // The letter tells points of the year's work; what decided is a part of what is due by now.
        let of_due = rule.id == RuleId::ProgressRatio && self.moves && !self.limit;
        match rule.shortfall.filter(|short| of_due && *short > Decimal::ZERO) {
            Some(short) => format!("{text}（欠{}%）", rounded(short, 1)),
            None => text.to_owned(),
        }
    }

    fn rule_in_words(&self, rule: RuleId) -> &'static str {
        match rule {
            RuleId::ProgressPoints | RuleId::ProgressRatio if self.limit && !self.moves => {
                "按超出控制目标的百分比定级"
            }
            RuleId::ProgressPoints | RuleId::ProgressRatio if self.limit => {
                "按超出序时控制数占全期控制目标的百分比定级"
            }
            RuleId::ProgressPoints | RuleId::ProgressRatio if !self.moves => "按低于目标的百分比定级",
            RuleId::RatePoints if self.row.way == WayFrom::Sign => "按同比增速的百分点定级",
            RuleId::RatePoints if self.row.way == WayFrom::BaseRate => "按与基期增速相差的百分点定级",
            RuleId::RatePoints if self.limit => "按超出控制目标的百分点定级",
            RuleId::RatePoints if self.moves => "按低于序时要求的百分点定级",
            _ => rule.chinese(),
        }
    }
}

/// Periods in a row on the side of the line that the state is on.
pub(super) fn streak(assessment: &Assessment, state: LineState) -> Option<u32> {
    let good = matches!(state, LineState::OnPace | LineState::Reached | LineState::Foreseen);
    let same = if good { assessment.streak > 1 } else { assessment.streak < -1 };
    let said = same && !matches!(state, LineState::Foreseen | LineState::Apart);
    said.then_some(assessment.streak.unsigned_abs())
}
