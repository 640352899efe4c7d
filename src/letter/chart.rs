//! The trend chart: actual, pace, last year, target and forecast band of one indicator, as a PNG.
//!
//! Names and units stand beside the picture as text; the picture itself has only numbers and a closed list of
//! labels, so a font of a few kilobytes shows them on any machine.

use chrono::Datelike;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::paint::{self, Anchor, Color, Shape};
use super::trend::{Trend, TrendPoint};

/// Pixels. On a phone it is shown at less than half this size: sharp, and its figures still as large as small print.
pub(super) const WIDTH: u32 = 820;
/// Pixels.
pub(super) const HEIGHT: u32 = 480;

const TEXT: f32 = 26.0;
/// Height of one row of the legend.
const ROW: f32 = 44.0;
const BOTTOM: f32 = HEIGHT as f32 - 62.0;
const RIGHT: f32 = WIDTH as f32 - 48.0;

const INK: Color = Color(0x3a, 0x3a, 0x3a, 255);
const GRID: Color = Color(0xe4, 0xe1, 0xda, 255);
const AXIS: Color = Color(0x8a, 0x8a, 0x8a, 255);
const ACTUAL: Color = Color(0xb0, 0x00, 0x0a, 255);
const PACE: Color = Color(0x33, 0x33, 0x33, 255);
const LAST_YEAR: Color = Color(0x5b, 0x7d, 0xa8, 255);
const TARGET: Color = Color(0xb8, 0x74, 0x00, 255);
const BAND: Color = Color(0xb0, 0x00, 0x0a, 40);

/// Draws `trend`; `None` when there is nothing to compare: fewer than two periods or no actual value.
pub(super) fn draw(trend: &Trend) -> Option<Vec<u8>> {
    paint::png(WIDTH, HEIGHT, &shapes(trend)?)
}

/// One line of the chart.
struct Series {
    label: &'static str,
    color: Color,
    width: f32,
    dash: Option<[f32; 2]>,
    value: fn(&TrendPoint) -> Option<Decimal>,
}

/// Drawn in this order, so the actual values lie on top.
const SERIES: [Series; 3] = [
    Series {
        label: "去年同期", color: LAST_YEAR, width: 3.0, dash: None, value: |point| point.last_year
    },
    Series {
        label: "序时要求", color: PACE, width: 3.0, dash: Some([16.0, 9.0]), value: |point| point.pace
    },
    Series { label: "实际", color: ACTUAL, width: 5.0, dash: None, value: |point| point.actual },
];

fn shapes(trend: &Trend) -> Option<Vec<Shape>> {
    if trend.points.len() < 2 || trend.points.iter().all(|point| point.actual.is_none()) {
        return None;
    }
    let (legend, rows) = legend(trend);
    let scale = Scale::new(trend, rows)?;
    let mut shapes = scale.frame();
    scale.months(&trend.points, &mut shapes);
    scale.band(&trend.points, &mut shapes);
    if let Some(target) = trend.target {
        let y = scale.y(target);
        let points = vec![(scale.left, y), (RIGHT, y)];
        shapes.push(Shape::Line { points, color: TARGET, width: 3.0, dash: Some([4.0, 8.0]) });
    }
    for series in &SERIES {
        for points in scale.stretches(&trend.points, series.value) {
            if series.label == "实际" {
                shapes.extend(points.iter().map(|&at| Shape::Dot { at, radius: 8.0, color: series.color }));
            }
            let Series { color, width, dash, .. } = *series;
            shapes.push(Shape::Line { points, color, width, dash });
        }
    }
    scale.last_value(trend, &mut shapes);
    shapes.extend(legend);
    Some(shapes)
}

/// Where values and periods lie on the picture. Values become binary floating point only here, as pixels.
struct Scale {
    left: f32,
    top: f32,
    count: usize,
    low: Decimal,
    step: Decimal,
    steps: u32,
}

impl Scale {
    fn new(trend: &Trend, rows: u16) -> Option<Self> {
        let values = || {
            let all = trend.points.iter().flat_map(|p| [p.actual, p.pace, p.last_year, p.low, p.high]);
            all.flatten().chain(trend.target)
        };
        let (min, max) = (values().min()?, values().max()?);
        // A series that starts near nothing is read from zero; a share near 60 % is not.
        let from_zero = min >= Decimal::ZERO && min * Decimal::TWO < max;
        let (min, max) = if from_zero { (Decimal::ZERO, max) } else { (min, max) };
        let step = nice_step(max - min);
        let low = (min / step).floor() * step;
        let steps = ((max - low) / step).ceil().to_u32()?.max(1);
        let top = 48.0 + ROW * f32::from(rows);
        let mut scale = Self { left: 0.0, top, count: trend.points.len(), low, step, steps };
        let widest = scale.ticks().map(|(_, label)| paint::text_width(&label, TEXT)).fold(0.0, f32::max);
        scale.left = 32.0 + widest + 14.0;
        Some(scale)
    }

    fn ticks(&self) -> impl Iterator<Item = (Decimal, String)> {
        let places = self.step.normalize().scale();
        (0..=self.steps).map(move |n| {
            let mut value = self.low + self.step * Decimal::from(n);
            value.rescale(places);
            (value, value.to_string())
        })
    }

    fn x(&self, index: usize) -> f32 {
        let room = RIGHT - self.left - 48.0;
        self.left + 24.0 + room * index as f32 / (self.count - 1) as f32
    }

    fn y(&self, value: Decimal) -> f32 {
        let share = (value - self.low) / (self.step * Decimal::from(self.steps));
        BOTTOM - (BOTTOM - self.top) * share.to_f32().unwrap_or(0.0)
    }

    fn frame(&self) -> Vec<Shape> {
        let mut shapes = Vec::new();
        for (index, (value, label)) in self.ticks().enumerate() {
            let y = self.y(value);
            let color = if index == 0 { AXIS } else { GRID };
            shapes.push(Shape::Line {
                points: vec![(self.left, y), (RIGHT, y)],
                color,
                width: 2.0,
                dash: None,
            });
            let at = (self.left - 14.0, y + TEXT * 0.36);
            shapes.push(Shape::Text { at, size: TEXT, anchor: Anchor::End, color: INK, text: label });
        }
        shapes
    }

    /// Labels of periods, thinned out when there are many.
    fn months(&self, points: &[TrendPoint], shapes: &mut Vec<Shape>) {
        let every = points.len().div_ceil(13);
        for (index, point) in points.iter().enumerate().step_by(every) {
            let text = format!("{}月", point.end.month());
            let at = (self.x(index), BOTTOM + 40.0);
            shapes.push(Shape::Text { at, size: TEXT, anchor: Anchor::Middle, color: INK, text });
        }
    }

    /// The forecast band, from the last period that has one to the first and back.
    fn band(&self, points: &[TrendPoint], shapes: &mut Vec<Shape>) {
        let ends: Vec<_> = (0..)
            .zip(points)
            .filter_map(|(index, point)| Some((self.x(index), self.y(point.low?), self.y(point.high?))))
            .collect();
        if ends.len() > 1 {
            let upper = ends.iter().map(|&(x, _, high)| (x, high));
            let lower = ends.iter().rev().map(|&(x, low, _)| (x, low));
            shapes.push(Shape::Area { points: upper.chain(lower).collect(), color: BAND });
        }
    }

    /// The series without its gaps: a missing period breaks the line, it is never drawn through.
    fn stretches(
        &self,
        points: &[TrendPoint],
        value: fn(&TrendPoint) -> Option<Decimal>,
    ) -> Vec<Vec<(f32, f32)>> {
        let at = |(index, point)| value(point).map(|value| (self.x(index), self.y(value)));
        let places: Vec<_> = (0..).zip(points).map(at).collect();
        places
            .split(Option::is_none)
            .filter(|run| !run.is_empty())
            .map(|run| run.iter().copied().flatten().collect())
            .collect()
    }

    /// The latest actual value in figures, beside its dot and out of the way of the pace.
    fn last_value(&self, trend: &Trend, shapes: &mut Vec<Shape>) {
        let latest = trend.points.iter().enumerate().rev().find_map(|(index, p)| Some((index, p, p.actual?)));
        let Some((index, point, value)) = latest else { return };
        let above = point.pace.is_none_or(|pace| value >= pace);
        let (x, y) = (self.x(index), self.y(value));
        let y = if above && y - self.top > 44.0 { y - 22.0 } else { (y + 44.0).min(BOTTOM - 10.0) };
        let text = xushi_domain::pace::rounded(value, trend.places).to_string();
        let (half, size) = (paint::text_width(&text, 30.0) / 2.0 + 6.0, 30.0);
        let (top, bottom) = (y - 28.0, y + 6.0);
        let points = vec![(x - half, top), (x + half, top), (x + half, bottom), (x - half, bottom)];
        shapes.push(Shape::Area { points, color: Color(255, 255, 255, 215) });
        shapes.push(Shape::Text { at: (x, y), size, anchor: Anchor::Middle, color: ACTUAL, text });
    }
}

/// What each line is, for the lines there are, in as many rows as that takes.
fn legend(trend: &Trend) -> (Vec<Shape>, u16) {
    let mut entries: Vec<_> = SERIES
        .iter()
        .rev()
        .filter(|series| trend.points.iter().any(|point| (series.value)(point).is_some()))
        .map(|series| (series.label, series.color, series.width, series.dash))
        .collect();
    if trend.target.is_some() {
        entries.push(("目标", TARGET, 3.0, Some([4.0, 8.0])));
    }
    if trend.points.iter().filter(|point| point.low.is_some() && point.high.is_some()).count() > 1 {
        entries.push(("预测区间", BAND, 22.0, None));
    }
    let mut shapes = Vec::new();
    let (mut x, mut rows) = (32.0, 1);
    for (label, color, width, dash) in entries {
        let room = 68.0 + paint::text_width(label, TEXT);
        if x + room > RIGHT {
            (x, rows) = (32.0, rows + 1);
        }
        let y = ROW * f32::from(rows) - 4.0;
        shapes.push(Shape::Line { points: vec![(x, y), (x + 56.0, y)], color, width, dash });
        let at = (x + 68.0, y + TEXT * 0.36);
        shapes.push(Shape::Text {
            at,
            size: TEXT,
            anchor: Anchor::Start,
            color: INK,
            text: label.to_owned(),
        });
        x += room + 44.0;
    }
    (shapes, rows)
}

/// The smallest of 1, 2, 5 × 10^n that makes at most five steps of `range`.
fn nice_step(range: Decimal) -> Decimal {
    let mut decade = Decimal::new(1, 10);
    loop {
        for factor in [1, 2, 5] {
            let step = decade * Decimal::from(factor);
            if step * Decimal::from(5) >= range && (range > Decimal::ZERO || step >= Decimal::ONE) {
                return step.normalize();
            }
        }
        decade *= Decimal::TEN;
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Months, NaiveDate};

    use super::*;

    fn trend(actual: &[Option<&str>], pace: &[&str], target: Option<&str>) -> Trend {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        let points = (0..pace.len()).map(|n| TrendPoint {
            end: first + Months::new(n as u32),
            actual: actual.get(n).copied().flatten().map(number),
            pace: Some(number(pace[n])),
            last_year: None,
            low: None,
            high: None,
        });
        Trend { unit: "%".into(), places: 1, target: target.map(number), points: points.collect() }
    }

    fn texts(shapes: &[Shape]) -> Vec<&str> {
        shapes
            .iter()
            .filter_map(|s| if let Shape::Text { text, .. } = s { Some(text.as_str()) } else { None })
            .collect()
    }

    #[test]
    fn steps_are_round() {
        for (range, want) in
            [("5", "1"), ("5.1", "2"), ("0.3", "0.1"), ("70", "20"), ("0", "1"), ("123456", "50000")]
        {
            assert_eq!(nice_step(range.parse().unwrap()).to_string(), want, "{range}");
        }
    }

    #[test]
    fn the_picture_says_what_the_facts_say() {
        let shapes = shapes(&trend(&[Some("3.6"), None, Some("2.9")], &["4.5"; 4], Some("4.5"))).unwrap();
        let texts = texts(&shapes);
        for label in ["实际", "序时要求", "目标", "1月", "4月", "2.9"] {
            assert!(texts.contains(&label), "{label} in {texts:?}");
        }
        assert!(!texts.contains(&"去年同期"), "what is unknown has no entry");
        let lines = shapes.iter().filter(|s| matches!(s, Shape::Line { color: ACTUAL, .. }));
        assert_eq!(lines.count(), 3, "a gap breaks the line; the third is the legend's");
    }

    #[test]
    fn everything_stays_on_the_picture() {
        for values in
            [["0.1", "70", "35"], ["-5.5", "-1.2", "3"], ["4.5", "4.5", "4.5"], ["123456789", "3", "1"]]
        {
            let trend = trend(&values.map(Some), &["4.5"; 3], Some("4.5"));
            for shape in shapes(&trend).unwrap() {
                let points = match shape {
                    Shape::Line { points, .. } | Shape::Area { points, .. } => points,
                    Shape::Dot { at, .. } | Shape::Text { at, .. } => vec![at],
                };
                for (x, y) in points {
                    assert!(
                        (0.0..=WIDTH as f32).contains(&x) && (0.0..=HEIGHT as f32).contains(&y),
                        "{x} {y}"
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_to_compare_is_no_picture() {
        assert!(draw(&trend(&[], &["1", "2"], None)).is_none());
        assert!(draw(&trend(&[Some("1")], &["1"], None)).is_none());
    }

    #[test]
    fn the_same_facts_are_the_same_small_png() {
        let trend = trend(&[Some("3.6"), Some("2.9")], &["4.5"; 12], Some("4.5"));
        let png = draw(&trend).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(draw(&trend), Some(png.clone()));
        assert!(png.len() < 40_000, "{} bytes", png.len());
    }

    #[test]
    fn the_font_has_every_label() {
        for label in ["实际", "序时要求", "去年同期", "目标", "预测区间", "0123456789.-月"] {
            assert_eq!(label.chars().find(|&c| !paint::has_glyph(c)), None, "{label}");
        }
    }
}
