//! Why a value was refused: one shape for every checked constructor.

use super::folded::{is_blank, is_unseen, kept};

/// A refused value: which field, which rule, and a sentence for the person who must mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {detail}")]
pub struct Invalid {
    /// Name of the field in the words of the design (`credit_code`, `target.value`); dots go down into parts.
    pub field: String,
    /// Stable English code of the rule that was broken (`required`, `out_of_range`, …).
    pub code: &'static str,
    /// Chinese sentence: what was wrong and what to do.
    pub detail: String,
}

impl Invalid {
    /// A refusal of `field` by the rule `code`.
    pub fn new(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { field: field.into(), code, detail: detail.into() }
    }

    /// The same refusal seen from a larger value: `value` becomes `target.value`.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.field = if self.field.is_empty() { outer.to_owned() } else { format!("{outer}.{}", self.field) };
        self
    }
}

/// What a caller wrote, as far as a message repeats it: at most 40 characters, no control characters.
pub fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(41).collect();
    if shown.chars().count() > 40 {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// Checks a required, single-line text: trimmed, 1..=`max` characters, composed (NFC), nothing in it that a reader does
/// not see.
pub fn text(field: &str, value: &str, max: usize) -> Result<String, Invalid> {
    seen(field, value, max, |c| c.is_control())
}

/// Checks a required text of several lines: line ends made one kind; otherwise as [`text`].
pub fn paragraphs(field: &str, value: &str, max: usize) -> Result<String, Invalid> {
    let value = value.replace("\r\n", "\n").replace('\r', "\n");
    seen(field, &value, max, |c| c.is_control() && c != '\n' && c != '\t')
}

fn seen(field: &str, value: &str, max: usize, refused: impl Fn(char) -> bool) -> Result<String, Invalid> {
    let value = kept(value);
    if is_blank(&value) {
        return Err(Invalid::new(field, "required", "不能为空，请填写。"));
    }
    if value.chars().count() > max {
        return Err(Invalid::new(field, "too_long", format!("超过{max}个字，请缩短。")));
    }
    if value.chars().any(&refused) {
        return Err(Invalid::new(field, "control_character", "含有换行或控制字符，请删除。"));
    }
    if let Some((at, odd)) = first_unseen(&value) {
        let before: String = value.chars().skip(at.saturating_sub(4)).take(at.min(4)).collect();
        let place = if before.is_empty() { "开头".to_owned() } else { format!("“{before}”之后") };
        let detail = format!(
            "{place}有看不见的字符（U+{:04X}），多由复制粘贴带入，请删除后重新输入。",
            u32::from(odd)
        );
        return Err(Invalid::new(field, "control_character", detail));
    }
    Ok(value)
}

/// The first character that no reader sees, and its place; one that joins two pictures to one is seen in them.
fn first_unseen(text: &str) -> Option<(usize, char)> {
    let picture = |c: Option<&char>| {
        c.is_some_and(|c| matches!(u32::from(*c), 0x2190..=0x2BFF | 0xFE0F | 0x1F000..=0x1FAFF))
    };
    let chars: Vec<char> = text.chars().collect();
    let joins = |at: usize| {
        chars[at] == '\u{200d}'
            && picture(at.checked_sub(1).and_then(|at| chars.get(at)))
            && picture(chars.get(at + 1))
    };
    (0..chars.len()).find(|&at| is_unseen(chars[at]) && !joins(at)).map(|at| (at, chars[at]))
}

/// Checks a number among siblings as a document prints it: 0..=9999.
pub fn ordinal(value: i32) -> Result<i32, Invalid> {
    if (0..=9_999).contains(&value) {
        Ok(value)
    } else {
        Err(Invalid::new("ordinal", "out_of_range", "序号应为0至9999的整数。"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_bounded() {
        assert_eq!(text("name", " 省商务厅 ", 10), Ok("省商务厅".to_owned()));
        for (value, code) in [
            ("", "required"),
            ("  ", "required"),
            ("12345678901", "too_long"),
            ("a\nb", "control_character"),
            ("a\0", "control_character"),
            ("\u{200b}\u{200b}", "required"),
            ("\u{3164}\u{feff}", "required"),
            ("a\u{200b}b", "control_character"),
            ("\u{feff}a", "control_character"),
            ("a\u{202e}b", "control_character"),
            ("a\u{2028}b", "control_character"),
            ("a\u{fffe}", "control_character"),
        ] {
            assert_eq!(text("name", value, 10).map_err(|e| e.code), Err(code), "{value:?}");
            let several = paragraphs("name", value, 10).map_err(|e| e.code);
            assert_eq!(several, if value == "a\nb" { Ok(value.to_owned()) } else { Err(code) }, "{value:?}");
        }
    }

    #[test]
    fn text_is_kept_as_typed() {
        assert_eq!(text("name", "发展（本级）局\u{a0}", 10), Ok("发展（本级）局".to_owned()));
        assert_eq!(text("name", "Cafe\u{301}", 10), Ok("Caf\u{e9}".to_owned()));
        assert_eq!(text("name", "😀👩\u{200d}💻", 10), Ok("😀👩\u{200d}💻".to_owned()));
        assert!(text("name", "👩\u{200d}局", 10).is_err());
        assert_eq!(paragraphs("cause", "一是\r\n二是\r三是 ", 20), Ok("一是\n二是\n三是".to_owned()));
    }

    #[test]
    fn the_place_of_what_nobody_sees_is_told() {
        let detail = text("name", "省商务\u{200b}厅", 10).unwrap_err().detail;
        assert!(detail.contains("“省商务”之后") && detail.contains("U+200B"), "{detail}");
    }

    #[test]
    fn a_refusal_can_be_seen_from_outside() {
        assert_eq!(Invalid::new("value", "required", "x").within("target").field, "target.value");
        assert_eq!(Invalid::new("", "required", "x").within("target").field, "target");
    }
}
