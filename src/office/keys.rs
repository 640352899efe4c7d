//! Keys in a command (id, code or name) turned into rows; a refusal names the field.

use super::actor::Deed;
use super::{Office, Refusal};
use crate::store::rows::{CampaignRow, RegionRow, UnitRow};

/// For each thing one function for a key that is there and, where asked for, one for a key that may be: of an [`Office`],
/// which sees what holds, or of a [`Deed`], which also sees what it has written itself.
macro_rules! keys {
    ($holder:ty, ($self:ident: $me:ty) => $rows:expr; $($one:ident $(, $maybe:ident)?: $resolve:ident -> $row:ty;)+) => {
        impl $holder {$(
            /// The row that `key` names.
            pub(super) async fn $one($self: $me, field: &str, key: &str) -> Result<$row, Refusal> {
                let told = |error| Refusal::Key { field: field.to_owned(), error };
                $rows.$resolve(key).await.map_err(told)
            }

            $(
                /// The row that `key` names, if there is a key.
                pub(super) async fn $maybe(
                    $self: $me,
                    field: &str,
                    key: Option<&str>,
                ) -> Result<Option<$row>, Refusal> {
                    match key {
                        Some(key) => $self.$one(field, key).await.map(Some),
                        None => Ok(None),
                    }
                }
            )?
        )+}
    };
}

keys! {
    Office, (self: &Self) => self.store;
    region: resolve_region -> RegionRow;
    unit, maybe_unit: resolve_unit -> UnitRow;
}

keys! {
    Deed<'_>, (self: &mut Self) => self.tx();
    unit, maybe_unit: resolve_unit -> UnitRow;
    campaign, maybe_campaign: resolve_campaign -> CampaignRow;
}
