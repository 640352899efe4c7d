//! What a campaign looks like on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::http::wire::{Word, maybe};
use crate::api::indicators::Named;
use crate::domain::{Campaign, Inheritable, Invalid, Issuing, MemberRole, TextEnum as _, text_enum};
use crate::store::StoreError;
use crate::store::rows::{CampaignMemberRow, CampaignRow, word};

type IssuingWord = Word<Issuing>;
type InheritableWord = Word<Inheritable>;
type ExpandWord = Word<Expand>;

text_enum! {
    /// What a campaign can be read together with.
    Expand "expand" {
        /// The seats of its 专班.
        Members = "members",
    }
}

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
}

impl CampaignView {
    pub(super) fn of(row: CampaignRow) -> Result<Self, StoreError> {
        let inherited = row.inherited().into_iter().map(Word).collect();
        Ok(Self {
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
            issuing: Word(word(&row.issuing)?),
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
        })
    }

    /// The same with its seats.
    pub(super) fn with(self, seats: &[(CampaignMemberRow, String)]) -> Self {
        let of = |role: MemberRole| {
            let its = seats.iter().filter(|(seat, _)| seat.role == role.as_str());
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
    pub(super) name: String,
    /// 文号
    #[schema(example = "湘政办发〔2025〕2号")]
    pub(super) doc_no: Option<String>,
    /// 所在行政区：id、代码或名称
    #[schema(example = "430000")]
    pub(super) region: String,
    /// 起始日
    pub(super) starts_on: NaiveDate,
    /// 截止日
    pub(super) ends_on: NaiveDate,
    /// 上级攻坚行动：id、文号或名称
    pub(super) parent: Option<String>,
    /// 在同级中的序号，默认1
    #[serde(default = "first")]
    pub(super) ordinal: i32,
    /// 专班办公室所在单位：id、信用代码或名称；不填则与上级攻坚行动相同
    pub(super) office_unit: Option<String>,
    /// 专班名称
    pub(super) workforce: Option<String>,
    /// 召集人
    pub(super) convener: Option<String>,
    /// 副召集人所在单位：id、信用代码或名称
    #[serde(default)]
    pub(super) deputy_conveners: Vec<String>,
    /// 成员单位：id、信用代码或名称
    #[serde(default)]
    pub(super) members: Vec<String>,
    /// 成员单位是否以“等”结尾，默认否
    #[serde(default)]
    pub(super) members_open: bool,
    /// 规则包：id、名称（最新版）或名称@版本；不填则与上级攻坚行动相同，没有上级的用内置的标准规则包
    #[schema(example = "standard")]
    pub(super) rule_pack: Option<String>,
    /// 出函方式：自动，或经签发；不填则与上级攻坚行动相同，没有上级的为自动
    pub(super) issuing: Option<IssuingWord>,
    /// 发文机关；不填则与上级攻坚行动相同
    pub(super) issuer_name: Option<String>,
    /// 机关代字，只写文字；不填则与上级攻坚行动相同
    #[schema(example = "湘攻坚函")]
    pub(super) letter_mark: Option<String>,
    /// 反馈期限，1至30个工作日；不填则与上级攻坚行动相同，没有上级的为5
    pub(super) reply_working_days: Option<i32>,
    /// 联系人；联系人、电话和邮箱都不填则与上级攻坚行动相同
    pub(super) contact_name: Option<String>,
    /// 联系电话
    pub(super) contact_phone: Option<String>,
    /// 联系邮箱
    pub(super) contact_email: Option<String>,
}

fn first() -> i32 {
    1
}

impl CreateCampaign {
    /// What is left to the campaign above.
    pub(super) fn unsaid(&self) -> Vec<Inheritable> {
        let said = |one: &Inheritable| match one {
            Inheritable::Issuing => self.issuing.is_some(),
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

/// 修改攻坚行动；未写的字段不变，写null为清空；出函方式、发文机关、机关代字、反馈期限、规则包、联系人和专班办公室写null为沿用上级攻坚行动
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCampaign {
    /// 名称
    name: Option<String>,
    /// 文号
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    doc_no: Option<Option<String>>,
    /// 起始日
    starts_on: Option<NaiveDate>,
    /// 截止日
    ends_on: Option<NaiveDate>,
    /// 上级攻坚行动：id、文号或名称
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    pub(super) parent: Option<Option<String>>,
    /// 在同级中的序号
    ordinal: Option<i32>,
    /// 专班办公室所在单位：id、信用代码或名称
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    pub(super) office_unit: Option<Option<String>>,
    /// 专班名称
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    workforce: Option<Option<String>>,
    /// 召集人
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    convener: Option<Option<String>>,
    /// 副召集人所在单位，整体替换
    pub(super) deputy_conveners: Option<Vec<String>>,
    /// 成员单位，整体替换
    pub(super) members: Option<Vec<String>>,
    /// 成员单位是否以“等”结尾
    members_open: Option<bool>,
    /// 规则包：id、名称（最新版）或名称@版本；换用时须写reason
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    pub(super) rule_pack: Option<Option<String>>,
    /// 换用规则包的理由，一并留存
    pub(super) reason: Option<String>,
    /// 自哪天起按换用的规则包研判，默认今天；早于今天的用于更正，不得晚于今天
    pub(super) effective_on: Option<NaiveDate>,
    /// 出函方式：自动，或经签发
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<IssuingWord>)]
    issuing: Option<Option<IssuingWord>>,
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

impl UpdateCampaign {
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
            issuing: self.issuing.flatten().map_or(before.issuing, |word| word.0),
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

/// 攻坚行动查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CampaignParams {
    /// 行政区：id、代码或名称
    pub(super) region: Option<String>,
    /// 上级攻坚行动：id、文号或名称
    pub(super) parent: Option<String>,
    /// 名称中含有的文字，不分大小写
    pub(super) name_contains: Option<String>,
    /// 一并给出：members为专班成员
    #[param(inline)]
    pub(super) expand: Option<ExpandWord>,
}

/// 读取一个攻坚行动时的查询参数
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CampaignOneParams {
    /// 只要这些字段，以逗号分隔，如id,name
    pub(super) fields: Option<String>,
    /// 一并给出：members为专班成员
    #[param(inline)]
    pub(super) expand: Option<ExpandWord>,
}
