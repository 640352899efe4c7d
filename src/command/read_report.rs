//! Reading a report at a desk: a file in, one JSON object out. No configuration, no database.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::app::AppError;
use crate::domain::TextEnum as _;
use crate::reading::file_date::day_told;
use crate::reading::plan::proposal::UnreadPhrase;
use crate::reading::report::{self, ReportedFact};

/// Why a document without a number is refused.
const NO_FIGURES: &str =
    "没有读出数据，不像是月报、专报、通报一类的文件。请检查是否选错了文件；方案请用read-plan。";

/// Reads the report in `file` (`-`: standard input) and writes its figures as one JSON object.
///
/// # Errors
/// When the file cannot be read, is refused, or the output fails.
pub fn read_report(file: &Path, mut output: impl Write) -> Result<(), AppError> {
    let told = file.file_name().and_then(|name| day_told(&name.to_string_lossy()));
    let report = report::read_told(&super::document_file::document(file)?, told);
    if report.facts.is_empty() && report.unread.is_empty() {
        return Err(super::document_file::refused(file, &NO_FIGURES).into());
    }
    let shown = json!({
        "title": report.title,
        "issuer": report.issuer,
        "issue": report.issue,
        "published_on": report.published_on.map(|day| day.to_string()),
        "facts": report.facts.into_iter().map(fact).collect::<Vec<_>>(),
        "unread": report.unread.into_iter().map(unread).collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_string_pretty(&shown).map_err(std::io::Error::from)?;
    text.push('\n');
    super::try_out::heard(output.write_all(text.as_bytes()).and_then(|()| output.flush()))?;
    Ok(())
}

/// A figure as it is printed.
pub(super) fn fact(fact: ReportedFact) -> Value {
    json!({
        "indicator": fact.indicator,
        "region": fact.region,
        "period": {
            "start": fact.period.start.map(|day| day.to_string()),
            "end": fact.period.end.to_string(),
        },
        "basis": fact.basis.map(|basis| basis.as_str()),
        "figure": fact.figure.as_str(),
        // A decimal as text, so that 6.20 stays what was printed.
        "value": fact.value.to_string(),
        "unit": fact.unit,
        "status": fact.status.as_str(),
        "against": fact.against,
        "phrase": fact.phrase,
        "place": fact.place.to_string(),
    })
}

fn unread(unread: UnreadPhrase) -> Value {
    json!({"text": unread.text, "place": unread.place.to_string(), "why": unread.why})
}
