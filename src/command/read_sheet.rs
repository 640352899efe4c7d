//! Reading a spreadsheet at a desk: a file in, one JSON object out. No configuration, no database.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::document_file;
use crate::app::AppError;
use crate::reading::document::{Place, column_letters};
use crate::reading::plan::proposal::{ProposedTask, UnreadPhrase};
use crate::reading::sheet::{self, SheetProposal};

/// Why a spreadsheet without tasks and figures is refused.
const NOTHING: &str =
    "没有读出任务或数据，表头无法识别。请检查是否选错了文件，表头应写明任务和责任单位，或指标、地区和数值。";

/// Reads the spreadsheet in `file` (`-`: standard input) and writes its tasks or its figures as one JSON object.
///
/// # Errors
/// When the file cannot be read, is refused, holds neither, or the output fails.
pub fn read_sheet(file: &Path, mut output: impl Write) -> Result<(), AppError> {
    let name = file.file_name().map(|name| name.to_string_lossy());
    let read = sheet::read_told(&document_file::bytes(file)?, name.as_deref(), None)
        .map_err(|refusal| document_file::refused(file, &refusal))?;
    let sheets = read.sheets;
    let empty = matches!(&read.proposal, SheetProposal::Figures(facts) if facts.is_empty());
    if empty && read.refused.is_empty() {
        return Err(document_file::refused(file, &NOTHING).into());
    }
    let refused: Vec<Value> = read.refused.into_iter().map(|unread| refusal(unread, &sheets)).collect();
    let shown = match read.proposal {
        SheetProposal::Plan(tasks) => json!({
            "kind": "plan",
            "tasks": tasks.into_iter().map(task).collect::<Vec<_>>(),
            "refused": refused,
        }),
        SheetProposal::Figures(facts) => json!({
            "kind": "figures",
            "facts": facts.into_iter().map(super::read_report::fact).collect::<Vec<_>>(),
            "refused": refused,
        }),
    };
    let mut text = serde_json::to_string_pretty(&shown).map_err(std::io::Error::from)?;
    text.push('\n');
    super::try_out::heard(output.write_all(text.as_bytes()).and_then(|()| output.flush()))?;
    Ok(())
}

fn task(task: ProposedTask) -> Value {
    json!({
        "name": task.name,
        "section": task.section,
        "lead": task.lead,
        "support": task.support,
        "due": task.due.map(|day| day.to_string()),
        "targets": super::read_plan::targets(task.targets),
    })
}

fn refusal(unread: UnreadPhrase, sheets: &[String]) -> Value {
    let (sheet, cell) = match unread.place {
        Place::SheetCell { sheet, row, column } => {
            (sheets.get(sheet.saturating_sub(1)).cloned(), format!("{}{row}", column_letters(column)))
        }
        other => (None, other.to_string()),
    };
    json!({"sheet": sheet, "cell": cell, "why": format!("“{}”：{}", unread.text, unread.why)})
}
