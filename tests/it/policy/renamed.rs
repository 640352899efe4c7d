//! Units, tasks, measures and campaigns under other names: days before keep the names of their time.

use super::*;

async fn bytes(app: &TestApp, path: &str) -> Vec<u8> {
    let answer = app.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.bytes
}

async fn id_of(app: &TestApp, path: &str) -> String {
    items(app, path).await[0]["id"].as_str().unwrap().to_owned()
}

/// The names on the board and in the ledger of a day.
async fn names(app: &TestApp, day: &str) -> [String; 6] {
    let board = items(app, &format!("/assessments?as_of={day}")).await.remove(0);
    let ledger = items(app, &format!("/ledger?as_of={day}")).await.remove(0);
    let texts = [
        &board["indicator"],
        &board["task"]["name"],
        &board["lead_unit"]["name"],
        &ledger["indicator"],
        &ledger["unit"],
        &ledger["campaign"],
    ];
    texts.map(|text| text.as_str().unwrap().to_owned())
}

both! {
    async fn days_before_keep_the_names_of_their_time(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        at(&app, "2025-08-28");
        let days = ["/assessments?as_of=2025-08-22", "/ledger?as_of=2025-08-22", "/ledger/counts?as_of=2025-08-22", "/letters/board?as_of=2025-08-22"];
        let mut before = Vec::new();
        for path in days {
            before.push(bytes(&app, path).await);
        }
        let old = names(&app, "2025-08-22").await;
        let task = id_of(&app, "/tasks").await;
        let letter = items(&app, "/letters").await.remove(0);
        let (unit, measure) = (letter["unit_id"].as_str().unwrap().to_owned(), id_of(&app, "/measures").await);
        let change = |name: &str| json!({"name": name, "effective_on": "2025-08-25", "reason": "机构改革"});
        let too_late = json!({"name": "省发改委", "effective_on": "2025-08-29"});
        app.patch(&format!("/units/{unit}"), too_late).await.problem(422, "invalid", "/effective_on");
        app.patch(&format!("/units/{unit}"), change("省发改委")).await.expect(200);
        app.patch(&format!("/tasks/{task}"), change("扩大有效投资")).await.expect(200);
        app.patch(&format!("/measures/{measure}"), change("投资增速")).await.expect(200);
        app.patch(&format!("/campaigns/{}", sample.campaign), change("内需行动")).await.expect(200);
        for (path, before) in days.iter().zip(&before) {
            assert_eq!(&bytes(&app, path).await, before, "{path}");
        }
        let new = ["投资增速", "扩大有效投资", "省发改委", "投资增速", "省发改委", "内需行动"].map(str::to_owned);
        assert_eq!(names(&app, "2025-08-24").await, old);
        assert_eq!(names(&app, "2025-08-25").await, new);
        let one = format!("/indicators/{}/assessment", sample.indicators[0]);
        let told = async |day: &str| app.get(&format!("{one}?as_of={day}")).await.expect(200)["indicator"].clone();
        assert_eq!([told("2025-08-24").await, told("2025-08-25").await], [json!(old[0]), json!("投资增速")]);
        // A region is called so from the day on which it is said.
        app.patch("/regions/430000", json!({"name": "三湘省"})).await.expect(200);
        let place = async |day: &str| items(&app, &format!("/ledger?as_of={day}")).await[0]["region"].clone();
        assert_eq!([place("2025-08-27").await, place("2025-08-28").await], [json!("湖南省"), json!("三湘省")]);
        // A second name that is said to hold from before the first one took effect leaves nothing of the first.
        app.patch(&format!("/units/{unit}"), json!({"name": "省发展改革委员会", "effective_on": "2025-08-23"})).await.expect(200);
        assert_eq!(names(&app, "2025-08-22").await, old);
        for day in ["2025-08-23", "2025-08-25", "2025-08-28"] {
            assert_eq!(names(&app, day).await[2], "省发展改革委员会", "{day}");
        }
        for (path, before) in days.iter().zip(&before) {
            assert_eq!(&bytes(&app, path).await, before, "{path}");
        }
    }

    async fn the_ledger_of_a_day_names_the_unit_that_led_then(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let old = items(&app, "/letters").await.remove(0)["unit_id"].as_str().unwrap().to_owned();
        at(&app, "2025-08-25");
        let day = "/ledger?as_of=2025-08-22";
        let of = |unit: &str| format!("{day}&unit={unit}");
        let (whole, own) = (bytes(&app, day).await, bytes(&app, &of(&old)).await);
        let boards = [format!("/assessments?as_of=2025-08-22&unit={old}"), format!("/assessments?as_of=2025-08-22&task={}", id_of(&app, "/tasks").await)];
        let before = [bytes(&app, &boards[0]).await, bytes(&app, &boards[1]).await];
        let told = app.post(&format!("/units/{old}/merger"), json!({"into": "省统计局", "reason": "机构改革"})).await.expect(200);
        let other = told["into"]["id"].as_str().unwrap();
        assert_eq!(bytes(&app, day).await, whole);
        assert_eq!(bytes(&app, &of(&old)).await, own, "asked by the unit that led then");
        assert_eq!(items(&app, &of(other)).await.len(), 0, "the other one did not lead then");
        assert_eq!(items(&app, &format!("/ledger?unit={other}")).await[0]["unit"], "省统计局");
        assert_eq!(items(&app, &format!("/ledger?unit={old}")).await.len(), 0);
        assert_eq!([bytes(&app, &boards[0]).await, bytes(&app, &boards[1]).await], before);
        assert_eq!(items(&app, &format!("/assessments?as_of=2025-08-22&unit={other}")).await.len(), 0);
        assert_eq!(items(&app, &format!("/assessments?as_of=2025-08-25&unit={other}")).await.len(), 1);
    }
}
