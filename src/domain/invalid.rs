//! Why a value was refused: one shape for every checked constructor.

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

/// Checks a required, single-line text: trimmed, 1..=`max` characters, no control characters.
pub fn text(field: &str, value: &str, max: usize) -> Result<String, Invalid> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Invalid::new(field, "required", "不能为空，请填写。"));
    }
    if value.chars().count() > max {
        return Err(Invalid::new(field, "too_long", format!("超过{max}个字，请缩短。")));
    }
    if value.chars().any(char::is_control) {
        return Err(Invalid::new(field, "control_character", "含有换行或控制字符，请删除。"));
    }
    Ok(value.to_owned())
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
        ] {
            assert_eq!(text("name", value, 10).map_err(|e| e.code), Err(code), "{value:?}");
        }
    }

    #[test]
    fn a_refusal_can_be_seen_from_outside() {
        assert_eq!(Invalid::new("value", "required", "x").within("target").field, "target.value");
        assert_eq!(Invalid::new("", "required", "x").within("target").field, "target");
    }
}
