//! Mails that come back: which delivery they speak of, and what becomes of it.

use super::{Actor, Office, Refusal};
use crate::domain::{IncidentKind, SubjectKind};
use crate::mail::bounce::{Action, Bounce, BounceReport, read};
use crate::store::rows::{DeliveryRow, IncidentRow};
use crate::store::types::Id;

/// What a mail meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returned {
    /// Nothing in it says that a mail came back.
    NoNotification,
    /// It says in words that a mail came back, and names none of ours.
    Unread,
    /// It speaks of a mail that is none of ours; an incident counts it.
    Stray,
    /// It speaks of this delivery.
    Known {
        /// Which.
        delivery: Box<DeliveryRow>,
        /// What became of it.
        report: BounceReport,
        /// Whether the delivery is bounced by it now.
        bounced: bool,
    },
}

/// Takes a mail that came back. The same one twice changes nothing the second time.
///
/// # Errors
/// When the database fails.
pub async fn take_bounce(office: &Office, actor: &Actor, raw: &[u8]) -> Result<Returned, Refusal> {
    let Some(bounce) = read(raw) else { return Ok(Returned::NoNotification) };
    let now = office.clock.timestamp();
    let Some(delivery) = delivery_of(office, &bounce).await? else {
        // Anybody can invent such mails: they are one incident, however many.
        let Some(report) = bounce.reports.first() else { return Ok(Returned::Unread) };
        let named = bounce.message_ids.first().map_or("无原邮件编号", String::as_str);
        let latest = format!("{named}，{}", told(report));
        let subject = (SubjectKind::Mail, "stray".to_owned());
        let incident = IncidentRow::new(
            Id::of(office.clock.new_id()),
            IncidentKind::StrayBounce,
            subject,
            String::new(),
            now,
        );
        let detail = |count| format!("收到{count}封退信，对应不上任何投递，请人工查看。最近一封：{latest}");
        let mut deed = office.begin(actor).await?;
        let counted = deed.tx().count_incident(&incident, &detail).await;
        deed.end(counted).await?;
        return Ok(Returned::Stray);
    };
    let about = |report: &&BounceReport| {
        report.recipients.iter().any(|address| address.eq_ignore_ascii_case(&delivery.email))
    };
    // The address may have been forwarded: the Message-ID belongs to one mailbox alone.
    let report = bounce.reports.iter().find(about).or(bounce.reports.first()).cloned();
    let in_words = report.is_none();
    let report = report.unwrap_or_else(|| BounceReport {
        recipients: Vec::new(),
        action: Action::Failed,
        status: String::new(),
        diagnostic: format!("退信，请人工查看：{}", bounce.words),
    });
    let mut bounced = false;
    if report.action == Action::Failed {
        let told = if in_words { report.diagnostic.clone() } else { told(&report) };
        let detail = format!("发往{}的邮件被退回：{told}", delivery.email);
        let subject = (SubjectKind::Delivery, delivery.id.0.to_string());
        let incident = IncidentRow::new(
            Id::of(office.clock.new_id()),
            IncidentKind::DeliveryBounced,
            subject,
            detail,
            now,
        );
        let mut deed = office.begin(actor).await?;
        let written = deed.tx().bounce_delivery(delivery.id, &told, &incident).await;
        bounced = deed.end(written).await?;
    }
    Ok(Returned::Known { delivery: Box::new(delivery), report, bounced })
}

async fn delivery_of(office: &Office, bounce: &Bounce) -> Result<Option<DeliveryRow>, Refusal> {
    let mut candidates = bounce.message_ids.clone();
    candidates.extend(bounce.envelope_id.clone());
    let found = office.store.list_deliveries_by_message_id(&candidates).await?;
    // In the order in which the notification names them.
    Ok(candidates.iter().find_map(|id| found.iter().find(|row| row.message_id == *id)).cloned())
}

fn told(report: &BounceReport) -> String {
    let told: Vec<&str> =
        [report.status.as_str(), &report.diagnostic].into_iter().filter(|text| !text.is_empty()).collect();
    if told.is_empty() { "未说明原因".to_owned() } else { told.join(" ") }
}
