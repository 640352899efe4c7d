//! Fonts, lines and colours of sheets.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};
use xushi_domain::Grade;

use super::sheet_table::Tone;

/// Office computers have it; others take the one they have for Chinese.
const FONT: &str = "宋体";

const LINE: Color = Color::RGB(0x80_80_80);

/// Size of the text of a table, in points.
pub(super) const SIZE: f64 = 10.5;

pub(super) fn title() -> Format {
    Format::new()
        .set_font_name("黑体")
        .set_font_size(16)
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

pub(super) fn note() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(SIZE)
        .set_font_color(Color::RGB(0x40_40_40))
        .set_align(FormatAlign::Left)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

pub(super) fn head() -> Format {
    lined().set_bold().set_align(FormatAlign::Center).set_background_color(Color::RGB(0xD9_E1_F2))
}

pub(super) fn heading() -> Format {
    lined().set_bold().set_align(FormatAlign::Left).set_background_color(Color::RGB(0xF2_F2_F2))
}

/// A cell with its lines.
pub(super) fn lined() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(SIZE)
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

/// To be filled in.
pub(super) fn open(format: Format) -> Format {
    format.set_background_color(Color::RGB(0xFF_FB_E6)).set_unlocked()
}

/// Something is wrong with it.
pub(super) fn wrong(format: Format) -> Format {
    format.set_background_color(Color::RGB(0xFF_C7_CE)).set_font_color(Color::RGB(0x9C_00_06))
}

/// How a number with so many places is shown.
pub(super) fn number_format(places: u32) -> String {
    match places {
        0 => "#,##0".to_owned(),
        places => format!("#,##0.{}", "0".repeat(places.min(10) as usize)),
    }
}

/// The colour of a word; red and green differ in lightness, too, and the word stands in either.
pub(super) fn toned(format: Format, tone: Tone) -> Format {
    let (ground, text) = match tone {
        Tone::Good => (0xC6_EF_CE, 0x00_61_00),
        Tone::Underway => (0xFF_EB_9C, 0x7F_60_00),
        Tone::Bad => (0xC0_00_00, 0xFF_FF_FF),
        Tone::Plain => (0xE7_E6_E6, 0x40_40_40),
    };
    format.set_background_color(Color::RGB(ground)).set_font_color(Color::RGB(text))
}

/// The colour of a grade beside its word: green is good, grey says that there is no verdict.
pub(super) fn graded(format: Format, grade: Grade) -> Format {
    let (ground, text) = match grade {
        Grade::Achieved => (0x63_BE_7B, 0x00_00_00),
        Grade::Ahead | Grade::OnPace => (0xC6_EF_CE, 0x00_61_00),
        Grade::Watch => (0xFF_EB_9C, 0x7F_60_00),
        Grade::Behind => (0xF8_CB_AD, 0x84_3C_0C),
        Grade::Critical => (0xFF_7C_80, 0x00_00_00),
        Grade::Missed => (0xC0_00_00, 0xFF_FF_FF),
        Grade::NotStarted | Grade::NoTarget | Grade::NoData | Grade::OverdueReport => {
            (0xE7_E6_E6, 0x40_40_40)
        }
    };
    format
        .set_background_color(Color::RGB(ground))
        .set_font_color(Color::RGB(text))
        .set_align(FormatAlign::Center)
}
