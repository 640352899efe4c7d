//! Keys in a command (id, code or name) turned into rows; a refusal names the field.

use super::Refusal;
use super::actor::Deed;
use super::retirement::expect_alive;
use crate::domain::Retiree;
use crate::store::rows::{CampaignRow, MeasureRow, RegionRow, RulePackRow, TaskRow, UnitRow};

/// For each thing one function for a key that is there and, where asked for, one for a key that may be. Both see what the
/// deed has written itself.
macro_rules! keys {
    ($($one:ident $(, $maybe:ident)?: $resolve:ident -> $row:ty $(, $retiree:ident)?;)+) => {
        impl Deed<'_> {$(
            /// The row that `key` names; not one that was retired, nor one that somebody retires before the deed ends.
            pub(super) async fn $one(&mut self, field: &str, key: &str) -> Result<$row, Refusal> {
                let told = |error| Refusal::Key { field: field.to_owned(), error };
                self.tx().refer().await?;
                let row = self.tx().$resolve(key).await.map_err(told)?;
                $(expect_alive(field, Retiree::$retiree, (&row.name, row.retired_on))?;)?
                Ok(row)
            }

            $(
                /// The row that `key` names, if there is a key.
                pub(super) async fn $maybe(
                    &mut self,
                    field: &str,
                    key: Option<&str>,
                ) -> Result<Option<$row>, Refusal> {
                    match key {
                        Some(key) => self.$one(field, key).await.map(Some),
                        None => Ok(None),
                    }
                }
            )?
        )+}
    };
}

keys! {
    region, maybe_region: resolve_region -> RegionRow;
    unit, maybe_unit: resolve_unit -> UnitRow, Unit;
    campaign, maybe_campaign: resolve_campaign -> CampaignRow, Campaign;
    task, maybe_task: resolve_task -> TaskRow, Task;
    measure: resolve_measure -> MeasureRow, Measure;
    rule_pack: resolve_rule_pack -> RulePackRow;
}
