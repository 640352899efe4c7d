//! Sub-campaigns from before these could have anything from the one above: what was left out then is the built-in default
//! now, though the campaign above may say otherwise. They are listed, not changed.

use crate::domain::{Inheritable, Issuing, RulePack, TextEnum as _};
use crate::store::rows::{CampaignRow, RulePackRow};
use crate::store::types::CampaignId;
use crate::store::{Reader, StoreError};
use std::collections::HashMap;

/// Working days a unit had to answer where nobody said otherwise.
const USUAL_WORKING_DAYS: i32 = 5;

/// A sub-campaign with what it may have been meant to have from the one above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaulted {
    /// Its name.
    pub campaign: String,
    /// Name of the one above.
    pub above: String,
    /// What is the built-in default here and something else there.
    pub fields: Vec<Inheritable>,
}

impl Defaulted {
    /// One line for the operator.
    pub fn line(&self) -> String {
        let fields: Vec<&str> = self.fields.iter().map(|field| field.chinese()).collect();
        let (campaign, above, fields) = (&self.campaign, &self.above, fields.join("、"));
        format!("“{campaign}”的{fields}为系统默认，与上级“{above}”不同；如应沿用上级，请将相应字段改为null。")
    }
}

/// Sub-campaigns that nobody has decided about since, in the order they were made.
///
/// # Errors
/// When the database fails.
pub async fn list_defaulted(reader: &Reader) -> Result<Vec<Defaulted>, StoreError> {
    let packs: Vec<(CampaignId, RulePackRow)> = reader.list_campaign_packs().await?;
    let packs: HashMap<CampaignId, String> = packs.into_iter().map(|(id, pack)| (id, pack.name)).collect();
    let standard = RulePack::standard().name;
    let is_standard = |row: &CampaignRow| packs.get(&row.id) == Some(&standard);
    let defaulted = |own: &CampaignRow, above: &CampaignRow, field: &Inheritable| match field {
        Inheritable::Issuing => own.issuing == Issuing::Automatic && above.issuing != own.issuing,
        Inheritable::ReplyWorkingDays => {
            own.reply_working_days == USUAL_WORKING_DAYS && above.reply_working_days != USUAL_WORKING_DAYS
        }
        Inheritable::RulePack => is_standard(own) && !is_standard(above),
        Inheritable::Contact => !has_contact(own) && has_contact(above),
        Inheritable::OfficeUnit => own.office_unit_id.is_none() && above.office_unit_id.is_some(),
        // These were always taken from the one above, or carried over with the rows that were there.
        Inheritable::IssuerName | Inheritable::LetterMark | Inheritable::Signed => false,
    };
    let pairs = reader.list_below_others().await?;
    let undecided = pairs.into_iter().filter(|(own, _)| own.inherits.is_none());
    let listed = undecided.map(|(own, above)| Defaulted {
        fields: Inheritable::ALL.iter().copied().filter(|field| defaulted(&own, &above, field)).collect(),
        campaign: own.name,
        above: above.name,
    });
    Ok(listed.filter(|one| !one.fields.is_empty()).collect())
}

fn has_contact(row: &CampaignRow) -> bool {
    row.contact_name.is_some() || row.contact_phone.is_some() || row.contact_email.is_some()
}
