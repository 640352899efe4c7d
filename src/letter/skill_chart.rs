//! How good forecasts were, as a PNG: on the left what was stated against what came, on the right the skill month by month.

use xushi_domain::backtest::{Interval, Reliability};

use super::paint::{self, Anchor, Color, Shape};

/// Pixels.
const WIDTH: u32 = 1640;
/// Pixels.
const HEIGHT: u32 = 820;
const TEXT: f32 = 26.0;

const INK: Color = Color(0x3a, 0x3a, 0x3a, 255);
const GRID: Color = Color(0xe4, 0xe1, 0xda, 255);
const AXIS: Color = Color(0x8a, 0x8a, 0x8a, 255);
const LINE: Color = Color(0xb0, 0x00, 0x0a, 255);
const BAND: Color = Color(0xb0, 0x00, 0x0a, 40);

/// A square of the picture: the values of its edges and its pixels.
struct Panel {
    x: (f32, f32),
    y: (f32, f32),
    left: f32,
}

const TOP: f32 = 90.0;
const SIDE: f32 = 620.0;
const BOTTOM: f32 = TOP + SIDE;

impl Panel {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let part = |value: f32, (from, to): (f32, f32)| ((value - from) / (to - from)).clamp(0.0, 1.0);
        (self.left + SIDE * part(x, self.x), BOTTOM - SIDE * part(y, self.y))
    }

    fn line(&self, points: &[(f32, f32)], color: Color, width: f32, dash: Option<[f32; 2]>) -> Shape {
        let points = points.iter().map(|&(x, y)| self.at(x, y)).collect();
        Shape::Line { points, color, width, dash }
    }

    /// Lines across at every `step` of y, with their values; the axes; the title.
    fn frame(&self, step: f32, title: &str, shapes: &mut Vec<Shape>) {
        let count = ((self.y.1 - self.y.0) / step).round() as u16;
        for index in 0..=count {
            let value = self.y.0 + step * f32::from(index);
            let color = if index == 0 { AXIS } else { GRID };
            shapes.push(self.line(&[(self.x.0, value), (self.x.1, value)], color, 2.0, None));
            let (x, y) = self.at(self.x.0, value);
            shapes.push(text((x - 14.0, y + TEXT * 0.36), Anchor::End, format!("{value:.1}")));
        }
        shapes.push(text((self.left, TOP - 36.0), Anchor::Start, title.to_owned()));
    }
}

fn text(at: (f32, f32), anchor: Anchor, text: String) -> Shape {
    Shape::Text { at, size: TEXT, anchor, color: INK, text }
}

/// Draws the tenths of what was stated, and the skill of each month (1..=12) with its interval; `None` only where nothing can
/// be painted.
pub fn draw_skill(tenths: &[Reliability], months: &[(u32, Interval)]) -> Option<Vec<u8>> {
    paint::png(WIDTH, HEIGHT, &shapes(tenths, months))
}

fn shapes(tenths: &[Reliability], months: &[(u32, Interval)]) -> Vec<Shape> {
    let mut shapes = Vec::new();
    reliability(tenths, &mut shapes);
    skill(months, &mut shapes);
    shapes
}

fn reliability(tenths: &[Reliability], shapes: &mut Vec<Shape>) {
    let panel = Panel { x: (0.0, 1.0), y: (0.0, 1.0), left: 110.0 };
    panel.frame(0.2, "p_miss: 预测 (x) - 实际 (y)", shapes);
    for fifth in 0..=5_u16 {
        let value = f32::from(fifth) / 5.0;
        let (x, y) = panel.at(value, 0.0);
        shapes.push(text((x, y + 40.0), Anchor::Middle, format!("{value:.1}")));
    }
    shapes.push(panel.line(&[(0.0, 0.0), (1.0, 1.0)], AXIS, 3.0, Some([16.0, 9.0])));
    let known: Vec<&Reliability> = tenths.iter().filter(|tenth| tenth.count > 0).collect();
    let points: Vec<(f32, f32)> =
        known.iter().map(|tenth| (tenth.stated as f32, tenth.missed as f32)).collect();
    shapes.push(panel.line(&points, LINE, 4.0, None));
    let most = known.iter().map(|tenth| tenth.count).max().unwrap_or(1) as f32;
    for (tenth, &(x, y)) in known.iter().zip(&points) {
        let radius = 6.0 + 14.0 * (tenth.count as f32 / most).sqrt();
        shapes.push(Shape::Dot { at: panel.at(x, y), radius, color: LINE });
    }
}

fn skill(months: &[(u32, Interval)], shapes: &mut Vec<Shape>) {
    let low = months.iter().map(|(_, skill)| skill.ends.0).fold(0.0, f64::min);
    let bottom = ((low * 5.0).floor() / 5.0).max(-1.0) as f32;
    let panel = Panel { x: (1.0, 11.0), y: (bottom, 1.0), left: 940.0 };
    panel.frame(0.2, "Brier skill (95%)", shapes);
    for (month, _) in months {
        let (x, y) = panel.at(*month as f32, bottom);
        shapes.push(text((x, y + 40.0), Anchor::Middle, format!("{month}月")));
    }
    let along =
        |of: fn(&Interval) -> f64| months.iter().map(move |(month, one)| (*month as f32, of(one) as f32));
    let (upper, lower): (Vec<_>, Vec<_>) =
        (along(|one| one.ends.1).collect(), along(|one| one.ends.0).collect());
    let points = upper.into_iter().chain(lower.into_iter().rev()).map(|(x, y)| panel.at(x, y)).collect();
    shapes.push(Shape::Area { points, color: BAND });
    let middle: Vec<_> = along(|one| one.value).collect();
    shapes.push(panel.line(&middle, LINE, 5.0, None));
    for (x, y) in middle {
        shapes.push(Shape::Dot { at: panel.at(x, y), radius: 8.0, color: LINE });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_shows_every_tenth_and_month() {
        let tenth = |count, part: f64| Reliability { count, stated: part, missed: part };
        let tenths: Vec<_> = (0..10).map(|tenth_of| tenth(tenth_of, 0.05 + 0.1 * tenth_of as f64)).collect();
        let month = |month: u32| (month, Interval { value: 0.5, ends: (-0.3, 0.9) });
        let months: Vec<_> = (2..=11).map(month).collect();
        let shapes = shapes(&tenths, &months);
        let dots = shapes.iter().filter(|shape| matches!(shape, Shape::Dot { .. })).count();
        assert_eq!(dots, 9 + 10, "an empty tenth has no dot");
        for shape in &shapes {
            if let Shape::Text { text, at, .. } = shape {
                assert!(paint::is_known(text), "{text}");
                assert!(
                    at.0 > 0.0 && at.0 < WIDTH as f32 && at.1 > 0.0 && at.1 < HEIGHT as f32,
                    "{text} {at:?}"
                );
            }
        }
        let png = draw_skill(&tenths, &months).unwrap();
        assert_eq!((&png[..8], draw_skill(&tenths, &months)), (&b"\x89PNG\r\n\x1a\n"[..], Some(png.clone())));
        assert!(draw_skill(&[], &[]).is_some());
    }
}
