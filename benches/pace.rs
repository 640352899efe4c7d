//! Assessments per second on one core: `cargo bench --bench pace [-- COUNT]`.
//!
//! COUNT indicators (1,000,000 unless told) of the five common kinds with twelve observations each are kept in memory
//! and assessed one after the other. As a yardstick the same run adds up the same decimals in a plain loop. Then target
//! phrases are read, and letters made into documents (DOCX), one after the other; the yardstick of a document is to pack
//! its finished parts once more.

#![expect(clippy::expect_used, reason = "a bench stops at the first thing it cannot make")]

use std::hint::black_box;
use std::io::{Cursor, Read as _, Write as _};
use std::time::Instant;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use uuid::Uuid;
use xushi::domain::pace::{Known, Ratio, Subject, assess, assess_with_working};
use xushi::domain::{
    Basis, Better, Comparator, Curve, Figure, Frequency, Kind, LetterKind, Measure, Observation, Period,
    RulePack, Status, Target,
};

struct Indicator {
    measure: usize,
    target: Target,
    baseline: Option<Decimal>,
    own: Vec<Observation>,
}

fn main() {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let (measures, indicators) = made(count);
    let window = Period::new(day(2025, 1, 1), day(2025, 12, 31)).expect("a year");
    let (curve, pack, as_of) = (Curve::LinearMonths, RulePack::standard(), day(2025, 9, 20));
    let each = |indicator: &Indicator, with: &mut dyn FnMut(&Subject<'_>, &Known<'_>)| {
        let subject = Subject {
            measure: &measures[indicator.measure],
            target: Some(&indicator.target),
            curve: &curve,
            baseline: indicator.baseline,
            window,
            region: "430000",
        };
        with(&subject, &Known { own: &indicator.own, ..Known::default() });
    };

    let sum = best(3, || {
        let mut sum = Decimal::ZERO;
        for indicator in &indicators {
            for observation in &indicator.own {
                sum += observation.value;
            }
        }
        black_box(sum);
    });
    let mut grades = [0_usize; 16];
    let verdicts = best(3, || {
        grades = [0; 16];
        for indicator in &indicators {
            each(indicator, &mut |subject, known| {
                let assessment = black_box(assess(subject, known, &pack, as_of));
                grades[assessment.grade as usize] += 1;
            });
        }
    });
    let read = best(3, || {
        for indicator in &indicators {
            each(indicator, &mut |subject, known| {
                let a = assess(subject, known, &pack, as_of);
                let read = |ratio: Option<Ratio>| black_box(ratio.and_then(Ratio::value));
                for ratio in [a.expected, a.gap, a.gap_points, a.completion, a.due_fraction, a.last_year_pace]
                {
                    read(ratio);
                }
                read(a.needed_per_month.or(a.needed_growth));
            });
        }
    });
    let some = &indicators[..count.min(20_000)];
    let working = best(1, || {
        for indicator in some {
            each(indicator, &mut |subject, known| {
                black_box(assess_with_working(subject, known, &pack, as_of));
            });
        }
    });

    let rate = |seconds: f64, count: usize| count as f64 / seconds;
    println!("{count} indicators x 12 observations, one core, best of 3; grades {grades:?}");
    println!("verdicts                 {:>12.0} /s", rate(verdicts, count));
    println!("verdicts, figures read   {:>12.0} /s", rate(read, count));
    println!("verdicts with working    {:>12.0} /s", rate(working, some.len()));
    println!("adding up 12 decimals    {:>12.0} /s", rate(sum, count));
    println!("a verdict costs {:.1} such additions of 12", verdicts / sum);
    phrases((count / 100).max(100));
    documents();
}

fn phrases(rounds: usize) {
    let seconds = best(3, || {
        for _ in 0..rounds {
            for phrase in PHRASES {
                black_box(xushi::domain::phrase::parse(black_box(phrase)));
            }
        }
    });
    println!("phrases read             {:>12.0} /s", (rounds * PHRASES.len()) as f64 / seconds);
}

/// Phrases as plans have them: short ones, several targets in one, thresholds in names, blanks of text recognition.
const PHRASES: [&str; 12] = [
    "社会消费品零售总额增长5.5%以上",
    "城镇新增就业70万人",
    "高新技术企业总量突破 1.8 万家",
    "民间投资占比保持60%以上",
    "接待游客和旅游收入增长10%以上",
    "分别提高到不低于740元/月和485元/月",
    "新增限额以上批零住餐企业1000家以上",
    "引进投资5亿元以上产业项目100个",
    "PM_{2.5}平均浓度下降1—2微克/立方米",
    "居民收入增速高于经济增速",
    "全社会研发投入增长12%以上，占GDP比重提高到2.6%",
    "确保粮食播种面积稳定在7000万亩左右、产量600亿斤以上",
];

/// The shortest of several runs, in seconds.
fn best(runs: usize, mut work: impl FnMut()) -> f64 {
    let timed = (0..runs).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    });
    timed.fold(f64::INFINITY, f64::min)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

/// Five measures, and `count` indicators that use them in turn.
fn made(count: usize) -> (Vec<Measure>, Vec<Indicator>) {
    use {Basis::Cumulative, Basis::Point, Better::Higher, Better::Hold, Better::Lower};
    let kinds = [
        (Kind::Total, "万人", Cumulative, Higher, Comparator::AtLeast),
        (Kind::Level, "家", Point, Higher, Comparator::Above),
        (Kind::Growth, "亿元", Cumulative, Higher, Comparator::Equal),
        (Kind::Share, "%", Cumulative, Hold, Comparator::AtLeast),
        (Kind::Cap, "%", Cumulative, Lower, Comparator::AtMost),
    ];
    let measures = kinds.map(|(_, unit, basis, better, _)| {
        Measure::new("指标", unit, (basis, better, Frequency::Monthly), Some(18), 2).expect("a measure")
    });
    let mut random = Random(42);
    let indicators = (0..count).map(|index| {
        let measure = index % kinds.len();
        let (kind, unit, basis, _, comparator) = kinds[measure];
        let level = random.below(90_000) + 10_000;
        let value = match kind {
            Kind::Growth => Decimal::new(random.below(120), 1),
            Kind::Share | Kind::Cap => Decimal::new(random.below(800) + 100, 1),
            _ => Decimal::new(level, 2),
        };
        let target = Target {
            kind,
            comparator: Some(comparator),
            value: Some(value),
            value_hi: None,
            unit: if kind == Kind::Growth { "%" } else { unit }.to_owned(),
            hedge: None,
            phrase: "目标".to_owned(),
            benchmark: None,
        };
        let baseline = (kind == Kind::Level).then(|| Decimal::new(level * 8 / 10, 2));
        Indicator { measure, target, baseline, own: observations(&mut random, kind, basis, value) }
    });
    (measures.to_vec(), indicators.collect())
}

/// Five values of last year and seven of this year, January–February as one.
fn observations(random: &mut Random, kind: Kind, basis: Basis, target: Decimal) -> Vec<Observation> {
    let months = [(2024, 7), (2024, 8), (2024, 10), (2024, 11), (2024, 12)];
    let months = months.into_iter().chain((2..=8).map(|month| (2025, month)));
    let one = |(year, month): (i32, u32)| {
        let next = if month == 12 { day(year + 1, 1, 1) } else { day(year, month + 1, 1) };
        let end = next.pred_opt().expect("a day");
        let start = if basis == Basis::Point { day(year, month, 1) } else { day(year, 1, 1) };
        let last_years_level = kind == Kind::Growth && year == 2024 && matches!(month, 8 | 12);
        let noise = Decimal::new(random.below(40) + 80, 2);
        let value = match kind {
            Kind::Total => (target * Decimal::from(month) / Decimal::from(12) * noise).round_dp(2),
            Kind::Growth if last_years_level => Decimal::new(i64::from(month) * 1_234, 1),
            Kind::Level => (target * noise).round_dp(0),
            _ => (target * noise).round_dp(1),
        };
        Observation {
            id: Uuid::from_u128(u128::from(random.next())),
            period: Period::new(start, end).expect("a period"),
            basis,
            figure: if kind == Kind::Growth && !last_years_level { Figure::Yoy } else { Figure::Level },
            value,
            status: Status::Final,
            stage: None,
            published_on: end + Days::new(18),
            of: None,
            partial: false,
            vintage: 1,
        }
    };
    months.map(one).collect()
}

/// Knuth's 64-bit linear congruential generator: the same figures in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, limit: i64) -> i64 {
        (self.next() % limit.unsigned_abs()) as i64
    }
}

/// Every sample letter made into a document, several times over.
fn documents() {
    const TIMES: u32 = 100;
    let templates = xushi::letter::Templates::built_in().expect("built-in templates");
    let warnings = xushi::letter::samples().into_iter().filter(|facts| facts.kind == LetterKind::Warning);
    for facts in warnings {
        let lines = facts.lines.len();
        let document = templates.render_docx(&facts).expect("a document");
        let made = best(3, || {
            for _ in 0..TIMES {
                black_box(templates.render_docx(&facts).expect("a document"));
            }
        });
        let parts = unpacked(&document);
        let packed = best(3, || {
            for _ in 0..TIMES {
                black_box(pack_parts(&parts));
            }
        });
        println!(
            "document of {lines} lines: {:.2} ms, {:.1} x packing its parts; {} KB",
            1_000.0 * made / f64::from(TIMES),
            made / packed,
            document.len() / 1024,
        );
    }
}

fn unpacked(document: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(document)).expect("a package");
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("a part");
        parts.push((part.name().expect("a name").into_owned(), bytes));
    }
    parts
}

fn pack_parts(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("a part");
    }
    zip.finish().expect("a package").into_inner()
}
