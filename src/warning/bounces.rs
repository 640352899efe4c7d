//! Mails that come back: which delivery they speak of, and what becomes of it.

use sha2::{Digest as _, Sha256};

use super::{Desk, WarningError};
use crate::db;
use crate::domain::{ProblemKind, SubjectKind};
use crate::mail::bounce::{Action, Bounce, Report, read};
use crate::store::hex;
use crate::store::rows::{DeliveryRow, ProblemRow};
use crate::store::types::Id;

/// What a notification meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returned {
    /// The mail is no notification of delivery.
    NoNotification,
    /// It speaks of a mail that is none of ours; a problem says so.
    Stray,
    /// It speaks of this delivery.
    Known {
        /// Which.
        delivery: Box<DeliveryRow>,
        /// What became of it.
        report: Report,
        /// Whether the delivery is bounced by it now.
        bounced: bool,
    },
}

/// Takes a mail that came back. The same one twice changes nothing the second time.
///
/// # Errors
/// When the database fails.
pub async fn take_bounce(desk: &Desk, raw: &[u8]) -> Result<Returned, WarningError> {
    let Some(bounce) = read(raw) else { return Ok(Returned::NoNotification) };
    let now = desk.clock.timestamp();
    let Some(delivery) = delivery_of(desk, &bounce).await? else {
        let name = hex(&Sha256::digest(raw)[..8]);
        let detail = format!(
            "收到一封退信，对应不上任何投递：{}，{}",
            bounce.message_ids.first().map_or("无原邮件编号", String::as_str),
            told(&bounce.reports[0]),
        );
        let subject = (SubjectKind::Mail, name);
        let problem =
            ProblemRow::new(Id(desk.clock.new_id()), ProblemKind::StrayBounce, subject, detail, now);
        db!(desk.store, problems::open_problem(&problem))?;
        return Ok(Returned::Stray);
    };
    let about = |report: &&Report| {
        report.recipients.iter().any(|address| address.eq_ignore_ascii_case(&delivery.email))
    };
    // The address may have been forwarded: the Message-ID belongs to one mailbox alone.
    let report = bounce.reports.iter().find(about).unwrap_or(&bounce.reports[0]).clone();
    let mut bounced = false;
    if report.action == Action::Failed {
        let detail = format!("发往{}的邮件被退回：{}", delivery.email, told(&report));
        let subject = (SubjectKind::Delivery, delivery.id.0.to_string());
        let problem =
            ProblemRow::new(Id(desk.clock.new_id()), ProblemKind::DeliveryBounced, subject, detail, now);
        bounced = db!(desk.store, deliveries::bounce_delivery(delivery.id, &told(&report), &problem))?;
    }
    Ok(Returned::Known { delivery: Box::new(delivery), report, bounced })
}

async fn delivery_of(desk: &Desk, bounce: &Bounce) -> Result<Option<DeliveryRow>, WarningError> {
    let mut candidates = bounce.message_ids.clone();
    candidates.extend(bounce.envelope_id.clone());
    let found = db!(desk.store, deliveries::list_deliveries_by_message_id(&candidates))?;
    // In the order in which the notification names them.
    Ok(candidates.iter().find_map(|id| found.iter().find(|row| row.message_id == *id)).cloned())
}

fn told(report: &Report) -> String {
    let told: Vec<&str> =
        [report.status.as_str(), &report.diagnostic].into_iter().filter(|text| !text.is_empty()).collect();
    if told.is_empty() { "未说明原因".to_owned() } else { told.join(" ") }
}
