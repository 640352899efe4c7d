//! Databases of earlier versions, with what had become of their letters, carried over.

use diesel_async::SimpleAsyncConnection as _;
use xushi::store::{Store, checkout};

use crate::support::database::repository;

use super::*;

async fn execute(app: &TestApp, statements: &str) {
    match &app.store {
        Store::Pg(pool) => checkout(pool).await.unwrap().batch_execute(statements).await.unwrap(),
        Store::Sqlite(pool) => {
            // A connection that has not seen the last change of the tables would take a dropped column for there.
            let statements = format!("SELECT count(*) FROM sqlite_schema;\n{statements}");
            checkout(pool).await.unwrap().batch_execute(&statements).await.unwrap();
        }
    }
}

/// Runs a file of every migration from the one numbered `first` on: `up.sql` in their order, `down.sql` in the other.
async fn migrate(app: &TestApp, first: u32, file: &str) {
    let folder = if matches!(app.store, Store::Pg(_)) { "postgres" } else { "sqlite" };
    let mut folders: Vec<_> = std::fs::read_dir(repository().join("migrations").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name[11..17].parse::<u32>().unwrap() >= first
        })
        .collect();
    folders.sort();
    if file == "down.sql" {
        folders.reverse();
    }
    assert!(!folders.is_empty());
    for folder in folders {
        execute(app, &std::fs::read_to_string(folder.join(file)).unwrap()).await;
    }
}

/// Level, level of the last letter and handling level of each episode, in order.
async fn climbed(app: &TestApp) -> Vec<[Value; 3]> {
    let of = |episode: &Value| ["level", "lettered_level", "handling"].map(|name| episode[name].clone());
    items(app, "/episodes").await.iter().map(of).collect()
}

async fn rules_version(app: &TestApp) -> Option<String> {
    app.store.find_setting("rules_version").await.unwrap().map(|(value, _)| value)
}

both! {
    async fn handling_levels_are_read_off_the_letters_and_the_colour_is_that_of_the_data_again(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        report(&app, "消费", "2025-07-31", "6.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        for day in ["2025-08-27", "2025-08-29"] {
            remind(&app, day).await;
        }
        // Another one that has not climbed at all.
        report(&app, "消费", "2025-08-31", "2.0", "2025-09-08").await;
        run(&app, "2025-09-08").await;
        let before = climbed(&app).await;
        assert_eq!(before, [
            [json!("yellow"), json!("yellow"), json!("raise")],
            [json!("orange"), json!("orange"), Value::Null],
        ]);
        migrate(&app, 18, "down.sql").await;
        // As the ladder left it then: each step raised the level too.
        execute(&app, "UPDATE episodes SET level = 'red', lettered_level = 'red' WHERE level = 'yellow'").await;
        migrate(&app, 18, "up.sql").await;
        assert_eq!(climbed(&app).await, before);
        assert_eq!(rules_version(&app).await.as_deref(), Some("1"), "verdicts had been recorded");
        assert!(app.store.fill_names().await.unwrap() > 0);
        let campaign = &items(&app, "/campaigns").await[0];
        assert_eq!(campaign["name"], "内需攻坚");
        // The next run reads what was carried over, and holds its letters back: the rules are new to this database.
        report(&app, "投资", "2025-08-31", "3.0", "2025-09-08").await;
        assert!(outcomes(&run(&app, "2025-09-09").await).iter().all(|outcome| outcome.ends_with("awaits_approval")));
    }

    async fn campaigns_that_are_there_go_on_signing_every_kind(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        let part = |name: &str| json!({"name": name, "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "parent": "内需攻坚"});
        app.post("/campaigns", part("子项")).await.expect(201);
        let mut own = part("自定");
        (own["issuing"], own["signed"]) = (json!("automatic"), json!(["warning"]));
        app.post("/campaigns", own).await.expect(201);
        report(&app, "投资", "2025-06-30", "6.0", "2025-07-20").await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        migrate(&app, 25, "down.sql").await;
        migrate(&app, 25, "up.sql").await;
        let every = json!(["warning", "climb", "lifting", "reminder", "report_reminder"]);
        let all = items(&app, "/campaigns").await;
        assert!(all.iter().all(|one| one["signed"] == every), "{all:?}");
        let inherited: Vec<_> = all.iter().map(|one| one["inherited"].clone()).collect();
        let rest = ["issuer_name", "letter_mark", "reply_working_days", "rule_pack", "contact", "office_unit"];
        let with = ["issuing", "signed"].iter().chain(&rest).copied().collect::<Vec<_>>();
        assert_eq!(inherited, [json!([]), json!(with), json!(rest)], "with how letters are issued, or apart from both");
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        assert_eq!(draft["waits_for"], "signature");
        app.post(&format!("/letters/{}/issue", draft["id"].as_str().unwrap()), json!({"signer": "李四"})).await.expect(200);
        assert_eq!(remind(&app, "2025-08-27").await.run.letters.len(), 1);
        assert_eq!(items(&app, "/letters?state=draft").await[0]["kind"], "reply_reminder", "as before");
        app.patch(&format!("/campaigns/{}", sample.campaign), json!({"signed": ["climb"]})).await.expect(200);
        assert_eq!(items(&app, "/campaigns").await[1]["signed"], json!(["climb"]), "the part follows");
    }

    async fn a_database_without_verdicts_has_no_old_rules(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        migrate(&app, 18, "down.sql").await;
        migrate(&app, 18, "up.sql").await;
        assert_eq!(rules_version(&app).await, None);
        assert_eq!(climbed(&app).await, [] as [[Value; 3]; 0]);
    }
}
