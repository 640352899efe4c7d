//! A stored indicator with what its assessment rests on.

use xushi_domain::pace::{Assessment, Grounds};
use xushi_store::rows::{AssessmentFigures, EvaluationRow};
use xushi_store::types::{MeasureId, RegionId, RulePackId};

/// What is known of one stored indicator as of a day.
pub struct Evidence {
    /// The indicator.
    pub row: EvaluationRow,
    /// Measure and region of its series.
    pub key: (MeasureId, RegionId),
    /// Identity of the version of its campaign's rule pack.
    pub rule_pack_id: RulePackId,
    /// What its assessment rests on.
    pub grounds: Grounds,
}

impl Evidence {
    /// What is stored of an assessment made of this evidence.
    pub fn figures(&self, assessment: &Assessment) -> AssessmentFigures {
        AssessmentFigures::of(assessment, self.grounds.judged_figure(assessment))
    }
}
