//! Units and contacts go out as workbooks and come back; rosters of others come in.

use actix_web::http::{Method, header};
use serde_json::{Value, json};
use xushi::sheets::{ColumnKind, Sheet, SheetColumn, SheetRow, written};

use crate::support::app::Answer;
use crate::support::{TestApp, both};

async fn import(app: &TestApp, query: &str, bytes: &[u8]) -> Answer {
    let request = app.request(Method::POST, &format!("/imports?{query}"));
    let request = request.insert_header((header::CONTENT_TYPE, "application/octet-stream"));
    app.send(request.set_payload(bytes.to_vec())).await
}

/// A roster as an office keeps it.
fn foreign(heads: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    let sheet = Sheet {
        name: "名册".to_owned(),
        title: "全市联络员名册".to_owned(),
        columns: heads.iter().map(|head| SheetColumn::new(head, ColumnKind::Text)).collect(),
        rows: rows.iter().map(|row| SheetRow::new(row.iter().map(|text| (*text).into()).collect())).collect(),
        ..Sheet::default()
    };
    written(&[sheet], "2025-08-01".parse().unwrap()).unwrap()
}

fn counts(answer: &Value) -> (u64, u64, u64, u64) {
    let count = |name: &str| answer[name].as_u64().unwrap();
    (count("created"), count("updated"), count("unchanged"), count("refused"))
}

both! {
    async fn rosters_of_others_come_in_and_ours_change_nothing(app: TestApp) {
        let heads = ["单位名称", "简称", "所属地区", "上级单位"];
        let units = foreign(&heads, &[
            &["岳阳市商务局", "市商务局、商务局", "430600", "湖南省商务厅"],
            &["湖南省商务厅", "省商务厅", "湖南省", ""],
            &["岳阳市统计局", "", "火星", ""],
        ]);
        let trial = import(&app, "dry_run=true", &units).await.expect(200);
        assert_eq!((&trial["kind"], counts(&trial)), (&json!("units"), (2, 0, 0, 1)), "{trial:#}");
        import(&app, "", &units).await.problem(422, "invalid", "/名册/A5");
        assert_eq!(app.get("/units").await.expect(200)["items"], json!([]));
        let done = import(&app, "atomic=false", &units).await.expect(200);
        assert_eq!((&done["written"], counts(&done)), (&json!(true), (2, 0, 0, 1)), "{done:#}");
        // Ours has all of it, and changes nothing when it comes back.
        let ours = app.get("/units.xlsx").await;
        assert_eq!(ours.status, 200);
        assert_eq!(counts(&import(&app, "", &ours.bytes).await.expect(200)), (0, 0, 2, 0));
        // Another name is added to those that are known.
        let more = foreign(&heads, &[&["岳阳市商务局", "商务主管部门", "430600", ""]]);
        assert_eq!(counts(&import(&app, "", &more).await.expect(200)), (0, 1, 0, 0));
        let unit = app.get("/units?name_contains=%E5%B2%B3%E9%98%B3").await.expect(200)["items"][0].clone();
        let mut aliases: Vec<_> = unit["aliases"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        aliases.sort_unstable();
        assert_eq!(aliases, ["商务主管部门", "商务局", "市商务局"]);

        let heads = ["单位", "姓名", "身份", "邮箱", "联系电话"];
        let contacts = foreign(&heads, &[
            &["市商务局", "张三", "联络员", "zhangsan@example.org", "0730-1234567"],
            &["省商务厅", "李四", "分管领导", "lisi@example.org", ""],
            &["市商务局", "王五", "联络员", "没有邮箱", ""],
            &["没有这个局", "赵六", "", "zhaoliu@example.org", ""],
        ]);
        let trial = import(&app, "dry_run=true", &contacts).await.expect(200);
        assert_eq!((&trial["kind"], counts(&trial)), (&json!("contacts"), (2, 0, 0, 2)), "{trial:#}");
        let refused = import(&app, "", &contacts).await;
        refused.problem(422, "invalid", "/名册/D6");
        refused.problem(422, "invalid", "/名册/D5");
        assert_eq!(app.get("/contacts").await.expect(200)["items"], json!([]), "nothing half-written");
        assert_eq!(counts(&import(&app, "atomic=false", &contacts).await.expect(200)), (2, 0, 0, 2));
        let ours = app.get("/contacts.xlsx").await;
        assert_eq!(counts(&import(&app, "", &ours.bytes).await.expect(200)), (0, 0, 2, 0));
        let changed = foreign(&heads, &[&["岳阳市商务局", "张三丰", "", "zhangsan@example.org", ""]]);
        assert_eq!(counts(&import(&app, "", &changed).await.expect(200)), (0, 1, 0, 0));
        let all = app.get("/contacts").await.expect(200);
        let one = all["items"].as_array().unwrap().iter().find(|one| one["name"] == "张三丰").unwrap().clone();
        assert_eq!(one["phone"], "0730-1234567", "what a roster leaves empty stays");
        app.get("/units.xlsx?region=999999").await.problem(400, "malformed_query", "region");
        let key = app.new_key("unit", Some("岳阳市商务局")).await;
        app.send(app.request_as(&key, Method::GET, "/contacts.xlsx")).await.problem(403, "forbidden", "");
    }
}
