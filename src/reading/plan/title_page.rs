//! Title, number, issuer and day of a plan, from its head and its signature.

use chrono::NaiveDate;

use super::divided::{Divided, TITLE_MAX};
use super::marks;
use super::vocabulary::{PLAN_ENDINGS, before_end};
use crate::document::{Block, Passage};

/// What the title page says.
#[derive(Debug, Default)]
pub(super) struct TitlePage {
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) doc_no: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) issued_on: Option<NaiveDate>,
}

/// Reads it.
pub(super) fn title_page(divided: &Divided<'_>) -> TitlePage {
    let head: Vec<&Passage> = divided
        .main
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Passage(passage) => Some(passage),
            Block::Table(_) => None,
        })
        .take_while(|passage| marks::mark(&passage.text).is_none_or(|mark| mark.rank > 2))
        .take(40)
        .collect();
    let number = head.iter().find_map(|passage| doc_no(&passage.text));
    let mut page = TitlePage { doc_no: number, ..TitlePage::default() };
    let of_notice = notice(&head);
    if let Some((issuer, title)) = &of_notice {
        page.issuer = (!issuer.is_empty()).then(|| issuer.clone());
        page.title = title.clone();
    }
    if page.title.is_none() {
        page.title = title(&head);
    }
    let signed = divided.around.iter().enumerate().find(|(_, passage)| is_day(&passage.text));
    if let Some((at, passage)) = signed {
        page.issued_on = day(&passage.text);
        let before = at.checked_sub(1).map(|before| &divided.around[before].text);
        let office = before.filter(|office| is_office(office));
        page.issuer = page.issuer.or_else(|| office.map(|office| squeezed(office)));
    }
    for passage in &divided.around {
        if page.issued_on.is_none() {
            page.issued_on = day(&passage.text);
        }
        let printed = passage.text.split(['2', '二']).next().unwrap_or_default().trim();
        if page.issuer.is_none() && is_office(printed) {
            page.issuer = Some(squeezed(printed));
        }
    }
    if page.issued_on.is_none() {
        // （2025年1月17日） below the title.
        let below = head.iter().find(|passage| is_day(passage.text.trim_matches(['（', '）', '(', ')'])));
        page.issued_on = below.and_then(|passage| day(&passage.text));
    }
    if page.issuer.is_none() {
        page.issuer = head.iter().find_map(|passage| {
            let text = passage.text.strip_suffix("文件").unwrap_or(&passage.text);
            is_office(text).then(|| squeezed(text))
        });
    }
    page.name = page.title.as_deref().map(short_name);
    page
}

/// Whether a line is the title of a notice that sends a plan out (…关于印发《…》的通知), or its number alone.
pub(super) fn is_notice(text: &str) -> bool {
    let text = squeezed(text);
    let sends = ["印发", "转发", "下发", "公布", "发布"].iter().any(|word| text.contains(word));
    let numbered = || doc_no(&text).is_some() && text.ends_with('号') && text.chars().count() <= 24;
    sends && text.ends_with("通知") && !text.contains('。') || numbered()
}

/// Whether a sentence only sends the plan out: 现将《…》印发给你们，请认真组织实施.
pub(super) fn sends_out(sentence: &str) -> bool {
    let text = squeezed(sentence);
    let opens =
        text.starts_with('现') || text.contains("同意") || text.contains("现将") || text.contains("现印发");
    opens
        && ["印发给你们", "印发你们", "转发给你们", "下发给你们", "予以印发", "现印发"]
            .iter()
            .any(|word| text.contains(word))
}

pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

pub(crate) fn is_office(text: &str) -> bool {
    const ENDS: [&str; 14] = [
        "政府",
        "办公厅",
        "办公室",
        "委员会",
        "委",
        "局",
        "厅",
        "指挥部",
        "领导小组",
        "协调组",
        "专班",
        "管委会",
        "部",
        "中心",
    ];
    let length = text.chars().count();
    (3..=40).contains(&length)
        && ENDS.iter().any(|end| text.ends_with(end))
        && !text.contains(['，', '。', '：'])
}

/// …关于印发《…》的通知, over as many lines as it takes: who issues, and the plan's title.
fn notice(head: &[&Passage]) -> Option<(String, Option<String>)> {
    let at = head
        .iter()
        .position(|passage| passage.text.contains("关于印发") || passage.text.starts_with("印发"))?;
    let mut text = String::new();
    for passage in head[at..].iter().take(4) {
        text.push_str(&passage.text);
        if text.contains("通知") {
            break;
        }
    }
    let (before, behind) = text.split_once("关于印发").unwrap_or(("", &text));
    let mut issuer = squeezed(before);
    if issuer.is_empty()
        && let Some(line) = at.checked_sub(1).map(|before| &head[before].text).filter(|line| is_office(line))
    {
        issuer = squeezed(line);
    }
    let title = behind
        .split_once('《')
        .and_then(|(_, rest)| rest.rsplit_once('》'))
        .map(|(title, _)| squeezed(title));
    Some((issuer, title))
}

/// The title of a plan that comes without a notice.
fn title(head: &[&Passage]) -> Option<String> {
    let is_line = |text: &str| {
        text.chars().count() <= TITLE_MAX && !text.contains(['。', '；', '：', ':']) && doc_no(text).is_none()
    };
    let own = head.iter().position(|passage| passage.level == Some(0));
    let ending = head.iter().position(|passage| {
        is_line(&passage.text)
            && before_end(passage.text.trim_end_matches(['）', ')']), &PLAN_ENDINGS).is_some()
    });
    let heading = head.iter().position(|passage| passage.level == Some(1) && is_line(&passage.text));
    let at = ending.or(own).or(heading).or_else(|| head.iter().position(|passage| is_line(&passage.text)))?;
    let mut title = squeezed(&head[at].text);
    if let Some(before) = at.checked_sub(1).map(|before| &head[before].text)
        && is_line(before)
        && !before.ends_with("文件")
        && !is_office(before)
        && !is_day(before)
        && !before.starts_with(['（', '('])
    {
        title = squeezed(before) + &title;
    }
    Some(title)
}

/// 七大攻坚 of 湖南省实施“七大攻坚”总体方案; else the title.
fn short_name(title: &str) -> String {
    let quoted = title.split_once('“').and_then(|(_, rest)| rest.split_once('”'));
    match quoted {
        Some((name, behind))
            if before_end(without_year(behind), &PLAN_ENDINGS).is_some() && !name.contains('＋') =>
        {
            name.to_owned()
        }
        _ => title.to_owned(),
    }
}

/// 工作要点 of 工作要点（2026年）.
fn without_year(title: &str) -> &str {
    let rest = title.trim_end_matches(['）', ')']);
    if rest.len() == title.len() {
        title
    } else {
        rest.rsplit_once(['（', '(']).map_or(title, |(before, _)| before)
    }
}

/// 湘政办发〔2025〕2号.
pub(crate) fn doc_no(text: &str) -> Option<String> {
    for (open, close) in
        [('〔', '〕'), ('[', ']'), ('［', '］'), ('﹝', '﹞'), ('（', '）'), ('(', ')'), ('【', '】')]
    {
        for (at, _) in text.match_indices(open) {
            let behind = &text[at + open.len_utf8()..];
            let Some((year, rest)) = behind.split_once(close) else { continue };
            let year = year.trim();
            if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let rest = rest.trim_start();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let after = rest[digits..].trim_start();
            let before = text[..at].trim_end();
            let word = before
                .rsplit(|c: char| c.is_whitespace() || "《》，。：".contains(c))
                .next()
                .unwrap_or_default();
            if digits > 0 && after.starts_with('号') && (1..=16).contains(&word.chars().count()) {
                return Some(format!("{word}〔{year}〕{}号", &rest[..digits]));
            }
        }
    }
    None
}

/// Whether a line is a day and nothing more.
pub(crate) fn is_day(text: &str) -> bool {
    let text = squeezed(text);
    day(&text).is_some() && text.ends_with('日') && text.chars().count() <= 12
}

/// The day in a line: 2025年1月17日, 二〇二五年一月十七日.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let text = squeezed(text);
    let (before, rest) = text.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let (day, _) = rest.split_once('日')?;
    let year: Vec<char> = before.chars().rev().take(4).collect();
    let year = year.iter().rev().map(|c| match c {
        '0'..='9' => Some(*c),
        '〇' | '○' | '零' | 'Ｏ' | 'O' => Some('0'),
        _ => "一二三四五六七八九"
            .chars()
            .zip('1'..='9')
            .find(|(numeral, _)| numeral == c)
            .map(|(_, digit)| digit),
    });
    let year: String = year.collect::<Option<_>>()?;
    let number = |text: &str| {
        text.parse()
            .ok()
            .or_else(|| marks::numeral(text).filter(|(_, rest)| rest.is_empty()).map(|(number, _)| number))
    };
    NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(day)?)
}
