//! Campaigns (攻坚行动).

pub(in crate::api) mod campaign_curves;

mod bodies;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::problem::{Problem, ProblemView};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::indicators::revisions;
use crate::domain::{Campaign, Invalid, Issuing, MemberRole, RulePack};
use crate::store::revisions::{self as kept, ChangeNote};
use crate::store::rows::{CampaignFilter, CampaignLinks, CampaignMemberRow, CampaignRow, RevisionRow};
use crate::store::types::Id;
use bodies::{CampaignOneParams, CampaignParams, CampaignView, CreateCampaign, UpdateCampaign};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_campaigns).service(create_campaign).service(find_campaign).service(update_campaign);
}

type Seats = Vec<(CampaignMemberRow, String)>;

async fn seats(state: &State, ids: &[Id]) -> Result<Seats, Problem> {
    Ok(state.office.store.list_members(ids).await?)
}

/// 列出攻坚行动
#[utoipa::path(tag = "攻坚行动", params(ListParams, CampaignParams), responses(
    (status = 200, body = PageView<CampaignView>), (status = "4XX", body = ProblemView)))]
#[get("/campaigns")]
async fn list_campaigns(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<CampaignParams>,
) -> Result<HttpResponse, Problem> {
    let params = list.filter;
    let region = lookup::maybe_region(&state, At::Query("region"), params.region.as_deref()).await?;
    let parent = lookup::maybe_campaign(&state, At::Query("parent"), params.parent.as_deref()).await?;
    let filter = CampaignFilter {
        region_id: region.map(|row| row.id),
        parent_id: parent.map(|row| row.id),
        name_contains: params.name_contains,
        updated_after: list.updated_after,
    };
    let rows = state.office.store.list_campaigns(&filter, list.page).await?;
    let mut page = PageView::checked(rows, list.page, |row| row.id.0, CampaignView::of)?;
    if params.expand.is_some() {
        let ids: Vec<Id> = page.items.iter().map(|view| Id(view.id)).collect();
        let all = seats(&state, &ids).await?;
        let its = |view: &CampaignView| -> Seats {
            all.iter().filter(|(seat, _)| seat.campaign_id.0 == view.id).cloned().collect()
        };
        page.items = page
            .items
            .into_iter()
            .map(|view| (its(&view), view))
            .map(|(its, view)| view.with(&its))
            .collect();
    }
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新建攻坚行动
#[utoipa::path(tag = "攻坚行动", request_body = CreateCampaign, responses(
    (status = 201, body = CampaignView), (status = "4XX", body = ProblemView)))]
#[post("/campaigns")]
async fn create_campaign(
    state: web::Data<State>,
    Body(body): Body<CreateCampaign>,
) -> Result<HttpResponse, Problem> {
    let window = Campaign::window(body.starts_on, body.ends_on)?;
    let region = lookup::region(&state, At::Body("region"), &body.region).await?;
    let parent = lookup::maybe_campaign(&state, At::Body("parent"), body.parent.as_deref()).await?;
    let unsaid = body.unsaid();
    let inherited = |given: Option<String>, field: &'static str, from: fn(&CampaignRow) -> &String| {
        given
            .or_else(|| parent.as_ref().map(|row| from(row).clone()))
            .ok_or_else(|| Invalid::new(field, "required", "没有上级攻坚行动可以沿用，请填写。"))
    };
    let campaign = Campaign {
        issuer_name: inherited(body.issuer_name, "issuer_name", |row| &row.issuer_name)?,
        letter_mark: inherited(body.letter_mark, "letter_mark", |row| &row.letter_mark)?,
        name: body.name,
        doc_no: body.doc_no,
        window,
        ordinal: body.ordinal,
        workforce: body.workforce,
        convener: body.convener,
        members_open: body.members_open,
        issuing: body.issuing.map_or(Issuing::Automatic, |word| word.0),
        reply_working_days: body.reply_working_days.unwrap_or(USUAL_WORKING_DAYS),
        contact_name: body.contact_name,
        contact_phone: body.contact_phone,
        contact_email: body.contact_email,
    }
    .checked()?;
    let office = lookup::maybe_unit(&state, At::Body("office_unit"), body.office_unit.as_deref()).await?;
    let standard = RulePack::standard().name;
    let pack = body.rule_pack.as_deref().unwrap_or(&standard);
    let links = CampaignLinks {
        region_id: region.id,
        parent_id: parent.as_ref().map(|row| row.id),
        office_unit_id: office.map(|row| row.id),
        rule_pack_id: lookup::rule_pack(&state, At::Body("rule_pack"), pack).await?.id,
    };
    let mut row =
        CampaignRow::of(campaign, links, Id(state.office.clock.new_id()), state.office.clock.timestamp());
    if let Some(above) = &parent {
        row = row.inheriting(&unsaid, above);
    }
    let mut members = seated(&state, row.id, MemberRole::DeputyConvener, &body.deputy_conveners).await?;
    members.extend(seated(&state, row.id, MemberRole::Member, &body.members).await?);
    state.office.store.create_campaign(&row, &members).await?;
    respond::created(&format!("/api/v1/campaigns/{}", row.id.0), &CampaignView::of(row)?)
}

/// Working days a unit has to answer where nobody says otherwise.
const USUAL_WORKING_DAYS: i32 = 5;

/// The seats that these keys of units stand for.
async fn seated(
    state: &State,
    campaign: Id,
    role: MemberRole,
    keys: &[String],
) -> Result<Vec<CampaignMemberRow>, Problem> {
    let field = match role {
        MemberRole::DeputyConvener => "deputy_conveners",
        MemberRole::Member => "members",
    };
    if keys.len() > 200 {
        return Err(Invalid::new(field, "too_many", "不能超过200个单位。").into());
    }
    let mut units: Vec<Id> = Vec::with_capacity(keys.len());
    for (index, key) in keys.iter().enumerate() {
        let place = format!("{field}.{index}");
        let unit = lookup::unit(state, At::Body(&place), key).await?.id;
        if units.contains(&unit) {
            return Err(Invalid::new(place, "duplicate", "同一单位重复列出，请删除一处。").into());
        }
        units.push(unit);
    }
    Ok(CampaignMemberRow::of(campaign, role, &units, || state.office.clock.new_id()))
}

/// 读取一个攻坚行动
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号"), CampaignOneParams), responses(
    (status = 200, body = CampaignView), (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}")]
async fn find_campaign(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<CampaignOneParams>,
) -> Result<HttpResponse, Problem> {
    let row = load(&state, *id).await?;
    let mut view = CampaignView::of(row)?;
    if params.expand.is_some() {
        view = view.with(&seats(&state, &[Id(*id)]).await?);
    }
    respond::one(&request, &view, params.fields.as_deref())
}

async fn load(state: &State, id: Uuid) -> Result<CampaignRow, Problem> {
    state.office.store.find_campaign(id).await?.ok_or_else(|| Problem::not_found("攻坚行动"))
}

/// 修改攻坚行动（须带If-Match）
#[utoipa::path(tag = "攻坚行动", request_body = UpdateCampaign,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = CampaignView), (status = "4XX", body = ProblemView)))]
#[patch("/campaigns/{id}")]
async fn update_campaign(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateCampaign>,
) -> Result<HttpResponse, Problem> {
    let present = load(&state, *id).await?;
    let members = seats(&state, &[present.id]).await?;
    // It may have been read with its members or without.
    let expanded = CampaignView::of(present.clone())?.with(&members);
    respond::if_match(&request, &CampaignView::of(present.clone())?)
        .or_else(|refusal| respond::if_match(&request, &expanded).map_err(|_| refusal))?;
    let inherited = present.inherited();
    let campaign = body.apply(present.clone().try_into()?, &inherited)?.checked()?;
    let links = relinked(&state, &body, present.links()).await?;
    let above = match links.parent_id {
        Some(id) => Some(load(&state, id.0).await?),
        None => None,
    };
    let contact = [&campaign.contact_name, &campaign.contact_phone, &campaign.contact_email];
    let contact = contact.iter().any(|part| part.is_some());
    let inherits = body.inherits(&inherited, (above.is_some(), contact))?;
    let members = reseated(&state, &body, &members, present.id).await?;
    let mut changed = present.changed(campaign, links, state.office.clock.timestamp());
    changed = match (&inherits, &above) {
        (Some(what), Some(above)) => changed.inheriting(what, above),
        (Some(_), None) => CampaignRow { inherits: Some(String::new()), ..changed },
        (None, _) => changed,
    };
    let note = revisions::note(&state, body.reason.as_deref(), body.effective_on)?;
    let kept = kept::of_campaign(&present, &changed, &note);
    if kept.is_some() && note.reason.is_none() {
        let detail = "换用规则包须写明理由。";
        return Err(Invalid::new("reason", "required", detail).into());
    }
    let below = following(&state, &changed, &note).await?;
    let row = state.office.store.update_campaign(&changed, members.as_deref(), kept.as_ref(), &below).await?;
    respond::ok(&request, &CampaignView::of(row)?)
}

/// Those below that have something from this campaign which changes with it, as they shall be.
async fn following(
    state: &State,
    changed: &CampaignRow,
    note: &ChangeNote,
) -> Result<Vec<(CampaignRow, Option<RevisionRow>)>, Problem> {
    let mut found = Vec::new();
    let mut above = vec![changed.clone()];
    while let Some(parent) = above.pop() {
        for child in state.office.store.list_children(parent.id).await? {
            let after = child.clone().inheriting(&child.inherited(), &parent);
            if child.inherits.is_none() || after == child {
                continue;
            }
            let after = CampaignRow { revision: child.revision + 1, updated_at: note.at, ..after };
            let own = ChangeNote { id: state.office.clock.new_id(), ..note.clone() };
            found.push((after.clone(), kept::of_campaign(&child, &after, &own)));
            above.push(after);
        }
    }
    Ok(found)
}

async fn relinked(
    state: &State,
    body: &UpdateCampaign,
    before: CampaignLinks,
) -> Result<CampaignLinks, Problem> {
    let mut links = before;
    if let Some(key) = &body.parent {
        let found = lookup::maybe_campaign(state, At::Body("parent"), key.as_deref()).await?;
        links.parent_id = found.map(|row| row.id);
    }
    if let Some(key) = &body.office_unit {
        let found = lookup::maybe_unit(state, At::Body("office_unit"), key.as_deref()).await?;
        links.office_unit_id = found.map(|row| row.id);
    }
    if let Some(Some(key)) = &body.rule_pack {
        links.rule_pack_id = lookup::rule_pack(state, At::Body("rule_pack"), key).await?.id;
    }
    Ok(links)
}

/// All seats after the change; `None` when they stay as they are.
async fn reseated(
    state: &State,
    body: &UpdateCampaign,
    present: &[(CampaignMemberRow, String)],
    id: Id,
) -> Result<Option<Vec<CampaignMemberRow>>, Problem> {
    if body.deputy_conveners.is_none() && body.members.is_none() {
        return Ok(None);
    }
    let mut all = Vec::new();
    for (role, keys) in
        [(MemberRole::DeputyConvener, &body.deputy_conveners), (MemberRole::Member, &body.members)]
    {
        match keys {
            Some(keys) => all.extend(seated(state, id, role, keys).await?),
            None => {
                let kept = present.iter().map(|(seat, _)| seat);
                all.extend(kept.filter(|seat| seat.role == role.to_string()).cloned());
            }
        }
    }
    Ok(Some(all))
}
