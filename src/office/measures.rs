//! Deeds with measures (指标口径).

use std::collections::BTreeSet;

use crate::domain::{
    Basis, Better, Frequency, Invalid, Measure, PlanPart, Stage, StageList, invalid, lengths,
};
use crate::office::actor::{Deed, Edited};
use crate::office::plans::{name_externally, rename_externally};
use crate::office::{Actor, ChangeReason, Office, Refusal};
use crate::store::revisions;
use crate::store::rows::MeasureRow;
use crate::store::types::Id;

/// A measure that is to be made.
#[derive(Debug, Clone)]
pub struct NewMeasure {
    /// Name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Unit of its values.
    pub unit: String,
    /// Cumulative, of the period, or of a day.
    pub basis: Basis,
    /// Which direction is good.
    pub better: Better,
    /// How often it is published.
    pub frequency: Frequency,
    /// The usual day of the next month on which it is published.
    pub release_day: Option<u32>,
    /// Decimal places shown.
    pub precision: u32,
    /// What the system that owns it calls it.
    pub external_id: Option<String>,
    /// Whose figures count before whose, the first one first.
    pub sources: Vec<String>,
    /// The stages that its figures go through; none where they have none.
    pub stages: Vec<Stage>,
}

/// A measure with its other names.
pub type NamedMeasure = (MeasureRow, Vec<String>);

/// Makes a measure.
///
/// # Errors
/// [`Refusal::Invalid`] for a part that does not fit, `Duplicate` where a name is taken.
pub async fn create_measure(
    office: &Office,
    actor: &Actor,
    new: NewMeasure,
) -> Result<NamedMeasure, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_measure(&mut deed, new).await;
    if let Ok(row) = &made {
        deed.made("measure", row.0.id.of_any());
    }
    deed.end(made).await
}

/// Makes a measure as part of a deed.
pub(super) async fn add_measure(deed: &mut Deed<'_>, new: NewMeasure) -> Result<NamedMeasure, Refusal> {
    let office = deed.office();
    let habits = (new.basis, new.better, new.frequency);
    let measure = Measure::new(&new.name, &new.unit, habits, new.release_day, new.precision)?;
    let aliases = measure.checked_aliases(&new.aliases)?;
    let sources = checked_sources(&new.sources)?;
    let row = MeasureRow::of(&measure, Id::of(office.clock.new_id()), office.clock.timestamp());
    let stages = MeasureRow::write_stages(&StageList::checked(&new.stages)?);
    let row = MeasureRow { sources, stages, ..row };
    deed.tx().create_measure(&row, &aliases).await?;
    name_externally(deed, PlanPart::Measure, row.id, new.external_id.as_deref()).await?;
    Ok((row, aliases))
}

/// What is to become of a measure; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct MeasureEdit {
    /// Name.
    pub name: Option<String>,
    /// Other names, in place of those it has.
    pub aliases: Option<Vec<String>>,
    /// Unit of its values.
    pub unit: Option<String>,
    /// Cumulative, of the period, or of a day.
    pub basis: Option<Basis>,
    /// Which direction is good.
    pub better: Option<Better>,
    /// How often it is published.
    pub frequency: Option<Frequency>,
    /// The usual day of the next month on which it is published; `Some(None)` for none.
    pub release_day: Option<Option<u32>>,
    /// Decimal places shown.
    pub precision: Option<u32>,
    /// What the system that owns it calls it; `Some(None)` for nothing.
    pub external_id: Option<Option<String>>,
    /// Whose figures count before whose, in place of the present order.
    pub sources: Option<Vec<String>>,
    /// The stages that its figures go through from now on; what is there keeps the stage that it has.
    pub stages: Option<Vec<Stage>>,
    /// Why, and from which day on.
    pub why: ChangeReason,
}

/// Changes a measure that was read as `seen`.
///
/// # Errors
/// As [`create_measure`]; `Conflict` where facts rest on what would change, `Stale` when somebody else has changed it since.
pub async fn update_measure(
    office: &Office,
    actor: &Actor,
    seen: NamedMeasure,
    edit: MeasureEdit,
) -> Result<NamedMeasure, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = change_measure(&mut deed, seen, edit).await;
    deed.end_edit(made).await
}

/// Changes a measure as part of a deed.
pub(super) async fn change_measure(
    deed: &mut Deed<'_>,
    seen: NamedMeasure,
    edit: MeasureEdit,
) -> Result<Edited<NamedMeasure>, Refusal> {
    let office = deed.office();
    let (present, present_aliases) = seen;
    let before = Measure::from(present.clone());
    let measure = Measure::new(
        edit.name.as_deref().unwrap_or(&before.name),
        edit.unit.as_deref().unwrap_or(&before.unit),
        (
            edit.basis.unwrap_or(before.basis),
            edit.better.unwrap_or(before.better),
            edit.frequency.unwrap_or(before.frequency),
        ),
        edit.release_day.unwrap_or(before.release_day),
        edit.precision.unwrap_or(before.precision),
    )?;
    let aliases = measure.checked_aliases(&edit.aliases.unwrap_or_else(|| present_aliases.clone()))?;
    let changed = present.changed(&measure, office.clock.timestamp());
    let sources = edit.sources.as_deref().map(checked_sources).transpose()?;
    let stages = edit.stages.as_deref().map(StageList::checked).transpose()?;
    let changed = MeasureRow {
        sources: sources.unwrap_or(changed.sources),
        stages: stages.as_ref().map_or(changed.stages, MeasureRow::write_stages),
        ..changed
    };
    let note = edit.why.note(office)?;
    let kept = revisions::of_measure(&present, &measure, &note)?;
    let renamed = rename_externally(deed, PlanPart::Measure, present.id, edit.external_id.as_ref()).await?;
    let names = |all: &[String]| all.iter().cloned().collect::<BTreeSet<String>>();
    let kept_beside = (&changed.sources, &changed.stages) == (&present.sources, &present.stages);
    let same = measure == before && kept_beside;
    if !renamed && same && names(&aliases) == names(&present_aliases) {
        return Ok(Edited::Same((present, present_aliases)));
    }
    let row = deed.tx().update_measure(&changed, &aliases, kept.as_ref(), &note.handover()).await?;
    deed.changed("measure", row.id, &present, &row);
    Ok(Edited::Changed((row, aliases)))
}

/// The order of sources as it is kept: a line each.
fn checked_sources(sources: &[String]) -> Result<String, Invalid> {
    if sources.len() > lengths::SOURCES {
        let detail = format!("来源次序最多列{}个来源。", lengths::SOURCES);
        return Err(Invalid::new("sources", "too_many", detail));
    }
    let mut checked: Vec<String> = Vec::with_capacity(sources.len());
    for (place, source) in sources.iter().enumerate() {
        let field = format!("sources.{place}");
        let source = invalid::text(&field, source, lengths::SOURCE_NAME)?;
        if checked.contains(&source) {
            return Err(Invalid::new(field, "duplicate", "同一来源重复列出，请删除一处。"));
        }
        checked.push(source);
    }
    Ok(checked.join("\n"))
}
