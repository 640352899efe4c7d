//! Facts by the bulk as others send them: at once, in any order, in lines and in tables.

use actix_web::http::{Method, header};
use serde_json::{Value, json};

use crate::support::app::Answer;
use crate::support::{TestApp, both};

async fn measure(app: &TestApp) {
    app.post("/measures", json!({"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})).await.expect(201);
}

fn fact(region: &str, value: &str) -> Value {
    json!({"measure": "社零", "region": region, "period": {"start": "2025-01-01", "end": "2025-07-31"},
        "figure": "yoy", "value": value, "source": "月报", "published_on": "2025-08-15"})
}

async fn put(app: &TestApp, query: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = app.request(Method::PUT, &format!("/observations{query}"));
    app.send(request.insert_header((header::CONTENT_TYPE, media_type)).set_payload(body.into())).await
}

fn counts(report: &Value) -> [u64; 4] {
    ["created", "updated", "unchanged", "refused"].map(|key| report[key].as_u64().unwrap())
}

async fn stored(app: &TestApp) -> usize {
    app.get("/observations?limit=500").await.expect(200)["items"].as_array().unwrap().len()
}

const TABLE: &str = "指标,地区,开始日期,结束日期,数值类型,数值,出处,公布日期\n\
    社零,430000,2025-01-01,2025-07-31,同比,3%,月报,2025-08-15\n\
    社零,430100,2025-01-01,2025-07-31,同比,３．５,月报,2025-08-15\n";

both! {
    async fn lines_and_tables_are_read_as_json_is(app: TestApp) {
        measure(&app).await;
        let lines = format!("{}\n\n{}\r\n", fact("430000", "3"), fact("430100", "3.5"));
        let read = put(&app, "", "application/x-ndjson", lines).await.expect(200);
        assert_eq!(counts(&read), [2, 0, 0, 0]);
        let (gbk, _, _) = encoding_rs::GB18030.encode(TABLE);
        for bytes in [TABLE.as_bytes().to_vec(), gbk.into_owned()] {
            assert_eq!(counts(&put(&app, "", "text/csv; charset=gbk", bytes).await.expect(200)), [0, 0, 2, 0]);
        }
        let english = "measure\tregion\tperiod_start\tperiod_end\tbasis\tfigure\tvalue\tsource\tpublished_on\n社零\t430200\t2025-01-01\t2025-07-31\tcumulative\tlevel\t\"1,234.5\"\t月报\t2025-08-15\n";
        let report = put(&app, "", "text/csv", english).await.expect(200);
        assert_eq!((counts(&report), &report["items"][0]["read_as"]), ([1, 0, 0, 0], &json!("1234.5")));
        put(&app, "", "text/plain", "x").await.problem(415, "unsupported_media_type", "");
        put(&app, "", "text/csv", "a,b\n1,2\n").await.problem(422, "invalid", "");
        put(&app, "", "application/x-ndjson", "").await.problem(422, "invalid", "/items");
    }

    async fn what_is_wrong_with_a_line_names_it_and_stops_no_other_unless_all_or_nothing(app: TestApp) {
        measure(&app).await;
        let bad = format!("{TABLE}社零,430300,2025-01-01,2025-02-30,同比,x,月报,2025-08-15\n没有的指标,430000,2025-01-01,2025-07-31,同比,1,,2025-08-15\n");
        let refused = put(&app, "", "text/csv", bad.clone()).await;
        assert_eq!(refused.status, 422);
        let told = refused.json();
        let places: Vec<(&str, bool)> = told["errors"].as_array().unwrap().iter().map(|error| (error["pointer"].as_str().unwrap(), error["detail"].as_str().unwrap().starts_with("第"))).collect();
        assert!(places.contains(&("/items/2/period/end", true)) && places.contains(&("/items/2/value", true)), "{told}");
        assert!(places.contains(&("/items/3/measure", true)) && places.contains(&("/items/3/source", true)), "{told}");
        assert!(told["errors"][0]["detail"].as_str().unwrap().starts_with("第4行："), "{told}");
        assert_eq!(stored(&app).await, 0);
        let partly = put(&app, "?atomic=false&report=errors", "text/csv", bad).await.expect(200);
        assert_eq!((counts(&partly), partly["items"].as_array().unwrap().len()), ([2, 0, 0, 2], 2), "{partly}");
        assert_eq!(stored(&app).await, 2);
        let mut lines = format!("{}\n{{\n", fact("430400", "1"));
        lines.push_str("[1]\n");
        let partly = put(&app, "?atomic=false&report=errors", "application/x-ndjson", lines).await.expect(200);
        assert_eq!((counts(&partly), partly["items"].as_array().unwrap().len()), ([1, 0, 0, 2], 2), "{partly}");
    }

    async fn loaders_at_once_in_any_order_never_trip(app: TestApp) {
        measure(&app).await;
        let regions: Vec<String> = {
            let all = app.get("/regions?parent=430000&limit=500").await.expect(200);
            all["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
        };
        assert!(regions.len() > 10);
        // The same new series by eight at once, each in another order; then one fact corrected by eight at once.
        let batch = |turn: usize, value: &str| {
            let mut items: Vec<Value> = regions.iter().map(|region| fact(region, value)).collect();
            let middle = turn % items.len();
            items.rotate_left(middle);
            if turn % 2 == 1 {
                items.reverse();
            }
            json!({"items": items})
        };
        let all = futures_util::future::join_all((0..8).map(|turn| app.put("/observations", batch(turn, "1")))).await;
        for answer in all {
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        }
        assert_eq!(stored(&app).await, regions.len());
        let values: Vec<String> = (2..10).map(|value| value.to_string()).collect();
        let one = |value: &String| json!({"items": [fact("430100", value)]});
        let all = futures_util::future::join_all(values.iter().map(|value| app.put("/observations", one(value)))).await;
        for answer in all {
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        }
        let rows = app.get("/observations?region=430100").await.expect(200);
        let mut vintages: Vec<i64> = rows["items"].as_array().unwrap().iter().map(|row| row["vintage"].as_i64().unwrap()).collect();
        vintages.sort_unstable();
        assert_eq!(vintages, (1..=9).collect::<Vec<i64>>(), "each correction is a vintage of its own");
    }

    async fn compressed_bytes_have_a_tag_of_their_own(app: TestApp) {
        measure(&app).await;
        let plain = app.get("/regions?limit=500").await.header("etag");
        let gzip = || app.request(Method::GET, "/regions?limit=500").insert_header((header::ACCEPT_ENCODING, "gzip"));
        let compressed = app.send(gzip()).await;
        assert_eq!(compressed.header("content-encoding"), "gzip");
        let tag = compressed.header("etag");
        assert_eq!(tag, format!("{}-gzip\"", plain.trim_end_matches('"')));
        for (known, shown) in [(&tag, &tag), (&plain, &plain)] {
            let again = app.send(gzip().insert_header((header::IF_NONE_MATCH, known.as_str()))).await;
            assert_eq!((again.status.as_u16(), again.header("etag")), (304, shown.clone()));
        }
        let one = app.get("/measures").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/measures/{one}");
        let tag = app.get(&path).await.header("etag");
        let tag = format!("{}-gzip\"", tag.trim_end_matches('"'));
        let edit = app.request(Method::PATCH, &path).insert_header((header::IF_MATCH, tag)).set_json(json!({"precision": 3}));
        app.send(edit).await.expect(200);
    }

    async fn what_no_text_may_have_spoils_its_row_alone_in_json_too(app: TestApp) {
        crate::api::changes::sample(&app).await;
        let before = stored(&app).await;
        let row = |region: &str, from: &str, to: &str| fact(region, "3").to_string().replace(from, to);
        let rows = [
            row("430000", "", ""),
            row("430100", "月报", "a\\u0000"),
            row("430200", "\"source\"", "\"source\":\"b\",\"source\""),
            row("430300", "\"3\"", "9007199254740993.123"),
            row("430400", "\"3\"", "1.0000000000000001"),
            row("430500", "\"3\"", "1.5"),
        ];
        let body = format!("{{\"items\":[{}]}}", rows.join(","));
        let whole = put(&app, "", "application/json", body.clone()).await;
        for pointer in ["/items/1/source", "/items/2/source", "/items/3/value", "/items/4/value"] {
            whole.problem(422, "invalid", pointer);
        }
        for (query, created) in [("?atomic=false&dry_run=true", 2), ("?dry_run=true", 2), ("?atomic=false", 2)] {
            let told = put(&app, query, "application/json", body.clone()).await.expect(200);
            assert_eq!(counts(&told), [created, 0, 0, 4], "{query} {told}");
            let outcomes: Vec<_> = told["items"].as_array().unwrap().iter().map(|item| item["outcome"] == "created").collect();
            assert_eq!(outcomes, [true, false, false, false, false, true], "{told}");
        }
        assert_eq!(stored(&app).await, before + 2);
        // Numbers are as exact wherever they are read.
        let path = format!("/indicators/{}", app.get("/indicators").await.expect(200)["items"][0]["id"].as_str().unwrap());
        for (number, exact) in [("9007199254740993.123", false), ("1.0000000000000001", false), ("1234567.125", true)] {
            let edit = app.request(Method::PATCH, &path).insert_header((header::IF_MATCH, "*")).insert_header((header::CONTENT_TYPE, "application/json"));
            let answer = app.send(edit.set_payload(format!("{{\"baseline\":{number},\"reason\":\"试\"}}"))).await;
            if exact {
                assert_eq!(answer.expect(200)["baseline"], number);
            } else {
                answer.problem(422, "invalid", "/baseline");
            }
        }
    }

    async fn a_row_that_is_refused_stands_in_no_other_ones_way(app: TestApp) {
        measure(&app).await;
        for (turn, bad) in [fact("430000", "x"), { let mut bad = fact("430000", "3"); bad["colour"] = json!("red"); bad }, fact("没有", "3")].into_iter().enumerate() {
            let value = format!("{}", turn + 1);
            for items in [json!([bad, fact("430000", &value)]), json!([fact("430000", &value), bad])] {
                let told = app.put("/observations?atomic=false&dry_run=true", json!({"items": items})).await.expect(200);
                assert_eq!((&told["created"], &told["refused"]), (&json!(1), &json!(1)), "{told}");
            }
        }
        let twice = app.put("/observations?atomic=false", json!({"items": [fact("430000", "3"), fact("430000", "4")]})).await.expect(200);
        assert_eq!((counts(&twice), &twice["items"][1]["errors"][0]["code"]), ([1, 0, 0, 1], &json!("duplicate")), "{twice}");
    }

    async fn a_table_with_an_open_quote_is_refused_with_the_line_where_it_opened(app: TestApp) {
        measure(&app).await;
        let open = TABLE.replace("3%,月报", "\"3%,月报");
        for query in ["", "?atomic=false", "?atomic=false&dry_run=true"] {
            let told = put(&app, query, "text/csv", open.clone()).await;
            told.problem(422, "invalid", "");
            let told = told.json();
            assert_eq!(told["errors"][0]["code"], "unclosed_quote");
            assert!(told["errors"][0]["detail"].as_str().unwrap().starts_with("第2行的引号没有结束"), "{told}");
        }
        assert_eq!(stored(&app).await, 0);
    }

    async fn a_table_has_the_same_columns_on_every_page_and_where_there_is_nothing(app: TestApp) {
        crate::api::changes::sample(&app).await;
        // One has a verdict with a period, the other has no figures.
        app.post("/measures", json!({"name": "税收", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})).await.expect(201);
        let task = app.get("/tasks").await.expect(200)["items"][0]["id"].clone();
        app.post("/indicators", json!({"task": task, "measure": "税收", "region": "430600"})).await.expect(201);
        app.post("/warning-runs", json!({"as_of": "2025-08-21"})).await.expect(200);
        let head = async |path: &str| {
            let answer = app.send(app.request(Method::GET, path).insert_header((header::ACCEPT, "text/csv"))).await;
            let text = String::from_utf8(answer.bytes.clone()).unwrap();
            assert_eq!(answer.status, 200, "{path}: {text}");
            let next = answer.header("link").trim_start_matches("</api/v1").split('>').next().unwrap().to_owned();
            (text.lines().next().unwrap().to_owned(), text.lines().count() - 1, next)
        };
        let (document, mut filled) = (xushi::api::openapi(), 0);
        for rule in xushi::api::http::access::RULES.iter().filter(|rule| rule.verb == "GET" && !rule.path.contains('{')) {
            let get = &document["paths"][format!("/api/v1{}", rule.path)]["get"];
            if get["responses"]["200"]["content"]["text/csv"].is_null() || rule.path.ends_with(".csv") {
                continue;
            }
            let (columns, rows, mut next) = head(&format!("{}?limit=1", rule.path)).await;
            assert!(columns.starts_with("\u{feff}"), "{columns}");
            while !next.is_empty() {
                let (others, _, after) = head(&next).await;
                assert_eq!(others, columns, "{next}");
                filled += usize::from(rows > 0);
                next = if filled > 60 { String::new() } else { after };
            }
            if get["parameters"].as_array().unwrap().iter().any(|one| one["name"] == "updated_after") {
                let (others, none, _) = head(&format!("{}?updated_after=2099-01-01T00:00:00Z", rule.path)).await;
                assert_eq!((others, none), (columns, 0), "{}", rule.path);
            }
        }
        assert!(filled > 5, "{filled}");
        let (columns, _, _) = head("/indicators").await;
        assert!(columns.contains(",verdict.data_period.start,verdict.data_period.end,"), "{columns}");
    }

    async fn every_list_is_a_table_for_whoever_asks_for_one(app: TestApp) {
        measure(&app).await;
        let items: Vec<Value> = ["430000", "430100", "430200"].iter().map(|region| fact(region, "-3.5")).collect();
        app.put("/observations", json!({"items": items})).await.expect(200);
        let ask = |path: &str, accept: &'static str| app.request(Method::GET, path).insert_header((header::ACCEPT, accept));
        let answer = app.send(ask("/observations?limit=2", "text/csv, application/json;q=0.5")).await;
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
        let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
        assert!(lines[0].starts_with("\u{feff}id,measure_id,region_id,period.start,period.end,basis,figure,value,"), "{text}");
        assert_eq!(lines.len(), 3);
        assert!(lines[1].contains(",cumulative,yoy,-3.5,"), "{text}");
        let next = answer.header("link");
        let path = next.trim_start_matches("</api/v1").split('>').next().unwrap().to_owned();
        assert!(next.ends_with("rel=\"next\"") && path.starts_with("/observations?limit=2&cursor="), "{next}");
        let rest = app.send(ask(&path, "text/csv")).await;
        assert_eq!(String::from_utf8(rest.bytes.to_vec()).unwrap().trim_end().split("\r\n").count(), 2);
        let part = app.send(ask("/measures?fields=name,unit", "text/csv")).await;
        assert_eq!(String::from_utf8(part.bytes.to_vec()).unwrap(), "\u{feff}name,unit\r\n社零,亿元\r\n");
        let none = app.send(ask("/silences?fields=id,reason", "text/csv")).await;
        assert_eq!(String::from_utf8(none.bytes.to_vec()).unwrap(), "\u{feff}id,reason\r\n");
        for list in ["/units", "/contacts", "/campaigns", "/tasks", "/indicators", "/assessments", "/episodes", "/letters", "/deliveries", "/regions", "/ledger", "/incidents", "/audit-events", "/rule-packs"] {
            let table = app.send(ask(list, "text/csv")).await;
            assert_eq!((table.status.as_u16(), table.header("content-type")), (200, "text/csv; charset=utf-8".to_owned()), "{list}");
            assert_eq!(app.send(ask(list, "application/json, text/csv;q=0.1")).await.header("content-type"), "application/json; charset=utf-8");
            app.send(ask(list, "application/xml")).await.problem(406, "not_acceptable", "");
        }
    }

    async fn where_sources_disagree_the_order_says_who_counts(app: TestApp) {
        measure(&app).await;
        let id = app.get("/measures").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        let ordered = app.patch(&format!("/measures/{id}"), json!({"sources": ["统计局", "商务局"]})).await.expect(200);
        assert_eq!(ordered["sources"], json!(["统计局", "商务局"]));
        app.patch(&format!("/measures/{id}"), json!({"sources": ["统计局", "统计局"]})).await.problem(422, "invalid", "/sources/1");
        let said = async |source: &str, value: &str| {
            let mut one = fact("430000", value);
            one["source"] = json!(source);
            let report = app.put("/observations", json!({"items": [one]})).await.expect(200);
            report["items"][0]["outcome"].as_str().unwrap().to_owned()
        };
        assert_eq!(said("县市自报", "1").await, "created");
        assert_eq!(said("市商务局8月简报", "2").await, "updated", "listed before what is not listed");
        assert_eq!(said("省统计局月报", "3").await, "updated");
        for turn in ["first", "again"] {
            assert_eq!(said("市商务局8月简报", "2").await, "outranked", "{turn}");
            assert_eq!(said("县市自报", "1").await, "outranked", "{turn}");
        }
        assert_eq!(said("省统计局月报", "3").await, "unchanged");
        assert_eq!(said("县市自报", "3").await, "unchanged", "who says the same is not in dispute");
        assert_eq!(said("省统计局月报", "3.1").await, "updated", "its own correction");
        let rows = app.get("/observations").await.expect(200);
        let values: Vec<&str> = rows["items"].as_array().unwrap().iter().map(|row| row["value"].as_str().unwrap()).collect();
        assert_eq!(values, ["1", "2", "3", "3.1"], "two feeds that disagree do not take turns");
        let latest = app.get("/observations?vintages=latest&region=430000").await.expect(200);
        assert_eq!(latest["items"].as_array().unwrap().len(), 1);
        assert_eq!(latest["items"][0]["value"], "3.1");
        // What came about displaces what was expected, whoever reports it.
        let report = async |source: &str, status: &str, value: &str| {
            let mut one = fact("430200", value);
            (one["source"], one["status"]) = (json!(source), json!(status));
            let report = app.put("/observations", json!({"items": [one]})).await.expect(200);
            report["items"][0]["outcome"].as_str().unwrap().to_owned()
        };
        assert_eq!(report("统计局", "forecast", "5").await, "created");
        assert_eq!(report("县市自报", "forecast", "6").await, "outranked");
        assert_eq!(report("县市自报", "preliminary", "4").await, "updated");
        // A withdrawn one is in nobody's way.
        let id = latest["items"][0]["id"].as_str().unwrap().to_owned();
        app.post(&format!("/observations/{id}/withdrawal"), json!({"reason": "录错"})).await.expect(200);
        assert_eq!(app.get("/observations?vintages=latest&region=430000").await.expect(200)["items"][0]["value"], "3");
        assert_eq!(said("县市自报", "1").await, "updated");
    }

    async fn statistical_systems_read_facts_as_sdmx(app: TestApp) {
        measure(&app).await;
        app.put("/observations", json!({"items": [fact("430000", "3.5"), fact("430100", "-1")]})).await.expect(200);
        let ask = app.request(Method::GET, "/observations").insert_header((header::ACCEPT, "application/vnd.sdmx.data+csv"));
        let answer = app.send(ask).await;
        assert_eq!(answer.header("content-type"), "application/vnd.sdmx.data+csv");
        let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
        let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
        assert_eq!(lines[0], "DATAFLOW,MEASURE,REF_AREA,BASIS,FIGURE,TIME_PERIOD,OBS_VALUE,UNIT,OBS_STATUS,SOURCE,PUBLISHED_ON,VINTAGE,STAGE");
        assert_eq!(lines[1], "XUSHI:OBSERVATIONS(1.0),社零,430000,cumulative,yoy,2025-01-01/P7M,3.5,%,preliminary,月报,2025-08-15,1,");
        assert_eq!(lines.len(), 3);
    }
}
