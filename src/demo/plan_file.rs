//! A plan document instead of the built-in sample: read, adopted as a person would who leaves out what is refused, and told.

use crate::app::AppError;
use crate::domain::{DocumentKind, PlanPart};
use crate::office::intake::{self, DocumentTerms, NewDocument, NotTakenIn, PlanItemOutcome};
use crate::office::{Actor, Office};

/// In whose name the demo's letters go, and their 机关代字: both invented.
const ISSUER: &str = "综合协调组";
const LETTER_MARK: &str = "试读函";
/// Most lines about what was left out.
const TOLD_MAX: usize = 20;

/// A plan document.
#[derive(Debug, Clone)]
pub struct PlanFile {
    /// What its file is called.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// The region it is about: code or name.
    pub region: String,
}

/// Takes in a plan; what was not understood or is refused is told with its place.
///
/// # Errors
/// When the file cannot be read or is no plan, or the database fails.
pub async fn load_plan(office: &Office, file: PlanFile) -> Result<Vec<String>, AppError> {
    let actor = Actor::technician();
    let name = file.name.clone();
    let new = NewDocument {
        file_name: file.name,
        kind: Some(DocumentKind::Plan),
        region: file.region,
        bytes: file.bytes,
    };
    let told = |why: NotTakenIn| match why {
        NotTakenIn::Refused(refusal) => AppError::from(refusal),
        why => std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{name}: {why}")).into(),
    };
    let row = intake::receive_document(office, &actor, new).await.map_err(told)?;
    let terms = DocumentTerms {
        issuer: Some(ISSUER.to_owned()),
        letter_mark: Some(LETTER_MARK.to_owned()),
        new_names: true,
        skip_refused: true,
        ..DocumentTerms::default()
    };
    let taken = intake::adopt(office, &actor, (&row, &terms), false).await?;
    let count = |part: PlanPart, outcome: PlanItemOutcome| {
        taken.plan.iter().filter(|item| item.part == part && item.outcome == outcome).count()
    };
    let made = |part| count(part, PlanItemOutcome::Created);
    let title = taken.seat.as_ref().map_or("", |seat| seat.name.as_str());
    let said = format!(
        "{}项任务、{}项指标、{}个责任单位、{}个指标口径",
        made(PlanPart::Task),
        made(PlanPart::Indicator),
        made(PlanPart::Unit),
        made(PlanPart::Measure)
    );
    let mut notes = vec![if taken.written {
        format!("已采用《{title}》：新建{said}。")
    } else {
        format!("没有采用《{title}》，没有写入任何内容：读出{said}，下列各处须先处理。")
    }];
    let mut left: Vec<String> = taken
        .plan
        .iter()
        .filter(|item| item.outcome.is_in_the_way())
        .map(|item| {
            let place = item.spot.as_ref().map(|spot| spot.words.as_str()).unwrap_or_default();
            let why: Vec<&str> = item.why.iter().map(|why| why.detail.as_str()).collect();
            format!("未采用（{place}）“{}”：{}", item.phrase, why.join("；"))
        })
        .collect();
    left.extend(
        taken.unread.iter().map(|one| format!("未读（{}）“{}”：{}", one.spot.words, one.text, one.why)),
    );
    let more = left.len().saturating_sub(TOLD_MAX);
    notes.extend(left.into_iter().take(TOLD_MAX));
    if more > 0 {
        notes.push(format!("另有{more}处，用read-plan可看全部。"));
    }
    Ok(notes)
}
