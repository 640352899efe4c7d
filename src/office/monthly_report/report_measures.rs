//! 重点任务: the measures of accepted replies that are still under way.

use std::collections::HashMap;

use chrono::Datelike as _;

use super::AskedReport;
use crate::clock::{end_of, office_zone};
use crate::domain::reply::ReviewVerdict;
use crate::letter::monthly::{ReportSentence, SourceLine};
use crate::office::{Office, Refusal};
use crate::store::rows::LedgerFilter;
use crate::store::types::LetterId;

/// The unit, what it does, and where that is written; nothing where the caller may not see replies.
///
/// # Errors
/// When the database fails.
pub(super) async fn gather(
    office: &Office,
    asked: &AskedReport,
) -> Result<Vec<(String, ReportSentence, SourceLine)>, Refusal> {
    if !asked.with_replies {
        return Ok(Vec::new());
    }
    let filter = LedgerFilter {
        campaigns: Some(asked.family.clone()),
        unit_id: None,
        as_of: asked.as_of,
        trial: office.is_pilot(),
    };
    let letters = office.read.list_board_letters(&filter).await?;
    let units: HashMap<LetterId, String> = letters.into_iter().map(|row| (row.id, row.unit)).collect();
    let mut ids: Vec<LetterId> = units.keys().copied().collect();
    ids.sort_unstable();
    let first = asked.as_of.with_day(1).unwrap_or(asked.as_of);
    let mut measures = Vec::new();
    for chunk in ids.chunks(500) {
        for whole in office.read.list_replies_to(chunk).await? {
            let accepted = whole.review.as_ref().is_some_and(|(review, _)| {
                review.verdict.0 == ReviewVerdict::Accepted && review.created_at < end_of(asked.as_of)
            });
            let unit = units.get(&whole.reply.letter_id).filter(|_| accepted);
            let Some(unit) = unit else { continue };
            for remedy in whole.remedies.iter().filter(|remedy| remedy.due_on >= first) {
                let replied = whole.reply.created_at.and_utc().with_timezone(&office_zone()).date_naive();
                let fact = format!("{}/{}", whole.reply.id.0, remedy.ordinal);
                let due =
                    format!("{}年{}月{}日", remedy.due_on.year(), remedy.due_on.month(), remedy.due_on.day());
                let action = remedy.action.trim().trim_end_matches(['。', '；', ';', '.']);
                let sentence = ReportSentence {
                    key: fact.clone(),
                    text: format!("{action}（{due}前完成）。"),
                    facts: vec![fact.clone()],
                    worked: Vec::new(),
                };
                let line = SourceLine {
                    sentence: 0,
                    indicator: "整改措施".to_owned(),
                    region: unit.clone(),
                    period: format!("完成时限{due}"),
                    value: String::new(),
                    source: "责任单位反馈（审核通过）".to_owned(),
                    published_on: Some(replied),
                    fact,
                };
                measures.push((unit.clone(), sentence, line));
            }
        }
    }
    Ok(measures)
}
