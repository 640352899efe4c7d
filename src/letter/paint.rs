//! Shapes → PNG. No layout decisions here.

use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash, Transform,
};
use ttf_parser::{Face, OutlineBuilder};

/// Printable ASCII, the characters of the charts' labels and of units; see `fonts/OFL.txt`.
const FONT: &[u8] = include_bytes!("fonts/chart.otf");

/// Red, green, blue, opacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub(super) u8, pub(super) u8, pub(super) u8, pub(super) u8);

/// Which end of a text its position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Something to paint; positions in pixels from the top left, texts by their base line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Line { points: Vec<(f32, f32)>, color: Color, width: f32, dash: Option<[f32; 2]> },
    Area { points: Vec<(f32, f32)>, color: Color },
    Dot { at: (f32, f32), radius: f32, color: Color },
    Text { at: (f32, f32), size: f32, anchor: Anchor, color: Color, text: String },
}

/// Paints on white and encodes; `None` only for a size no picture can have.
pub(super) fn png(width: u32, height: u32, shapes: &[Shape]) -> Option<Vec<u8>> {
    let mut pixmap = Pixmap::new(width, height)?;
    pixmap.fill(tiny_skia::Color::WHITE);
    let face = Face::parse(FONT, 0).ok()?;
    for shape in shapes {
        paint(&mut pixmap, &face, shape);
    }
    encode(&pixmap)
}

fn paint(pixmap: &mut Pixmap, face: &Face, shape: &Shape) {
    match shape {
        Shape::Line { points, color, width, dash } => {
            let stroke = Stroke {
                width: *width,
                line_cap: LineCap::Butt,
                line_join: LineJoin::Round,
                dash: dash.and_then(|dash| StrokeDash::new(dash.to_vec(), 0.0)),
                ..Stroke::default()
            };
            if let Some(path) = polyline(points, false) {
                pixmap.stroke_path(&path, &ink(*color), &stroke, Transform::identity(), None);
            }
        }
        Shape::Area { points, color } => fill(pixmap, polyline(points, true), *color),
        Shape::Dot { at, radius, color } => {
            fill(pixmap, PathBuilder::from_circle(at.0, at.1, *radius), *color)
        }
        Shape::Text { at, size, anchor, color, text } => {
            let width = width_in(face, text, *size);
            let x = match anchor {
                Anchor::Start => at.0,
                Anchor::Middle => at.0 - width / 2.0,
                Anchor::End => at.0 - width,
            };
            fill(pixmap, outline(face, text, *size, (x, at.1)), *color);
        }
    }
}

fn ink(color: Color) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(color.0, color.1, color.2, color.3);
    paint
}

fn fill(pixmap: &mut Pixmap, path: Option<Path>, color: Color) {
    if let Some(path) = path {
        pixmap.fill_path(&path, &ink(color), FillRule::Winding, Transform::identity(), None);
    }
}

fn polyline(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (index, &(x, y)) in points.iter().enumerate() {
        if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// Width of `text` at `size` pixels an em.
pub(super) fn text_width(text: &str, size: f32) -> f32 {
    Face::parse(FONT, 0).map_or(0.0, |face| width_in(&face, text, size))
}

fn width_in(face: &Face, text: &str, size: f32) -> f32 {
    let scale = size / f32::from(face.units_per_em());
    text.chars()
        .filter_map(|c| face.glyph_hor_advance(face.glyph_index(c)?))
        .map(|advance| f32::from(advance) * scale)
        .sum()
}

/// Whether the font has every character of `text`.
pub(super) fn is_known(text: &str) -> bool {
    Face::parse(FONT, 0).is_ok_and(|face| text.chars().all(|c| face.glyph_index(c).is_some()))
}

/// Glyph outlines on a path, flipped: fonts count upwards, pictures downwards.
struct Pen {
    path: PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }
    fn close(&mut self) {
        self.path.close();
    }
}

fn outline(face: &Face, text: &str, size: f32, (x, y): (f32, f32)) -> Option<Path> {
    let scale = size / f32::from(face.units_per_em());
    let mut pen = Pen { path: PathBuilder::new(), x, y, scale };
    for c in text.chars() {
        let Some(glyph) = face.glyph_index(c) else { continue };
        face.outline_glyph(glyph, &mut pen);
        pen.x += f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
    }
    pen.path.finish()
}

/// Without the alpha channel, which is opaque everywhere.
fn encode(pixmap: &Pixmap) -> Option<Vec<u8>> {
    let opaque: Vec<u8> =
        pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut out = Vec::with_capacity(32 * 1024);
    let mut encoder = png::Encoder::new(&mut out, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Flat colours: without filters the file is half as large as with them, and sooner made.
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&opaque).ok()?;
    writer.finish().ok()?;
    Some(out)
}
