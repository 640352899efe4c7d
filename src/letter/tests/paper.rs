//! Letters on paper, measured: LibreOffice lays the documents out with two free faces, and what stands where is compared
//! with GB/T 9704-2012 to half a millimetre. The faces are pinned, because where ink lies in a line depends on them; both
//! have the frame of 仿宋 (ascent 0.88, descent 0.12).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use super::*;

/// Millimetres that a measure may differ.
const TOLERANCE: f64 = 0.5;
const FACES: [&str; 2] = [
    "/usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf",
    "/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf",
];
const MM: f64 = 25.4 / 72.0;
/// 3号 and 4号 characters.
const THREE: f64 = 16.0 * MM;
const FOUR: f64 = 14.0 * MM;

/// Whether the tools and faces are here; said loudly where they are not.
fn can_measure() -> bool {
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let here = |name: &&str| folders.iter().any(|folder| folder.join(name).is_file());
    let tools = ["soffice", "pdftotext", "pdftoppm"];
    let missing: Vec<&str> = tools
        .into_iter()
        .filter(|name| !here(name))
        .chain(FACES.into_iter().filter(|face| !Path::new(face).is_file()))
        .collect();
    if missing.is_empty() {
        return true;
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "CI must measure letters: install libreoffice-writer-nogui, poppler-utils, fonts-arphic-gbsn00lp, \
         fonts-arphic-gkai00mp; missing {missing:?}"
    );
    eprintln!("\n*** SKIPPED: letters are not measured on paper without {missing:?} ***\n");
    false
}

/// A stretch of text, in millimetres from the upper left of its sheet.
#[derive(Debug)]
struct Piece {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    text: String,
}

/// What stands on one sheet.
struct Sheet {
    width: f64,
    height: f64,
    lines: Vec<Piece>,
    /// Rows of pixels, `true` where there is red or dark ink.
    red: Vec<Vec<bool>>,
    dark: Vec<Vec<bool>>,
}

const DPI: f64 = 200.0;

impl Sheet {
    fn line(&self, words: &str) -> &Piece {
        let found = self.lines.iter().find(|line| line.text.contains(words));
        found.unwrap_or_else(|| panic!("no {words} in {:#?}", self.lines))
    }

    /// Runs of rows with ink between `left` and `right`, in millimetres from the top.
    fn inked(rows: &[Vec<bool>], (left, right): (f64, f64)) -> Vec<(f64, f64)> {
        let pixel = |mm: f64| (mm / 25.4 * DPI) as usize;
        let hit = |row: &Vec<bool>| row[pixel(left)..pixel(right).min(row.len())].contains(&true);
        let mut runs: Vec<(f64, f64)> = Vec::new();
        let mut open = None;
        for (index, row) in rows.iter().enumerate() {
            let at = index as f64 * 25.4 / DPI;
            match (hit(row), open) {
                (true, None) => open = Some(at),
                (false, Some(start)) => {
                    runs.push((start, at));
                    open = None;
                }
                _ => {}
            }
        }
        runs
    }
}

/// Letters of all kinds as sheets.
static PAPER: LazyLock<Vec<(&'static str, Vec<Sheet>)>> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("xushi-paper-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let drawn = LetterLine { trend: Some(course()), ..housing(1) };
    let long: Vec<String> = (1..=7).map(|n| format!("省第{n}个很长名称的配合单位")).collect();
    // Signed by others, whose names are longer and shorter.
    let of = |issuer: &str, serial: u32| LetterFacts {
        issuer: issuer.into(),
        number: Some(number(serial + 6)),
        ..reply_reminder("2025-09-04")
    };
    let letters = [
        ("one", LetterFacts { copied: long, ..warning(Level::Yellow, vec![drawn]) }),
        ("many", warning(Level::Red, (1..=6).map(housing).collect())),
        ("report", report_reminder()),
        ("lifting", lifting(vec![investment(1)])),
        ("reminder", reply_reminder("2025-09-04")),
        ("eight", of("市稳增长专班办", 0)),
        ("eighteen", of("岳阳市稳增长促发展攻坚行动综合协调组", 1)),
        ("draft", LetterFacts { number: None, ..warning(Level::Yellow, vec![investment(1)]) }),
    ];
    let files: Vec<PathBuf> = letters
        .iter()
        .map(|(name, facts)| {
            let path = folder.join(format!("{name}.docx"));
            std::fs::write(&path, docx(facts)).unwrap();
            path
        })
        .collect();
    lay_out(&folder, &files);
    let sheets = letters.iter().map(|(name, _)| (*name, sheets(&folder, name))).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    sheets
});

/// DOCX → PDF, with the pinned faces alone.
fn lay_out(folder: &Path, files: &[PathBuf]) {
    let fonts = folder.join("fonts.conf");
    let folders = FACES.map(|face| format!("<dir>{}</dir>", Path::new(face).parent().unwrap().display()));
    let pinned = |name: &str, test: &str, face: &str| {
        format!(
            "<match target=\"pattern\"><test name=\"family\" compare=\"{test}\"><string>{name}</string></test>\
             <edit name=\"family\" mode=\"assign\" binding=\"strong\"><string>{face}</string></edit></match>"
        )
    };
    let text = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>{}<cachedir>{}</cachedir>{}{}</fontconfig>",
        folders.concat(),
        folder.join("cache").display(),
        pinned("楷体_GB2312", "eq", "AR PL KaitiM GB"),
        pinned("AR PL KaitiM GB", "not_eq", "AR PL SungtiL GB"),
    );
    std::fs::write(&fonts, text).unwrap();
    let done = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.join("office").display()))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .arg(folder)
        .args(files)
        .env("FONTCONFIG_FILE", &fonts)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn sheets(folder: &Path, name: &str) -> Vec<Sheet> {
    let pdf = folder.join(format!("{name}.pdf"));
    let told = Command::new("pdftotext").args(["-bbox-layout"]).arg(&pdf).arg("-").output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let told = roxmltree::Document::parse_with_options(&told, options).unwrap();
    let of = |node: roxmltree::Node<'_, '_>, name: &str| {
        node.attribute(name).unwrap().parse::<f64>().unwrap() * MM
    };
    let pages = told.descendants().filter(|node| node.tag_name().name() == "page");
    pages
        .enumerate()
        .map(|(index, page)| {
            let lines = page.descendants().filter(|node| node.tag_name().name() == "line").map(|line| {
                let words = line.children().filter_map(|word| word.text()).map(str::trim);
                Piece {
                    left: of(line, "xMin"),
                    right: of(line, "xMax"),
                    top: of(line, "yMin"),
                    bottom: of(line, "yMax"),
                    text: words.collect(),
                }
            });
            let (red, dark) = ink(folder, &pdf, index + 1);
            Sheet { width: of(page, "width"), height: of(page, "height"), lines: lines.collect(), red, dark }
        })
        .collect()
}

/// Where a sheet is red, and where it is dark.
fn ink(folder: &Path, pdf: &Path, page: usize) -> (Vec<Vec<bool>>, Vec<Vec<bool>>) {
    let stem = folder.join("sheet");
    let page = page.to_string();
    let done = Command::new("pdftoppm")
        .args(["-r", &DPI.to_string(), "-f", &page, "-l", &page, "-png", "-singlefile"])
        .arg(pdf)
        .arg(&stem)
        .status()
        .unwrap();
    assert!(done.success());
    let file = std::io::BufReader::new(std::fs::File::open(stem.with_extension("png")).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    let rows = pixels.chunks_exact(info.line_size);
    let seen = |is: fn(&[u8]) -> bool| -> Vec<Vec<bool>> {
        rows.clone().map(|row| row.chunks_exact(3).map(is).collect()).collect()
    };
    (
        seen(|pixel| pixel[0] > 150 && pixel[1] < 110 && pixel[2] < 110),
        seen(|pixel| pixel.iter().all(|part| *part < 140)),
    )
}

fn letter(name: &str) -> &'static [Sheet] {
    &PAPER.iter().find(|(known, _)| *known == name).unwrap().1
}

#[track_caller]
fn near(what: &str, measured: f64, wanted: f64) {
    assert!((measured - wanted).abs() <= TOLERANCE, "{what}: {measured:.2} mm, wanted {wanted:.2} mm");
}

#[test]
fn the_first_sheet_is_that_of_a_letter() {
    if !can_measure() {
        return;
    }
    for name in ["one", "many", "report", "lifting", "reminder", "eight", "eighteen"] {
        let sheet = &letter(name)[0];
        near("width", sheet.width, 210.0);
        near("height", sheet.height, 297.0);
        let red = Sheet::inked(&sheet.red, (19.0, 191.0));
        let [mast, thick, thin, low_thin, low_thick] = red.as_slice() else { panic!("{name}: {red:?}") };
        // 10.1: four millimetres below the mast a thick line over a thin one; 20 mm above the edge a thin over a thick.
        assert!((29.0..31.0).contains(&mast.0), "{name}: {mast:?}");
        assert!((3.5..5.5).contains(&(thick.0 - mast.1)), "{name}: {mast:?} {thick:?}");
        near("lower edge of the last line", 297.0 - low_thick.1, 20.0);
        assert!(thick.1 - thick.0 > thin.1 - thin.0 && low_thick.1 - low_thick.0 > low_thin.1 - low_thin.0);
        let across = &sheet.red[((thick.0 + thick.1) / 2.0 / 25.4 * DPI) as usize];
        let left = across.iter().position(|ink| *ink).unwrap() as f64 * 25.4 / DPI;
        let right = across.iter().rposition(|ink| *ink).unwrap() as f64 * 25.4 / DPI;
        near("lines from", left, 20.0);
        near("lines to", right, 190.0);
        // The number ends at the edge, 7/8 of a 3号 character below the lines.
        let dark = Sheet::inked(&sheet.dark, (28.0, 184.2));
        near("number below the lines", dark[0].0 - thin.1, THREE * 7.0 / 8.0);
        near("number ends", sheet.line("湘攻坚函〔2025〕").right, 184.0);
        // The title stands two lines below; first sheets have no number of their own.
        let between = dark[1].0 - dark[0].1;
        assert!((20.0..26.0).contains(&between), "{name}: {between}");
        assert!(dark.last().unwrap().1 < 262.0, "{name}: nothing below the text");
        near("addressee", sheet.line("省发展改革委：").left, 28.0);
    }
}

#[test]
fn text_keeps_to_the_grid_and_the_number_of_a_sheet_to_its_place() {
    if !can_measure() {
        return;
    }
    let sheet = &letter("one")[1];
    let full: Vec<&Piece> =
        sheet.lines.iter().filter(|line| line.right - line.left > 150.0 && line.left < 30.0).collect();
    for pair in full.windows(2) {
        near("pitch", pair[1].top - pair[0].top, 225.0 / 22.0);
    }
    near("left edge", full[0].left, 28.0);
    // 28 characters of 15.8 pt.
    near("right edge", full[0].right, 28.0 + 28.0 * 15.8 * MM);
    near("indent", sheet.line("特此函告").left, 28.0 + 2.0 * 15.8 * MM);
    // 7.5: the dash 7 mm below the text, one character in.
    let foot = |sheet: &Sheet, left: f64| {
        let dash = Sheet::inked(&sheet.dark, (left, left + 2.0));
        let (top, bottom) = dash.last().copied().unwrap();
        (top + bottom) / 2.0
    };
    let number = |sheet: &'static Sheet| sheet.lines.last().unwrap();
    near("dash", foot(sheet, 28.0 + FOUR + 1.0), 262.0 + 7.0);
    near("even number begins", number(sheet).left, 28.0 + FOUR);
    let odd = &letter("one")[2];
    near("odd number ends", number(odd).right, 184.0 - FOUR);
}

#[test]
fn a_letter_about_one_indicator_is_two_sheets_and_its_annexes() {
    if !can_measure() {
        return;
    }
    let sheets = letter("one");
    assert_eq!(sheets.len(), 4);
    let at = |words: &str| {
        sheets.iter().position(|sheet| sheet.lines.iter().any(|line| line.text.contains(words)))
    };
    assert_eq!(at("特此函告。"), Some(1));
    assert_eq!((at("数据时期"), at("单位负责人（签字）")), (Some(2), Some(3)));
    // A long name ends one character from the edge, the date stands centred below it, the note two characters in.
    let signed = &sheets[1];
    let issuer = signed.line("内需扩量提效攻坚工作专班办公室");
    let (date, note) = (signed.line("2025年8月27日"), signed.line("（联系人："));
    near("issuer ends", issuer.right, 184.0 - 15.8 * MM);
    // Its thirteen half-wide characters: the gaps that LibreOffice sets beside digits Word is told to leave out.
    near("date ends", date.right, (issuer.left + issuer.right) / 2.0 + 13.0 / 4.0 * 15.8 * MM);
    near("note", note.left, 28.0 + 2.0 * 15.8 * MM);
    near("note below the date", note.top - date.top, 225.0 / 22.0);
    // Its chart lies within the sheet's text.
    let annex = &sheets[2];
    let chart = Sheet::inked(&annex.red, (40.0, 170.0));
    assert!(
        !chart.is_empty() && chart.iter().all(|(top, bottom)| *top > 60.0 && *bottom < 262.0),
        "{chart:?}"
    );
}

/// What asks for a word in return is one sheet, with what it is signed with.
#[test]
fn short_letters_are_one_sheet() {
    if !can_measure() {
        return;
    }
    for (name, sheets) in [("reminder", 1), ("eight", 1), ("eighteen", 1)] {
        let letter = letter(name);
        assert_eq!(letter.len(), sheets, "{name}");
        let signed = letter[0]
            .lines
            .iter()
            .filter(|line| line.text.contains("特此函告。") || line.text.contains("（联系人："));
        assert_eq!(signed.count(), 2, "{name}: {:#?}", letter[0].lines);
    }
}

#[test]
fn wide_tables_lie_and_their_numbers_stay_where_sheets_have_them() {
    if !can_measure() {
        return;
    }
    let lying = |sheet: &&Sheet| sheet.width > sheet.height;
    for (name, count) in [("one", 1), ("report", 1), ("many", 2), ("lifting", 0)] {
        let all: Vec<&Sheet> = letter(name).iter().filter(lying).collect();
        assert!(all.len() >= count && (count > 0 || all.is_empty()), "{name}: {}", all.len());
        for sheet in all {
            near("width", sheet.width, 297.0);
            let text: Vec<&Piece> = sheet.lines.iter().filter(|line| line.left > 33.0).collect();
            let left = text.iter().map(|line| line.left).fold(f64::MAX, f64::min);
            let right = text.iter().map(|line| line.right).fold(0.0, f64::max);
            assert!(left >= 34.5 && right <= 260.5, "{name}: {left} {right}");
            // The turned number: 28 mm from the edge that is the lower one of the upright sheets.
            let number = sheet.lines.iter().find(|line| line.right < 33.0).unwrap();
            near("number", (number.left + number.right) / 2.0, 28.0);
            let place = letter(name).iter().position(|other| std::ptr::eq(other, sheet)).unwrap() + 1;
            if place % 2 == 0 {
                near("even number begins", number.top, 28.0 + FOUR);
            } else {
                near("odd number ends", number.bottom, 184.0 - FOUR);
            }
        }
    }
}

#[test]
fn copies_turn_over_below_their_first_name() {
    if !can_measure() {
        return;
    }
    let last = letter("one").last().unwrap();
    let first = last.line("抄送：");
    near("copies begin", first.left, 35.0 + FOUR);
    let next = last.lines.iter().filter(|line| line.top > first.top + 3.0 && line.left > 33.0);
    let next = next.min_by(|a, b| a.top.total_cmp(&b.top)).unwrap();
    near("turned over", next.left, 35.0 + 4.0 * FOUR);
    assert!(last.height - next.bottom > 24.0, "within the text: {next:?}");
}

#[test]
fn a_draft_goes_under_the_sheet_on_which_it_is_signed() {
    if !can_measure() {
        return;
    }
    let sheets = letter("draft");
    for words in ["发文稿纸", "签", "核", "拟稿人", "发文字号"] {
        assert!(sheets[0].line(words).top > 0.0, "{words}");
    }
    assert!(Sheet::inked(&sheets[0].red, (19.0, 191.0)).is_empty(), "no mast before the letter");
    near("marked as draft", sheets[1].line("送审稿").left, 28.0);
    assert_eq!(Sheet::inked(&sheets[1].red, (19.0, 191.0)).len(), 5, "the letter has its own first sheet");
}
