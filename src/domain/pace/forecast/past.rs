//! What the years before had reached by the same day, and what became of them.

/// One year's amounts; this year's own end is not known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Year {
    /// Added up by the same day.
    pub(super) reached: f64,
    /// Added up by three months before it.
    pub(super) recent: Option<f64>,
    /// Added up by the year's end.
    pub(super) whole: Option<f64>,
}

/// This year, those whose errors count, and three more for the shares behind the last of them.
pub(super) const YEARS: usize = 1 + super::YEARS_MAX + 3;

/// The projections of a past year lie at most this far from the first one, in logs, when their spread is measured.
const APART_MAX: f64 = 0.3;

/// Years in order, this one first; those that are not known whole are empty.
#[derive(Debug, Clone)]
pub(super) struct Past {
    pub(super) years: [Option<Year>; YEARS],
}

impl Past {
    pub(super) fn year(&self, back: usize) -> Option<Year> {
        self.years.get(back).copied().flatten()
    }

    /// The share of the whole that a year had reached.
    fn share(&self, back: usize) -> Option<f64> {
        let Year { reached, whole, .. } = self.year(back)?;
        let share = reached / whole?;
        (share.is_finite() && share > 0.0).then_some(share)
    }

    /// The mean share of up to three years before `back`.
    pub(super) fn mean_share(&self, back: usize) -> Option<f64> {
        mean((back + 1..=back + 3).filter_map(|back| self.share(back)))
    }

    /// What the year to date was of the same part of the year before.
    pub(super) fn ratio_to_date(&self, back: usize) -> Option<f64> {
        let ratio = self.year(back)?.reached / self.year(back + 1)?.reached;
        ratio.is_finite().then_some(ratio)
    }

    /// What the last three months were of the same months a year earlier, held within 0.6 to 1.6 of what the year to date
    /// was: a quarter's outlier is not a trend. Before four months have passed, the year to date itself.
    pub(super) fn recent_ratio(&self, back: usize) -> Option<f64> {
        let (now, last) = (self.year(back)?, self.year(back + 1)?);
        let to_date = self.ratio_to_date(back)?;
        let recent = now
            .recent
            .zip(last.recent)
            .map(|(now_recent, last_recent)| (now.reached - now_recent, last.reached - last_recent));
        match recent {
            Some((now, last)) if last > 0.0 => Some((now / last).clamp(to_date * 0.6, to_date * 1.6)),
            _ => Some(to_date),
        }
    }

    /// A year's end when the rest of it is the rest of the year before, times `ratio`.
    pub(super) fn carried_on(&self, back: usize, ratio: f64) -> Option<f64> {
        let (now, last) = (self.year(back)?, self.year(back + 1)?);
        let end = now.reached + (last.whole? - last.reached) * ratio;
        (end.is_finite() && end > 0.0).then_some(end)
    }

    /// Three projections of a year's end; `None` without the year before it, or where a year came to nothing.
    pub(super) fn project(&self, back: usize) -> Option<[f64; 3]> {
        let (now, last) = (self.year(back)?, self.year(back + 1)?);
        if now.reached <= 0.0 || last.reached <= 0.0 || last.whole? <= 0.0 {
            return None;
        }
        let by_last = now.reached / self.share(back + 1)?;
        let by_three = now.reached / self.mean_share(back)?;
        let by_recent = self.carried_on(back, self.recent_ratio(back)?)?;
        let all = [by_last, by_three, by_recent];
        all.iter().all(|value| value.is_finite() && *value > 0.0).then_some(all)
    }

    /// How far each past year's end lay from the mean of its three projections, in logs; the latest first.
    pub(super) fn errors(&self) -> Vec<f64> {
        (1..=super::YEARS_MAX)
            .filter_map(|back| {
                let mean = self.project(back)?.iter().sum::<f64>() / 3.0;
                let error = libm::log(self.year(back)?.whole? / mean);
                error.is_finite().then_some(error)
            })
            .collect()
    }
}

/// The variance of three projections in logs.
pub(super) fn variance(by: [f64; 3]) -> f64 {
    let apart = [0.0, libm::log(by[1] / by[0]), libm::log(by[2] / by[0])]
        .map(|apart: f64| apart.clamp(-APART_MAX, APART_MAX));
    let mean = apart.iter().sum::<f64>() / 3.0;
    apart.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>() / 3.0
}

/// The mean; `None` of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}
