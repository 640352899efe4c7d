//! What stands around a report: its title, number, issuer and day, and the list of those it goes to.

use chrono::NaiveDate;

use super::region_names;
use super::spans::{self, Told};
use crate::document::{Block, Document, Passage};
use crate::plan::marks;
use crate::plan::title_page::{day, doc_no, is_office, squeezed};

/// Paragraphs among which the head is looked for.
const HEAD_MAX: usize = 16;

/// Longest line of a head, in characters.
const LINE_MAX: usize = 50;

/// Longest name of a series of reports, in characters.
const SERIES_MAX: usize = 8;

/// Words that end the names of reports.
const KINDS: [&str; 22] = [
    "月报",
    "专刊",
    "专报",
    "通报",
    "简报",
    "快报",
    "周报",
    "日报",
    "季报",
    "公报",
    "旬报",
    "动态",
    "情况",
    "报告",
    "分析",
    "信息",
    "简讯",
    "简析",
    "简况",
    "汇报",
    "解读",
    "统计月报",
];

/// What the head and the foot say.
#[derive(Debug, Default)]
pub(super) struct Masthead {
    pub(super) title: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) issue: Option<String>,
    pub(super) published_on: Option<NaiveDate>,
    /// The region the report speaks of.
    pub(super) region: Option<String>,
    /// Blocks that are head or foot and hold no figures.
    pub(super) around: Vec<bool>,
}

/// Reads them.
pub(super) fn masthead(document: &Document) -> Masthead {
    let mut head = Masthead { around: vec![false; document.blocks.len()], ..Masthead::default() };
    let lines = document.blocks.iter().enumerate().filter_map(|(at, block)| match block {
        Block::Passage(passage) => Some((at, passage)),
        Block::Table(_) => None,
    });
    let mut titles: Vec<String> = Vec::new();
    for (at, passage) in lines.clone().take(HEAD_MAX) {
        if !is_head(passage) {
            break;
        }
        // 单位：亿元 is of the table below.
        if passage.text.starts_with(['（', '(']) && passage.text.contains("单位")
            || passage.text.starts_with("单位")
        {
            continue;
        }
        head.around[at] = true;
        line(&mut head, &squeezed(&passage.text), &mut titles);
    }
    head.title = title(&titles);
    let all: Vec<(usize, &Passage)> = lines.collect();
    for (at, passage) in all.iter().rev().take(HEAD_MAX) {
        if head.around[*at] || !foot(&mut head, passage) {
            continue;
        }
        head.around[*at] = true;
    }
    let of_title = head.title.as_deref().and_then(region_names::leading);
    let of_titles = || titles.iter().find_map(|title| region_names::leading(title));
    let of_issuer = || head.issuer.as_deref().and_then(region_names::leading);
    let about = || region_within(head.title.as_deref()?);
    let within_issuer = || region_within(head.issuer.as_deref()?);
    let within_titles = || titles.iter().find_map(|title| region_within(title));
    head.region = of_title
        .or_else(about)
        .or_else(of_titles)
        .or_else(of_issuer)
        .or_else(within_issuer)
        .or_else(within_titles);
    head
}

/// The region that a title names behind its days, or an office behind whose branch it is: 2026年9月末楚州市金融运行情况,
/// 中国人民银行楚州市分行.
fn region_within(text: &str) -> Option<String> {
    let text = region_names::of_place(text);
    let chars: Vec<char> =
        text.chars().map(|c| if matches!(c, '—' | '－' | '–') { '-' } else { c }).collect();
    let day = NaiveDate::from_ymd_opt(2000, 12, 31)?;
    let mut starts: Vec<usize> = spans::spans(&chars, day).iter().map(|dated| dated.end).collect();
    let whole: String = chars.iter().collect();
    for before in ["中共", "银行", "总局", "统计局", "关于", "国网"] {
        let ends = whole.match_indices(before).map(|(at, word)| whole[..at + word.len()].chars().count());
        starts.extend(ends);
    }
    region_names::mentions(&chars, &starts, &[]).into_iter().find_map(|mention| match mention.named {
        region_names::RegionNamed::Region(name) => Some(name),
        region_names::RegionNamed::Whole(_) => None,
    })
}

/// Whether a paragraph may still be part of the head.
fn is_head(passage: &Passage) -> bool {
    let text = &passage.text;
    let line = text.chars().count() <= LINE_MAX && !text.contains(['。', '，', '；']);
    line && !text.starts_with(['【', '▲', '●', '■', '◆']) && marks::mark(text).is_none()
}

fn line(head: &mut Masthead, text: &str, titles: &mut Vec<String>) {
    let bare = text.trim_matches(['（', '）', '(', ')']);
    if head.issue.is_none()
        && let Some(issue) = issue(text)
    {
        head.issue = Some(issue);
    }
    if let Some(found) = day(bare) {
        let short = bare.chars().count() <= 12;
        head.published_on = head.published_on.or(Some(found));
        let before = bare.split(|c: char| c.is_ascii_digit() || c == '二').next().unwrap_or_default();
        let before = before.trim_end_matches("编印").trim_end_matches("编").trim_end_matches('印');
        if !short && is_office(before) && head.issuer.is_none() {
            head.issuer = Some(before.to_owned());
        }
        if short || is_office(before) || issue(text).is_some() {
            return;
        }
    }
    if doc_no(text).is_some()
        || issue(text).is_some_and(|issue| text.chars().count() <= issue.chars().count() + 8)
    {
        return;
    }
    let office = text
        .trim_end_matches("编印")
        .trim_end_matches("编")
        .trim_end_matches("主办")
        .trim_end_matches("印发");
    if is_office(office) {
        head.issuer.get_or_insert_with(|| office.to_owned());
    } else if !text.contains(['：', ':']) {
        titles.push(text.to_owned());
    }
}

/// 第8期, （8月）, 总第12期 as written.
fn issue(text: &str) -> Option<String> {
    let text = text.trim_matches(['（', '）', '(', ')', '【', '】']);
    if let Some(end) = text.find('期') {
        let start = text[..end].rfind('第')?;
        let number = &text[start + '第'.len_utf8()..end];
        let good = (1..=5).contains(&number.chars().count())
            && number.chars().all(|c| c.is_ascii_digit() || "一二三四五六七八九十百零〇".contains(c));
        return good.then(|| text[start..end + '期'.len_utf8()].to_owned());
    }
    let month = text.strip_suffix("月份").or_else(|| text.strip_suffix('月'))?;
    let month = month.rsplit('年').next().unwrap_or(month);
    let number = month
        .parse::<u32>()
        .ok()
        .or_else(|| marks::numeral(month).filter(|(_, rest)| rest.is_empty()).map(|(n, _)| n))?;
    ((1..=12).contains(&number) && text.chars().count() <= 8).then(|| text.to_owned())
}

/// The line that names a kind of report, with a line before or behind it where it stands in two; else the first.
fn title(titles: &[String]) -> Option<String> {
    let ends = |text: &&String| {
        let text = text.trim_end_matches(['）', ')']);
        KINDS.iter().any(|kind| text.ends_with(kind))
    };
    let found: Vec<&String> = titles.iter().filter(ends).collect();
    // A masthead (统计简报) stands above the title of what it carries.
    let longest = found.iter().max_by_key(|title| title.chars().count());
    // 统计简报 alone names the series; the line that is its title says more.
    let said = |title: &&String| title.chars().count() <= SERIES_MAX;
    let longer = || {
        titles
            .iter()
            .filter(|title| title.chars().count() > SERIES_MAX)
            .max_by_key(|title| title.chars().count())
    };
    match longest {
        Some(title) if said(title) => Some(longer().unwrap_or(title).clone()),
        Some(title) => Some((**title).clone()),
        None => titles.first().cloned(),
    }
}

/// Whether a paragraph near the end is signature, day or distribution.
fn foot(head: &mut Masthead, passage: &Passage) -> bool {
    const STARTS: [&str; 22] = [
        "报：",
        "送：",
        "发：",
        "报:",
        "送:",
        "发:",
        "抄送",
        "抄报",
        "主送",
        "分送",
        "编辑",
        "责任编辑",
        "责编",
        "审核",
        "签发",
        "联系人",
        "联系电话",
        "电话",
        "准印",
        "印数",
        "校对",
        "报送",
    ];
    let text = squeezed(&passage.text);
    if STARTS.iter().any(|start| text.starts_with(start)) {
        return true;
    }
    if text.chars().count() > LINE_MAX || text.contains(['。', '，', '；']) {
        return false;
    }
    let printed =
        text.contains("印发") || text.contains("共印") || text.contains("准印") || text.starts_with("（共");
    if is_office(&text) {
        head.issuer.get_or_insert(text);
        return true;
    }
    if let Some(found) = day(&text) {
        let before = text.split(|c: char| c.is_ascii_digit() || c == '二').next().unwrap_or_default();
        if text.chars().count() <= 12 || is_office(before) || printed {
            head.published_on = head.published_on.or(Some(found));
            if is_office(before) {
                head.issuer.get_or_insert_with(|| before.to_owned());
            }
            return true;
        }
    }
    printed
}

/// The span a title tells: 2025年1—7月… of 2025年1—7月全市经济运行情况.
pub(super) fn span_of_title(head: &Masthead) -> Option<spans::DaySpan> {
    let title: Vec<char> =
        head.title.as_deref()?.chars().map(|c| if matches!(c, '—' | '－' | '–') { '-' } else { c }).collect();
    let year = year_of(head)?;
    let today = head.published_on.or_else(|| NaiveDate::from_ymd_opt(year, 12, 31))?;
    let found = spans::spans(&title, today).into_iter().find(|found| found.span.told == Told::Months)?;
    Some(found.span)
}

/// The year a title tells, where the report is of a later one: 2025年…公报 of March 2026.
pub(super) fn past_year_of_title(head: &Masthead) -> Option<i32> {
    use chrono::Datelike as _;
    let published = head.published_on?.year();
    let title = head.title.as_deref()?;
    let runs = title.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
    let years: Vec<i32> = runs.filter_map(|run| run.parse().ok()).collect();
    years.last().copied().filter(|year| (1990..published).contains(year))
}

/// The year of the report, by its title, where it bears no day.
pub(super) fn year_of(head: &Masthead) -> Option<i32> {
    use chrono::Datelike as _;
    head.published_on.map(|day| day.year()).or_else(|| {
        let texts = [&head.title, &head.issue];
        texts.into_iter().flatten().find_map(|text| {
            let mut runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
            runs.find_map(|run| run.parse().ok().filter(|year| (1990..=2100).contains(year)))
        })
    })
}
