//! Keys in a request that reads (id, code or name) turned into rows; an error says which field or parameter was wrong.
//!
//! A key in a command is resolved by its deed (`office/keys.rs`), not here: in the deed's transaction, which sees what the
//! deed has written, and refusing what is retired. What reads may name what is retired.

use crate::api::State;
use crate::api::http::refused::{Code, Refused, RequestPart, pointer};
use crate::office::StoreError;
use crate::office::rows::{CampaignRow, MeasureRow, RegionRow, RulePackRow, TaskRow, UnitRow};
use crate::office::types::CampaignId;

/// Where a key stands.
#[derive(Debug, Clone, Copy)]
pub enum At<'a> {
    /// In this field of the body; dots go down (`members.3`).
    Body(&'a str),
    /// In this query parameter.
    Query(&'a str),
}

impl At<'_> {
    /// The error at this place.
    pub fn problem(self, error: StoreError) -> Refused {
        let problem = Refused::from(error);
        match self {
            Self::Body(field) => problem.in_part(RequestPart::Body, &pointer(field)),
            Self::Query(name) => {
                // Whatever is wrong with a query is one status.
                let code = if problem.code == Code::Invalid { Code::MalformedQuery } else { problem.code };
                Refused { code, ..problem }.in_part(RequestPart::Query, name)
            }
        }
    }
}

/// For each resource one function for a key that is there and, where asked for, one for a key that may be.
macro_rules! lookups {
    ($($one:ident $(, $maybe:ident)?: $resolve:ident -> $row:ty;)+) => {
        $(
            /// The row that `key` names.
            ///
            /// # Errors
            /// `Invalid` at the key's place when nothing, or more than one row, has it.
            pub async fn $one(state: &State, at: At<'_>, key: &str) -> Result<$row, Refused> {
                state.office.read.$resolve(key).await.map_err(|error| at.problem(error))
            }

            $(
                /// The row that `key` names, if there is a key.
                ///
                /// # Errors
                /// As for a key that is there.
                pub async fn $maybe(
                    state: &State,
                    at: At<'_>,
                    key: Option<&str>,
                ) -> Result<Option<$row>, Refused> {
                    match key {
                        Some(key) => $one(state, at, key).await.map(Some),
                        None => Ok(None),
                    }
                }
            )?
        )+
    };
}

lookups! {
    region, maybe_region: resolve_region -> RegionRow;
    unit, maybe_unit: resolve_unit -> UnitRow;
    campaign, maybe_campaign: resolve_campaign -> CampaignRow;
    task, maybe_task: resolve_task -> TaskRow;
    rule_pack: resolve_rule_pack -> RulePackRow;
    measure, maybe_measure: resolve_measure -> MeasureRow;
}

/// Ids of the campaign that the query parameter `campaign` names and of those directly under it.
///
/// # Errors
/// `Invalid` at `campaign` when there is none.
pub async fn maybe_campaign_family(
    state: &State,
    key: Option<&str>,
) -> Result<Option<Vec<CampaignId>>, Refused> {
    match key {
        Some(key) => {
            let family = state.office.read.resolve_campaign_family(key).await;
            family.map(Some).map_err(|error| At::Query("campaign").problem(error))
        }
        None => Ok(None),
    }
}

/// What other systems call things, by the things.
pub type ExternalIds = std::collections::HashMap<crate::office::types::AnyId, String>;
