//! Mails that come back: which delivery or notice they speak of, and what becomes of it.

use super::{Actor, Office, Refusal};
use crate::domain::{IncidentKind, SubjectKind};
use crate::mail::bounce::{Action, Bounce, BounceReport, read};
use crate::store::rows::{DeliveryRow, IncidentRow, NoticeRow};
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
    /// It speaks of a mail of ours.
    Known {
        /// Which.
        mail: ReturnedMail,
        /// What became of it.
        report: BounceReport,
        /// Whether it is bounced by this now.
        bounced: bool,
    },
}

/// A mail that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnedMail {
    /// A letter to one mailbox.
    Delivery(Box<DeliveryRow>),
    /// A notice.
    Notice(Box<NoticeRow>),
}

impl ReturnedMail {
    fn email(&self) -> &str {
        match self {
            Self::Delivery(row) => &row.email,
            Self::Notice(row) => &row.email,
        }
    }

    /// Marks it as bounced and opens its incident; gives whether it is news.
    async fn bounce(&self, office: &Office, actor: &Actor, told: &str) -> Result<bool, Refusal> {
        let (id, now) = (Id::of(office.clock.new_id()), office.clock.timestamp());
        let incident = |kind, subject, what: &str| {
            IncidentRow::new(id, kind, subject, format!("发往{}的{what}被退回：{told}", self.email()), now)
        };
        let mut deed = office.begin(actor).await?;
        let written = match self {
            Self::Delivery(row) => {
                let subject = (SubjectKind::Delivery, row.id.0.to_string());
                let incident = incident(IncidentKind::DeliveryBounced, subject, "邮件");
                deed.tx().bounce_delivery(row.id, told, &incident).await
            }
            Self::Notice(row) => {
                let subject = (SubjectKind::Notice, row.id.0.to_string());
                let what = format!("通知“{}”", row.subject);
                let incident = incident(IncidentKind::NoticeUndelivered, subject, &what);
                deed.tx().bounce_notice(row.id, told, &incident).await
            }
        };
        deed.end(written).await
    }
}

/// Takes a mail that came back. The same one twice changes nothing the second time.
///
/// # Errors
/// When the database fails.
pub async fn take_bounce(office: &Office, actor: &Actor, raw: &[u8]) -> Result<Returned, Refusal> {
    let Some(bounce) = read(raw) else { return Ok(Returned::NoNotification) };
    let now = office.clock.timestamp();
    let Some(mail) = mail_of(office, &bounce).await? else {
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
        report.recipients.iter().any(|address| address.eq_ignore_ascii_case(mail.email()))
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
        bounced = mail.bounce(office, actor, &told).await?;
    }
    Ok(Returned::Known { mail, report, bounced })
}

async fn mail_of(office: &Office, bounce: &Bounce) -> Result<Option<ReturnedMail>, Refusal> {
    let mut candidates = bounce.message_ids.clone();
    candidates.extend(bounce.envelope_id.clone());
    let deliveries = office.store.list_deliveries_by_message_id(&candidates).await?;
    let notices = office.store.list_notices_by_message_id(&candidates).await?;
    // In the order in which the notification names them; a notice names the mail of its letter after itself.
    Ok(candidates.iter().find_map(|id| {
        let delivery = deliveries.iter().find(|row| row.message_id == *id);
        let notice = notices.iter().find(|row| row.message_id == *id);
        let delivery = delivery.map(|row| ReturnedMail::Delivery(Box::new(row.clone())));
        delivery.or_else(|| notice.map(|row| ReturnedMail::Notice(Box::new(row.clone()))))
    }))
}

fn told(report: &BounceReport) -> String {
    let told: Vec<&str> =
        [report.status.as_str(), &report.diagnostic].into_iter().filter(|text| !text.is_empty()).collect();
    if told.is_empty() { "未说明原因".to_owned() } else { told.join(" ") }
}
