//! Stages of a figure (环节): who vouches for it.
//!
//! Whoever answers for a figure reports it, whoever stands above checks it, others look at it from outside. Each keeps its own
//! value: a lower stage never displaces a higher one, whenever it speaks, and what they say differently is kept and shown.

use super::{Invalid, Status, TextEnum as _, text_enum};

text_enum! {
    /// Who vouches for a figure, the lowest first.
    Stage "stage" {
        /// Whoever answers for it says so (自报).
        SelfReported = "self_reported",
        /// The county has gone over it itself (自查).
        SelfChecked = "self_checked",
        /// The city has verified it (核查).
        Verified = "verified",
        /// The public or those concerned have confirmed it (评议).
        PubliclyReviewed = "publicly_reviewed",
    }
}

impl Stage {
    /// What people call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::SelfReported => "自报",
            Self::SelfChecked => "自查",
            Self::Verified => "核查",
            Self::PubliclyReviewed => "评议",
        }
    }

    /// The stage that a word of a sheet means: 核查, 市级核查.
    pub fn of_chinese(word: &str) -> Option<Self> {
        let short =
            ["县级", "市级", "社会"].iter().find_map(|level| word.strip_prefix(level)).unwrap_or(word);
        Self::ALL.iter().copied().find(|stage| stage.chinese() == short)
    }
}

/// What decides first which of several vintages of one fact stands: its stage, and then whether it is final. The greater one
/// stands, whenever it was published; of two that weigh the same, the one published later, then the later vintage.
pub type Weight = (Stage, bool);

/// How much a vintage weighs. One without a stage weighs what the lowest does: nobody but its reporter vouches for it.
#[inline]
pub fn weight(stage: Option<Stage>, status: Status) -> Weight {
    (stage.unwrap_or(Stage::SelfReported), status == Status::Final)
}

/// How far somebody may vouch for figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageLimit {
    /// At any stage.
    Any,
    /// At this one and those below, and at the lowest of a measure in any case.
    UpTo(Stage),
    /// At the lowest of a measure only.
    Lowest,
}

/// The stages that the figures of one measure go through, the lowest first; none where its figures have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StageList(Vec<Stage>);

impl StageList {
    /// The stages that somebody listed, in any order.
    ///
    /// # Errors
    /// `stages.INDEX` where one stands twice.
    pub fn checked(stages: &[Stage]) -> Result<Self, Invalid> {
        for (place, stage) in stages.iter().enumerate() {
            if stages[..place].contains(stage) {
                let detail = format!("“{}”重复列出，请删除一处。", stage.chinese());
                return Err(Invalid::new(format!("stages.{place}"), "duplicate", detail));
            }
        }
        let mut stages = stages.to_vec();
        stages.sort_unstable();
        Ok(Self(stages))
    }

    /// The stages, the lowest first.
    pub fn stages(&self) -> &[Stage] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their names in Chinese: 自报、核查.
    pub fn chinese(&self) -> String {
        self.0.iter().map(|stage| stage.chinese()).collect::<Vec<_>>().join("、")
    }

    /// The stage at which a figure with this `status` is put in by somebody who says `said` of it and may go as far as `limit`. Who
    /// says nothing vouches at the lowest stage: nobody verifies by leaving a field out. Forecasts and plans have none.
    ///
    /// # Errors
    /// `stage`, where it has none, is not listed, or goes beyond the limit.
    pub fn enter(
        &self,
        said: Option<Stage>,
        status: Status,
        limit: StageLimit,
    ) -> Result<Option<Stage>, Invalid> {
        let refused = |code, detail: String| Err(Invalid::new("stage", code, detail));
        let Some(lowest) = self.0.first().copied().filter(|_| status.is_actual()) else {
            return match said {
                None => Ok(None),
                Some(_) if !status.is_actual() => {
                    refused("not_actual", "预计数和计划数不分环节，请删除环节。".to_owned())
                }
                Some(_) => refused(
                    "not_listed",
                    "该指标口径没有设环节，请删除环节，或先在指标口径的stages中列出。".to_owned(),
                ),
            };
        };
        let stage = said.unwrap_or(lowest);
        if !self.0.contains(&stage) {
            let detail = format!("该指标口径不设“{}”环节，可填：{}。", stage.chinese(), self.chinese());
            return refused("not_listed", detail);
        }
        let highest = match limit {
            StageLimit::Any => Stage::PubliclyReviewed,
            StageLimit::UpTo(highest) => highest.max(lowest),
            StageLimit::Lowest => lowest,
        };
        if stage > highest {
            let detail = format!(
                "该密钥只能录入到“{}”环节，“{}”应由负责的单位录入；如确应由本单位录入，请联系综合协调组。",
                highest.chinese(),
                stage.chinese()
            );
            return refused("not_allowed", detail);
        }
        Ok(Some(stage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Stage::{PubliclyReviewed, SelfChecked, SelfReported, Verified};

    #[test]
    fn stages_are_in_order_and_go_by_their_names() {
        assert!(SelfReported < SelfChecked && SelfChecked < Verified && Verified < PubliclyReviewed);
        for (word, stage) in [
            ("自报", Some(SelfReported)),
            ("县级自查", Some(SelfChecked)),
            ("核查", Some(Verified)),
            ("市级核查", Some(Verified)),
            ("社会评议", Some(PubliclyReviewed)),
            ("初步", None),
            ("", None),
        ] {
            assert_eq!(Stage::of_chinese(word), stage, "{word}");
        }
    }

    #[test]
    fn a_higher_stage_weighs_more_than_a_final_value() {
        let preliminary = |stage| weight(stage, Status::Preliminary);
        let last = |stage| weight(stage, Status::Final);
        assert!(preliminary(Some(Verified)) > last(Some(SelfChecked)));
        assert!(last(Some(SelfChecked)) > preliminary(Some(SelfChecked)));
        assert_eq!(last(None), last(Some(SelfReported)));
    }

    #[test]
    fn a_list_is_put_in_order_and_names_none_twice() {
        let list = StageList::checked(&[Verified, SelfReported]).unwrap();
        assert_eq!((list.stages(), list.chinese().as_str()), (&[SelfReported, Verified][..], "自报、核查"));
        let twice = StageList::checked(&[Verified, SelfReported, Verified]).unwrap_err();
        assert_eq!((twice.field.as_str(), twice.code), ("stages.2", "duplicate"));
        assert!(StageList::checked(&[]).unwrap().is_empty());
    }

    #[test]
    fn nobody_vouches_further_than_they_may() {
        use StageLimit::{Any, Lowest, UpTo};
        use Status::{Final, Forecast, Plan, Preliminary};
        let county = [SelfReported, SelfChecked, Verified];
        let checked_first = [SelfChecked, Verified];
        for (list, said, status, limit, want) in [
            (&county[..], None, Preliminary, Any, Ok(Some(SelfReported))),
            (&county, None, Final, Lowest, Ok(Some(SelfReported))),
            (&county, Some(Verified), Preliminary, Any, Ok(Some(Verified))),
            (&county, Some(Verified), Preliminary, Lowest, Err("not_allowed")),
            (&county, Some(SelfReported), Preliminary, Lowest, Ok(Some(SelfReported))),
            (&county, Some(SelfChecked), Preliminary, UpTo(SelfChecked), Ok(Some(SelfChecked))),
            (&county, Some(Verified), Preliminary, UpTo(SelfChecked), Err("not_allowed")),
            (&county, Some(PubliclyReviewed), Preliminary, Any, Err("not_listed")),
            // The lowest of a measure is open to all who may put figures in.
            (&checked_first, None, Preliminary, UpTo(SelfReported), Ok(Some(SelfChecked))),
            (&checked_first, Some(SelfReported), Preliminary, Any, Err("not_listed")),
            (&county, None, Forecast, Lowest, Ok(None)),
            (&county, Some(Verified), Plan, Any, Err("not_actual")),
            (&[], None, Preliminary, Lowest, Ok(None)),
            (&[], Some(SelfReported), Preliminary, Any, Err("not_listed")),
        ] {
            let got = StageList::checked(list).unwrap().enter(said, status, limit);
            assert_eq!(got.map_err(|refused| refused.code), want, "{list:?} {said:?} {status} {limit:?}");
        }
    }
}
