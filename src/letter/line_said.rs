//! What a letter says of one indicator, piece by piece, for pages that show it in their own layout.

use minijinja::Value;
use minijinja::value::Serde;

use super::line::LetterLine;
use super::{LetterError, Templates, template_error};
use xushi_domain::Kind;

/// A line in the words of its letter; what it does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSaid {
    /// 2025年1—7月数据.
    pub data_of: String,
    /// What was reached: 累计完成3.12万套.
    pub reached: String,
    /// By what name what is due goes: 序时要求.
    pub due_name: String,
    /// What is due: 4.08万套（按月均衡）.
    pub due: String,
    /// 差距: 落后0.96万套（13.7个百分点）.
    pub gap: String,
    /// How it stands, of what a gap alone does not tell: 降幅比基期收窄6.1个百分点, 未实现增长.
    pub standing: String,
    /// What was reached and how it stands, of a milestone: 截至8月3日，应于6月30日前完成，尚未完成，已逾期34天.
    pub progress: String,
    /// 后期要求.
    pub needed: String,
}

impl Templates {
    /// What the letter says of a line.
    ///
    /// # Errors
    /// [`LetterError::Template`], when the wording was replaced by one that fails.
    pub fn said_of(&self, line: &LetterLine) -> Result<LineSaid, LetterError> {
        let said = |name: &str, known: bool| if known { self.call(name, line) } else { Ok(String::new()) };
        Ok(LineSaid {
            data_of: said("data_of", line.period.is_some())?,
            reached: said("reached", line.actual.is_some())?,
            due_name: said("due_name", line.expected.is_some())?,
            due: said("due_cell", line.expected.is_some())?,
            gap: said("gap", line.shortfall.is_some())?,
            standing: said("standing_of", matches!(line.kind, Kind::Narrowing | Kind::Trend))?
                .trim_start_matches('，')
                .to_owned(),
            progress: said("progress", line.node.is_some() && line.actual.is_some())?,
            needed: said("needed", line.need.is_some())?,
        })
    }

    /// What is needed from here of a line, as its letter says it; `None` where the letter does not ask for anything.
    ///
    /// # Errors
    /// As [`Templates::said_of`].
    pub fn needed(&self, line: &LetterLine) -> Result<Option<String>, LetterError> {
        line.need.as_ref().map(|_| self.call("needed", line)).transpose()
    }

    fn call(&self, name: &str, line: &LetterLine) -> Result<String, LetterError> {
        let failed = |error: minijinja::Error| template_error(&error, "");
        let wording = self.env.get_template("shared/wording.txt").map_err(failed)?;
        let mut module = wording.render_captured(()).map_err(failed)?;
        let line = Value::from(Serde(line));
        let said = module.with_state_mut(|state| state.call_macro(name, &[line])).map_err(failed)?;
        Ok(said.trim().to_owned())
    }
}
