//! What is to become of a campaign, and what it then has from the one above.

use chrono::NaiveDate;

use crate::domain::{Campaign, Inheritable, Invalid, Issuing, SignedKinds, TextEnum as _};
use crate::office::ChangeReason;

/// What is to become of a campaign; what is `None` stays, `Some(None)` is none, or what the campaign above says.
#[derive(Debug, Clone, Default)]
pub struct CampaignEdit {
    /// Name.
    pub name: Option<String>,
    /// 文号.
    pub doc_no: Option<Option<String>>,
    /// First day in force.
    pub starts_on: Option<NaiveDate>,
    /// Last day in force.
    pub ends_on: Option<NaiveDate>,
    /// The campaign above: id, 文号 or name.
    pub parent: Option<Option<String>>,
    /// Number among its siblings.
    pub ordinal: Option<i32>,
    /// Where the 专班's office sits: id, credit code or name.
    pub office_unit: Option<Option<String>>,
    /// Name of the 专班.
    pub workforce: Option<Option<String>>,
    /// Who convenes it.
    pub convener: Option<Option<String>>,
    /// Units of the deputy conveners, in place of those that are.
    pub deputy_conveners: Option<Vec<String>>,
    /// Member units, in place of those that are.
    pub members: Option<Vec<String>>,
    /// Whether the document ends its list of members with 等.
    pub members_open: Option<bool>,
    /// Thresholds: id, name or name@version.
    pub rule_pack: Option<Option<String>>,
    /// Whether letters wait for a signature.
    pub issuing: Option<Option<Issuing>>,
    /// Which kinds wait, where letters do.
    pub signed: Option<Option<SignedKinds>>,
    /// 发文机关.
    pub issuer_name: Option<Option<String>>,
    /// 机关代字.
    pub letter_mark: Option<Option<String>>,
    /// Working days a unit has to answer.
    pub reply_working_days: Option<Option<i32>>,
    /// Whom units ask.
    pub contact_name: Option<Option<String>>,
    /// Their telephone.
    pub contact_phone: Option<Option<String>>,
    /// Their mailbox.
    pub contact_email: Option<Option<String>>,
    /// What the system that owns it calls it; `Some(None)` for nothing.
    pub external_id: Option<Option<String>>,
    /// Why other thresholds, and from which day on.
    pub why: ChangeReason,
}

impl CampaignEdit {
    /// The campaign after the change, not yet checked but for its window.
    pub(super) fn apply(&self, before: Campaign, present: &[Inheritable]) -> Result<Campaign, Invalid> {
        let text = |new: &Option<String>, old: String| new.clone().unwrap_or(old);
        let optional = |new: &Option<Option<String>>, old: Option<String>| new.clone().unwrap_or(old);
        // The parts of one person do not mix with those of another.
        let other = self.contact_said() == Some(true) && present.contains(&Inheritable::Contact);
        let contact = |old: Option<String>| old.filter(|_| !other);
        let starts_on = self.starts_on.unwrap_or(before.window.start());
        let ends_on = self.ends_on.unwrap_or(before.window.end());
        Ok(Campaign {
            name: text(&self.name, before.name),
            doc_no: optional(&self.doc_no, before.doc_no),
            window: Campaign::window(starts_on, ends_on)?,
            ordinal: self.ordinal.unwrap_or(before.ordinal),
            workforce: optional(&self.workforce, before.workforce),
            convener: optional(&self.convener, before.convener),
            members_open: self.members_open.unwrap_or(before.members_open),
            issuing: self.issuing.flatten().unwrap_or(before.issuing),
            signed: self.signed.flatten().unwrap_or(before.signed),
            issuer_name: text(&self.issuer_name.clone().flatten(), before.issuer_name),
            letter_mark: text(&self.letter_mark.clone().flatten(), before.letter_mark),
            reply_working_days: self.reply_working_days.flatten().unwrap_or(before.reply_working_days),
            contact_name: optional(&self.contact_name, contact(before.contact_name)),
            contact_phone: optional(&self.contact_phone, contact(before.contact_phone)),
            contact_email: optional(&self.contact_email, contact(before.contact_email)),
        })
    }

    /// Whether anything is said of the contact, and whether that is somebody.
    fn contact_said(&self) -> Option<bool> {
        let parts = [&self.contact_name, &self.contact_phone, &self.contact_email];
        let said = parts.iter().any(|part| part.is_some());
        said.then(|| parts.iter().any(|part| part.as_ref().is_some_and(Option::is_some)))
    }

    /// What the campaign has from the one above after the change; `None` when nothing is said of it. `contact` says
    /// whether a contact of its own is left.
    ///
    /// # Errors
    /// `Invalid` for a field that must be filled in and has nobody to be taken from.
    pub(super) fn inherits(
        &self,
        present: &[Inheritable],
        (above, contact): (bool, bool),
    ) -> Result<Option<Vec<Inheritable>>, Invalid> {
        let said = |one: Inheritable| match one {
            Inheritable::Issuing => self.issuing.map(|value| value.is_some()),
            Inheritable::Signed => self.signed.map(|value| value.is_some()),
            Inheritable::IssuerName => self.issuer_name.as_ref().map(Option::is_some),
            Inheritable::LetterMark => self.letter_mark.as_ref().map(Option::is_some),
            Inheritable::ReplyWorkingDays => self.reply_working_days.map(|value| value.is_some()),
            Inheritable::RulePack => self.rule_pack.as_ref().map(Option::is_some),
            Inheritable::OfficeUnit => self.office_unit.as_ref().map(Option::is_some),
            Inheritable::Contact => self.contact_said().map(|_| contact),
        };
        let mut after = Vec::new();
        for one in Inheritable::ALL.iter().copied() {
            let may_be_empty = matches!(one, Inheritable::Contact | Inheritable::OfficeUnit);
            match said(one) {
                Some(false) if above => after.push(one),
                Some(false) if !may_be_empty => {
                    let detail = "没有上级攻坚行动可以沿用，请填写。";
                    return Err(Invalid::new(one.as_str(), "required", detail));
                }
                None if above && present.contains(&one) => after.push(one),
                _ => {}
            }
        }
        let anything = self.parent.is_some() || Inheritable::ALL.iter().any(|one| said(*one).is_some());
        Ok(anything.then_some(after))
    }
}
