//! Deeds with documents that came in (来文): kept as they were handed in, read, adopted, retired.

use chrono::{NaiveDate, TimeDelta};
use sha2::{Digest as _, Sha256};

use super::Unreadable;
use super::pdf_pages::pdf_pages;
use crate::domain::{DocumentKind, invalid, lengths};
use crate::office::{Actor, Office, Refusal};
use crate::reading::document::{self, Document};
use crate::reading::file_date::day_told;
use crate::reading::plan::{self, PlanProposal};
use crate::reading::report::{self, Report};
use crate::store::rows::DocumentRow;
use crate::store::types::{DocumentId, Id};

/// How much is kept, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct DocumentLimits {
    /// Bytes of all documents together.
    pub bytes: u64,
    /// Days after which the bytes of a document are let go; what is known of it stays. 0 keeps them.
    pub days: u32,
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self { bytes: 2 << 30, days: 1_095 }
    }
}

/// A document that is handed in.
#[derive(Debug)]
pub struct NewDocument {
    /// What its file is called.
    pub file_name: String,
    /// What is to be read out of it; `None` leaves that to what it says.
    pub kind: Option<DocumentKind>,
    /// What it is about where it says no other: id, code or name.
    pub region: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What a document was read as.
#[derive(Debug)]
pub enum DocumentReading {
    /// A plan.
    Plan(PlanProposal),
    /// A report.
    Report(Report),
}

/// Why a document is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum NotTakenIn {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It is neither a plan nor a report.
    #[error("{0}")]
    Neither(&'static str),
    /// A rule, or the database.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<crate::store::StoreError> for NotTakenIn {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// Said of a document without tasks and figures.
const NEITHER: &str =
    "没有读出任务、目标或数据，不像是方案，也不像是月报、专报、通报。请检查是否选错了文件。";

/// Text of a document's bytes, and of a PDF its pages. Blocks the thread.
fn text_of(bytes: &[u8]) -> Result<(Document, Option<String>), Unreadable> {
    if document::has_macros(bytes) {
        return Err(Unreadable::Macros);
    }
    if !document::is_pdf(bytes) {
        return Ok((document::read(bytes)?, None));
    }
    if bytes.len() > document::BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    let pages = pdf_pages(bytes.to_vec())?;
    Ok((document::of_pages(&pages)?, Some(pages)))
}

/// What a document holds: as told, else a plan where it reads like one. `told`: the day by which the months of a report that
/// tells no year are told.
fn reading(
    text: &Document,
    kind: Option<DocumentKind>,
    told: Option<NaiveDate>,
) -> Result<DocumentReading, &'static str> {
    if kind != Some(DocumentKind::Report) {
        let read = plan::read(text);
        match read.no_plan() {
            None => return Ok(DocumentReading::Plan(read)),
            Some(why) if kind.is_some() => return Err(why),
            Some(_) => {}
        }
    }
    let read = report::read_told(text, told);
    if read.facts.is_empty() && read.unread.is_empty() {
        Err(NEITHER)
    } else {
        Ok(DocumentReading::Report(read))
    }
}

impl DocumentReading {
    /// What it is.
    pub fn kind(&self) -> DocumentKind {
        match self {
            Self::Plan(_) => DocumentKind::Plan,
            Self::Report(_) => DocumentKind::Report,
        }
    }

    /// Its title.
    pub fn title(&self) -> Option<&str> {
        match self {
            Self::Plan(plan) => plan.title.as_deref().or(plan.name.as_deref()),
            Self::Report(report) => report.title.as_deref(),
        }
    }
}

/// Reads a document and keeps it; nothing of it counts yet.
///
/// # Errors
/// [`NotTakenIn`]; where no more can be kept, `Conflict`.
pub async fn receive_document(
    office: &Office,
    actor: &Actor,
    new: NewDocument,
) -> Result<DocumentRow, NotTakenIn> {
    let (bytes, kind) = (new.bytes, new.kind);
    let sha256 = crate::store::hex(&Sha256::digest(&bytes));
    let told = day_told(&new.file_name);
    let work = move || {
        let (text, pages) = text_of(&bytes)?;
        let read = reading(&text, kind, told).map_err(NotTakenIn::Neither)?;
        Ok::<_, NotTakenIn>((bytes, pages, read.kind(), read.title().map(str::to_owned)))
    };
    let (bytes, pages, kind, title) = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| NotTakenIn::Unreadable(Unreadable::Damaged))??;
    let now = office.clock.timestamp();
    let limits = office.documents;
    let mut deed = office.begin(actor).await?;
    let kept = async {
        if limits.days > 0 {
            deed.tx().empty_documents(now - TimeDelta::days(i64::from(limits.days)), now).await?;
        }
        let taken = u64::try_from(deed.tx().count_document_bytes().await?).unwrap_or(0);
        if taken.saturating_add(bytes.len() as u64) > limits.bytes {
            return Err(Refusal::Conflict(
                "来文存储已满。请系统管理员调大documents.quota_mb，或缩短documents.keep_days。",
            ));
        }
        let region = deed.region("region", &new.region).await?;
        let title = title.map(|title| title.chars().take(lengths::PHRASE).collect());
        let row = DocumentRow {
            id: Id::of(office.clock.new_id()),
            file_name: invalid::text("file_name", &new.file_name, lengths::FILE_NAME)?,
            kind: kind.into(),
            title,
            region_id: region.id,
            size: i32::try_from(bytes.len()).unwrap_or(i32::MAX),
            sha256,
            received_at: now,
            received_by: actor.key_id(),
            adopted_at: None,
            adopted_by: None,
            retired_on: None,
            retired_reason: None,
            updated_at: now,
        };
        deed.tx().create_document(&row, &bytes, pages.as_deref()).await?;
        Ok(row)
    }
    .await;
    if let Ok(row) = &kept {
        deed.made("document", row.id.of_any());
    }
    Ok(deed.end(kept).await?)
}

/// Reads a document that is kept; where neither it nor the name of its file tells a year, `published_on` does.
///
/// # Errors
/// `Conflict` where its bytes are gone.
pub async fn read_again(
    office: &Office,
    row: &DocumentRow,
    published_on: Option<NaiveDate>,
) -> Result<DocumentReading, Refusal> {
    const GONE: Refusal = Refusal::Conflict("文件内容已过保存期限，不能再读。请重新送入原件。");
    let Some((Some(content), pages)) = office.read.find_document_content(row.id).await? else {
        return Err(GONE);
    };
    let kind = Some(row.kind.0);
    let told = day_told(&row.file_name).or(published_on);
    let work = move || {
        let text = match pages {
            Some(pages) => document::of_pages(&pages),
            None => document::read(&content),
        };
        text.ok().and_then(|text| reading(&text, kind, told).ok())
    };
    let read = tokio::task::spawn_blocking(work).await.ok().flatten();
    read.ok_or(Refusal::Conflict("本版本的程序不能再读出这份文件的内容，请重新送入原件。"))
}

/// Retires a document, for a reason.
///
/// # Errors
/// `NotFound`, [`Refusal::Invalid`] for the reason, `Conflict` where it is retired already.
pub async fn retire_document(
    office: &Office,
    actor: &Actor,
    id: DocumentId,
    reason: &str,
) -> Result<NaiveDate, Refusal> {
    let reason = invalid::text("reason", reason, lengths::REASON)?;
    let row = office.store.find_document(id).await?.ok_or(Refusal::NotFound("来文"))?;
    if row.retired_on.is_some() {
        return Err(Refusal::Conflict("这份来文已经停用。"));
    }
    let today = office.clock.today();
    let mut deed = office.begin(actor).await?;
    let done = deed.tx().retire_document(row.id, (today, &reason), office.clock.timestamp()).await;
    deed.end(done).await?;
    Ok(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_plan_nor_report_is_refused() {
        let text = |said: &str| document::read(said.as_bytes()).unwrap();
        assert!(reading(&text("早上好。\n今天下雨。"), None, None).is_err());
        let report = text("2025年8月工作月报\n1—8月，社会消费品零售总额增长5.1%。");
        assert_eq!(reading(&report, None, None).map(|read| read.kind()), Ok(DocumentKind::Report));
        assert!(reading(&report, Some(DocumentKind::Plan), None).is_err());
    }
}
