//! Migrations go up, down and up again on both databases, and leave the tables that `src/store/schema.rs` tells of.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl as _;
use xushi::clock::{Clock as _, SystemClock};
use xushi::domain::DocumentKind;
use xushi::store::rows::DocumentRow;
use xushi::store::types::Id;
use xushi::store::{Store, checkout, seed};

use crate::support::database::{Database, repository};

/// Columns of each table, and whether each may be NULL.
type Tables = BTreeMap<String, BTreeMap<String, bool>>;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

// A primary key column is never NULL, though SQLite's `notnull` tells only what was written.
const SQLITE_COLUMNS: &str = "SELECT t.name AS table_name, c.name AS column_name, \
    (c.\"notnull\" = 0 AND c.pk = 0) AS nullable FROM sqlite_schema t, pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

const POSTGRESQL_COLUMNS: &str = "SELECT table_name::text, column_name::text, is_nullable = 'YES' AS nullable \
    FROM information_schema.columns WHERE table_schema = 'public'";

/// What the database really holds, without the migrations' own book-keeping.
async fn real(store: &Store) -> Tables {
    let columns: Vec<Column> = match store {
        Store::Pg(pool) => {
            sql_query(POSTGRESQL_COLUMNS).load(&mut *checkout(pool).await.unwrap()).await.unwrap()
        }
        Store::Sqlite(pool) => {
            sql_query(SQLITE_COLUMNS).load(&mut *checkout(pool).await.unwrap()).await.unwrap()
        }
    };
    let mut tables = Tables::new();
    for column in columns.into_iter().filter(|column| column.table_name != "__diesel_schema_migrations") {
        tables.entry(column.table_name).or_default().insert(column.column_name, column.nullable);
    }
    tables
}

/// What `schema.rs` says, read as text: `name (key) {` opens a table, `column -> Type,` is one of its columns.
fn told(source: &str) -> Tables {
    let mut tables = Tables::new();
    let mut table = None;
    let mut column_name = None;
    for line in source.lines().map(str::trim) {
        if let Some((name, rest)) = line.split_once(" (")
            && rest.ends_with(") {")
        {
            table = Some(name.to_owned());
        } else if line == "}" {
            table = None;
        } else if let Some(name) =
            line.strip_prefix("#[sql_name = \"").and_then(|rest| rest.strip_suffix("\"]"))
        {
            column_name = Some(name.to_owned());
        } else if let (Some(table), Some((name, kind))) = (&table, line.split_once(" -> ")) {
            let name = column_name.take().unwrap_or_else(|| name.to_owned());
            tables.entry(table.clone()).or_default().insert(name, kind.starts_with("Nullable<"));
        }
    }
    tables
}

async fn regions(store: &Store) -> i64 {
    store.count_regions().await.unwrap()
}

async fn seed_regions(store: &Store) {
    let regions = seed::regions(SystemClock.timestamp(), || SystemClock.new_id()).unwrap();
    store.seed_regions(&regions).await.unwrap();
}

/// A document with its bytes, so that its step goes down with a row in it.
async fn keep_a_document(store: &Store) {
    let now = SystemClock.timestamp();
    let row = DocumentRow {
        id: Id::of(SystemClock.new_id()),
        file_name: "方案.txt".to_owned(),
        kind: DocumentKind::Plan.into(),
        title: None,
        region_id: store.find_region_by_code("430000").await.unwrap().unwrap().id,
        size: 4,
        sha256: "0".repeat(64),
        received_at: now,
        received_by: None,
        adopted_at: None,
        adopted_by: None,
        retired_on: None,
        retired_reason: None,
        updated_at: now,
    };
    store.create_document(&row, b"text", Some("pages")).await.unwrap();
    let kept = store.find_document_content(row.id).await.unwrap();
    assert_eq!(kept, Some((Some(b"text".to_vec()), Some("pages".to_owned()))));
}

async fn up_down_up(database: Database) {
    let store = Store::open(&database.url, 2).unwrap();
    let steps = migration_names("sqlite").len();

    assert_eq!(store.migrate().await.unwrap().len(), steps);
    assert!(store.migrate().await.unwrap().is_empty(), "a second run has nothing to do");
    let first = real(&store).await;
    seed_regions(&store).await;
    assert!(regions(&store).await > 100);
    keep_a_document(&store).await;

    store.revert_all().await.unwrap();
    assert_eq!(real(&store).await, Tables::new(), "left behind by down.sql");

    assert_eq!(store.migrate().await.unwrap().len(), steps);
    assert_eq!(real(&store).await, first);
    assert_eq!(regions(&store).await, 0);
    seed_regions(&store).await;

    let source = std::fs::read_to_string(repository().join("src/store/schema.rs")).unwrap();
    let schema = told(&source);
    let names = |tables: &Tables| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&schema), names(&first), "tables of schema.rs and of {}", store.name());
    for (table, columns) in &schema {
        assert_eq!(columns, &first[table], "`{table}` in schema.rs and in {}", store.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn up_down_up_on_sqlite() {
    up_down_up(Database::sqlite_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn up_down_up_on_postgresql() {
    if let Some(database) = Database::postgresql_empty() {
        up_down_up(database).await;
    }
}

fn migration_names(database: &str) -> BTreeSet<String> {
    std::fs::read_dir(repository().join("migrations").join(database))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = migration_names("postgres");
    assert!(!names.is_empty());
    assert_eq!(names, migration_names("sqlite"));
    for name in names {
        for database in ["postgres", "sqlite"] {
            for file in ["up.sql", "down.sql"] {
                let path = repository().join("migrations").join(database).join(&name).join(file);
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(!text.trim().is_empty(), "{} is missing or empty", path.display());
            }
        }
    }
}
