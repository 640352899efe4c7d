//! Doubts (疑点): what could not be refused but should be looked at.

use super::text_enum;

text_enum! {
    /// What is odd about a fact, or about what a verdict rests on.
    Doubt "doubt" {
        /// A fraction where percent are usual (0.055 for 5.5).
        ScaleOfRate = "scale_of_rate",
        /// A running total below that of an earlier period of the same year.
        RunningTotalFalls = "running_total_falls",
        /// About ten thousand times, or a ten-thousandth of, the series' own past.
        FactorTenThousand = "factor_ten_thousand",
        /// The phrase of a target names another measure than its indicator's.
        OtherMeasure = "other_measure",
        /// The whole of an earlier year was revised without its parts.
        WholeRevisedAlone = "whole_revised_alone",
        /// A part of an earlier year was revised without its whole.
        PartRevisedAlone = "part_revised_alone",
        /// The start of an earlier year was revised without what followed; the start as it was known then is used.
        StartRevisedAlone = "start_revised_alone",
        /// A stored fact that the rules refuse today; it is kept and does not count.
        RefusedByRules = "refused_by_rules",
        /// Levels are there where a growth rate is wanted.
        GrowthWanted = "growth_wanted",
        /// A preliminary value came after the final one; it is kept and does not count.
        PreliminaryAfterFinal = "preliminary_after_final",
        /// About ten, a thousand or a hundred million times, or such a part of, the series' own past.
        FactorOfTen = "factor_of_ten",
        /// A running total that is the same as that of the period before, to the last digit.
        RunningTotalStands = "running_total_stands",
        /// Growth beyond ±100 % that nothing in the series' past explains.
        RateBeyondHundred = "rate_beyond_hundred",
        /// A share below 0 or above 100 %.
        ShareOutOfRange = "share_out_of_range",
        /// Published later than today.
        PublishedAhead = "published_ahead",
        /// A running total above that of a later period of the same year.
        RunningTotalAboveLater = "running_total_above_later",
        /// A negative amount of what is counted from nothing.
        NegativeAmount = "negative_amount",
        /// A span that is no month, quarter, half-year or year.
        UnusualSpan = "unusual_span",
        /// The phrase of a target names a deadline that is not the end of its window.
        DeadlineInPhrase = "deadline_in_phrase",
        /// A value of a lower stage came after one of a higher; it is kept and does not count.
        LowerStage = "lower_stage",
        /// Stages say different values of one fact; that of the highest counts.
        StagesDiffer = "stages_differ",
    }
}

impl Doubt {
    /// A sentence for the person who can clear it up.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::ScaleOfRate => "增速、占比应以百分数填写，该值疑为小数（如把5.5%写成0.055），请核对。",
            Self::RunningTotalFalls => "累计数小于同年前期累计数，请核对是否填错数据期或数值。",
            Self::FactorTenThousand => "数值与该指标以往数值相差约一万倍，请核对计量单位。",
            Self::OtherMeasure => "目标原文所说的指标与本指标名称不同，请核对。",
            Self::WholeRevisedAlone => {
                "往年全年数已单独修订、各月数未修订，当年同期进度仍按修订前的口径计算，请补报修订后的各月数。"
            }
            Self::PartRevisedAlone => {
                "往年同期数已单独修订、全年数未修订，当年同期进度可能失真，请核对该年全年数。"
            }
            Self::StartRevisedAlone => {
                "往年年初数已单独修订、年内各期数未修订，当年同期进度仍按修订前的年初数计算，请补报修订后的各期数。"
            }
            Self::RefusedByRules => "有已存数据不符合现行报送规则，予以保留但不参与研判，请核对后重报。",
            Self::GrowthWanted => {
                "目标考核同比增速，同期只有绝对量；增速不由绝对量推算，请报送公布的同比增速。"
            }
            Self::PreliminaryAfterFinal => "最终核实数之后又报送了初步数，初步数予以保留但不参与研判。",
            Self::FactorOfTen => "数值与该指标以往数值相差约十倍、一千倍或一亿倍，请核对小数点和计量单位。",
            Self::RunningTotalStands => "累计数与上期累计数完全相同，请核对是否误填了上期数。",
            Self::RateBeyondHundred => "同比增减超过100%，该指标以往没有这样的变动，请核对。",
            Self::ShareOutOfRange => "占比不在0至100%之间，请核对。",
            Self::RunningTotalAboveLater => "累计数大于同年后期累计数，请核对本期和后期所填数值。",
            Self::NegativeAmount => "数值为负，该指标通常不小于零，请核对。",
            Self::UnusualSpan => {
                "数据期不是一个完整的月、季、半年或年（1—2月除外），请核对起止日期；时点数请填该时点。"
            }
            Self::DeadlineInPhrase => {
                "目标原文写有期末以外的时限，研判仍按期末计；如须按该时限考核，请用序时曲线的节点写明。"
            }
            Self::LowerStage => "已有更高环节的数值，本次所报予以保留，但不取代该数值、不参与研判。",
            Self::StagesDiffer => "各环节的数值不一致，以较高环节的数值为准，请与较低环节核对。",
            Self::PublishedAhead => "公布日期晚于今天，到公布之日才参与研判，请核对日期。",
        }
    }

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of [`Doubt`], without allocation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DoubtSet(u32);

impl DoubtSet {
    /// Adds one.
    pub fn insert(&mut self, doubt: Doubt) {
        self.0 |= doubt.bit();
    }

    /// Whether it is in.
    pub fn contains(self, doubt: Doubt) -> bool {
        self.0 & doubt.bit() != 0
    }

    /// Whether there is no doubt.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, in the order they are declared.
    pub fn iter(self) -> impl Iterator<Item = Doubt> {
        use super::TextEnum;
        Doubt::ALL.iter().copied().filter(move |doubt| self.contains(*doubt))
    }
}

impl Extend<Doubt> for DoubtSet {
    fn extend<I: IntoIterator<Item = Doubt>>(&mut self, all: I) {
        all.into_iter().for_each(|doubt| self.insert(doubt));
    }
}

impl FromIterator<Doubt> for DoubtSet {
    fn from_iter<I: IntoIterator<Item = Doubt>>(all: I) -> Self {
        let mut set = Self::default();
        all.into_iter().for_each(|doubt| set.insert(doubt));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextEnum;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: DoubtSet = [Doubt::RefusedByRules, Doubt::ScaleOfRate].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Doubt::ScaleOfRate, Doubt::RefusedByRules]);
        assert!(!set.contains(Doubt::OtherMeasure) && !set.is_empty() && DoubtSet::default().is_empty());
        assert!(Doubt::ALL.len() <= 32 && Doubt::ALL.iter().all(|doubt| doubt.chinese().ends_with('。')));
    }
}
