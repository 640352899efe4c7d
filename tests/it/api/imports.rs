//! Sheets go out, are filled in as a spreadsheet program does, and come back; sheets of others come in.

use std::io::{Cursor, Read as _, Write as _};

use actix_web::http::{Method, header};
use serde_json::{Value, json};
use xushi::sheets::{ColumnKind, Sheet, SheetColumn, SheetRow, written};

use crate::support::app::Answer;
use crate::support::{TestApp, both};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The rows of the first sheet as text, hidden cells as well.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let sheets = xushi::reading::sheet::cells(bytes).unwrap();
    sheets[0].rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect()).collect()
}

/// The row, counted from 1, in which these texts stand.
fn row_of(rows: &[Vec<String>], texts: &[&str]) -> usize {
    let has = |row: &Vec<String>| texts.iter().all(|text| row.iter().any(|cell| cell.starts_with(text)));
    rows.iter().position(has).unwrap_or_else(|| panic!("{texts:?} in {rows:#?}")) + 1
}

/// The workbook with these cells of its first sheet written, numbers as numbers; everything else as it was.
fn filled(bytes: &[u8], cells: &[(&str, &str)]) -> Vec<u8> {
    let mut book = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..book.len() {
        let mut part = book.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            let mut text = String::from_utf8(content).unwrap();
            for (cell, value) in cells {
                let at = text.find(&format!("<c r=\"{cell}\"")).unwrap_or_else(|| panic!("{cell}"));
                let open = at + text[at..].find('>').unwrap();
                let empty = text[..open].ends_with('/');
                let end = if empty { open + 1 } else { at + text[at..].find("</c>").unwrap() + 4 };
                let style = text[at..open].split("s=\"").nth(1).unwrap().split('"').next().unwrap();
                let written = match value.parse::<f64>() {
                    Ok(_) => format!("<c r=\"{cell}\" s=\"{style}\"><v>{value}</v></c>"),
                    Err(_) => {
                        format!("<c r=\"{cell}\" s=\"{style}\" t=\"inlineStr\"><is><t>{value}</t></is></c>")
                    }
                };
                text.replace_range(at..end, &written);
            }
            content = text.into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

async fn import(app: &TestApp, query: &str, bytes: &[u8]) -> Answer {
    let request = app.request(Method::POST, &format!("/imports?{query}"));
    let request = request.insert_header((header::CONTENT_TYPE, "application/octet-stream"));
    app.send(request.set_payload(bytes.to_vec())).await
}

/// The sample, and the id of its campaign.
async fn sample(app: &TestApp) -> String {
    xushi::demo::load(&app.office).await.unwrap().unwrap();
    let all = app.get("/campaigns?name_contains=%E4%B8%83%E5%A4%A7%E6%94%BB%E5%9D%9A").await.expect(200);
    all["items"][0]["id"].as_str().unwrap().to_owned()
}

/// The newest vintage of 社零's growth from January to July.
async fn retail(app: &TestApp) -> Value {
    let list = "/observations?measure=%E7%A4%BE%E9%9B%B6&region=430000&from=2025-07-31&to=2025-07-31&vintages=latest";
    let items = app.get(list).await.expect(200)["items"].as_array().unwrap().clone();
    items.into_iter().find(|item| item["figure"] == "yoy").unwrap()
}

both! {
    async fn a_months_form_goes_out_is_filled_in_and_comes_back(app: TestApp) {
        let campaign = sample(&app).await;
        let path = format!("/campaigns/{campaign}/sheet.xlsx?month=2025-07&due_on=2025-08-12");
        let answer = app.get(&path).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        assert_eq!(answer.header("content-type"), XLSX);
        assert_eq!(app.get(&path).await.bytes, answer.bytes, "the same form, the same bytes");
        let form = rows(&answer.bytes);
        assert!(form[0][1].starts_with("七大攻坚月度数据填报表（2025年7月1日—2025年7月31日）"), "{:?}", form[0]);
        assert!(form[1][1].contains("请于2025年8月12日前报回"), "{:?}", form[1]);
        let retail_row = row_of(&form, &["社会消费品零售总额 1—7月累计（湖南省）", "同比增速"]);
        let line = &form[retail_row - 1];
        assert_eq!((line[5].as_str(), line[9].as_str(), line[10].as_str()), ("%", "6.2", "—"), "{line:?}");
        // One that nobody has reported yet is asked, in its own unit.
        let due = form.iter().position(|row| row[10] == "应报" && row[6] == "数值").unwrap() + 1;
        // Filled in with one figure that differs, one that is new, and a remark.
        let remark = form.iter().position(|row| row[10] == "应报" && !row[0].is_empty() && row[6] == "同比增速").unwrap() + 1;
        let cells = [
            (format!("L{retail_row}"), "6.1"), (format!("L{due}"), "12.5"), (format!("N{remark}"), "尚未核算"),
        ];
        let cells: Vec<(&str, &str)> = cells.iter().map(|(cell, value)| (cell.as_str(), *value)).collect();
        let back = filled(&answer.bytes, &cells);
        let trial = import(&app, "file_name=7%E6%9C%88.xlsx&dry_run=true", &back).await.expect(200);
        assert_eq!((&trial["kind"], &trial["written"]), (&json!("form"), &json!(false)), "{trial:#}");
        assert_eq!((&trial["created"], &trial["updated"], &trial["refused"]), (&json!(1), &json!(1), &json!(0)), "{trial:#}");
        let told = trial["figures"].as_array().unwrap();
        let changed = told.iter().find(|item| item["outcome"] == "updated").unwrap();
        assert_eq!((&changed["value"], &changed["stored"]["value"]), (&json!("6.1"), &json!("6.2")), "old beside new");
        assert_eq!((&changed["spot"]["sheet"], &changed["spot"]["cell"]), (&json!("月度报表"), &json!(format!("L{retail_row}"))));
        assert!(told.iter().any(|item| item["outcome"] == "noted"), "a remark alone is no figure");
        assert_eq!(retail(&app).await["value"], "6.2", "a trial writes nothing");
        let done = import(&app, "file_name=7%E6%9C%88.xlsx", &back).await.expect(200);
        assert_eq!((&done["written"], &done["created"], &done["updated"]), (&json!(true), &json!(1), &json!(1)));
        let stored = retail(&app).await;
        assert_eq!((&stored["value"], &stored["vintage"]), (&json!("6.1"), &json!(2)));
        assert_eq!(stored["source"], format!("7月.xlsx 工作表“月度报表”L{retail_row}：6.1%"));
        let again = import(&app, "file_name=7%E6%9C%88.xlsx&report=errors", &back).await.expect(200);
        assert_eq!((&again["created"], &again["updated"], &again["unchanged"]), (&json!(0), &json!(0), &json!(2)));
        let entries = app.get("/audit-events?limit=5").await.expect(200);
        assert!(entries["items"].as_array().unwrap().iter().any(|entry| entry["path"] == "/api/v1/imports"), "{entries:#}");
    }

    async fn what_is_wrong_in_a_form_is_told_by_its_cell_and_marked(app: TestApp) {
        let campaign = sample(&app).await;
        let form = app.get(&format!("/campaigns/{campaign}/sheet.xlsx?month=2025-07")).await.bytes;
        let at = row_of(&rows(&form), &["社会消费品零售总额 1—7月累计（湖南省）", "同比增速"]);
        let other = at + 1;
        let (value, key, more) = (format!("L{at}"), format!("A{other}"), format!("L{other}"));
        let back = filled(&form, &[(&value, "约6"), (&key, "改动过"), (&more, "5")]);
        let refused = import(&app, "file_name=a.xlsx", &back).await;
        refused.problem(422, "invalid", &format!("/月度报表/{value}"));
        refused.problem(422, "invalid", &format!("/月度报表/{more}"));
        let text = String::from_utf8_lossy(&refused.bytes).into_owned();
        assert!(text.contains(&format!("工作表“月度报表”{value}：“约6”不是单独的数值")), "{text}");
        assert_eq!(retail(&app).await["value"], "6.2");
        // The same workbook comes back with the cells marked, and is still a form.
        let request = app.request(Method::POST, "/imports?file_name=a.xlsx&dry_run=true")
            .insert_header((header::CONTENT_TYPE, "application/octet-stream"))
            .insert_header((header::ACCEPT, XLSX));
        let marked = app.send(request.set_payload(back)).await;
        assert_eq!((marked.status.as_u16(), marked.header("content-type").as_str()), (200, XLSX));
        let sheets = xushi::reading::sheet::cells(&marked.bytes).unwrap();
        assert_eq!((sheets[0].name.as_str(), sheets[1].name.as_str()), ("需要修改的地方", "月度报表"));
        let list: Vec<String> = sheets[0].rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>().join("|")).collect();
        assert!(list.iter().any(|line| line.contains(&value) && line.contains("约6")), "{list:?}");
        let kept = import(&app, "file_name=a.xlsx&dry_run=true", &marked.bytes).await.expect(200);
        assert_eq!(kept["kind"], "form");
        // Asked for, the rest is taken.
        let third = format!("L{}", at + 2);
        let back = filled(&form, &[(&value, "约6"), (&third, "7.7")]);
        let done = import(&app, "file_name=a.xlsx&atomic=false", &back).await.expect(200);
        assert_eq!((&done["written"], &done["unread_count"]), (&json!(true), &json!(1)), "{done:#}");
        assert_eq!(done["created"].as_u64().unwrap() + done["updated"].as_u64().unwrap(), 1, "{done:#}");
    }

    async fn figures_of_others_come_in_as_a_table_in_gbk(app: TestApp) {
        sample(&app).await;
        let text = "2025年1-7月主要指标,,\n地区,社会消费品零售总额（亿元）,增速（%）,神秘指数\n长沙市,3021.6,5.9,1\n岳阳市,980.4,6.6,2\n合计,4002,,\n";
        let (gbk, _, _) = encoding_rs::GB18030.encode(text);
        let trial = import(&app, "file_name=%E9%9B%B6%E5%94%AE.csv&dry_run=true", &gbk).await.expect(200);
        assert_eq!(trial["kind"], "figures", "{trial:#}");
        let told = |outcome: &str| trial["figures"].as_array().unwrap().iter().filter(|item| item["outcome"] == outcome).count();
        assert_eq!((told("created"), told("unmatched")), (4, 2), "{trial:#}");
        import(&app, "file_name=a.csv", &gbk).await.problem(422, "invalid", "");
        let done = import(&app, "file_name=%E9%9B%B6%E5%94%AE.csv&atomic=false&published_on=2025-08-20", &gbk).await.expect(200);
        assert_eq!((&done["written"], &done["created"]), (&json!(true), &json!(4)), "{done:#}");
        let list = "/observations?measure=%E7%A4%BE%E9%9B%B6&region=%E5%B2%B3%E9%98%B3%E5%B8%82&vintages=latest";
        let facts = app.get(list).await.expect(200);
        let facts: Vec<_> = facts["items"].as_array().unwrap().iter().map(|item| (item["figure"].clone(), item["value"].clone(), item["published_on"].clone())).collect();
        assert!(facts.contains(&(json!("level"), json!("980.4"), json!("2025-08-20"))), "{facts:?}");
        assert!(facts.contains(&(json!("yoy"), json!("6.6"), json!("2025-08-20"))), "{facts:?}");
        // The same list is the integrator's as well.
        let key = app.request(Method::POST, "/imports?file_name=a.csv&atomic=false&published_on=2025-08-20")
            .insert_header((header::CONTENT_TYPE, "text/csv")).insert_header(("idempotency-key", "once"));
        app.send(key.set_payload(gbk.to_vec())).await.expect(200);
        let key = app.request(Method::POST, "/imports?file_name=a.csv&atomic=false&published_on=2025-08-20")
            .insert_header((header::CONTENT_TYPE, "text/csv")).insert_header(("idempotency-key", "once"));
        assert_eq!(app.send(key.set_payload(gbk.to_vec())).await.header("idempotency-replayed"), "true");
    }

    async fn a_breakdown_of_others_becomes_tasks_and_ours_comes_back_unchanged(app: TestApp) {
        let body = json!({"name": "临江攻坚", "region": "430600", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "issuer_name": "综合协调组", "letter_mark": "临攻坚函"});
        let campaign = app.post("/campaigns", body).await.expect(201)["id"].as_str().unwrap().to_owned();
        for unit in ["市商务局", "市文旅局"] {
            app.post("/units", json!({"name": unit, "region": "430600"})).await.expect(201);
        }
        let heads = ["序号", "类别", "工作任务", "工作目标", "牵头单位", "配合单位", "完成时限"];
        let row = |cells: [&str; 7]| SheetRow::new(cells.iter().map(|text| (*text).into()).collect());
        let foreign = Sheet {
            name: "分解表".to_owned(),
            title: "2025年重点工作任务分解表".to_owned(),
            note: "单位：市政府办".to_owned(),
            columns: heads.iter().map(|head| SheetColumn::new(head, ColumnKind::Text)).collect(),
            rows: vec![
                row(["1", "扩大内需", "激发消费潜力", "社会消费品零售总额增长6%以上", "市商务局", "市文旅局", "2025年11月底"]),
                row(["2", "扩大内需", "扩大有效投资", "新开工项目45个", "市发改委", "市商务局", "2025年12月底"]),
            ],
            ..Sheet::default()
        };
        let bytes = written(&[foreign], "2025-08-01".parse().unwrap()).unwrap();
        import(&app, "dry_run=true", &bytes).await.problem(400, "malformed_query", "campaign");
        let query = format!("campaign={campaign}");
        let trial = import(&app, &format!("{query}&dry_run=true"), &bytes).await.expect(200);
        assert_eq!(trial["kind"], "plan", "{trial:#}");
        let outcomes = |answer: &Value, part: &str| -> Vec<String> {
            let of = answer["plan"].as_array().unwrap().iter().filter(|item| item["part"] == part);
            of.map(|item| format!("{} {}", item["name"].as_str().unwrap(), item["outcome"].as_str().unwrap())).collect()
        };
        assert_eq!(outcomes(&trial, "unit"), ["市发改委 unmatched"], "unknown ones are shown, not made");
        assert!(outcomes(&trial, "indicator").iter().all(|told| told.ends_with("unmatched")), "{trial:#}");
        import(&app, &query, &bytes).await.problem(422, "invalid", "/分解表/D4");
        assert!(app.get(&format!("/tasks?campaign={campaign}")).await.expect(200)["items"].as_array().unwrap().is_empty());
        let done = import(&app, &format!("{query}&new_names=true"), &bytes).await.expect(200);
        assert_eq!(done["written"], true, "{done:#}");
        let made = app.get(&format!("/indicators?campaign={campaign}")).await.expect(200);
        let made: Vec<_> = made["items"].as_array().unwrap().iter().map(|one| (one["target"]["phrase"].clone(), one["window_end"].clone(), one["lead_unit"].is_object())).collect();
        assert_eq!(made.len(), 2, "{made:?}");
        assert!(made.iter().any(|(phrase, end, led)| phrase.as_str().unwrap().contains("增长6%以上") && end == "2025-11-30" && *led), "{made:?}");
        // Ours says the same, and changes nothing.
        let ours = app.get(&format!("/campaigns/{campaign}/sheet.xlsx?form=plan")).await;
        assert_eq!(ours.status, 200);
        let table = rows(&ours.bytes);
        assert_eq!(table[2][1..], ["类别", "工作任务", "年度目标", "牵头单位", "配合单位", "完成时限"]);
        assert_eq!(table[3][1..6], ["扩大内需", "激发消费潜力", "社会消费品零售总额增长6%以上", "市商务局", "市文旅局"]);
        let same = import(&app, &query, &ours.bytes).await.expect(200);
        assert_eq!((&same["created"], &same["updated"], &same["refused"]), (&json!(0), &json!(0), &json!(0)), "{same:#}");
    }

    async fn what_cannot_be_read_is_refused_with_what_to_do(app: TestApp) {
        let pdf = b"%PDF-1.7 nothing".as_slice();
        let large = vec![b'1'; 21 * 1024 * 1024];
        let macros = [b"PK\x03\x04".as_slice(), b"xl/vbaProject.bin"].concat();
        for (bytes, status, code, said) in [
            (b"".as_slice(), 422, "invalid", "没有内容"),
            (pdf, 422, "invalid", ".xlsx或.csv"),
            (&large, 413, "too_large", "20MB"),
            (&macros, 422, "invalid", "宏"),
            (b"PK\x03\x04 broken", 422, "invalid", "已损坏"),
            ("早上好\n今天天气不错".as_bytes(), 422, "invalid", "表头"),
        ] {
            let answer = import(&app, "file_name=a.xlsx", bytes).await;
            answer.problem(status, code, "");
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            assert!(text.contains(said), "{said} not in {text}");
        }
        let form = app.request(Method::POST, "/imports").insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=x"));
        app.send(form.set_payload("--x--")).await.problem(415, "unsupported_media_type", "");
        let accept = app.request(Method::POST, "/imports").insert_header((header::CONTENT_TYPE, "text/csv")).insert_header((header::ACCEPT, XLSX));
        app.send(accept.set_payload("a,b")).await.problem(400, "malformed_query", "dry_run");
        import(&app, "file_name=%00", b"a,b").await.problem(400, "malformed_query", "file_name");
        import(&app, "month=1", b"a,b").await.problem(400, "malformed_query", "month");
        let nobody = format!("/campaigns/{}/sheet.xlsx", crate::api::http::access::NOBODY);
        app.get(&nobody).await.problem(404, "not_found", "");
    }

    async fn a_sheet_is_given_as_it_is_asked_for(app: TestApp) {
        let campaign = sample(&app).await;
        let path = format!("/campaigns/{campaign}/sheet.xlsx");
        let all = rows(&app.get(&format!("{path}?month=2025-08")).await.bytes);
        let offices = app.get("/units?name_contains=%E7%9C%81%E5%95%86%E5%8A%A1%E5%8E%85").await.expect(200);
        let unit = offices["items"][0]["id"].as_str().unwrap();
        let own = rows(&app.get(&format!("{path}?month=2025-08&unit={unit}")).await.bytes);
        assert!(own.len() > 4 && own.len() < all.len(), "{} of {}", own.len(), all.len());
        assert!(own[3..].iter().all(|row| row[2] == "省商务厅"), "{own:?}");
        // A unit gets its own form and no other.
        let key = app.new_key("unit", Some(unit)).await;
        let answer = app.send(app.request_as(&key, Method::GET, &format!("{path}?month=2025-08"))).await;
        assert_eq!(rows(&answer.bytes), own);
        app.get(&format!("{path}?form=plan&month=2025-08")).await.problem(400, "malformed_query", "month");
        for (query, field) in [("month=2025-8", "month"), ("form=year", "form"), ("month=1999-12", "unit"), ("unit=%E6%B2%A1%E6%9C%89", "unit")] {
            app.get(&format!("{path}?{query}")).await.problem(400, "malformed_query", field);
        }
    }
}
