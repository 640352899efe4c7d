//! Campaigns and the seats in their 专班.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use serde::Serialize;
use uuid::Uuid;

use crate::StoreError;
use crate::schema::{campaign_members, campaigns};
use crate::types::{CampaignId, CampaignMemberId, Id, Listed, RegionId, RulePackId, UnitId};
use xushi_domain::{Campaign, Inheritable, Issuing, MemberRole, SignedKinds, TextEnum};

/// A campaign as stored; a change writes the whole row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = campaigns, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct CampaignRow {
    /// Identity.
    pub id: CampaignId,
    /// Name, unique with region and first day.
    pub name: String,
    /// 文号.
    pub doc_no: Option<String>,
    /// Region it is in force in.
    pub region_id: RegionId,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// Campaign above.
    pub parent_id: Option<CampaignId>,
    /// Number among its siblings.
    pub ordinal: i32,
    /// Where the 专班's office sits.
    pub office_unit_id: Option<UnitId>,
    /// Name of the 专班.
    pub workforce: Option<String>,
    /// Who convenes it.
    pub convener: Option<String>,
    /// Whether its list of members ends with 等.
    pub members_open: bool,
    /// Thresholds its indicators are graded by.
    pub rule_pack_id: RulePackId,
    /// Whether letters wait for a signature.
    pub issuing: Listed<Issuing>,
    /// 发文机关.
    pub issuer_name: String,
    /// 机关代字.
    pub letter_mark: String,
    /// Working days a unit has to answer.
    pub reply_working_days: i32,
    /// Whom units ask.
    pub contact_name: Option<String>,
    /// Their telephone.
    pub contact_phone: Option<String>,
    /// Their mailbox.
    pub contact_email: Option<String>,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// Counts changes, from 1.
    pub revision: i32,
    /// When the row was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// What it has from the campaign above, comma-separated; the values stand beside, and follow when the one above
    /// changes. `None` in rows from before this was asked.
    pub inherits: Option<String>,
    /// The first day on which it is no more; `None` while it is.
    pub retired_on: Option<NaiveDate>,
    /// Why.
    pub retired_reason: Option<String>,
    /// The campaign of the year before, which this one was carried over from.
    pub continues_id: Option<CampaignId>,
    /// Which kinds of letters wait where letters do: words of [`SignedKind`](xushi_domain::SignedKind), comma-separated.
    pub signed: String,
}

/// The rows a campaign refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignLinks {
    /// Region it is in force in.
    pub region_id: RegionId,
    /// Campaign above.
    pub parent_id: Option<CampaignId>,
    /// Where the 专班's office sits.
    pub office_unit_id: Option<UnitId>,
    /// Thresholds its indicators are graded by.
    pub rule_pack_id: RulePackId,
}

impl CampaignRow {
    /// The row of a new campaign.
    pub fn of(campaign: Campaign, links: CampaignLinks, id: CampaignId, now: NaiveDateTime) -> Self {
        Self {
            id,
            name: campaign.name,
            doc_no: campaign.doc_no,
            region_id: links.region_id,
            starts_on: campaign.window.start(),
            ends_on: campaign.window.end(),
            parent_id: links.parent_id,
            ordinal: campaign.ordinal,
            office_unit_id: links.office_unit_id,
            workforce: campaign.workforce,
            convener: campaign.convener,
            members_open: campaign.members_open,
            rule_pack_id: links.rule_pack_id,
            issuing: campaign.issuing.into(),
            issuer_name: campaign.issuer_name,
            letter_mark: campaign.letter_mark,
            reply_working_days: campaign.reply_working_days,
            contact_name: campaign.contact_name,
            contact_phone: campaign.contact_phone,
            contact_email: campaign.contact_email,
            created_at: now,
            revision: 1,
            updated_at: now,
            inherits: Some(String::new()),
            retired_on: None,
            retired_reason: None,
            continues_id: None,
            signed: campaign.signed.to_string(),
        }
    }

    /// This row, saying what `campaign` and `links` say.
    #[must_use]
    pub fn changed(&self, campaign: Campaign, links: CampaignLinks, now: NaiveDateTime) -> Self {
        let new = Self::of(campaign, links, self.id, now);
        Self {
            created_at: self.created_at,
            revision: self.revision + 1,
            inherits: self.inherits.clone(),
            retired_on: self.retired_on,
            retired_reason: self.retired_reason.clone(),
            continues_id: self.continues_id,
            ..new
        }
    }

    /// What it has from the campaign above.
    pub fn inherited(&self) -> Vec<Inheritable> {
        let listed = self.inherits.as_deref().unwrap_or_default().split(',');
        listed.filter_map(<Inheritable as TextEnum>::parse).collect()
    }

    /// This row, having exactly `what` from the campaign above.
    #[must_use]
    pub fn inheriting(self, what: &[Inheritable], above: &Self) -> Self {
        let mut row = self;
        for one in what {
            match one {
                Inheritable::Issuing => row.issuing = above.issuing,
                Inheritable::Signed => row.signed.clone_from(&above.signed),
                Inheritable::IssuerName => row.issuer_name.clone_from(&above.issuer_name),
                Inheritable::LetterMark => row.letter_mark.clone_from(&above.letter_mark),
                Inheritable::ReplyWorkingDays => row.reply_working_days = above.reply_working_days,
                Inheritable::RulePack => row.rule_pack_id = above.rule_pack_id,
                Inheritable::OfficeUnit => row.office_unit_id = above.office_unit_id,
                Inheritable::Contact => {
                    row.contact_name.clone_from(&above.contact_name);
                    row.contact_phone.clone_from(&above.contact_phone);
                    row.contact_email.clone_from(&above.contact_email);
                }
            }
        }
        let words: Vec<&str> = what.iter().map(|one| one.as_str()).collect();
        row.inherits = Some(words.join(","));
        row
    }

    /// The rows it refers to.
    pub fn links(&self) -> CampaignLinks {
        CampaignLinks {
            region_id: self.region_id,
            parent_id: self.parent_id,
            office_unit_id: self.office_unit_id,
            rule_pack_id: self.rule_pack_id,
        }
    }
}

/// Reads which kinds of letters a campaign signs.
///
/// # Errors
/// `Corrupt`.
pub fn signed_kinds(stored: &str) -> Result<SignedKinds, StoreError> {
    SignedKinds::parse(stored).ok_or_else(|| StoreError::Corrupt(format!("signed kinds `{stored}`")))
}

impl TryFrom<CampaignRow> for Campaign {
    type Error = StoreError;

    fn try_from(row: CampaignRow) -> Result<Self, StoreError> {
        Ok(Self {
            window: Self::window(row.starts_on, row.ends_on)?,
            issuing: row.issuing.0,
            signed: signed_kinds(&row.signed)?,
            name: row.name,
            doc_no: row.doc_no,
            ordinal: row.ordinal,
            workforce: row.workforce,
            convener: row.convener,
            members_open: row.members_open,
            issuer_name: row.issuer_name,
            letter_mark: row.letter_mark,
            reply_working_days: row.reply_working_days,
            contact_name: row.contact_name,
            contact_phone: row.contact_phone,
            contact_email: row.contact_email,
        })
    }
}

/// A unit's seat in a 专班.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_members)]
pub struct CampaignMemberRow {
    /// Identity.
    pub id: CampaignMemberId,
    /// Which campaign.
    pub campaign_id: CampaignId,
    /// The unit.
    pub unit_id: UnitId,
    /// Which seat.
    pub role: Listed<MemberRole>,
    /// Place in the document's list, from 1.
    pub ordinal: i32,
}

impl CampaignMemberRow {
    /// The seats of one sort, in the order given.
    pub fn of(
        campaign_id: CampaignId,
        role: MemberRole,
        units: &[UnitId],
        mut new_id: impl FnMut() -> Uuid,
    ) -> Vec<Self> {
        (1..)
            .zip(units)
            .map(|(ordinal, unit)| Self {
                id: Id::of(new_id()),
                campaign_id,
                unit_id: *unit,
                role: role.into(),
                ordinal,
            })
            .collect()
    }
}

/// Which campaigns a list shows.
#[derive(Debug, Default, Clone)]
pub struct CampaignFilter {
    /// Only those of this region.
    pub region_id: Option<RegionId>,
    /// Only those directly under this campaign.
    pub parent_id: Option<CampaignId>,
    /// Only those whose name contains this.
    pub name_contains: Option<String>,
    /// Only those changed later than this.
    pub updated_after: Option<NaiveDateTime>,
    /// Whether retired ones are listed, too.
    pub with_retired: bool,
}
