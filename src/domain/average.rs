//! Which region an average is of: 全国平均水平, 全省平均, 平均水平.

use super::RegionLevel;

/// Whose average a target is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AverageOf<'a> {
    /// The nation's.
    Nation,
    /// That of the region of this level above one's own.
    Above(RegionLevel),
    /// That of the region directly above.
    Parent,
    /// That of a region by name or code.
    Named(&'a str),
}

impl<'a> AverageOf<'a> {
    /// Reads what a comparison is called.
    pub fn read(name: &'a str) -> Self {
        let name = name.trim();
        if name.contains("全国") {
            Self::Nation
        } else if name.contains("全省") || name.starts_with("省平均") || name.starts_with("省均") {
            Self::Above(RegionLevel::Province)
        } else if ["全市", "全州", "市平均", "市均"].iter().any(|word| name.starts_with(word)) {
            Self::Above(RegionLevel::Prefecture)
        } else if name.starts_with("平均") {
            Self::Parent
        } else {
            Self::Named(name.trim_end_matches("平均水平").trim_end_matches("平均"))
        }
    }
}

/// The names a measure may be found by when a target only says what its rate is called: 居民收入增速 is the growth of
/// 居民收入.
pub fn measure_names(written: &str) -> impl Iterator<Item = &str> {
    let written = written.trim();
    let bare = ["增长速度", "增速", "增幅", "增长"].iter().find_map(|rate| written.strip_suffix(rate));
    std::iter::once(written).chain(bare.filter(|bare| !bare.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_read() {
        for (name, want) in [
            ("全国平均水平", AverageOf::Nation),
            ("全国", AverageOf::Nation),
            ("全省平均", AverageOf::Above(RegionLevel::Province)),
            ("省均", AverageOf::Above(RegionLevel::Province)),
            ("全市平均水平", AverageOf::Above(RegionLevel::Prefecture)),
            ("平均水平", AverageOf::Parent),
            ("同期全国平均", AverageOf::Nation),
            ("全州平均", AverageOf::Above(RegionLevel::Prefecture)),
            ("湖南省平均水平", AverageOf::Named("湖南省")),
            ("湖南省平均", AverageOf::Named("湖南省")),
            ("长沙市", AverageOf::Named("长沙市")),
            ("430000", AverageOf::Named("430000")),
        ] {
            assert_eq!(AverageOf::read(name), want, "{name}");
        }
    }

    #[test]
    fn a_rate_is_found_by_its_measure() {
        for (written, want) in [
            ("经济增速", vec!["经济增速", "经济"]),
            ("经济增长", vec!["经济增长", "经济"]),
            ("地区生产总值", vec!["地区生产总值"]),
            ("增速", vec!["增速"]),
        ] {
            assert_eq!(measure_names(written).collect::<Vec<_>>(), want);
        }
    }
}
