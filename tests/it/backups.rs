//! Copies made beside writers, put in place, and what must wait until a person has looked; as the technician does it.

use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::process::{Process, xushi};

/// The sample, with its one letter, in this database.
struct Sample {
    database: Database,
    folder: tempfile::TempDir,
}

impl Sample {
    fn new(database: Database) -> Self {
        let sample = Self { database, folder: tempfile::tempdir().unwrap() };
        let made = sample.run(&["demo", "--once", "--dir", "d"]);
        assert!(made.status.success(), "{}", said(&made));
        sample
    }

    fn variables(&self) -> [(&str, &str); 4] {
        [
            ("XUSHI_DATABASE_URL", self.url()),
            ("XUSHI_SCHEDULE_DELIVER", ""),
            ("XUSHI_SCHEDULE_ISSUE", ""),
            ("XUSHI_SCHEDULE_EVALUATE", ""),
        ]
    }

    fn url(&self) -> &str {
        &self.database.url
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = xushi(self.folder.path(), arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        // The demo keeps to a database on a server; a file is its own affair.
        if self.url().starts_with("postgres") {
            command.env("DATABASE_URL", self.url());
        } else if arguments.first() != Some(&"demo") {
            command.env("XUSHI_DATABASE_URL", self.url());
        }
        command.output().unwrap()
    }

    fn serve(&self) -> Process {
        Process::start_with(self.folder.path(), &["serve"], &self.variables())
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn body(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn get(process: &Process, path: &str) -> Value {
    body(&process.call("GET", path, "", b""))
}

/// Writes units until told to stop; gives how many were confirmed.
fn write_units(process: &Process, prefix: &str, stop: &AtomicBool) -> usize {
    let mut confirmed = 0;
    while !stop.load(Ordering::SeqCst) {
        let unit = json!({"name": format!("{prefix}{confirmed}局"), "region": "430600"}).to_string();
        let answer = process.call("POST", "/units", "Content-Type: application/json\r\n", unit.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        confirmed += 1;
    }
    confirmed
}

fn count_units(process: &Process, prefix: &str) -> usize {
    let mut count = 0;
    let mut cursor = String::new();
    loop {
        let page = get(process, &format!("/units?limit=500{cursor}"));
        let named = page["items"].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap());
        count += named.filter(|name| name.starts_with(prefix)).count();
        let Some(next) = page["next_cursor"].as_str() else { return count };
        cursor = format!("&cursor={next}");
    }
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.pop().unwrap()
}

/// From the copy to the first letter after it.
fn story(sample: &Sample) {
    let copies = sample.folder.path().join("copies");
    std::fs::create_dir(&copies).unwrap();
    let process = sample.serve();
    let stop = AtomicBool::new(false);
    let before = std::thread::scope(|scope| {
        let writer = scope.spawn(|| write_units(&process, "前", &stop));
        std::thread::sleep(std::time::Duration::from_millis(300));
        let made = sample.run(&["backup", "copies"]);
        stop.store(true, Ordering::SeqCst);
        assert!(made.status.success(), "{}", said(&made));
        assert!(said(&made).contains("已备份到"), "{}", said(&made));
        writer.join().unwrap()
    });
    let copy = only_file(&copies);
    let copy = copy.to_str().unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(count_units(&process, "前"), before);
    let letters = get(&process, "/letters");
    let place = get(&process, "/changes?limit=1")["cursor"].as_str().unwrap().to_owned();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| write_units(&process, "后", &stop));
        std::thread::sleep(std::time::Duration::from_millis(200));
        // Somebody is at work: nothing is touched.
        let refused = sample.run(&["restore", copy]);
        stop.store(true, Ordering::SeqCst);
        assert!(!refused.status.success(), "{}", said(&refused));
        assert!(said(&refused).contains("请先停止序时的全部服务"), "{}", said(&refused));
    });
    assert!(count_units(&process, "后") > 0);
    process.terminate();

    let restored = sample.run(&["restore", copy]);
    assert!(restored.status.success(), "{}", said(&restored));
    for part in ["已恢复。", "原有内容保存在", "湘攻坚函〔2025〕最后一号为1号", "xushi resume"]
    {
        assert!(said(&restored).contains(part), "{part} is not in {}", said(&restored));
    }
    let process = sample.serve();
    let kept = count_units(&process, "前");
    assert!(kept <= before, "{kept} of {before}");
    assert_eq!(count_units(&process, "后"), 0, "what came after the copy is gone");
    assert_eq!(get(&process, "/letters")["items"], letters["items"]);
    let gone = process.call("GET", &format!("/changes?after={place}"), "", b"");
    assert!(gone.starts_with("HTTP/1.1 410"), "{gone}");
    drop(process);
    // Neither is a number given nor a mail sent before somebody has looked.
    for command in ["deliver", "doctor"] {
        let held = sample.run(&[command]);
        assert!(!held.status.success(), "{command}: {}", said(&held));
        assert!(said(&held).contains("xushi resume"), "{command}: {}", said(&held));
    }
    let refused = sample.run(&["resume", "--used", "37"]);
    assert!(said(&refused).contains("“37”不是文号"), "{}", said(&refused));
    let resumed = sample.run(&["resume", "--used", "湘攻坚函〔2025〕5号"]);
    assert!(resumed.status.success(), "{}", said(&resumed));
    assert!(said(&resumed).contains("湘攻坚函〔2025〕6号"), "{}", said(&resumed));
    assert!(sample.run(&["deliver"]).status.success());
    let again = sample.run(&["resume"]);
    assert!(said(&again).contains("没有待核对的恢复"), "{}", said(&again));
    let healthy = sample.run(&["doctor"]);
    assert!(healthy.status.success(), "{}", said(&healthy));
    for part in ["[正常] 写入：可以写入", "[正常] 上次备份", "故障0"] {
        // The setting that tells of the copy was written after it.
        let part = if part == "[正常] 上次备份" { "[注意] 上次备份" } else { part };
        assert!(said(&healthy).contains(part), "{part} is not in {}", said(&healthy));
    }
}

/// What must be refused, with everything as it was.
fn refusals(sample: &Sample) {
    let at = |name: &str| sample.folder.path().join(name).to_str().unwrap().to_owned();
    let made = sample.run(&["backup", "good"]);
    assert!(made.status.success(), "{}", said(&made));
    let over = sample.run(&["backup", "good"]);
    assert!(!over.status.success() && said(&over).contains("没有覆盖"), "{}", said(&over));
    let good = std::fs::read(at("good")).unwrap();
    std::fs::write(at("half"), &good[..good.len() / 2]).unwrap();
    std::fs::write(at("empty"), "").unwrap();
    std::fs::write(at("text"), "序时").unwrap();
    let other: &[u8] = if good.starts_with(b"PGDMP") { b"SQLite format 3\0" } else { b"PGDMP" };
    std::fs::write(at("other"), other).unwrap();
    let process = sample.serve();
    let units = get(&process, "/units?limit=500");
    process.terminate();
    for (name, said_so) in [
        ("half", ""),
        ("empty", "不是xushi backup"),
        ("text", "不是xushi backup"),
        ("other", "而配置的数据库是"),
        ("none", "读不了"),
    ] {
        let refused = sample.run(&["restore", name]);
        assert!(!refused.status.success(), "{name}: {}", said(&refused));
        assert!(said(&refused).contains(said_so), "{name}: {}", said(&refused));
        assert!(!said(&refused).contains("panicked"), "{name}: {}", said(&refused));
    }
    let process = sample.serve();
    assert_eq!(get(&process, "/units?limit=500"), units, "refused copies change nothing");
    let mut left: Vec<_> = std::fs::read_dir(sample.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("restoring") || name.contains("partial") || name.ends_with(".sql"))
        .collect();
    left.sort();
    assert!(left.is_empty(), "{left:?}");
}

fn sqlite() -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let sample = Sample { database: Database::at(String::new()), folder };
    let made = sample.run(&["demo", "--once", "--dir", "d"]);
    assert!(made.status.success(), "{}", said(&made));
    let url = sample.folder.path().join("d/xushi.db").to_str().unwrap().to_owned();
    Sample { database: Database::at(url), ..sample }
}

#[test]
fn a_copy_of_a_file_is_put_back() {
    story(&sqlite());
}

#[test]
fn a_copy_of_a_server_is_put_back() {
    if let Some(database) = Database::postgresql_empty() {
        story(&Sample::new(database));
    }
}

#[test]
fn what_is_no_good_copy_of_a_file_is_refused() {
    refusals(&sqlite());
}

#[test]
fn what_is_no_good_copy_of_a_server_is_refused() {
    if let Some(database) = Database::postgresql_empty() {
        refusals(&Sample::new(database));
    }
}

#[test]
fn a_file_that_is_no_database_any_more_gives_way_and_is_kept() {
    let sample = sqlite();
    assert!(sample.run(&["backup", "copy"]).status.success());
    let garbage = vec![b'x'; 8_192];
    std::fs::write(sample.url(), &garbage).unwrap();
    let ill = sample.run(&["doctor"]);
    assert!(!ill.status.success(), "{}", said(&ill));
    let restored = sample.run(&["restore", "copy"]);
    assert!(restored.status.success(), "{}", said(&restored));
    let folder = std::path::Path::new(sample.url()).parent().unwrap();
    let kept = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<_> = kept.filter(|path| path.to_string_lossy().contains(".before-")).collect();
    assert_eq!(kept.iter().map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>(), [garbage]);
    assert!(sample.run(&["resume"]).status.success());
}

#[test]
fn a_copy_made_by_a_newer_program_is_refused() {
    let sample = sqlite();
    assert!(sample.run(&["backup", "copy"]).status.success());
    let file = sample.folder.path().join("copy");
    let mut conn =
        <diesel::SqliteConnection as diesel::Connection>::establish(file.to_str().unwrap()).unwrap();
    diesel::connection::SimpleConnection::batch_execute(
        &mut conn,
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')",
    )
    .unwrap();
    drop(conn);
    let refused = sample.run(&["restore", "copy"]);
    assert!(said(&refused).contains("来自较新的版本（20990101000001）"), "{}", said(&refused));
}
