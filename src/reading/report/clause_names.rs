//! Of what and where a number of a clause is said: its own words, or those carried over from the clauses before.

use std::ops::Range;

use super::clause_facts::{NumberRun, ReportClause};
use super::region_names::{self, Mention, RegionNamed};
use super::wording;

/// Longest name of an indicator, in characters.
const NAME_MAX: usize = 40;

impl ReportClause<'_> {
    /// A name without the days, regions and small words it begins with.
    pub(super) fn name(&self, range: Range<usize>) -> String {
        let text = &self.read.text;
        let mut at = range.start;
        while at < range.end {
            let dated =
                self.dated.iter().find(|dated| dated.at <= at && at < dated.end && dated.end <= range.end);
            if let Some(dated) = dated {
                at = dated.end;
                continue;
            }
            let region = self
                .mentions
                .iter()
                .find(|mention| mention.span.start == at && mention.span.end <= range.end);
            if let Some(region) = region {
                at = region.span.end;
                continue;
            }
            let rest: String = text[at..range.end].iter().collect();
            // 完成率 and 完成额 are names.
            let named = ["完成率", "完成比例", "完成进度", "完成度", "完成额", "完成量", "完成数"]
                .iter()
                .any(|name| rest.starts_with(name));
            match wording::LEADS.iter().find(|lead| !named && rest.starts_with(**lead)) {
                Some(lead) => at += lead.chars().count(),
                None if rest.starts_with([',', '。', ':', '-', '(', ')', '.', ' ']) => at += 1,
                None => break,
            }
        }
        let name: String = text[at.min(range.end)..range.end].iter().collect();
        let name = name.trim_end_matches(['的', '、', ',', '。', ':', '已', '共', '达', '为', '等']);
        name.chars().skip(name.chars().count().saturating_sub(NAME_MAX)).collect()
    }

    /// What the number is said of: its own name, else the one carried over.
    pub(super) fn carried(&self, name: &str) -> String {
        let thread = &self.reader.thread;
        let before = thread.subjects.last().or(thread.heading.as_ref()).cloned().unwrap_or_default();
        if self.aside && !name.is_empty() && !before.is_empty() {
            return format!("{before}（{name}）");
        }
        if name.is_empty() {
            return before;
        }
        match name {
            "占比" | "总量" | "规模" | "排名" | "排位" | "位次" if !before.is_empty() => {
                format!("{before}{name}")
            }
            _ if wording::GENERIC.contains(&name) && !before.is_empty() => before,
            _ => name.to_owned(),
        }
    }

    /// The names a run speaks of: one, or one for each of its numbers.
    pub(super) fn names(
        &self,
        name: &str,
        generic: bool,
        run: &NumberRun,
        (all, each): (bool, bool),
    ) -> Vec<String> {
        let thread = &self.reader.thread;
        let count = run.amounts.len();
        if generic && count > 1 {
            if thread.subjects.len() == count {
                return thread.subjects.clone();
            }
            if thread.recent.len() >= count {
                return thread.recent[thread.recent.len() - count..].to_vec();
            }
        }
        let for_all = count == 1 && all;
        if generic && for_all && thread.subjects.len() > 1 {
            return thread.subjects.clone();
        }
        if generic && for_all && thread.recent.len() > 1 {
            return thread.recent[thread.recent.len() - 2..].to_vec();
        }
        if count > 1 && thread.listed.len() == count {
            let own = if generic { "" } else { name };
            return thread.listed.iter().map(|listed| format!("{listed}{own}")).collect();
        }
        if !generic && (count > 1 || for_all) {
            let members = members(name);
            if members.len() == count || for_all && members.len() > 1 {
                return members;
            }
        }
        // 报废更新7.9万辆、置换更新16.5万辆，新能源汽车占比分别达…: of each of those.
        if !generic && each && count > 1 && thread.recent.len() >= count {
            let last = &thread.recent[thread.recent.len() - count..];
            return last.iter().map(|of| joined(of, name)).collect();
        }
        if self.aside || generic { vec![self.carried(name)] } else { vec![name.to_owned()] }
    }

    /// Regions listed before a run that has a number for each, or 均; those of the clause before where it names none.
    pub(super) fn listed_regions(&self, at: usize, count: usize, all: bool) -> Vec<String> {
        let own = self.row_before(at);
        let listed = if own.is_empty() { self.reader.thread.row.clone() } else { own };
        if listed.len() < 2 || listed.len() != count && !(count == 1 && all) { Vec::new() } else { listed }
    }

    /// The last regions before a place of the clause that stand in a row.
    pub(super) fn row_before(&self, at: usize) -> Vec<String> {
        let mut listed: Vec<&Mention> = Vec::new();
        let mut row: Vec<&Mention> = Vec::new();
        for mention in self.mentions.iter().filter(|mention| mention.span.end <= at) {
            let joined = listed.last().is_some_and(|last: &&Mention| {
                let between = self.slice(last.span.end..mention.span.start);
                matches!(between.as_str(), "、" | "和" | "及" | "与" | "市、" | "市和")
            });
            if !joined {
                listed.clear();
            }
            listed.push(mention);
            if listed.len() > 1 {
                row.clone_from(&listed);
            }
        }
        let named = row.into_iter().map(|mention| match &mention.named {
            RegionNamed::Region(name) => name.clone(),
            RegionNamed::Whole(level) => self.reader.whole(*level),
        });
        named.collect()
    }

    /// The region named last before a place of the clause, where nothing is compared with it or ranked in it.
    pub(super) fn region_before(&self, at: usize) -> Option<String> {
        let speaks =
            |mention: &&Mention| mention.span.end <= at && speaks(&self.read.text, &self.mentions, mention);
        let mention = self.mentions.iter().rfind(speaks)?;
        Some(match &mention.named {
            RegionNamed::Region(name) if region_names::same(name, &self.reader.section) => {
                self.reader.section.clone()
            }
            RegionNamed::Region(name) => name.clone(),
            RegionNamed::Whole(level) => self.reader.whole(*level),
        })
    }
}

/// Whether something is said of a region that is mentioned: nothing is compared with it, ranked in it or held up to it.
pub(super) fn speaks(text: &[char], mentions: &[Mention], mention: &Mention) -> bool {
    // 高于全国、全省0.7和0.4个百分点: what stands before the first stands before each.
    let mut start = mention.span.start;
    while start > 0 && matches!(text[start - 1], '、' | '和' | '及') {
        let mentioned = mentions.iter().find(|before| before.span.end + 1 == start);
        let named = || {
            let words = wording::SCOPES.iter().map(|scope| scope.chars().collect::<Vec<char>>());
            words.filter(|scope| text[..start - 1].ends_with(scope)).map(|scope| scope.len()).max()
        };
        let Some(length) = mentioned.map(|before| before.span.len()).or_else(named) else { break };
        start -= 1 + length;
    }
    let row = start < mention.span.start;
    let before = &text[..start];
    let scope = before.last().is_some_and(|c| "于出过超比较居列排位占在赴对向往由从为被到距".contains(*c));
    let words =
        ["拉动", "带动", "支撑", "影响", "贡献", "领先", "落后", "滞后", "不及", "跑赢", "跑输", "相比"];
    let moved = words.iter().any(|word| before.ends_with(&word.chars().collect::<Vec<char>>()));
    let behind = &text[mention.span.end..];
    let ranked = behind.first().is_some_and(|c| "第前首倒平最排".contains(*c));
    let same: String =
        behind.iter().take(16).take_while(|c| !matches!(c, ',' | '，' | '。' | ';' | '；')).collect();
    // 与全省持平, 同全省基本一致.
    let beside = before.last().is_some_and(|c| matches!(c, '与' | '同' | '跟' | '和'))
        && wording::has(&same, &["持平", "相当", "一致", "同步", "相同", "相比", "差", "水平", "平均"]);
    // Only a row that is compared with is one thing.
    let compared = scope && (row || !before.is_empty());
    !(compared || moved || ranked || beside)
}

/// What a clause announces to be spoken of, where that is measured: 从投资完成率看, 按投资完成率排名; both begin with one
/// character.
pub(super) fn seen_by(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(['，', ',', ':', '：']);
    let looked = || Some(text.strip_prefix('从')?.strip_suffix('看')?.trim_end_matches('来'));
    let ordered = || {
        let topic = text.strip_prefix('按')?;
        let ends = ["排名", "排序", "统计", "计算"];
        Some(ends.iter().find_map(|end| topic.strip_suffix(end)).unwrap_or(topic))
    };
    let topic = looked().or_else(ordered)?;
    let measured = ["率", "额", "速", "幅", "量", "进度", "占比", "比重", "指数", "收入", "投资", "值"];
    measured.iter().any(|end| topic.ends_with(end)).then_some(topic)
}

/// A name with the noun it counts.
pub(super) fn joined(name: &str, noun: &str) -> String {
    let name: String = format!("{name}{noun}");
    name.chars().take(NAME_MAX).collect()
}

/// 技术合同成交额、贷款备案金额 are two; the members of one name share its end.
pub(super) fn members(name: &str) -> Vec<String> {
    // 对东盟、欧盟分别进出口: what stands behind 分别 is of each.
    let (name, tail) = name.split_once("分别").unwrap_or((name, ""));
    if let Some(of_each) = name.strip_prefix("三次产业").filter(|of_each| !of_each.contains(['、', '和']))
    {
        return ["第一产业", "第二产业", "第三产业"].map(|each| format!("{each}{of_each}{tail}")).into();
    }
    if let Some(of_both) = name.strip_prefix("城乡").filter(|of_both| !of_both.contains(['、', '和'])) {
        return vec![format!("城镇{of_both}{tail}"), format!("农村{of_both}{tail}")];
    }
    let parts = name.split(['、', '和', '与', '及']).filter(|part| !part.is_empty());
    parts.map(|part| format!("{part}{tail}")).collect()
}

/// The noun behind a count (9|项合作协议), and the characters it takes.
pub(super) fn noun(behind: &str, more: bool) -> (String, usize) {
    let end = behind.find(['、', '，', ',', '(', '。', '；', ';', ':']);
    let noun = &behind[..end.unwrap_or(behind.len())];
    if end.is_none() && more {
        let told = wording::told(noun);
        // 260个市级重点项目已开工203个: what was done to them is of the second.
        let cut = ["已", "仅", "累计", "全部", "均已", "共已", "现已"]
            .iter()
            .filter_map(|word| told.rest.find(word));
        let things = cut.min().filter(|at| *at > 0).map_or(told.rest, |at| &told.rest[..at]);
        return (things.trim_end_matches(['已', '有', '中']).to_owned(), 0);
    }
    (noun.to_owned(), noun.chars().count())
}
