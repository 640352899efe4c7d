//! The reply form (反馈表) by itself: a unit that answered on the page has it signed and sealed on paper.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::facts::LetterFacts;
use super::{LetterError, Templates, docx};

/// What a unit answered, as its form shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FilledForm {
    /// One row for each line of the letter, in its order.
    pub rows: Vec<FilledRow>,
    /// 负责同志 and telephone.
    pub leader: String,
}

/// One row of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FilledRow {
    /// 主要原因; of a 催报函 the figure.
    pub first: String,
    /// 整改措施; of a 催报函 why there is none.
    pub second: String,
    /// 完成时限; of a 催报函 when it will come.
    pub by: String,
    /// 责任人 and telephone.
    pub person: String,
}

impl Templates {
    /// The reply form of a letter as a DOCX, empty or filled in; rows beyond those of `filled` stay empty.
    ///
    /// # Errors
    /// [`LetterError`], as for the letter itself.
    pub fn render_form(
        &self,
        facts: &LetterFacts,
        filled: Option<&FilledForm>,
    ) -> Result<Vec<u8>, LetterError> {
        let mut filled = filled.cloned();
        if let Some(form) = &mut filled {
            form.rows.resize(facts.lines.len(), FilledRow::default());
        }
        let context = context! { filled => Serde(filled), ..self.compose(facts)? };
        let mut parts = Vec::with_capacity(docx::FILLED.len());
        for (path, template) in docx::FILLED {
            let template = if template == "docx/document.xml" { "docx/form.xml" } else { template };
            parts.push((path, self.fill(template, &context)?));
        }
        docx::pack(&parts, &[], facts.redirected_to.is_some())
    }
}
