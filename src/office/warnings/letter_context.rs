//! What the letters of one batch need to know, read at once: names, parts, mailboxes, earlier letters.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::planned::{About, Finding, Key};
use super::{Office, Refusal};
use crate::clock::office_zone;
use crate::domain::{ContactRole, LetterNumber, LetterState, Level};
use crate::letter::EarlierLetter;
use crate::store::StoreError;
use crate::store::rows::{ContactRow, IssuingCampaignRow, LetterHead, LineRow, PartRow, UnitNameRow};
use crate::store::types::{CampaignId, Id, IndicatorId, LetterId, TaskId, Thing, UnitId};

/// Campaigns by id.
pub(super) type Campaigns = HashMap<CampaignId, IssuingCampaignRow>;

/// All campaigns.
///
/// # Errors
/// When the database fails.
pub(super) async fn campaigns(office: &Office) -> Result<Campaigns, Refusal> {
    let rows = office.store.list_issuing_campaigns().await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Everything a batch of letters needs.
pub(super) struct LetterContext<'c> {
    campaigns: &'c Campaigns,
    day: NaiveDate,
    lines: HashMap<IndicatorId, LineRow>,
    parts: Vec<PartRow>,
    by_task: HashMap<TaskId, Vec<usize>>,
    by_indicator: HashMap<IndicatorId, Vec<usize>>,
    units: HashMap<UnitId, UnitNameRow>,
    contacts: HashMap<UnitId, Vec<ContactRow>>,
    heads: HashMap<LetterId, LetterHead>,
    /// When the answer to an earlier letter was returned, of those that wait for another.
    returned: HashMap<LetterId, NaiveDate>,
}

impl<'c> LetterContext<'c> {
    /// Reads what these letters need, which are dated `day`; contacts are those who serve then.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn load(
        office: &Office,
        campaigns: &'c Campaigns,
        letters: &[(Key, Vec<Finding>)],
        day: NaiveDate,
    ) -> Result<Self, Refusal> {
        let findings = || letters.iter().flat_map(|(_, findings)| findings);
        let indicators: Vec<IndicatorId> = set(findings().flat_map(Finding::indicators));
        let lines = office.store.list_lines(&indicators).await?;
        let tasks = set(lines.iter().map(|line| line.task_id));
        let parts: Vec<PartRow> = office.store.list_responsible_units(&tasks, &indicators).await?;
        let mut by_task: HashMap<TaskId, Vec<usize>> = HashMap::new();
        let mut by_indicator: HashMap<IndicatorId, Vec<usize>> = HashMap::new();
        for (index, part) in parts.iter().enumerate() {
            if let Some(task) = part.task_id {
                by_task.entry(task).or_default().push(index);
            }
            if let Some(indicator) = part.indicator_id {
                by_indicator.entry(indicator).or_default().push(index);
            }
        }
        let offices = letters.iter().filter_map(|(key, _)| campaigns.get(&key.campaign)?.office_unit_id);
        let asked = set(letters
            .iter()
            .map(|(key, _)| key.unit)
            .chain(offices)
            .chain(parts.iter().map(|part| part.unit_id)));
        let mut units: HashMap<UnitId, UnitNameRow> =
            office.store.list_unit_names(&asked).await?.into_iter().map(|row| (row.id, row)).collect();
        let above = set(letters
            .iter()
            .filter(|(key, _)| key.step.is_some())
            .filter_map(|(key, _)| units.get(&key.unit)?.parent_id));
        for row in office.store.list_unit_names(&above).await? {
            units.insert(row.id, row);
        }
        let everybody = set(asked.into_iter().chain(above));
        let roles = [ContactRole::Liaison, ContactRole::Leader];
        let mut contacts: HashMap<UnitId, Vec<ContactRow>> = HashMap::new();
        for contact in office.store.list_mailboxes(&everybody, &roles, day).await? {
            contacts.entry(contact.unit_id).or_default().push(contact);
        }
        let earlier = set(letters
            .iter()
            .filter_map(|(key, _)| key.follows)
            .chain(findings().filter_map(Finding::earlier)));
        let heads = office.store.list_letter_heads(&earlier).await?;
        let returned = returned(office, &heads).await?;
        Ok(Self {
            campaigns,
            day,
            lines: lines.into_iter().map(|row| (row.id, row)).collect(),
            parts,
            by_task,
            by_indicator,
            units,
            contacts,
            heads: heads.into_iter().map(|head| (head.id, head)).collect(),
            returned,
        })
    }

    /// The date of its letters.
    pub(super) fn day(&self) -> NaiveDate {
        self.day
    }

    /// The campaign with this id.
    ///
    /// # Errors
    /// `Missing` when it has gone.
    pub(super) fn campaign(&self, id: CampaignId) -> Result<&IssuingCampaignRow, StoreError> {
        self.campaigns.get(&id).ok_or_else(|| StoreError::missing("campaign", id.0))
    }

    /// 文号 of a campaign's plan document, its own or that of the campaign above.
    pub(super) fn doc_no(&self, campaign: &IssuingCampaignRow) -> Option<String> {
        let above = campaign.parent_id.and_then(|id| self.campaigns.get(&id));
        campaign.doc_no.clone().or_else(|| above?.doc_no.clone())
    }

    /// Names of an indicator.
    ///
    /// # Errors
    /// `Missing` when it has gone.
    pub(super) fn line(&self, indicator: IndicatorId) -> Result<&LineRow, StoreError> {
        self.lines.get(&indicator).ok_or_else(|| StoreError::missing("indicator", indicator.0))
    }

    /// The tasks that promise what a finding is about, in the order of the plan; none when there is but one.
    ///
    /// # Errors
    /// `Missing` when an indicator has gone.
    pub(super) fn tasks(&self, finding: &Finding) -> Result<Vec<String>, StoreError> {
        if finding.twins.is_empty() {
            return Ok(Vec::new());
        }
        let mut tasks: Vec<&LineRow> =
            finding.indicators().map(|indicator| self.line(indicator)).collect::<Result<_, _>>()?;
        tasks.sort_by_key(|line| line.task_id);
        Ok(tasks.into_iter().map(|line| line.task.clone()).collect())
    }

    /// Name of a unit.
    pub(super) fn unit_name(&self, unit: UnitId) -> String {
        self.units.get(&unit).map(|row| row.name.clone()).unwrap_or_default()
    }

    /// The unit above.
    pub(super) fn parent_of(&self, unit: UnitId) -> Option<UnitId> {
        self.units.get(&unit)?.parent_id
    }

    /// The unit's people of one role.
    pub(super) fn contacts(&self, unit: UnitId, role: ContactRole) -> impl Iterator<Item = &ContactRow> {
        let all = self.contacts.get(&unit).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(move |contact| contact.role == role)
    }

    /// Units with a part in the findings' tasks and indicators, in the plan's order, each as often as it is named.
    pub(super) fn units_with_a_part(&self, findings: &[Finding]) -> Vec<UnitId> {
        let mut places: BTreeSet<usize> = BTreeSet::new();
        for finding in findings {
            for indicator in finding.indicators() {
                let task = self.lines.get(&indicator).and_then(|line| self.by_task.get(&line.task_id));
                places.extend(task.into_iter().flatten());
                places.extend(self.by_indicator.get(&indicator).into_iter().flatten());
            }
        }
        places.into_iter().filter_map(|place| Some(self.parts.get(place)?.unit_id)).collect()
    }

    /// An earlier letter as a later one to `unit` prints it; `None` while it is a draft, and of one that went to another unit: the
    /// lead of its matter was handed over.
    ///
    /// # Errors
    /// When its number cannot be read.
    pub(super) fn earlier(&self, id: LetterId, unit: UnitId) -> Result<Option<EarlierLetter>, StoreError> {
        let Some(head) = self.heads.get(&id).filter(|head| head.unit_id == unit) else { return Ok(None) };
        let (Some(serial), Some(issued_on)) = (head.serial, head.issued_on) else { return Ok(None) };
        let number = LetterNumber::new(&head.mark, head.year, serial.unsigned_abs())?;
        let returned_on = self.returned.get(&id).copied();
        Ok(Some(EarlierLetter { number, issued_on, level: None, reply_by: head.reply_by, returned_on }))
    }
}

/// When the last answer to each of these letters was returned, where it waits for another.
async fn returned(office: &Office, heads: &[LetterHead]) -> Result<HashMap<LetterId, NaiveDate>, Refusal> {
    let waiting = heads.iter().filter(|head| head.state.0 == LetterState::Returned);
    let waiting: Vec<LetterId> = waiting.map(|head| head.id).collect();
    if waiting.is_empty() {
        return Ok(HashMap::new());
    }
    let replies = office.store.list_replies_to(&waiting).await?;
    // In the order of replies, so that the last of each letter wins.
    let days = replies.into_iter().filter_map(|one| {
        let (review, _) = one.review?;
        Some((one.reply.letter_id, review.created_at.and_utc().with_timezone(&office_zone()).date_naive()))
    });
    Ok(days.collect())
}

impl Finding {
    /// The last letter about its episode.
    pub(super) fn earlier(&self) -> Option<LetterId> {
        match &self.about {
            About::Continued(change) => change.before.letter_id,
            About::Report { earlier, .. } => *earlier,
            About::Opened(_) => None,
        }
    }

    /// The level of that letter.
    pub(super) fn lettered(&self) -> Option<Level> {
        match &self.about {
            About::Continued(change) => change.before.lettered_level.map(|word| word.0),
            About::Opened(_) | About::Report { .. } => None,
        }
    }

    /// The indicator and those that promise the same.
    pub(super) fn indicators(&self) -> impl Iterator<Item = IndicatorId> {
        std::iter::once(self.indicator).chain(self.twins.iter().copied())
    }
}

fn set<K: Thing>(ids: impl Iterator<Item = Id<K>>) -> Vec<Id<K>> {
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}
