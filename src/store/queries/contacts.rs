//! Contacts.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{ContactFilter, ContactRow, Page};
use crate::schema::contacts;
use crate::types::{ContactId, Listed, UnitId};
use xushi_domain::ContactRole;

/// Contacts in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_contacts(
    conn: &mut Conn,
    filter: &ContactFilter,
    page: Page,
) -> Result<Vec<ContactRow>, StoreError> {
    let mut query = contacts::table
        .select(ContactRow::as_select())
        .order(contacts::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(contacts::id.gt(after));
    }
    if let Some(unit) = filter.unit_id {
        query = query.filter(contacts::unit_id.eq(unit));
    }
    if let Some(roles) = &filter.roles {
        query = query.filter(contacts::role.eq_any(Listed::all(roles)));
    }
    if let Some(day) = filter.on {
        query = query
            .filter(contacts::valid_from.le(day))
            .filter(contacts::valid_to.is_null().or(contacts::valid_to.ge(day)));
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(contacts::updated_at.gt(at));
    }
    Ok(query.load(conn).await?)
}

/// The contact with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_contact(conn: &mut Conn, id: ContactId) -> Result<Option<ContactRow>, StoreError> {
    Ok(contacts::table.find(id).select(ContactRow::as_select()).get_result(conn).await.optional()?)
}

/// The contacts with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_contacts_of(conn: &mut Conn, ids: &[ContactId]) -> Result<Vec<ContactRow>, StoreError> {
    Ok(contacts::table
        .filter(contacts::id.eq_any(ids.to_vec()))
        .select(ContactRow::as_select())
        .load(conn)
        .await?)
}

/// The contact of a unit with this mailbox and role.
///
/// # Errors
/// When the database fails.
pub async fn find_contact_at(
    conn: &mut Conn,
    unit: UnitId,
    email: &str,
    role: ContactRole,
) -> Result<Option<ContactRow>, StoreError> {
    let there =
        contacts::unit_id.eq(unit).and(contacts::email.eq(email)).and(contacts::role.eq(Listed(role)));
    Ok(contacts::table.filter(there).select(ContactRow::as_select()).get_result(conn).await.optional()?)
}

/// Adds a contact.
///
/// # Errors
/// `Duplicate` when the unit has this mailbox in this role already.
pub async fn create_contact(conn: &mut Conn, row: &ContactRow) -> Result<(), StoreError> {
    diesel::insert_into(contacts::table).values(row).execute(conn).await?;
    Ok(())
}

/// Writes a contact that still has the revision before `changed.revision`.
///
/// # Errors
/// `Stale` when somebody else changed it meanwhile; `Duplicate` when the unit has this mailbox in this role already.
pub async fn update_contact(conn: &mut Conn, changed: &ContactRow) -> Result<ContactRow, StoreError> {
    diesel::update(contacts::table.find(changed.id))
        .filter(contacts::revision.eq(changed.revision - 1))
        .set(changed)
        .returning(ContactRow::as_returning())
        .get_result(conn)
        .await
        .optional()?
        .ok_or(StoreError::Stale)
}
