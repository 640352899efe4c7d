//! How a letter goes out: by itself, or after a signature, and why.

use super::letter_context::Campaigns;
use super::planned::Key;
use crate::domain::{Issuing, SignedKind, WaitsFor};
use crate::store::StoreError;
use crate::store::rows::{IssuingCampaignRow, LetterHead, signed_kinds};

/// How a letter goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Going {
    /// What its draft waits for; `None` where it goes by itself.
    pub(super) waits_for: Option<WaitsFor>,
    /// Why, for people.
    pub(super) why: String,
}

impl Going {
    /// What its campaign says of this letter, `waiting` being the draft that waits in its place. A draft that was a person's
    /// to sign stays so when its kind need not be signed any more, since somebody may be reading it; where the campaign asks for
    /// no signature at all, it goes.
    ///
    /// # Errors
    /// `Corrupt`.
    pub(super) fn of(
        campaign: &IssuingCampaignRow,
        key: &Key,
        waiting: Option<&LetterHead>,
    ) -> Result<Self, StoreError> {
        if campaign.issuing != Issuing::Approval {
            return Ok(Self { waits_for: None, why: "该行动自动出函。".to_owned() });
        }
        let Some(kind) = SignedKind::of(key.kind, key.step) else {
            return Ok(Self { waits_for: None, why: "撤销函件时已经签发。".to_owned() });
        };
        let chinese = kind.row().chinese;
        let signed = WaitsFor::Signature;
        let left = waiting.is_some_and(|head| head.waits_for == Some(signed.into()));
        let (waits_for, why) = if signed_kinds(&campaign.signed)?.contains(kind) {
            (Some(signed), format!("该行动的{chinese}须经签发。"))
        } else if left {
            (Some(signed), format!("该行动的{chinese}已不须签发，但此函稿先已在等候，仍由人签发或撤销。"))
        } else {
            (None, format!("该行动的{chinese}不须签发，自动发出。"))
        };
        Ok(Self { waits_for, why })
    }

    /// The same, waiting for the next run where it would have gone by itself.
    #[must_use]
    pub(super) fn held(self) -> Self {
        if self.waits_for.is_some() {
            return self;
        }
        let why = "研判规则升级后尚未放行，先拟稿，放行后自动发出。".to_owned();
        Self { waits_for: Some(WaitsFor::Release), why }
    }
}

/// Whether this letter goes by itself.
///
/// # Errors
/// `Corrupt`.
pub(super) fn goes_by_itself(
    campaigns: &Campaigns,
    key: &Key,
    waiting: Option<&LetterHead>,
) -> Result<bool, StoreError> {
    let Some(campaign) = campaigns.get(&key.campaign) else { return Ok(false) };
    Ok(Going::of(campaign, key, waiting)?.waits_for.is_none())
}
