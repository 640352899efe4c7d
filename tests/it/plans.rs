//! Deeds with plans and places: what is written and the entry of who wrote it are one, and a whole plan is one deed.

use serde_json::{Value, json};
use xushi::domain::{Basis, Better, ContactRole, Frequency, Role, WrittenTarget};
use xushi::office::measures::NewMeasure;
use xushi::office::places::{NewContact, NewRegion, NewUnit};
use xushi::office::plans::{
    CampaignNode, Fate, IndicatorNode, NewCampaign, NewIndicator, NewPersonVerdict, NewTask, PlacedPart,
    PlanNode, PlanTree, TaskNode,
};
use xushi::office::rule_packs::NewRulePack;
use xushi::office::{Actor, Call, Refusal, Who, measures, places, plans, rule_packs};
use xushi::store::StoreError;
use xushi::store::rows::Page;

use crate::support::{TestApp, both};
use xushi::office::types::Id;

const ALL: Page = Page { limit: 500, after: None };

/// Who wrote, from the first: verb, address and status.
async fn entries(app: &TestApp) -> Vec<String> {
    let mut rows = app.store.list_audit_events(&Default::default(), ALL).await.unwrap();
    rows.sort_by_key(|(row, ..)| row.id);
    rows.iter().map(|(row, ..)| format!("{} {} {}", row.verb, row.path, row.status)).collect()
}

/// A thing of which nothing is said once it is there.
fn node<N, E: Default>(new: N) -> PlanNode<N, E> {
    PlanNode { external_id: None, new, edit: E::default() }
}

/// A caller whom the register does not know, so that no entry can name it.
fn nobody() -> Actor {
    let (id, name) = (uuid::Uuid::from_u128(1), "nobody".to_owned());
    let who = Who::Key { id: Id::of(id), name, role: Role::Administrator, unit_id: None, stage: None };
    Actor::calling(who, Call::new("POST", "/api/v1/somewhere", 201, "req".to_owned()))
}

#[track_caller]
fn not_written<T: std::fmt::Debug>(outcome: Result<T, Refusal>) {
    assert!(matches!(outcome, Err(Refusal::Store(StoreError::Database(_)))), "{outcome:?}");
}

/// How many rows a list has.
async fn count(app: &TestApp, list: &str) -> usize {
    app.get(list).await.expect(200)["items"].as_array().unwrap().len()
}

fn unit(name: &str) -> NewUnit {
    let region = "430000".to_owned();
    NewUnit {
        name: name.to_owned(),
        region,
        parent: None,
        credit_code: None,
        aliases: Vec::new(),
        external_id: None,
    }
}

fn measure(name: &str) -> NewMeasure {
    NewMeasure {
        name: name.to_owned(),
        aliases: vec![],
        unit: "亿元".to_owned(),
        basis: Basis::Cumulative,
        better: Better::Higher,
        frequency: Frequency::Monthly,
        release_day: None,
        precision: 1,
        external_id: None,
        sources: vec![],
        stages: vec![],
    }
}

fn campaign(name: &str, parent: Option<&str>) -> NewCampaign {
    NewCampaign {
        name: name.to_owned(),
        doc_no: None,
        region: "430000".to_owned(),
        starts_on: "2025-01-01".parse().unwrap(),
        ends_on: "2025-12-31".parse().unwrap(),
        parent: parent.map(str::to_owned),
        ordinal: 1,
        office_unit: None,
        workforce: None,
        convener: None,
        deputy_conveners: vec![],
        members: vec![],
        members_open: false,
        rule_pack: None,
        issuing: None,
        signed: None,
        issuer_name: Some("综合协调组".to_owned()),
        letter_mark: Some("湘攻坚函".to_owned()),
        reply_working_days: None,
        contact_name: None,
        contact_phone: None,
        contact_email: None,
        external_id: None,
    }
}

fn task(name: &str) -> NewTask {
    NewTask {
        campaign: "七大攻坚".to_owned(),
        parent: None,
        ordinal: 1,
        name: name.to_owned(),
        parts: vec![],
        units_open: false,
        external_id: None,
    }
}

fn indicator(task: uuid::Uuid, measure: &str, phrase: &str) -> NewIndicator {
    NewIndicator {
        task: Id::of(task),
        measure: measure.to_owned(),
        region: "430000".to_owned(),
        target: Some(WrittenTarget { phrase: Some(phrase.to_owned()), ..WrittenTarget::default() }),
        curve: None,
        baseline: None,
        window_start: None,
        window_end: None,
        parts: vec![],
        external_id: None,
    }
}

fn id(row: &Value) -> uuid::Uuid {
    row["id"].as_str().unwrap().parse().unwrap()
}

both! {
    async fn what_cannot_be_written_down_is_not_done(app: TestApp) {
        app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        app.post("/measures", json!({"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})).await.expect(201);
        let made = app.post("/campaigns", json!({"name": "七大攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "issuer_name": "综合协调组", "letter_mark": "湘攻坚函"})).await.expect(201);
        let above = app.post("/tasks", json!({"campaign": "七大攻坚", "name": "推动增收减负"})).await.expect(201);
        app.post("/measures", json!({"name": "促消费机制", "unit": "项", "basis": "point", "better": "higher", "frequency": "yearly"})).await.expect(201);
        let soft = json!({"task": above["id"], "measure": "促消费机制", "region": "430000", "target": {"kind": "qualitative", "phrase": "健全促消费机制"}});
        let soft = app.post("/indicators", soft).await.expect(201);
        let (office, nobody) = (&app.office, nobody());
        let before = entries(&app).await;

        let new = NewRegion {
            code: "X430671".to_owned(), name: "城陵矶新港区".to_owned(), short_name: None, level: xushi::domain::RegionLevel::Zone,
            parent: Some("430600".to_owned()), valid_from: None, valid_to: None, aliases: vec![],
        };
        not_written(places::create_region(office, &nobody, new).await);
        app.get("/regions/X430671").await.problem(404, "not_found", "");

        not_written(places::create_unit(office, &nobody, unit("省统计局")).await);
        assert_eq!(count(&app, "/units").await, 1);

        let new = NewContact {
            unit: "省商务厅".to_owned(), name: "张三".to_owned(), email: "zhang@example.org".to_owned(), phone: None,
            role: ContactRole::Liaison, valid_from: None, valid_to: None, external_id: None,
        };
        not_written(places::create_contact(office, &nobody, new).await);
        assert_eq!(count(&app, "/contacts").await, 0);

        not_written(measures::create_measure(office, &nobody, measure("固定资产投资")).await);
        assert_eq!(count(&app, "/measures").await, 2);

        not_written(plans::create_campaign(office, &nobody, campaign("内需攻坚", Some("七大攻坚"))).await);
        assert_eq!(count(&app, "/campaigns").await, 1);

        let edit = plans::CampaignEdit { ordinal: Some(3), ..plans::CampaignEdit::default() };
        let seen = app.store.find_campaign(Id::of(id(&made))).await.unwrap().unwrap();
        not_written(plans::update_campaign(office, &nobody, seen.clone(), &[], edit).await);
        assert_eq!(app.store.find_campaign(Id::of(id(&made))).await.unwrap().unwrap(), seen);

        let curves = vec![(xushi::domain::Kind::Total, xushi::domain::Curve::LinearDays)];
        not_written(plans::replace_curves(office, &nobody, (Id::of(id(&made)), &[]), curves).await);
        assert_eq!(app.get(&format!("/campaigns/{}/curves", id(&made))).await.expect(200)["curves"], json!([]));

        not_written(plans::create_task(office, &nobody, task("扩大消费")).await);
        assert_eq!(count(&app, "/tasks").await, 1);

        not_written(plans::create_indicator(office, &nobody, indicator(id(&above), "社零", "增长5%以上")).await);
        assert_eq!(count(&app, "/indicators").await, 1);

        let new = NewPersonVerdict { grade: xushi::domain::Grade::OnPace, evidence: "已印发".to_owned(), person: "张某".to_owned(), given_on: None };
        not_written(plans::give_verdict(office, &nobody, Id::of(id(&soft)), new).await);
        assert_eq!(count(&app, &format!("/indicators/{}/verdicts", id(&soft))).await, 0);

        let new = NewRulePack { name: "strict".to_owned(), reason: "试行".to_owned(), ..NewRulePack::default() };
        not_written(rule_packs::create_rule_pack(office, &nobody, new).await);
        assert_eq!(count(&app, "/rule-packs?name=strict").await, 0);

        assert_eq!(entries(&app).await, before);
    }

    async fn a_write_leaves_one_entry_and_a_refused_one_says_so(app: TestApp) {
        let campaign = json!({"name": "七大攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "issuer_name": "综合协调组", "letter_mark": "湘攻坚函"});
        let measure = json!({"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"});
        app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        let mut before = entries(&app).await;
        for (path, body, pointer) in [
            ("/regions", json!({"code": "X430671", "name": "城陵矶新港区", "level": "zone"}), "/code"),
            ("/contacts", json!({"unit": "省商务厅", "name": "张三", "email": "zhang@example.org", "role": "liaison"}), "/email"),
            ("/measures", measure, "/name"),
            ("/campaigns", campaign, "/name"),
            ("/tasks", json!({"campaign": "七大攻坚", "name": "扩大消费"}), "/name"),
        ] {
            app.post(path, body.clone()).await.expect(201);
            app.post(path, body).await.problem(409, "duplicate", pointer);
            before.extend([201, 409].map(|status| format!("POST /api/v1{path} {status}")));
            assert_eq!(entries(&app).await, before);
        }
        let task = app.get("/tasks").await.expect(200)["items"][0]["id"].clone();
        let body = json!({"task": task, "measure": "社零", "region": "430000", "target": {"phrase": "增长5%以上"}});
        let made = app.post("/indicators", body.clone()).await.expect(201);
        app.post("/indicators", body).await.problem(409, "duplicate", "");
        before.extend([201, 409].map(|status| format!("POST /api/v1/indicators {status}")));
        let path = format!("/indicators/{}", id(&made));
        app.patch(&path, json!({"baseline": "100", "reason": "补录"})).await.expect(200);
        app.patch(&path, json!({"baseline": "100", "effective_on": "2099-01-01"})).await.problem(422, "invalid", "/effective_on");
        before.extend([200, 422].map(|status| format!("PATCH /api/v1{path} {status}")));
        assert_eq!(entries(&app).await, before);
    }

    async fn a_whole_plan_is_taken_over_or_nothing_of_it(app: TestApp) {
        let plan = |second: &str| {
            let goal = TaskNode { task: node(task("主要目标")), indicators: vec![], tasks: vec![] };
            let one = |measure: &str, phrase: &str| IndicatorNode { indicator: node(indicator(uuid::Uuid::nil(), measure, phrase)), cited_by: vec![1] };
            let leaf = TaskNode {
                task: node(NewTask { parts: vec![plans::NewPart { unit: "省商务厅".to_owned(), role: xushi::domain::ResponsibilityRole::Lead }], ..task("扩大消费") }),
                indicators: vec![one("社零", "增长5%以上"), one("投资", second)],
                tasks: vec![],
            };
            let section = TaskNode { task: node(task("内需")), indicators: vec![], tasks: vec![leaf] };
            let below = CampaignNode { campaign: node(campaign("内需攻坚", None)), tasks: vec![section], campaigns: vec![] };
            PlanTree {
                units: vec![node(unit("省商务厅"))],
                contacts: vec![],
                measures: vec![node(measure("社零")), node(measure("投资"))],
                campaigns: vec![CampaignNode { campaign: node(campaign("七大攻坚", None)), tasks: vec![goal], campaigns: vec![below] }],
            }
        };
        let technician = Actor::technician();
        let before = entries(&app).await;
        // The last indicator promises two things at once.
        let refused = plans::put_plan(&app.office, &technician, &plan("投资增长5%，消费增长6%"), false).await.unwrap();
        let [wrong] = refused.iter().filter_map(|one| if let Fate::Refused(why) = &one.fate { Some(why) } else { None }).collect::<Vec<_>>()[..] else { panic!("{refused:?}") };
        assert!(matches!(&**wrong, Refusal::Invalid(invalid) if invalid.field == "target.phrase"), "{wrong}");
        for list in ["/units", "/measures", "/campaigns", "/tasks", "/indicators"] {
            assert_eq!(count(&app, list).await, 0, "{list}");
        }
        let placed = plans::put_plan(&app.office, &technician, &plan("增长4.5%以上"), false).await.unwrap();
        let made = |one: &&PlacedPart| matches!(one.fate, Fate::Created(_)) && one.part == xushi::domain::PlanPart::Indicator;
        assert_eq!(placed.iter().filter(made).count(), 2);
        let made = app.get("/indicators").await.expect(200);
        let [one, two] = made["items"].as_array().unwrap().as_slice() else { panic!("{made}") };
        assert_eq!((&one["measure"]["name"], &two["measure"]["name"]), (&json!("社零"), &json!("投资")));
        assert_eq!(two["lead_unit"]["name"], "省商务厅");
        let leaf = app.get(&format!("/tasks/{}", two["task"]["id"].as_str().unwrap())).await.expect(200);
        let section = app.get(&format!("/tasks/{}", leaf["parent_id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&leaf["name"], &section["name"]), (&json!("扩大消费"), &json!("内需")));
        let again = plans::put_plan(&app.office, &technician, &plan("增长4.5%以上"), false).await.unwrap();
        assert!(again.iter().all(|one| matches!(one.fate, Fate::Unchanged(_))), "{again:?}");
        assert_eq!(entries(&app).await, before, "the technician is no caller");
    }
}
