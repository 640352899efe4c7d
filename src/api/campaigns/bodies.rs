//! What a campaign looks like on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::http::lookup::ExternalIds;
use crate::api::http::wire::{Word, given, maybe};
use crate::api::indicators::Named;
use crate::domain::{Inheritable, Issuing, MemberRole, SignedKind, SignedKinds};
use crate::office::ChangeReason;
use crate::office::StoreError;
use crate::office::plans::{CampaignEdit, NewCampaign};
use crate::office::rows::{CampaignMemberRow, CampaignRow, signed_kinds};

type IssuingWord = Word<Issuing>;
type SignedWord = Word<SignedKind>;
type InheritableWord = Word<Inheritable>;

/// 攻坚行动
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignView {
    /// 编号
    pub(super) id: Uuid,
    /// 名称
    #[schema(example = "内需扩量提效攻坚")]
    name: String,
    /// 文号
    doc_no: Option<String>,
    /// 所在行政区
    region_id: Uuid,
    /// 起始日
    starts_on: NaiveDate,
    /// 截止日
    ends_on: NaiveDate,
    /// 上级攻坚行动
    parent_id: Option<Uuid>,
    /// 在同级中的序号
    ordinal: i32,
    /// 专班办公室所在单位
    office_unit_id: Option<Uuid>,
    /// 专班名称
    workforce: Option<String>,
    /// 召集人
    convener: Option<String>,
    /// 成员单位是否以“等”结尾
    members_open: bool,
    /// 规则包（某一版本）
    rule_pack_id: Uuid,
    /// 出函方式：自动，或经签发
    issuing: IssuingWord,
    /// 经签发（issuing为approval）时须签发的函：warning（预警函）、climb（提级函）、lifting（解除函）、reminder（反馈提醒函）、report_reminder（催报函）；其余的自动发出
    #[schema(value_type = Vec<String>, example = json!(["warning", "climb", "lifting"]))]
    signed: Vec<SignedWord>,
    /// 发文机关
    issuer_name: String,
    /// 机关代字
    letter_mark: String,
    /// 反馈期限，工作日
    reply_working_days: i32,
    /// 联系人
    contact_name: Option<String>,
    /// 联系电话
    contact_phone: Option<String>,
    /// 联系邮箱
    contact_email: Option<String>,
    /// 沿用上级攻坚行动的各项；上级修改时随之改变
    #[schema(value_type = Vec<String>, example = json!(["issuing", "rule_pack"]))]
    inherited: Vec<InheritableWord>,
    /// 副召集人所在单位；仅在expand=members时给出
    #[serde(skip_serializing_if = "Option::is_none")]
    deputy_conveners: Option<Vec<Named>>,
    /// 成员单位；仅在expand=members时给出
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<Named>>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
    /// 由哪个攻坚行动结转而来
    continues_id: Option<Uuid>,
    /// 自此日起停用；为null表示在用
    retired_on: Option<NaiveDate>,
    /// 停用的理由
    retired_reason: Option<String>,
    /// 外部编号：数据所属系统对它的编号
    external_id: Option<String>,
}

impl CampaignView {
    pub(in crate::api) fn of(row: CampaignRow, external: &ExternalIds) -> Result<Self, StoreError> {
        let inherited = row.inherited().into_iter().map(Word).collect();
        Ok(Self {
            external_id: external.get(&row.id.of_any()).cloned(),
            id: row.id.0,
            name: row.name,
            doc_no: row.doc_no,
            region_id: row.region_id.0,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            parent_id: row.parent_id.map(|id| id.0),
            ordinal: row.ordinal,
            office_unit_id: row.office_unit_id.map(|id| id.0),
            workforce: row.workforce,
            convener: row.convener,
            members_open: row.members_open,
            rule_pack_id: row.rule_pack_id.0,
            issuing: Word(row.issuing.0),
            signed: signed_kinds(&row.signed)?.iter().map(Word).collect(),
            issuer_name: row.issuer_name,
            letter_mark: row.letter_mark,
            reply_working_days: row.reply_working_days,
            contact_name: row.contact_name,
            contact_phone: row.contact_phone,
            contact_email: row.contact_email,
            inherited,
            deputy_conveners: None,
            members: None,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
            continues_id: row.continues_id.map(|id| id.0),
            retired_on: row.retired_on,
            retired_reason: row.retired_reason,
        })
    }

    /// The same with its seats.
    pub(super) fn with(self, seats: &[(CampaignMemberRow, String)]) -> Self {
        let of = |role: MemberRole| {
            let its = seats.iter().filter(|(seat, _)| seat.role == role);
            its.map(|(seat, name)| Named { id: seat.unit_id.0, name: name.clone() }).collect()
        };
        Self {
            deputy_conveners: Some(of(MemberRole::DeputyConvener)),
            members: Some(of(MemberRole::Member)),
            ..self
        }
    }
}

/// 新建攻坚行动
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCampaign {
    /// 名称，同一行政区、同一起始日内唯一
    #[schema(example = "内需扩量提效攻坚")]
    name: String,
    /// 文号
    #[schema(example = "湘政办发〔2025〕2号")]
    doc_no: Option<String>,
    /// 所在行政区：id、代码或名称
    #[schema(example = "430000")]
    region: String,
    /// 起始日
    starts_on: NaiveDate,
    /// 截止日
    ends_on: NaiveDate,
    /// 上级攻坚行动：id、文号或名称
    parent: Option<String>,
    /// 在同级中的序号，默认1
    #[serde(default = "first")]
    ordinal: i32,
    /// 专班办公室所在单位：id、信用代码或名称；不填则与上级攻坚行动相同
    office_unit: Option<String>,
    /// 专班名称
    workforce: Option<String>,
    /// 召集人
    convener: Option<String>,
    /// 副召集人所在单位：id、信用代码或名称
    #[serde(default)]
    deputy_conveners: Vec<String>,
    /// 成员单位：id、信用代码或名称
    #[serde(default)]
    members: Vec<String>,
    /// 成员单位是否以“等”结尾，默认否
    #[serde(default)]
    members_open: bool,
    /// 规则包：id、名称（最新版）或名称@版本；不填则与上级攻坚行动相同，没有上级的用内置的标准规则包
    #[schema(example = "standard")]
    rule_pack: Option<String>,
    /// 出函方式：自动，或经签发；不填则与上级攻坚行动相同，没有上级的为自动
    issuing: Option<IssuingWord>,
    /// 经签发时须签发的函；不填则与上级攻坚行动相同，没有上级的为warning、climb、lifting
    signed: Option<Vec<SignedWord>>,
    /// 发文机关；不填则与上级攻坚行动相同
    issuer_name: Option<String>,
    /// 机关代字，只写文字；不填则与上级攻坚行动相同
    #[schema(example = "湘攻坚函")]
    letter_mark: Option<String>,
    /// 反馈期限，1至30个工作日；不填则与上级攻坚行动相同，没有上级的为5
    reply_working_days: Option<i32>,
    /// 联系人；联系人、电话和邮箱都不填则与上级攻坚行动相同
    contact_name: Option<String>,
    /// 联系电话
    contact_phone: Option<String>,
    /// 联系邮箱
    contact_email: Option<String>,
    /// 外部编号：数据所属系统对它的编号，同类中唯一
    external_id: Option<String>,
}

fn first() -> i32 {
    1
}

fn kinds(words: Vec<SignedWord>) -> SignedKinds {
    words.into_iter().map(|word| word.0).collect()
}

impl From<CreateCampaign> for NewCampaign {
    fn from(body: CreateCampaign) -> Self {
        Self {
            name: body.name,
            doc_no: body.doc_no,
            region: body.region,
            starts_on: body.starts_on,
            ends_on: body.ends_on,
            parent: body.parent,
            ordinal: body.ordinal,
            office_unit: body.office_unit,
            workforce: body.workforce,
            convener: body.convener,
            deputy_conveners: body.deputy_conveners,
            members: body.members,
            members_open: body.members_open,
            rule_pack: body.rule_pack,
            issuing: body.issuing.map(|word| word.0),
            signed: body.signed.map(kinds),
            issuer_name: body.issuer_name,
            letter_mark: body.letter_mark,
            reply_working_days: body.reply_working_days,
            contact_name: body.contact_name,
            contact_phone: body.contact_phone,
            contact_email: body.contact_email,
            external_id: body.external_id,
        }
    }
}

/// 修改攻坚行动；未写的字段不变，写null为清空；出函方式、须签发的函、发文机关、机关代字、反馈期限、规则包、联系人和专班办公室写null为沿用上级攻坚行动
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCampaign {
    /// 名称
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = String)]
    name: Option<String>,
    /// 文号
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    doc_no: Option<Option<String>>,
    /// 起始日
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = NaiveDate)]
    starts_on: Option<NaiveDate>,
    /// 截止日
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = NaiveDate)]
    ends_on: Option<NaiveDate>,
    /// 上级攻坚行动：id、文号或名称
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    parent: Option<Option<String>>,
    /// 在同级中的序号
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = i32)]
    ordinal: Option<i32>,
    /// 专班办公室所在单位：id、信用代码或名称
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    office_unit: Option<Option<String>>,
    /// 专班名称
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    workforce: Option<Option<String>>,
    /// 召集人
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    convener: Option<Option<String>>,
    /// 副召集人所在单位，整体替换
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = Vec<String>)]
    deputy_conveners: Option<Vec<String>>,
    /// 成员单位，整体替换
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = Vec<String>)]
    members: Option<Vec<String>>,
    /// 成员单位是否以“等”结尾
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = bool)]
    members_open: Option<bool>,
    /// 规则包：id、名称（最新版）或名称@版本；换用时须写reason
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    rule_pack: Option<Option<String>>,
    /// 外部编号
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
    /// 换用规则包的理由，一并留存
    reason: Option<String>,
    /// 自哪天起按换用的规则包研判、用新名称，默认今天；早于今天的用于更正，不得晚于今天
    effective_on: Option<NaiveDate>,
    /// 出函方式：自动，或经签发
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<IssuingWord>)]
    issuing: Option<Option<IssuingWord>>,
    /// 经签发时须签发的函，整体替换；移出的种类，已在等候的函稿仍由人签发，此后新的自动发出
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<Vec<SignedWord>>)]
    signed: Option<Option<Vec<SignedWord>>>,
    /// 发文机关
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    issuer_name: Option<Option<String>>,
    /// 机关代字
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    letter_mark: Option<Option<String>>,
    /// 反馈期限，1至30个工作日
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<i32>)]
    reply_working_days: Option<Option<i32>>,
    /// 联系人
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    contact_name: Option<Option<String>>,
    /// 联系电话
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    contact_phone: Option<Option<String>>,
    /// 联系邮箱
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    contact_email: Option<Option<String>>,
}

impl From<UpdateCampaign> for CampaignEdit {
    fn from(body: UpdateCampaign) -> Self {
        Self {
            name: body.name,
            doc_no: body.doc_no,
            starts_on: body.starts_on,
            ends_on: body.ends_on,
            parent: body.parent,
            ordinal: body.ordinal,
            office_unit: body.office_unit,
            workforce: body.workforce,
            convener: body.convener,
            deputy_conveners: body.deputy_conveners,
            members: body.members,
            members_open: body.members_open,
            rule_pack: body.rule_pack,
            issuing: body.issuing.map(|word| word.map(|word| word.0)),
            signed: body.signed.map(|words| words.map(kinds)),
            issuer_name: body.issuer_name,
            letter_mark: body.letter_mark,
            reply_working_days: body.reply_working_days,
            contact_name: body.contact_name,
            contact_phone: body.contact_phone,
            contact_email: body.contact_email,
            external_id: body.external_id,
            why: ChangeReason { reason: body.reason, effective_on: body.effective_on },
        }
    }
}
