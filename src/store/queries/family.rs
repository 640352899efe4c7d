//! A campaign and all that lie below it, at any depth.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::schema::campaigns;
use crate::types::{CampaignId, Key};

/// Whether an indicator belongs to a campaign or to one below it. Of constant text, so that it is prepared once.
#[derive(Debug, Clone, Copy, QueryId)]
pub(super) struct InFamily(pub(super) CampaignId);

impl Expression for InFamily {
    type SqlType = Bool;
}

impl<Source> SelectableExpression<Source> for InFamily {}
impl<Source> AppearsOnTable<Source> for InFamily {}

impl<Group> ValidGrouping<Group> for InFamily {
    type IsAggregate = is_aggregate::No;
}

impl<Db> QueryFragment<Db> for InFamily
where
    Db: Backend + HasSqlType<Key>,
    CampaignId: ToSql<Key, Db>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> diesel::QueryResult<()> {
        out.push_sql(
            "indicators.campaign_id IN (WITH RECURSIVE family (id) AS (SELECT id FROM campaigns WHERE id = ",
        );
        out.push_bind_param::<Key, CampaignId>(&self.0)?;
        // UNION and not UNION ALL: a circle, which rules forbid, would not end.
        out.push_sql(
            " UNION SELECT campaigns.id FROM campaigns JOIN family ON campaigns.parent_id = family.id) SELECT id FROM family)",
        );
        Ok(())
    }
}

/// These campaigns and all that lie below them; those above come first.
///
/// # Errors
/// When the database fails.
pub(super) async fn with_below(
    conn: &mut Conn,
    roots: Vec<CampaignId>,
) -> Result<Vec<CampaignId>, StoreError> {
    let mut family = roots;
    let mut done = 0;
    while done < family.len() {
        let above: Vec<Option<CampaignId>> = family[done..].iter().copied().map(Some).collect();
        done = family.len();
        let below: Vec<CampaignId> = campaigns::table
            .filter(campaigns::parent_id.eq_any(above))
            .order(campaigns::id)
            .select(campaigns::id)
            .load(conn)
            .await?;
        for id in below {
            if !family.contains(&id) {
                family.push(id);
            }
        }
    }
    Ok(family)
}
