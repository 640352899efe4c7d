//! All changes in one order (变更), for systems that keep a copy.

mod change_views;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{Datelike as _, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::access::Caller;
use crate::api::http::extract::Params;
use crate::api::http::page::{self, refuse};
use crate::api::http::refused::{Code, ProblemView, Refused, RequestPart};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::Word;
use crate::domain::{ChangeKind, Role, TextEnum as _};
use crate::office::rows::{ChangePlace, ChangeRow};
use crate::office::types::Id;
use change_views::ChangeData;

type ChangeKindWord = Word<ChangeKind>;

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(list_changes);
}

/// Changes given when `limit` is not.
const CHANGES_DEFAULT: i64 = 500;
/// Changes given at most.
pub(in crate::api) const CHANGES_MAX: i64 = 10_000;
/// How long a cursor holds.
const CURSOR_LIFE: TimeDelta = TimeDelta::days(30);

/// 变更查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangeParams {
    /// 上次返回的cursor；不写则从头开始，先给出现有的全部内容
    after: Option<String>,
    /// 最多给出多少条，1至10000，默认500
    limit: Option<i64>,
    /// 只要这些类别，以逗号分隔，如indicator,observation；默认全部
    kind: Option<String>,
}

/// 变更
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesView {
    /// 各条变更，按生效的先后；同一内容只列最近一次变更
    items: Vec<ChangedView>,
    /// 下次从这里继续（after）；没有新的变更时也给出，30天内有效
    cursor: String,
    /// 是否还有；为false即已到最近
    more: bool,
}

/// 一条变更
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedView {
    /// 类别
    kind: ChangeKindWord,
    /// 编号
    id: Uuid,
    /// 现在的内容，与读取该资源的列表时相同；已停用、已撤回的也给出
    data: ChangeData,
}

/// Where a reader is: the epoch of the numbers, the place, and the day on which the cursor was given.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor(i32, i64, i32, Uuid, i32);

fn place(cursor: &Cursor) -> ChangePlace {
    ChangePlace { seq: cursor.1, kind: cursor.2, id: Id::of(cursor.3) }
}

/// Before all changes.
const START: ChangePlace = ChangePlace { seq: -1, kind: -1, id: Id::of(Uuid::nil()) };

fn kinds(text: Option<&str>) -> Result<Vec<ChangeKind>, Refused> {
    let Some(text) = text else { return Ok(ChangeKind::ALL.to_vec()) };
    let known = || ChangeKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join("、");
    let mut asked = Vec::new();
    for word in text.split(',').map(str::trim) {
        let kind = ChangeKind::parse(word)
            .ok_or_else(|| refuse("kind", "unknown", &format!("没有这个类别，可用：{}。", known())))?;
        asked.push(kind);
    }
    asked.sort_by_key(|kind| ChangeKind::ALL.iter().position(|one| one == kind));
    asked.dedup();
    Ok(asked)
}

fn gone(detail: &str) -> Refused {
    Refused::at(Code::CursorExpired, "", "expired", detail).in_part(RequestPart::Query, "after")
}

/// Reads a cursor of this epoch that is not too old, nor ahead of all that has changed by now.
fn continued(text: &str, (epoch, end): (i32, ChangePlace), today: NaiveDate) -> Result<ChangePlace, Refused> {
    let cursor: Cursor =
        page::decode(text).map_err(|refused| refused.in_part(RequestPart::Query, "after"))?;
    if cursor.0 != epoch {
        return Err(gone("数据库已恢复或迁移，原来的位置不再有效；请不带after从头读取一遍。"));
    }
    let given = NaiveDate::from_num_days_from_ce_opt(cursor.4);
    if given.is_none_or(|given| today - given > CURSOR_LIFE) {
        return Err(gone("这个位置已超过30天，不再有效；请不带after从头读取一遍。"));
    }
    if cursor.1 > end.seq {
        return Err(gone(
            "这个位置不是本数据库给出的，或者数据库已退回到较早的时刻；请不带after从头读取一遍。",
        ));
    }
    Ok(place(&cursor))
}

/// 列出变更：供其他系统保持同步
///
/// 数据、方案、研判、预警事项、函、投递、反馈和问题，凡有新建、修改、停用、撤回，都按生效的先后给出一次，内容为现在的内容。先不带
/// `after`读到`more`为`false`，得到现有的全部；此后定期以上次的`cursor`作为`after`接着读。不会遗漏：还在写入的，写完后再给出。
/// 名称写在别处的内容（如指标中的单位名称）以该单位自己的变更为准。
#[utoipa::path(tag = "变更", params(ChangeParams), responses(
    (status = 200, body = ChangesView), (status = "4XX", body = ProblemView)))]
#[get("/changes")]
async fn list_changes(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    Params(params): Params<ChangeParams>,
) -> Result<HttpResponse, Refused> {
    let limit = params.limit.unwrap_or(CHANGES_DEFAULT);
    if !(1..=CHANGES_MAX).contains(&limit) {
        let detail = format!("limit应为1至{CHANGES_MAX}的整数。");
        return Err(refuse("limit", "out_of_range", &detail));
    }
    let mut kinds = kinds(params.kind.as_deref())?;
    if caller.role == Role::Reader {
        // As the list of replies, which names persons.
        kinds.retain(|kind| *kind != ChangeKind::Reply);
        if kinds.is_empty() {
            return Err(Refused::new(Code::Forbidden, "该密钥不能查看反馈，请去掉kind中的reply。"));
        }
    }
    let read = &state.office.read;
    let today = state.office.clock.today();
    let (epoch, end) = read.find_feed_end().await?;
    let after = params.after.as_deref().map(|text| continued(text, (epoch, end), today)).transpose()?;
    let after = after.unwrap_or(START);
    let mut rows: Vec<ChangeRow> = read.list_changes(&kinds, after, limit + 1).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let last = rows.last().map_or(after, |row| row.place);
    let items = change_views::views(&state, &caller, rows).await?;
    let cursor = page::encode(&Cursor(epoch, last.seq, last.kind, last.id.0, today.num_days_from_ce()));
    respond::ok(&request, &ChangesView { items, cursor, more })
}
