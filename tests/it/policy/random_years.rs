//! Whole years with random reports, answers, withdrawals, corrections, retirements and mergers: whatever happens, numbers are
//! gapless, nobody is written to about what is over, every open episode is explained, and days before stay as they were.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::api::letters::replies::reply;

/// What a year is made of: the same for the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn pick<'a>(&mut self, from: &'a [Value]) -> Option<&'a Value> {
        if from.is_empty() { None } else { Some(&from[self.roll(from.len())]) }
    }
}

const MEASURES: [&str; 4] = ["投资", "消费", "外贸", "工业"];

fn id(of: &Value) -> &str {
    of["id"].as_str().unwrap()
}

async fn letters(app: &TestApp, query: &str) -> Vec<Value> {
    items(app, &format!("/letters?limit=500{query}")).await
}

/// Does one thing at random; what cannot be done is refused with a reason, and changes nothing.
async fn act(app: &TestApp, dice: &mut Dice, day: &str) {
    at(app, day);
    let standing = letters(app, "").await;
    let standing: Vec<Value> = standing
        .into_iter()
        .filter(|one| !["draft", "discarded", "withdrawn"].contains(&one["state"].as_str().unwrap()))
        .collect();
    let (path, body) = match dice.roll(8) {
        0 | 1 => {
            let Some(letter) = dice.pick(&standing) else { return };
            (format!("/letters/{}/withdrawal", id(letter)), json!({"signer": "李四", "reason": "数据有误"}))
        }
        2 => {
            let Some(letter) = dice.pick(&standing) else { return };
            (format!("/letters/{}/correction", id(letter)), json!({"signer": "李四", "reason": "数据有误"}))
        }
        3 => {
            let all = items(app, "/indicators").await;
            if all.len() < 3 {
                return;
            }
            (
                format!("/indicators/{}/retirement", id(dice.pick(&all).unwrap())),
                json!({"reason": "方案调整"}),
            )
        }
        4 => {
            let units = items(app, "/units").await;
            if units.len() < 3 {
                return;
            }
            let (from, into) = (dice.pick(&units).unwrap(), dice.pick(&units).unwrap());
            (format!("/units/{}/merger", id(from)), json!({"into": into["id"], "reason": "机构改革"}))
        }
        5 => {
            let all = items(app, "/observations?limit=500").await;
            let Some(one) = dice.pick(&all) else { return };
            (format!("/observations/{}/withdrawal", id(one)), json!({"reason": "录错"}))
        }
        6 => {
            let Some(letter) = dice.pick(&standing) else { return };
            (format!("/letters/{}/receipt", id(letter)), json!({"person": "张三"}))
        }
        _ => {
            let Some(letter) = dice.pick(&standing) else { return };
            (format!("/letters/{}/replies", id(letter)), reply())
        }
    };
    let answer = app.post(&path, body).await;
    assert!(
        [200, 201, 409, 422].contains(&answer.status.as_u16()),
        "{day} {path}: {} {}",
        answer.status,
        answer.json()
    );
}

/// What must hold after whatever has happened.
async fn check(app: &TestApp, known: &mut BTreeSet<String>, (seed, day): (u64, &str)) {
    let all = letters(app, "").await;
    let mut serials: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for number in all.iter().filter_map(|letter| letter["number"].as_str()) {
        let (mark, serial) = number.trim_end_matches('号').split_once('〕').unwrap();
        serials.entry(mark.to_owned()).or_default().push(serial.parse().unwrap());
    }
    for (mark, mut serials) in serials {
        serials.sort_unstable();
        let gapless: Vec<u32> = (1..).take(serials.len()).collect();
        assert_eq!(serials, gapless, "seed {seed}, {day}: numbers of {mark}");
    }
    let over: BTreeMap<String, Value> = items(app, "/indicators?retired=true&limit=500")
        .await
        .into_iter()
        .map(|one| (id(&one).to_owned(), one["retired_on"].clone()))
        .collect();
    let merged: BTreeSet<String> = items(app, "/units?retired=true")
        .await
        .iter()
        .filter(|unit| unit["merged_into_id"].is_string())
        .map(|unit| id(unit).to_owned())
        .collect();
    let states: BTreeMap<&str, &str> =
        all.iter().map(|letter| (id(letter), letter["state"].as_str().unwrap())).collect();
    for letter in &all {
        if letter["number"].is_null() || !known.insert(id(letter).to_owned()) {
            continue;
        }
        // Only what was issued since the last look.
        let whole = app.get(&format!("/letters/{}", id(letter))).await.expect(200);
        let ends = ["lifting", "withdrawal"].contains(&letter["kind"].as_str().unwrap());
        for episode in whole["episode_ids"].as_array().unwrap() {
            let episode = app.get(&format!("/episodes/{}", episode.as_str().unwrap())).await.expect(200);
            let retired = &over[episode["indicator_id"].as_str().unwrap()];
            assert!(
                retired.is_null() || ends || retired.as_str() >= letter["issued_on"].as_str(),
                "seed {seed}, {day}: {letter} about what was retired {retired}"
            );
        }
        assert!(
            !merged.contains(letter["unit_id"].as_str().unwrap()) || letter["issued_on"] != day || ends,
            "seed {seed}, {day}: {letter} to a merged unit"
        );
        if let (Some(before), Some(_)) = (letter["follows_id"].as_str(), letter["ladder_step"].as_u64()) {
            assert!(
                states[before] != "withdrawn" || letter["state"] == "withdrawn",
                "seed {seed}, {day}: {letter} reminds of what was taken back"
            );
        }
    }
}

/// Every open problem of which nobody was told says why.
async fn explained(app: &TestApp, (seed, day): (u64, &str)) {
    for row in items(app, &format!("/ledger?as_of={day}&limit=500")).await {
        let told = row["letter_number"].is_string() || !row["withdrawn"].as_array().unwrap().is_empty();
        let waits = row["draft_id"].is_string() || !row["held_back"].as_array().unwrap().is_empty();
        assert!(told || row["unit"].is_null() || waits, "seed {seed}, {day}: {row} is not explained");
    }
}

async fn year(app: &TestApp, seed: u64) {
    let mut dice = Dice(seed);
    sample(app, &MEASURES, json!({"issuing": if seed.is_multiple_of(2) { "automatic" } else { "approval" }}))
        .await;
    let task = json!({"campaign": "内需攻坚", "name": "促进消费", "responsibilities": [{"unit": "省统计局", "role": "lead"}]});
    let task = app.post("/tasks", task).await.expect(201);
    for indicator in items(app, "/indicators").await.iter().skip(2) {
        app.patch(&format!("/indicators/{}", id(indicator)), json!({"task": task["id"]})).await.expect(200);
    }
    let (mut known, mut boards) = (BTreeSet::new(), Vec::new());
    for month in 2..12u32 {
        let end = d(&format!("2025-{:02}-01", month + 1)).pred_opt().unwrap().to_string();
        let day = |of: u32| format!("2025-{:02}-{of:02}", month + 1);
        at(app, &day(20));
        for measure in MEASURES {
            if dice.roll(6) > 0 {
                let value = format!("{}.{}", dice.roll(9) as i64 - 1, dice.roll(10));
                report(app, measure, &end, &value, &day(20)).await;
            }
        }
        run(app, &day(21)).await;
        for draft in letters(app, "&state=draft").await {
            app.post(&format!("/letters/{}/issue", id(&draft)), json!({"signer": "王五"})).await;
        }
        run(app, &day(22)).await;
        explained(app, (seed, &day(22))).await;
        for of in [23, 24, 25] {
            act(app, &mut dice, &day(of)).await;
            check(app, &mut known, (seed, &day(of))).await;
        }
        for of in [26, 28] {
            remind(app, &day(of)).await;
            check(app, &mut known, (seed, &day(of))).await;
        }
        at(app, &day(28));
        let past = format!("/assessments?as_of={}&limit=500", day(27));
        boards.push((past.clone(), app.get(&past).await.bytes));
    }
    for (path, before) in boards {
        let now = app.get(&path).await.bytes;
        assert!(
            now == before,
            "seed {seed}: {path} was\n{}\nand is\n{}",
            String::from_utf8_lossy(&before),
            String::from_utf8_lossy(&now)
        );
    }
}

both! {
    async fn a_first_year(app: TestApp) {
        year(&app, 1).await;
    }

    async fn a_second_year(app: TestApp) {
        year(&app, 20).await;
    }

    async fn a_third_year(app: TestApp) {
        year(&app, 333).await;
    }
}
