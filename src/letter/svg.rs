//! Shapes → SVG, for pages: the same picture with real text. No layout decisions here.

use std::fmt::Write as _;

use super::paint::{Anchor, Color, Shape};

/// The picture as an element of a page; text in the page's own face, colours and strokes as they are painted.
pub(super) fn picture((width, height): (u32, u32), name: &str, shapes: &[Shape]) -> String {
    let mut out = String::with_capacity(4 * 1024);
    let name = escaped(name);
    // Writing into a string cannot fail.
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{name}">"#
    );
    for shape in shapes {
        let _ = match shape {
            Shape::Line { points, color, width, dash } => {
                let dash =
                    dash.map(|[on, off]| format!(r#" stroke-dasharray="{on} {off}""#)).unwrap_or_default();
                write!(
                    out,
                    r#"<polyline points="{}" fill="none" stroke="{}" stroke-width="{width}"{dash}/>"#,
                    places(points),
                    hex(*color)
                )
            }
            Shape::Area { points, color } => {
                write!(
                    out,
                    r#"<polygon points="{}" fill="{}"{}/>"#,
                    places(points),
                    hex(*color),
                    clear(*color)
                )
            }
            Shape::Dot { at, radius, color } => {
                write!(
                    out,
                    r#"<circle cx="{:.0}" cy="{:.0}" r="{radius}" fill="{}"/>"#,
                    at.0,
                    at.1,
                    hex(*color)
                )
            }
            Shape::Text { at, size, anchor, color, text } => {
                let anchor = match anchor {
                    Anchor::Start => "",
                    Anchor::Middle => r#" text-anchor="middle""#,
                    Anchor::End => r#" text-anchor="end""#,
                };
                let (x, y, color, text) = (at.0, at.1, hex(*color), escaped(text));
                write!(
                    out,
                    r#"<text x="{x:.0}" y="{y:.0}" font-size="{size}" fill="{color}"{anchor}>{text}</text>"#
                )
            }
        };
    }
    out.push_str("</svg>");
    out
}

fn places(points: &[(f32, f32)]) -> String {
    let place = |(x, y): &(f32, f32)| format!("{x:.0},{y:.0}");
    points.iter().map(place).collect::<Vec<_>>().join(" ")
}

fn hex(Color(red, green, blue, _): Color) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn clear(Color(.., opacity): Color) -> String {
    if opacity == 255 {
        String::new()
    } else {
        format!(r#" fill-opacity="{:.2}""#, f32::from(opacity) / 255.0)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_a_name() {
        let color = Color(1, 2, 3, 128);
        let text = Shape::Text { at: (1.2, 2.6), size: 26.0, anchor: Anchor::End, color, text: "a<b".into() };
        let area = Shape::Area { points: vec![(0.0, 0.0), (1.4, 2.5)], color };
        let drawn = picture((8, 4), r#""><script>"#, &[text, area]);
        assert!(drawn.contains(r#"aria-label="&quot;&gt;&lt;script&gt;""#) && !drawn.contains("<script"));
        assert!(drawn.contains(r#"text-anchor="end">a&lt;b</text>"#), "{drawn}");
        assert!(drawn.contains(r##"fill="#010203" fill-opacity="0.50""##), "{drawn}");
    }
}
