//! The trend chart: actual, pace, last year, target and forecast of one indicator, as a PNG.
//!
//! Each line carries its name at its end; the name of the indicator stands beside the picture as text. The picture itself
//! has only numbers, units and a closed list of labels, so a font of a few kilobytes shows them on any machine.

use chrono::Datelike;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::line::LineForecast;
use super::paint::{self, Anchor, Color, Shape};
use super::svg;
use super::trend::{Trend, TrendPoint};
use xushi_domain::pace::rounded;

/// Pixels. On a phone it is shown at less than half this size: sharp, and its figures still as large as small print.
pub(super) const WIDTH: u32 = 820;
/// Pixels.
pub(super) const HEIGHT: u32 = 480;

const TEXT: f32 = 26.0;
/// Height of one row of a label.
const ROW: f32 = 32.0;
const TOP: f32 = 66.0;
const BOTTOM: f32 = HEIGHT as f32 - 62.0;

const INK: Color = Color(0x3a, 0x3a, 0x3a, 255);
const GRID: Color = Color(0xe4, 0xe1, 0xda, 255);
const AXIS: Color = Color(0x8a, 0x8a, 0x8a, 255);
const ACTUAL: Color = Color(0xb0, 0x00, 0x0a, 255);
const PACE: Color = Color(0x33, 0x33, 0x33, 255);
const LAST_YEAR: Color = Color(0x3f, 0x64, 0x93, 255);
const TARGET: Color = Color(0x8f, 0x5a, 0x00, 255);
const BAND: Color = Color(0xb0, 0x00, 0x0a, 32);
const PLATE: Color = Color(255, 255, 255, 225);

/// Draws `trend` with where it is expected to end; `None` when there is nothing to compare: fewer than two periods or no
/// actual value.
pub(super) fn draw(trend: &Trend, forecast: Option<&LineForecast>) -> Option<Vec<u8>> {
    paint::png(WIDTH, HEIGHT, &shapes(trend, forecast)?)
}

/// The same as SVG, called `name`.
pub(super) fn draw_svg(trend: &Trend, forecast: Option<&LineForecast>, name: &str) -> Option<String> {
    Some(svg::picture((WIDTH, HEIGHT), name, &shapes(trend, forecast)?))
}

/// One line of the chart.
struct Series {
    label: &'static str,
    color: Color,
    width: f32,
    dash: Option<[f32; 2]>,
    value: fn(&TrendPoint) -> Option<Decimal>,
}

const LAST: Series =
    Series {
        label: "去年同期", color: LAST_YEAR, width: 3.0, dash: None, value: |point| point.last_year
    };
const DUE: Series =
    Series {
        label: "序时要求", color: PACE, width: 3.0, dash: Some([16.0, 9.0]), value: |point| point.pace
    };
const OWN: Series =
    Series { label: "实际", color: ACTUAL, width: 5.0, dash: None, value: |point| point.actual };

/// A name at the right end of what it names.
struct Label {
    /// Where it would stand best: the middle of its rows.
    y: f32,
    rows: Vec<String>,
    color: Color,
}

impl Label {
    fn height(&self) -> f32 {
        ROW * self.rows.len() as f32
    }
}

fn shapes(trend: &Trend, forecast: Option<&LineForecast>) -> Option<Vec<Shape>> {
    if trend.points.len() < 2 || trend.points.iter().all(|point| point.actual.is_none()) {
        return None;
    }
    let scale = Scale::new(trend, forecast)?;
    let mut shapes = scale.frame();
    let unit = format!("单位：{}", trend.unit);
    if !trend.unit.is_empty() && paint::is_known(&unit) {
        let at = (32.0, 36.0);
        shapes.push(Shape::Text { at, size: TEXT, anchor: Anchor::Start, color: INK, text: unit });
    }
    scale.months(&trend.points, &mut shapes);
    scale.band(&trend.points, &mut shapes);
    if let Some(target) = trend.target {
        let y = scale.y(target);
        let points = vec![(scale.left, y), (scale.right, y)];
        shapes.push(Shape::Line { points, color: TARGET, width: 3.0, dash: Some([4.0, 8.0]) });
    }
    // The actual values lie on top.
    let due = (!is_flat(trend)).then_some(&DUE);
    for series in [Some(&LAST), due, Some(&OWN)].into_iter().flatten() {
        for points in scale.stretches(&trend.points, series.value) {
            // What is named beside the picture is seen in it: a line of one point is none.
            let radius = if series.label == OWN.label { 8.0 } else { 6.0 };
            if series.label == OWN.label || points.len() == 1 {
                shapes.extend(points.iter().map(|&at| Shape::Dot { at, radius, color: series.color }));
            }
            let Series { color, width, dash, .. } = *series;
            shapes.push(Shape::Line { points, color, width, dash });
        }
    }
    scale.expected(trend, forecast, &mut shapes);
    scale.last_value(trend, &mut shapes);
    for label in spread(scale.labels(trend, forecast)) {
        let top = label.y - label.height() / 2.0;
        for (row, text) in (0_u16..).zip(label.rows) {
            let at = (scale.right + 14.0, top + ROW * (f32::from(row) + 0.78));
            shapes.push(Shape::Text { at, size: TEXT, anchor: Anchor::Start, color: label.color, text });
        }
    }
    Some(shapes)
}

/// Whether what is due is the target at any time: two lines on one another would look like a third.
fn is_flat(trend: &Trend) -> bool {
    trend
        .target
        .is_some_and(|target| trend.points.iter().all(|point| point.pace.is_none_or(|pace| pace == target)))
}

/// As a label: rounded, without zeros that say nothing.
fn number(value: Decimal, places: u32) -> String {
    rounded(value, places).normalize().to_string()
}

/// 180—207; a dash beside a minus could be read as one.
fn between(low: Decimal, high: Decimal, places: u32) -> String {
    let dash = if low < Decimal::ZERO || high < Decimal::ZERO { "~" } else { "—" };
    format!("{}{dash}{}", number(low, places), number(high, places))
}

/// Labels moved apart as little as keeps each readable and all on the picture.
fn spread(mut labels: Vec<Label>) -> Vec<Label> {
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut free = TOP - ROW;
    for label in &mut labels {
        let half = label.height() / 2.0;
        label.y = label.y.max(free + half);
        free = label.y + half;
    }
    let mut free = BOTTOM + ROW / 2.0;
    for label in labels.iter_mut().rev() {
        let half = label.height() / 2.0;
        label.y = label.y.min(free - half);
        free = label.y - half;
    }
    labels
}

/// Where values and periods lie on the picture. Values become binary floating point only here, as pixels.
struct Scale {
    left: f32,
    right: f32,
    count: usize,
    low: Decimal,
    step: Decimal,
    steps: u32,
}

impl Scale {
    fn new(trend: &Trend, forecast: Option<&LineForecast>) -> Option<Self> {
        let values = || {
            let all = trend.points.iter().flat_map(|p| [p.actual, p.pace, p.last_year, p.low, p.high]);
            all.flatten().chain(trend.target).chain(forecast.map(|forecast| forecast.value.value))
        };
        let (min, max) = (values().min()?, values().max()?);
        // A series that starts near nothing is read from zero; a share near 60 % is not.
        let from_zero = min >= Decimal::ZERO && min * Decimal::TWO < max;
        let (min, max) = if from_zero { (Decimal::ZERO, max) } else { (min, max) };
        let step = nice_step(max - min);
        let low = (min / step).floor() * step;
        let steps = ((max - low) / step).ceil().to_u32()?.max(1);
        let mut scale = Self { left: 0.0, right: 0.0, count: trend.points.len(), low, step, steps };
        let widest = scale.ticks().map(|(_, label)| paint::text_width(&label, TEXT)).fold(0.0, f32::max);
        scale.left = 32.0 + widest + 14.0;
        let labels = scale.labels(trend, forecast);
        let rows = labels.iter().flat_map(|label| &label.rows);
        let widest = rows.map(|row| paint::text_width(row, TEXT)).fold(0.0, f32::max);
        scale.right = (WIDTH as f32 - 20.0 - 14.0 - widest).max(WIDTH as f32 / 2.0);
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
        let room = self.right - self.left - 40.0;
        self.left + 24.0 + room * index as f32 / (self.count - 1) as f32
    }

    fn y(&self, value: Decimal) -> f32 {
        let share = (value - self.low) / (self.step * Decimal::from(self.steps));
        BOTTOM - (BOTTOM - TOP) * share.to_f32().unwrap_or(0.0)
    }

    fn frame(&self) -> Vec<Shape> {
        let mut shapes = Vec::new();
        for (index, (value, label)) in self.ticks().enumerate() {
            let y = self.y(value);
            let color = if index == 0 { AXIS } else { GRID };
            let points = vec![(self.left, y), (self.right, y)];
            shapes.push(Shape::Line { points, color, width: 2.0, dash: None });
            let at = (self.left - 14.0, y + TEXT * 0.36);
            shapes.push(Shape::Text { at, size: TEXT, anchor: Anchor::End, color: INK, text: label });
        }
        shapes
    }

    /// Labels of periods, thinned out when there are many.
    fn months(&self, points: &[TrendPoint], shapes: &mut Vec<Shape>) {
        let room = (self.right - self.left) / (paint::text_width("12月", TEXT) + 8.0);
        let every = points.len().div_ceil(room.max(1.0) as usize);
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

    /// From the latest actual value to where the window is expected to end.
    fn expected(&self, trend: &Trend, forecast: Option<&LineForecast>, shapes: &mut Vec<Shape>) {
        let Some((forecast, (index, _, value))) = forecast.zip(latest(trend)) else { return };
        let end = self.count - 1;
        if index < end {
            let points = vec![(self.x(index), self.y(value)), (self.x(end), self.y(forecast.value.value))];
            shapes.push(Shape::Line { points, color: ACTUAL, width: 3.0, dash: Some([3.0, 7.0]) });
        }
    }

    /// The latest actual value in figures, beside its dot and out of the way of the pace, and how far it is from that.
    fn last_value(&self, trend: &Trend, shapes: &mut Vec<Shape>) {
        let Some((index, point, value)) = latest(trend) else { return };
        let (x, y) = (self.x(index), self.y(value));
        let due = point.pace.map(|pace| self.y(pace));
        if let Some(due) = due.filter(|due| (due - y).abs() > 12.0) {
            let points = vec![(x, y), (x, due)];
            shapes.push(Shape::Line { points, color: ACTUAL, width: 2.0, dash: None });
        }
        let above = due.is_none_or(|due| y <= due);
        let y = if above && y - TOP > 20.0 { y - 22.0 } else { (y + 44.0).min(BOTTOM - 10.0) };
        let text = format!("{}{}", OWN.label, rounded(value, trend.places));
        let (half, size) = (paint::text_width(&text, 30.0) / 2.0 + 6.0, 30.0);
        let x = x.clamp(self.left + half, (WIDTH as f32 - half - 8.0).max(self.left + half));
        let (top, bottom) = (y - 28.0, y + 6.0);
        let points = vec![(x - half, top), (x + half, top), (x + half, bottom), (x - half, bottom)];
        shapes.push(Shape::Area { points, color: PLATE });
        shapes.push(Shape::Text { at: (x, y), size, anchor: Anchor::Middle, color: ACTUAL, text });
    }

    /// The names of the lines that reach the right end, with the values that are no points of the others.
    fn labels(&self, trend: &Trend, forecast: Option<&LineForecast>) -> Vec<Label> {
        let mut labels = Vec::new();
        let mut put = |value: Decimal, color: Color, rows: Vec<String>| {
            labels.push(Label { y: self.y(value), rows, color });
        };
        if let Some(target) = trend.target {
            put(target, TARGET, vec![format!("目标{}", target.normalize())]);
        }
        let end_of = |series: &Series| trend.points.iter().rev().find_map(series.value);
        if let Some(pace) = end_of(&DUE).filter(|_| !is_flat(trend)) {
            put(pace, PACE, vec![DUE.label.to_owned()]);
        }
        if let Some(last_year) = end_of(&LAST) {
            put(last_year, LAST_YEAR, vec![LAST.label.to_owned()]);
        }
        let band = trend.points.iter().rev().find_map(|point| Some((point.low?, point.high?)));
        match (forecast, band) {
            (Some(forecast), _) => {
                let LineForecast { value, low, high, .. } = forecast;
                let places = value.places;
                let span = between(low.value, high.value, places);
                let expected = format!("预计{}", number(value.value, places));
                put(value.value, ACTUAL, vec![expected, span]);
            }
            (None, Some((low, high))) if latest(trend).is_some_and(|(index, ..)| index + 1 < self.count) => {
                let span = between(low, high, trend.places);
                put((low + high) / Decimal::TWO, ACTUAL, vec!["预计".to_owned(), span]);
            }
            (None, _) => {}
        }
        labels
    }
}

/// The latest actual value with its place.
fn latest(trend: &Trend) -> Option<(usize, &TrendPoint, Decimal)> {
    trend.points.iter().enumerate().rev().find_map(|(index, point)| Some((index, point, point.actual?)))
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
        let flat = trend(&[Some("3.6"), None, Some("2.9")], &["4.5"; 4], Some("4.5"));
        let shapes = shapes(&flat, None).unwrap();
        let texts = texts(&shapes);
        for label in ["单位：%", "目标4.5", "1月", "4月", "实际2.9"] {
            assert!(texts.contains(&label), "{label} in {texts:?}");
        }
        assert!(!texts.contains(&"去年同期"), "what is unknown has no name");
        assert!(!texts.contains(&"序时要求"), "what is due at any time is the target");
        let lines = shapes.iter().filter(|s| matches!(s, Shape::Line { color: ACTUAL, width: 5.0, .. }));
        assert_eq!(lines.count(), 2, "a gap breaks the line");
    }

    fn forecast(value: &str, low: &str, high: &str) -> LineForecast {
        let quantity = |text: &str| crate::Quantity::new(text.parse().unwrap(), "亿元", 1);
        LineForecast {
            value: quantity(value),
            low: quantity(low),
            high: quantity(high),
            p_miss: crate::Quantity::new(Decimal::from(95), "%", 0),
            decides: false,
        }
    }

    #[test]
    fn where_it_will_end_is_a_line_with_its_value() {
        let moving = trend(&[Some("40"), Some("90")], &["56.25", "112.5", "168.75", "225"], Some("225"));
        let shapes = shapes(&moving, Some(&forecast("194.94", "180", "207.06"))).unwrap();
        let texts = texts(&shapes);
        for label in ["目标225", "序时要求", "预计194.9", "180—207.1", "实际90.0"] {
            assert!(texts.contains(&label), "{label} in {texts:?}");
        }
        let dashed = |s: &&Shape| matches!(s, Shape::Line { color: ACTUAL, dash: Some(_), .. });
        assert_eq!(shapes.iter().filter(dashed).count(), 1);
        // The target and what is due end in one point; their names do not lie on one another.
        let rows: Vec<f32> = shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Text { at, text, anchor: Anchor::Start, .. } if !text.starts_with("单位") => {
                    Some(at.1)
                }
                _ => None,
            })
            .collect();
        for (n, y) in rows.iter().enumerate() {
            assert!(rows[..n].iter().all(|other| (other - y).abs() > TEXT), "{rows:?}");
        }
    }

    #[test]
    fn everything_stays_on_the_picture() {
        for values in
            [["0.1", "70", "35"], ["-5.5", "-1.2", "3"], ["4.5", "4.5", "4.5"], ["123456789", "3", "1"]]
        {
            let trend = trend(&values.map(Some), &["4.5"; 3], Some("4.5"));
            let ends = forecast(values[0], values[1], values[2]);
            for shape in shapes(&trend, Some(&ends)).unwrap() {
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
        assert!(draw(&trend(&[], &["1", "2"], None), None).is_none());
        assert!(draw(&trend(&[Some("1")], &["1"], None), None).is_none());
    }

    #[test]
    fn the_same_facts_are_the_same_small_png() {
        let trend = trend(&[Some("3.6"), Some("2.9")], &["4.5"; 12], Some("4.5"));
        let png = draw(&trend, None).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(draw(&trend, None), Some(png.clone()));
        assert!(png.len() < 40_000, "{} bytes", png.len());
    }

    #[test]
    fn the_font_has_every_label() {
        for label in [
            "实际",
            "序时要求",
            "去年同期",
            "目标",
            "预计",
            "0123456789.-—月",
            "单位：亿元",
            "微克/立方米",
            "个百分点",
        ] {
            assert!(paint::is_known(label), "{label}");
        }
    }
}
