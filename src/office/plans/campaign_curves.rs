//! Default curves of a campaign: for each kind of target the curve of indicators that name none.

use super::campaign;
use crate::domain::{Curve, Invalid, Kind, Target};
use crate::office::actor::Deed;
use crate::office::{Actor, Office, Refusal};
use crate::store::curves;
use crate::store::rows::CampaignCurveRow;
use crate::store::types::CampaignId;

/// The curve of a new indicator that names none: its campaign's for the kind of its target, else that of the campaign
/// above, else linear months.
pub(super) async fn default_curve(
    deed: &mut Deed<'_>,
    campaign_id: CampaignId,
    target: Option<&Target>,
) -> Result<String, Refusal> {
    let usual = curves::write(&Curve::LinearMonths);
    let Some(target) = target else { return Ok(usual) };
    let above = campaign(deed, campaign_id).await?.parent_id;
    let family: Vec<CampaignId> = std::iter::once(campaign_id).chain(above).collect();
    let rows = deed.tx().list_campaign_curves(&family).await?;
    let of = |id: &CampaignId| rows.iter().find(|row| row.campaign_id == *id && row.kind == target.kind);
    Ok(family.iter().find_map(of).map_or(usual, |row| row.curve.clone()))
}

/// Puts these default curves in place of those `seen`, which are all that a campaign has; indicators that are there stay as they are.
///
/// # Errors
/// [`Refusal::NotFound`], `Stale` when somebody else replaced them meanwhile, [`Refusal::Invalid`] for a kind that is listed twice or a curve that does not fit.
pub async fn replace_curves(
    office: &Office,
    actor: &Actor,
    (campaign_id, seen): (CampaignId, &[CampaignCurveRow]),
    written: Vec<(Kind, Curve)>,
) -> Result<(), Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = put_curves(&mut deed, (campaign_id, seen), written).await;
    deed.end(made).await
}

async fn put_curves(
    deed: &mut Deed<'_>,
    (campaign_id, seen): (CampaignId, &[CampaignCurveRow]),
    written: Vec<(Kind, Curve)>,
) -> Result<(), Refusal> {
    let campaign_id = campaign(deed, campaign_id).await?.id;
    let mut rows: Vec<CampaignCurveRow> = Vec::with_capacity(written.len());
    for (index, (kind, curve)) in written.into_iter().enumerate() {
        if rows.iter().any(|row| row.kind == kind) {
            let place = format!("curves.{index}.kind");
            return Err(Invalid::new(place, "duplicate", "同一目标类型重复列出，请只保留一条。").into());
        }
        let curve = curve.checked().map_err(|invalid| invalid.within(&format!("curves.{index}")))?;
        rows.push(CampaignCurveRow { campaign_id, kind: kind.into(), curve: curves::write(&curve) });
    }
    Ok(deed.tx().replace_campaign_curves(campaign_id, seen, &rows).await?)
}
