//! Deeds with campaigns (攻坚行动).

use chrono::NaiveDate;

use super::external_ids::{name_externally, rename_externally};
use super::{CampaignEdit, campaign};
use crate::domain::{
    Campaign, Inheritable, Invalid, Issuing, MemberRole, PlanPart, RulePack, SignedKinds, TextEnum as _,
};
use crate::office::actor::{Deed, Edited};
use crate::office::{Actor, Office, Refusal};
use crate::store::revisions::{self, ChangeNote};
use crate::store::rows::{CampaignLinks, CampaignMemberRow, CampaignRow, RevisionRow};
use crate::store::types::{CampaignId, Id, UnitId};

/// A campaign that is to be made; what is `None` and can be inherited comes from the campaign above.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    /// Name.
    pub name: String,
    /// 文号.
    pub doc_no: Option<String>,
    /// Its region: id, code or name.
    pub region: String,
    /// First day in force.
    pub starts_on: NaiveDate,
    /// Last day in force.
    pub ends_on: NaiveDate,
    /// The campaign above: id, 文号 or name.
    pub parent: Option<String>,
    /// Number among its siblings.
    pub ordinal: i32,
    /// Where the 专班's office sits: id, credit code or name.
    pub office_unit: Option<String>,
    /// Name of the 专班.
    pub workforce: Option<String>,
    /// Who convenes it.
    pub convener: Option<String>,
    /// Units of the deputy conveners: id, credit code or name.
    pub deputy_conveners: Vec<String>,
    /// Member units: id, credit code or name.
    pub members: Vec<String>,
    /// Whether the document ends its list of members with 等.
    pub members_open: bool,
    /// Thresholds: id, name or name@version; without a campaign above the standard ones unless told.
    pub rule_pack: Option<String>,
    /// Whether letters wait for a signature; without a campaign above they do not unless told.
    pub issuing: Option<Issuing>,
    /// Which kinds wait, where letters do; without a campaign above the usual ones unless told.
    pub signed: Option<SignedKinds>,
    /// 发文机关.
    pub issuer_name: Option<String>,
    /// 机关代字.
    pub letter_mark: Option<String>,
    /// Working days a unit has to answer; without a campaign above five unless told.
    pub reply_working_days: Option<i32>,
    /// Whom units ask; name, telephone and mailbox are inherited together.
    pub contact_name: Option<String>,
    /// Their telephone.
    pub contact_phone: Option<String>,
    /// Their mailbox.
    pub contact_email: Option<String>,
    /// What the system that owns it calls it.
    pub external_id: Option<String>,
}

impl NewCampaign {
    /// What is left to the campaign above.
    fn unsaid(&self) -> Vec<Inheritable> {
        let said = |one: &Inheritable| match one {
            Inheritable::Issuing => self.issuing.is_some(),
            Inheritable::Signed => self.signed.is_some(),
            Inheritable::IssuerName => self.issuer_name.is_some(),
            Inheritable::LetterMark => self.letter_mark.is_some(),
            Inheritable::ReplyWorkingDays => self.reply_working_days.is_some(),
            Inheritable::RulePack => self.rule_pack.is_some(),
            Inheritable::OfficeUnit => self.office_unit.is_some(),
            Inheritable::Contact => {
                self.contact_name.is_some() || self.contact_phone.is_some() || self.contact_email.is_some()
            }
        };
        Inheritable::ALL.iter().copied().filter(|one| !said(one)).collect()
    }
}

/// Working days a unit has to answer where nobody says otherwise.
const USUAL_WORKING_DAYS: i32 = 5;

/// Makes a campaign.
///
/// # Errors
/// [`Refusal::Invalid`] for a part that does not fit or is missing and cannot be inherited, [`Refusal::Key`] for something
/// that is not there, `Duplicate` where the name is taken.
pub async fn create_campaign(
    office: &Office,
    actor: &Actor,
    new: NewCampaign,
) -> Result<CampaignRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_campaign(&mut deed, new).await;
    if let Ok(row) = &made {
        deed.made("campaign", row.id.of_any());
    }
    deed.end(made).await
}

/// Makes a campaign as part of a deed.
pub(super) async fn add_campaign(deed: &mut Deed<'_>, new: NewCampaign) -> Result<CampaignRow, Refusal> {
    let office = deed.office();
    let window = Campaign::window(new.starts_on, new.ends_on)?;
    let region = deed.region("region", &new.region).await?;
    let parent = deed.maybe_campaign("parent", new.parent.as_deref()).await?;
    let unsaid = new.unsaid();
    let inherited = |given: Option<String>, field: &'static str, from: fn(&CampaignRow) -> &String| {
        given
            .or_else(|| parent.as_ref().map(|row| from(row).clone()))
            .ok_or_else(|| Invalid::new(field, "required", "没有上级攻坚行动可以沿用，请填写。"))
    };
    let campaign = Campaign {
        issuer_name: inherited(new.issuer_name, "issuer_name", |row| &row.issuer_name)?,
        letter_mark: inherited(new.letter_mark, "letter_mark", |row| &row.letter_mark)?,
        name: new.name,
        doc_no: new.doc_no,
        window,
        ordinal: new.ordinal,
        workforce: new.workforce,
        convener: new.convener,
        members_open: new.members_open,
        issuing: new.issuing.unwrap_or(Issuing::Automatic),
        signed: new.signed.unwrap_or_else(SignedKinds::usual),
        reply_working_days: new.reply_working_days.unwrap_or(USUAL_WORKING_DAYS),
        contact_name: new.contact_name,
        contact_phone: new.contact_phone,
        contact_email: new.contact_email,
    }
    .checked()?;
    let office_unit = deed.maybe_unit("office_unit", new.office_unit.as_deref()).await?;
    let standard = RulePack::standard().name;
    let pack = new.rule_pack.as_deref().unwrap_or(&standard);
    let links = CampaignLinks {
        region_id: region.id,
        parent_id: parent.as_ref().map(|row| row.id),
        office_unit_id: office_unit.map(|row| row.id),
        rule_pack_id: deed.rule_pack("rule_pack", pack).await?.id,
    };
    let mut row = CampaignRow::of(campaign, links, Id::of(office.clock.new_id()), office.clock.timestamp());
    if let Some(above) = &parent {
        row = row.inheriting(&unsaid, above);
    }
    let mut members = seated(deed, row.id, MemberRole::DeputyConvener, &new.deputy_conveners).await?;
    members.extend(seated(deed, row.id, MemberRole::Member, &new.members).await?);
    deed.tx().create_campaign(&row, &members).await?;
    name_externally(deed, PlanPart::Campaign, row.id, new.external_id.as_deref()).await?;
    Ok(row)
}

/// The seats that these keys of units stand for.
async fn seated(
    deed: &mut Deed<'_>,
    campaign: CampaignId,
    role: MemberRole,
    keys: &[String],
) -> Result<Vec<CampaignMemberRow>, Refusal> {
    let field = match role {
        MemberRole::DeputyConvener => "deputy_conveners",
        MemberRole::Member => "members",
    };
    if keys.len() > 200 {
        return Err(Invalid::new(field, "too_many", "不能超过200个单位。").into());
    }
    let mut units: Vec<UnitId> = Vec::with_capacity(keys.len());
    for (index, key) in keys.iter().enumerate() {
        let place = format!("{field}.{index}");
        let unit = deed.unit(&place, key).await?.id;
        if units.contains(&unit) {
            return Err(Invalid::new(place, "duplicate", "同一单位重复列出，请删除一处。").into());
        }
        units.push(unit);
    }
    Ok(CampaignMemberRow::of(campaign, role, &units, || deed.office().clock.new_id()))
}

/// Changes a campaign that was read as `seen`, with these seats; those below follow in what they have from it.
///
/// # Errors
/// As [`create_campaign`]; `Stale` when somebody else has changed it since.
pub async fn update_campaign(
    office: &Office,
    actor: &Actor,
    seen: CampaignRow,
    seats: &[CampaignMemberRow],
    edit: CampaignEdit,
) -> Result<CampaignRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = change_campaign(&mut deed, seen, seats, edit).await;
    deed.end_edit(made).await
}

/// Changes a campaign as part of a deed.
pub(super) async fn change_campaign(
    deed: &mut Deed<'_>,
    seen: CampaignRow,
    seats: &[CampaignMemberRow],
    edit: CampaignEdit,
) -> Result<Edited<CampaignRow>, Refusal> {
    let office = deed.office();
    let inherited = seen.inherited();
    let after = edit.apply(seen.clone().try_into()?, &inherited)?.checked()?;
    let links = relinked(deed, &edit, seen.links()).await?;
    let above = match links.parent_id {
        Some(id) => Some(campaign(deed, id).await?),
        None => None,
    };
    let contact = [&after.contact_name, &after.contact_phone, &after.contact_email];
    let contact = contact.iter().any(|part| part.is_some());
    let inherits = edit.inherits(&inherited, (above.is_some(), contact))?;
    let members = reseated(deed, &edit, seats, seen.id).await?;
    let mut changed = seen.changed(after, links, office.clock.timestamp());
    changed = match (&inherits, &above) {
        (Some(what), Some(above)) => changed.inheriting(what, above),
        (Some(_), None) => CampaignRow { inherits: Some(String::new()), ..changed },
        (None, _) => changed,
    };
    let note = edit.why.note(office)?;
    let kept = revisions::of_campaign(&seen, &changed, &note);
    if kept.is_some() && note.reason.is_none() {
        let detail = "换用规则包须写明理由。";
        return Err(Invalid::new("reason", "required", detail).into());
    }
    let renamed = rename_externally(deed, PlanPart::Campaign, seen.id, edit.external_id.as_ref()).await?;
    // A campaign that says nothing of what it inherits has nothing from anybody.
    let said = |row: &CampaignRow| CampaignRow {
        revision: seen.revision,
        updated_at: seen.updated_at,
        inherits: Some(row.inherits.clone().unwrap_or_default()),
        ..row.clone()
    };
    let same = said(&changed) == said(&seen);
    let place = |seat: &CampaignMemberRow| (seat.unit_id, seat.role);
    let seated = members.as_ref().is_none_or(|all| all.iter().map(place).eq(seats.iter().map(place)));
    if same && seated && !renamed {
        return Ok(Edited::Same(seen));
    }
    let below = following(deed, &changed, &note).await?;
    let (members, note) = (members.as_deref(), note.handover());
    let row = deed.tx().update_campaign(&changed, members, kept.as_ref(), &below, &note).await?;
    deed.changed("campaign", row.id, &seen, &row);
    Ok(Edited::Changed(row))
}

/// Those below that have something from this campaign which changes with it, as they shall be.
async fn following(
    deed: &mut Deed<'_>,
    changed: &CampaignRow,
    note: &ChangeNote,
) -> Result<Vec<(CampaignRow, Option<RevisionRow>)>, Refusal> {
    let mut found = Vec::new();
    let mut above = vec![changed.clone()];
    while let Some(parent) = above.pop() {
        for child in deed.tx().list_children(parent.id).await? {
            let after = child.clone().inheriting(&child.inherited(), &parent);
            if child.inherits.is_none() || after == child {
                continue;
            }
            let after = CampaignRow { revision: child.revision + 1, updated_at: note.at, ..after };
            let own = ChangeNote { id: deed.office().clock.new_id(), ..note.clone() };
            found.push((after.clone(), revisions::of_campaign(&child, &after, &own)));
            above.push(after);
        }
    }
    Ok(found)
}

async fn relinked(
    deed: &mut Deed<'_>,
    edit: &CampaignEdit,
    before: CampaignLinks,
) -> Result<CampaignLinks, Refusal> {
    let mut links = before;
    if let Some(key) = &edit.parent {
        let found = deed.maybe_campaign("parent", key.as_deref()).await?;
        links.parent_id = found.map(|row| row.id);
    }
    if let Some(key) = &edit.office_unit {
        let found = deed.maybe_unit("office_unit", key.as_deref()).await?;
        links.office_unit_id = found.map(|row| row.id);
    }
    if let Some(Some(key)) = &edit.rule_pack {
        links.rule_pack_id = deed.rule_pack("rule_pack", key).await?.id;
    }
    Ok(links)
}

/// All seats after the change; `None` when they stay as they are.
async fn reseated(
    deed: &mut Deed<'_>,
    edit: &CampaignEdit,
    present: &[CampaignMemberRow],
    id: CampaignId,
) -> Result<Option<Vec<CampaignMemberRow>>, Refusal> {
    if edit.deputy_conveners.is_none() && edit.members.is_none() {
        return Ok(None);
    }
    let mut all = Vec::new();
    for (role, keys) in
        [(MemberRole::DeputyConvener, &edit.deputy_conveners), (MemberRole::Member, &edit.members)]
    {
        match keys {
            Some(keys) => all.extend(seated(deed, id, role, keys).await?),
            None => all.extend(present.iter().filter(|seat| seat.role == role).cloned()),
        }
    }
    Ok(Some(all))
}
