//! Reading a plan document at a desk: a file in, one JSON object out. No configuration, no database.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::api::targets::PhraseTargetView;
use crate::app::AppError;
use crate::reading::plan::{self, proposal};

/// Reads the plan in `file` (`-`: standard input) and writes what it proposes as one JSON object.
///
/// # Errors
/// When the file cannot be read, is refused, or the output fails.
pub fn read_plan(file: &Path, mut output: impl Write) -> Result<(), AppError> {
    let plan = plan::read(&super::document_file::document(file)?);
    if let Some(why) = plan.no_plan() {
        return Err(super::document_file::refused(file, &why).into());
    }
    let mut text = serde_json::to_string_pretty(&shown(plan)).map_err(std::io::Error::from)?;
    text.push('\n');
    super::try_out::heard(output.write_all(text.as_bytes()).and_then(|()| output.flush()))?;
    Ok(())
}

fn shown(plan: plan::PlanProposal) -> Value {
    json!({
        "campaign": {
            "name": plan.name,
            "doc_no": plan.doc_no,
            "issuer": plan.issuer,
            "issued_on": plan.issued_on.map(|day| day.to_string()),
        },
        "goals": targets(plan.aims),
        "parts": plan.parts.into_iter().map(part).collect::<Vec<_>>(),
        "units": plan.units.into_iter().map(|unit| json!({"name": unit.name, "aliases": unit.aliases})).collect::<Vec<_>>(),
        "unread": plan.unread.into_iter().map(unread).collect::<Vec<_>>(),
    })
}

fn part(part: proposal::ProposedPart) -> Value {
    let force = part.task_force.map(|force| {
        json!({
            "convener": force.convener,
            "deputies": force.deputies,
            "members": force.members,
            "open": force.open,
            "office": force.office,
        })
    });
    json!({
        "name": part.name,
        "goals": targets(part.aims),
        "tasks": part.tasks.into_iter().map(task).collect::<Vec<_>>(),
        "task_force": force,
    })
}

fn task(task: proposal::ProposedTask) -> Value {
    json!({
        "section": task.section,
        "name": task.name,
        "text": task.text,
        "lead": task.lead,
        "support": task.support,
        "open": task.open,
        "targets": targets(task.targets),
    })
}

/// Targets as they are printed.
pub(super) fn targets(targets: Vec<proposal::ProposedTarget>) -> Value {
    targets
        .into_iter()
        .map(|proposed| {
            // A view of texts and numbers always becomes an object.
            let mut target =
                serde_json::to_value(PhraseTargetView::from(proposed.target)).unwrap_or_default();
            target["phrase"] = proposed.phrase.into();
            target["place"] = proposed.place.to_string().into();
            target
        })
        .collect()
}

fn unread(unread: proposal::UnreadPhrase) -> Value {
    json!({"text": unread.text, "place": unread.place.to_string(), "why": unread.why})
}
