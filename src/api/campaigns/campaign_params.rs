//! Query parameters of campaigns.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::http::wire::Word;
use crate::domain::text_enum;

type ExpandWord = Word<Expand>;

text_enum! {
    /// What a campaign can be read together with.
    Expand "expand" {
        /// The seats of its 专班.
        Members = "members",
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
    /// true时连同已停用的一并列出
    pub(super) retired: Option<bool>,
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
