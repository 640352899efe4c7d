//! Keys in a command (id, code or name) turned into rows; a refusal names the field.

use super::{Office, Refusal};
use crate::store::rows::{CampaignRow, RegionRow, UnitRow};

/// For each thing one function for a key that is there and, where asked for, one for a key that may be.
macro_rules! keys {
    ($($one:ident $(, $maybe:ident)?: $resolve:ident -> $row:ty;)+) => {
        impl Office {$(
            /// The row that `key` names.
            pub(super) async fn $one(&self, field: &str, key: &str) -> Result<$row, Refusal> {
                let told = |error| Refusal::Key { field: field.to_owned(), error };
                self.store.$resolve(key).await.map_err(told)
            }

            $(
                /// The row that `key` names, if there is a key.
                pub(super) async fn $maybe(
                    &self,
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
    region: resolve_region -> RegionRow;
    unit, maybe_unit: resolve_unit -> UnitRow;
    campaign, maybe_campaign: resolve_campaign -> CampaignRow;
}
