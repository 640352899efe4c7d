//! Places among sibling regions: published ones, and those that can be computed.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::kind::WayFrom;
use crate::{Better, Figure, Observation};

use super::assessment_input::AssessmentInput;
use super::grading::Verdict;
use super::ratio::mul;
use super::series::{Wanted, find};
use super::trajectory::Trajectory;
use super::working::Working;
use super::{Assessment, Missing, Rank, RankBy, Sibling};

/// A region's number that others are ordered by, as a fraction of one: `(part, whole)` with a positive whole.
type Share = (Decimal, Decimal);

impl AssessmentInput<'_> {
    /// The place among sibling regions: the published one of the same period, else one computed when enough of all of them
    /// have reported it. Rates and shares are ordered by themselves; amounts by completion of each region's own target or,
    /// where those are not known, by growth; an amount itself says nothing of a region of another size.
    pub(super) fn rank<W: Working>(
        &self,
        at: &Observation,
        (actual, line): (Decimal, Option<&Trajectory>),
        out: &mut Assessment,
        work: &mut W,
    ) {
        if self.row.way == WayFrom::Place {
            out.rank = published(at);
            return;
        }
        if let Some(published) = self.published_place(at) {
            out.rank = Some(published);
            return;
        }
        if self.known.siblings_of <= 1 {
            return;
        }
        let lower = self.requirement.ceiling;
        let rank = if self.is_comparable() {
            self.placed(RankBy::Value, (at.value, Decimal::ONE), lower, |one| {
                Some((self.value_of(one.observations, at.period)?, Decimal::ONE))
            })
        } else {
            let by_completion = || {
                let own = self.completion_share(at, actual, line?)?;
                self.placed(RankBy::Completion, own, lower, |one| {
                    let target = one.completion_target.filter(|target| *target > Decimal::ZERO)?;
                    Some((self.value_of(one.observations, at.period)?, target))
                })
            };
            let by_growth = || {
                let rate = |all: &[Observation]| self.figure_of(all, Figure::Yoy, at.period);
                let own = rate(self.known.own)?;
                self.placed(RankBy::Growth, (own, Decimal::ONE), lower, |one| {
                    Some((rate(one.observations)?, Decimal::ONE))
                })
            };
            by_completion().or_else(by_growth)
        };
        let Some(rank) = rank else {
            out.missing.insert(Missing::Siblings);
            return;
        };
        out.rank = Some(rank);
        work.step("位次 = 优于本地区的同级行政区个数 + 1", |inputs| {
            inputs.with("排名依据", rank.by.chinese()).with("已报送", rank.of.unwrap_or_default());
            inputs.with("同级行政区", self.known.siblings_of).with("最低覆盖率", self.pack.coverage_min);
            format!("第{}位（共{}个）", rank.position, rank.of.unwrap_or_default())
        });
    }

    /// The place of `own` among what siblings have; `None` when too few of all siblings have it.
    fn placed(
        &self,
        by: RankBy,
        own: Share,
        lower: bool,
        of: impl Fn(&Sibling<'_>) -> Option<Share>,
    ) -> Option<Rank> {
        let (mut better, mut reported) = (0, 1);
        for sibling in self.known.siblings.iter().filter(|sibling| sibling.region != self.subject.region) {
            let Some(other) = of(sibling) else { continue };
            reported += 1;
            // a/b against c/d, exact.
            let (ours, theirs) = (mul(own.0, other.1).ok()?, mul(other.0, own.1).ok()?);
            better += usize::from(if lower { theirs < ours } else { theirs > ours });
        }
        let all = Decimal::from(self.known.siblings_of.max(reported));
        let covered = mul(self.pack.coverage_min, all).is_ok_and(|needed| Decimal::from(reported) >= needed);
        (reported > 1 && covered).then_some(Rank { position: better + 1, of: Some(reported), by })
    }

    /// The part of the own target that is done, where it counts from zero and from the same day as the others' values.
    fn completion_share(&self, at: &Observation, actual: Decimal, line: &Trajectory) -> Option<Share> {
        let from_zero = line.base.is_zero() && line.moves() && at.value == actual;
        (from_zero && line.target_value > Decimal::ZERO).then_some((actual, line.target_value))
    }

    /// The place published for the same period.
    fn published_place(&self, at: &Observation) -> Option<Rank> {
        if !self.known.own.iter().any(|one| one.figure == Figure::Rank) {
            return None;
        }
        let wanted = Wanted::of(self.subject, self.row, Figure::Rank, self.as_of);
        let of_basis = |basis| find(self.known.own, at.period, Wanted { basis, ..wanted });
        published(of_basis(at.basis)?)
    }

    /// For a target that is a place: the latest value after `published` from which a place can be computed, and the place.
    pub(super) fn computed_place_after(&self, published: Option<NaiveDate>) -> Option<(&Observation, Rank)> {
        let values = self.beside.as_ref()?;
        let at = values.get(values.latest_in(self.subject.window)?)?;
        if published.is_some_and(|published| at.period.end() <= published) || self.known.siblings_of <= 1 {
            return None;
        }
        let lower = self.measure().better == Better::Lower;
        if at.figure == Figure::Level && self.unit_adds_up {
            return None;
        }
        let rank = self.placed(RankBy::Value, (at.value, Decimal::ONE), lower, |one| {
            Some((self.figure_of(one.observations, at.figure, at.period)?, Decimal::ONE))
        })?;
        Some((at, rank))
    }

    /// Judges a computed place.
    pub(super) fn judge_place<W: Working>(
        &self,
        at: &Observation,
        rank: Rank,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<Verdict, Missing> {
        (out.data_period, out.observation, out.rank) = (Some(at.period), Some(at.id), Some(rank));
        let place = Decimal::from(rank.position);
        out.actual = Some(place);
        work.step("位次 = 优于本地区的同级行政区个数 + 1", |inputs| {
            inputs.with("本地区", at.value).with("已报送", rank.of.unwrap_or_default());
            place.to_string()
        });
        let months = self.calendar.by(at.period.end());
        let line = self.line(at, place);
        let verdict = self.judge_line(at, &line, place, (months, Err(Missing::LastYearShare)), out, work)?;
        let gap = out.gap.and_then(super::Ratio::value).unwrap_or_default();
        out.streak = if gap < Decimal::ZERO { -1 } else { 1 };
        out.run = self.run(verdict.grade, at.period.end());
        Ok(verdict)
    }
}

/// A place as it was published; none where it is no place.
fn published(at: &Observation) -> Option<Rank> {
    let position = at.value.to_usize().filter(|place| *place > 0)?;
    Some(Rank { position, of: at.of.and_then(|of| usize::try_from(of).ok()), by: RankBy::Published })
}
