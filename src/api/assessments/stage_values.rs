//! The stages (环节) of the figure that a verdict rests on: what each says, and which stands.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::http::wire::{Amount, Word};
use crate::domain::pace::{Assessment, Grounds, by_stage, disagreement};
use crate::domain::{Observation, Stage};

type StageWord = Word<Stage>;

/// 所依据数值的环节，和各环节的数值
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageValuesView {
    /// 研判所依据的环节
    #[schema(example = "verified")]
    stage: StageWord,
    /// 各环节各自有效的数值，由高到低；较低的予以保留，不取代较高的
    values: Vec<StageValueView>,
    /// 各环节数值不一致的，一句话说明；一致的为null
    #[schema(example = "自报10.2亿元，核查9.8亿元，以核查数为准。")]
    pub(super) disagreement: Option<String>,
}

/// 一个环节的数值
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageValueView {
    /// 环节
    stage: StageWord,
    /// 数据期的值，单位同指标口径；增速为%
    value: Amount,
    /// 公布日期
    published_on: NaiveDate,
    /// 观测值编号
    observation_id: Uuid,
}

impl StageValuesView {
    /// The stages of what an assessment rests on; `None` where that has none.
    pub fn of(grounds: &Grounds, assessment: &Assessment, as_of: NaiveDate) -> Option<Self> {
        let at: &Observation = grounds.own.iter().find(|one| Some(one.id) == assessment.observation)?;
        let unit = at.figure.unit(&grounds.measure.unit);
        let of_stage = |one: &Observation| {
            Some(StageValueView {
                stage: Word(one.stage?),
                value: Amount(one.value),
                published_on: one.published_on,
                observation_id: one.id,
            })
        };
        Some(Self {
            stage: Word(at.stage?),
            values: by_stage(&grounds.own, at, as_of).into_iter().filter_map(of_stage).collect(),
            disagreement: disagreement(&grounds.own, at, as_of, |value| {
                format!("{}{unit}", value.normalize())
            }),
        })
    }
}
