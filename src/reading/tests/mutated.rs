//! Files damaged at random, for each reader: nothing panics, and each is read or refused within its time and memory.
//!
//! The short run is part of `cargo test -p xushi-reading`. The long one, alone and optimised:
//! `MUTATED_CASES=20000 cargo test --release -p xushi-reading -- --ignored mutated_files_for_long --nocapture`
//!
//! A case is its reader and its seed; both are told when it fails. A seed that ever failed belongs into `SEEDS`.

use std::io::{Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use encoding_rs::GB18030;

use super::packing::{typed, zip};
use crate::{document, plan, report, sheet};

/// Where the runs of each reader begin, and seeds of cases that once failed.
const SEEDS: [u64; 4] = [20_261_129, 7_919, 1_000_003, 0x9e37_79b9];

/// Cases of each reader and seed in the short run.
const SHORT: u64 = 30;

/// Far above what a damaged file of this size takes, even unoptimised.
const TIME_MAX: Duration = Duration::from_secs(20);

/// What the whole run may take of memory, where the system tells: files and their bounds are small.
const MEMORY_MAX: u64 = 1_500 * 1024 * 1024;

/// A generator whose numbers are the same in every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most.max(1) as u64).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.next() & 0xff).unwrap()
    }
}

/// What readers stumble over: numbers at their limits, open signs, ends.
const PIECES: [&[u8]; 20] = [
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\x7f",
    b"99999999999999999999999999999999",
    b"-1",
    b"1e308",
    b"<",
    b"/>",
    b"&#x10ffff;",
    b"\"",
    "（“《".as_bytes(),
    "同比增长".as_bytes(),
    "分别为、、，".as_bytes(),
    "9999年13月32日".as_bytes(),
    "0%".as_bytes(),
    "\u{c}".as_bytes(),
    b"|",
    b",\"",
    b"hidden=\"1\"",
    b"r=\"XFD1048576\"",
];

/// Flips, cuts, splices, repeats.
fn mutated(seed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.below(5) {
        if bytes.is_empty() {
            break;
        }
        let at = numbers.below(bytes.len());
        let end = (at + 1 + numbers.below(300)).min(bytes.len());
        match numbers.below(8) {
            0 | 1 => bytes[at] ^= 1 << numbers.below(8),
            2 => bytes[at] = numbers.byte(),
            3 => drop(bytes.drain(at..end)),
            4 if numbers.below(4) == 0 => bytes.truncate(at),
            4 => drop(bytes.splice(at..at, PIECES[numbers.below(PIECES.len())].iter().copied())),
            5 => {
                let from = numbers.below(other.len());
                let piece = &other[from..(from + 1 + numbers.below(400)).min(other.len())];
                drop(bytes.splice(at..at, piece.iter().copied()));
            }
            6 => {
                let piece = bytes[at..end].repeat(1 + numbers.below(60));
                drop(bytes.splice(at..at, piece));
            }
            _ => {
                let to = numbers.below(bytes.len());
                bytes.swap(at, to);
            }
        }
    }
    bytes
}

/// The parts of a container.
fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).unwrap();
            let mut inside = Vec::new();
            part.read_to_end(&mut inside).unwrap();
            (part.name().unwrap().into_owned(), inside)
        })
        .collect()
}

/// Damages the container, or a part within it and packs it again.
fn repacked(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    if numbers.below(4) == 0 {
        return mutated(seed, seed, numbers);
    }
    let mut all = parts(seed);
    for _ in 0..=numbers.below(2) {
        let (at, from) = (numbers.below(all.len()), numbers.below(all.len()));
        let other = all[from].1.clone();
        all[at].1 = mutated(&all[at].1, &other, numbers);
    }
    if numbers.below(10) == 0 {
        all.remove(numbers.below(all.len()));
    }
    let all: Vec<(&str, &[u8])> =
        all.iter().map(|(name, inside)| (name.as_str(), inside.as_slice())).collect();
    zip(&all)
}

/// What a reader is given, by its name.
struct Reader {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    /// The seeds are containers.
    packed: bool,
    read: fn(&[u8]),
}

fn of_document(bytes: &[u8]) {
    if let Ok(read) = document::read(bytes) {
        plan::read(&read);
        report::read(&read);
    }
}

fn of_pages(bytes: &[u8]) {
    if let Ok(read) = document::of_pages(&String::from_utf8_lossy(bytes)) {
        plan::read(&read);
        report::read(&read);
    }
}

fn of_sheet(bytes: &[u8]) {
    sheet::read(bytes).ok();
}

fn readers() -> Vec<Reader> {
    let plan = include_str!("fresh_plans/green_transition.txt");
    let report = include_str!("fresh_reports/projects_table.txt");
    let county = include_str!("fresh_reports/counties_special.txt");
    let pages = |text: &str| text.replace("\n\n", "\n\u{c}").into_bytes();
    let table = "2026年1-7月各县区主要指标,,,\r\n县市区,固定资产投资（亿元）,同比增长（%）,排名\r\n岭东区,\"1,120.5\",6.3,1\r\n合计,1206.9,5.8,\r\n";
    let tasks = "序号,工作任务,年度目标,牵头单位,完成时限\r\n1,供水,新建水厂5座,县水利局,2026.11\r\n,,改造管网36公里,县住建局,46295\r\n";
    vec![
        Reader { name: "docx", seeds: vec![typed(plan), typed(report)], packed: true, read: of_document },
        Reader { name: "pages", seeds: vec![pages(plan), pages(county)], packed: false, read: of_pages },
        Reader {
            name: "text",
            seeds: vec![plan.into(), report.into(), GB18030.encode(county).0.into_owned()],
            packed: false,
            read: of_document,
        },
        Reader { name: "xlsx", seeds: super::sheets::samples(), packed: true, read: of_sheet },
        Reader {
            name: "xls",
            seeds: vec![include_bytes!("sheets/old_workbook.xls").to_vec()],
            packed: false,
            read: of_sheet,
        },
        Reader {
            name: "csv",
            seeds: vec![table.into(), GB18030.encode(tasks).0.into_owned()],
            packed: false,
            read: of_sheet,
        },
    ]
}

/// The most memory the process has taken, in bytes; `None` where the system does not tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn run(cases: u64) {
    for reader in readers() {
        let begun = Instant::now();
        let mut slowest = Duration::ZERO;
        for seed in SEEDS.iter().flat_map(|first| (0..cases).map(move |at| first.wrapping_add(at))) {
            let mut numbers = Numbers(seed);
            let chosen = numbers.below(reader.seeds.len());
            let other = numbers.below(reader.seeds.len());
            let bytes = if reader.packed {
                repacked(&reader.seeds[chosen], &mut numbers)
            } else {
                mutated(&reader.seeds[chosen], &reader.seeds[other], &mut numbers)
            };
            let start = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| (reader.read)(&bytes)));
            assert!(outcome.is_ok(), "{} panics on seed {seed}", reader.name);
            slowest = slowest.max(start.elapsed());
            assert!(slowest < TIME_MAX, "{} takes {slowest:?} on seed {seed}", reader.name);
        }
        println!("{}: {cases} cases a seed in {:?}, the slowest {slowest:?}", reader.name, begun.elapsed());
    }
}

#[test]
fn mutated_files_are_read_or_refused() {
    run(SHORT);
}

#[test]
#[ignore = "takes minutes; see the head of this file"]
fn mutated_files_for_long() {
    let cases = std::env::var("MUTATED_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000);
    run(cases);
    if let Some(peak) = peak() {
        println!("peak of memory: {} MB", peak / 1024 / 1024);
        assert!(peak < MEMORY_MAX, "{peak} bytes");
    }
}
