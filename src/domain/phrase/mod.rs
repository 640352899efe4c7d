//! Reads target phrases of Chinese government plans: 社会消费品零售总额增长5.5%以上 → growth, >=, 5.5, %.
//!
//! # The passes, in order
//!
//! Each pass may assume what the ones before it hold, and no file uses one that uses it (a test draws the arrows).
//!
//! 1. `normalise`: a string becomes characters. Blanks, full-width forms and LaTeX are gone; every other character stays.
//! 2. `clause`: characters become clauses, cut at stops outside quotations and brackets. Notes of offices (责任单位：…) and
//!    promises in brackets are clauses of their own. Only stops and list marks are left out.
//! 3. `scan`: a clause becomes its numbers, left to right. Each number is an amount with its unit, a date, part of a name,
//!    loose (an amount nobody can be held to) or unreadable: one of them, never none. `number`, `measurement_units`,
//!    `number_with_unit`, `ranking`, `implied` and `forms` read them.
//! 4. `clause_items`: the amounts become items, one promise each. `given` and the names around them tell which amounts only
//!    describe (投资5亿元以上产业项目100个 promises 100). Each amount belongs to one item.
//! 5. `cues`, `name`, `subject`: the words of an item become what is promised (增长, 达到), how it compares (不低于), how
//!    firmly, and of what. What a clause leaves unsaid comes from the ones before it (`around::Carried`), never from behind.
//! 6. `classify`: one amount with its words becomes kind, comparison and direction. Nothing looks at the text again.
//! 7. `unnumbered` and `plain`: parts without an amount are comparisons (`relative`), signs (`signed`), coverage,
//!    milestones, trends (`markers`, `movement`) or work judged by a person.
//! 8. `unread` and `deadline`: amounts and dates that stand in no promise and no name are handed back.
//! 9. `gathered`: the readings of the parts become one answer, in the order of the phrase.
//!
//! `amounts` is for texts that promise nothing: a report's numbers by pass 1 and 3, for others to say what they tell.
//!
//! What the room never does: swallow a number (it is in a promise or a name, or in `unparsed`); guess (what is not
//! understood is in `unparsed`); fail; take longer than linear time; know a campaign, a measure, a region or the day.
//!
//! The words are data: `lexicon/` has a file a list, a word a line, each with what it is for. `tests/phrases/` has what
//! phrases are read as; a new kind of phrase starts there.
//!
//! # Conventions, where language leaves a choice
//!
//! - 达到 and 提高到 promise at least, 降至 and 压缩到 at most; a plain 增长4.5% promises 4.5; 100 % and ratios are exact.
//! - 下降3% is growth downwards and keeps its positive value; 提高0.9个百分点 and 下降1—2微克 are changes.
//! - 翻一番 is growth of 100 %, 翻两番 of 300 %, 减半 of −50 % (value 50, downwards); 三分之一 is 33.3 %, cut as rates are published, 七成 70 %.
//! - 突破万亿元 is more than 1 `万亿元`; 2:1 is 2 `:1`; 全覆盖 has no value unless one is written.
//! - 余 and 多 (300余项) promise more than the number. Places in a ranking (前10名, 升至第3位, 首位) are ranks, at most, in
//!   位 however they are written; moves in it (前移5个位次) are changes, downwards where they are for the
//!   better, since the better place has the smaller number. 第一方阵 and 前列 are for a person to judge, 前30%, 前三分之一 and 后5位 are
//!   handed back.
//! - A range of voltages, ages, classes or sizes before a noun names it: 35—110千伏变电站12座 promises 12. 8—12个小镇 is a range.
//! - What a change starts from is handed back beside where it ends: 由-3% of 由-3%转为正增长, 从下降3% of 从下降3%转为增长2%.
//! - Words of sign have a number though none is written: 转正 is growth above 0, 由增转降 below 0, 零增长 of at most 0,
//!   两位数增长 of at least 10 %; 零发生, 清零, 无重特大事故 are limits of 0; 降幅收窄 is narrowing. 双下降 is as many trends as
//!   it says, or handed back where nobody says which; 生产安全事故双下降 means 起数 and 死亡人数.
//! - No number is swallowed: a part whose number is understood neither as an amount nor as a name (数百家, 一大半企业,
//!   充电桩（3000个）) is handed back whole, and so is a number that stands in no promise (由98.6%).
//! - So much for each (4.5批次/千人, written 每千人4.5批次 as well) never adds up; 每千人口托位数 stays a name. 为10个县配备设备20台 promises the sets: whom it is for is no target
//!   beside what is done. Thresholds joined by 、 before a counted thing (年产值50亿元以上、税收2亿元以上企业3家) are its name.
//! - 两到三家 is a range, 三五家 and 数十家 are handed back. 人次均增长 behind a list is said of each, alone it is an average.
//! - A small Chinese numeral counts where the thing stands before it (绿色工厂六十家) or a verb that makes things does
//!   (培育两家…); 三个高于, 二期 stay words. 两万三千户 is 23 000 `户`, a lone 三万 stays 3 `万`.
//! - A rate of growth that must not be exceeded (涨幅控制在2%以内) is a cap; 增长2% and 增速达到2% are growth.
//! - A decline that must not be exceeded (降幅收窄至5%以内) is growth of at least −5: as a cap of 5 a decline of 12 % would keep it.
//! - No target has room for a date of its own. 年底前, 年内 and 12月底前 mean the end of the plan, for which every target is
//!   due, and say nothing new; any other date (5月底前, 到2027年, 国庆节前, 较2020年, a bare 2025年) says something only who
//!   knows the plan can use, and is handed back beside the promise. In a milestone's name it stays.
//! - 完成投资过半 is a share of what is to be done, no growth. 上半年完成55% and 上半年完成投资过半 are points of the way and
//!   14个市州各培育3个 so many for each: both are handed back. ±5% says how near, and is handed back beside its number.
//! - A trend is a figure that moves: whatever 增长 or 下降 is said of, and with 持续, 稳步 … also 提高 and 改善 of what is
//!   measured. 明显改善, 增强, 优化, and 稳定 of what has no figure are for a person to judge, as are the objects of
//!   有序推进 and its like (平台压降) and 应享快享, which is soon but not all; 应享尽享 is coverage.
//! - （责任单位：…） and （…负责） say who, not what: they are handed back as unparsed beside the promise.
//! - An amount between two ends is a `range`; shares, growth and changes keep their kind and the comparator says range.

mod amounts;
mod around;
mod classify;
mod clause;
mod clause_items;
mod cues;
mod deadline;
mod due_day;
mod forms;
mod gathered;
mod given;
mod implied;
mod lexicon;
mod likeness;
mod lower_better;
mod markers;
mod measurement_units;
mod movement;
mod name;
mod never;
mod normalise;
mod number;
mod number_with_unit;
mod parsed;
mod phrase_reader;
mod plain;
mod ranking;
mod relative;
mod scan;
mod signed;
mod subject;
mod surroundings;
mod text;
mod unnumbered;
mod unread;

#[cfg(test)]
mod tests;

pub use amounts::{AmountSort, WrittenAmount, WrittenAmounts, amounts};
pub use due_day::due_day;
pub use likeness::names_other;
pub use parsed::{Direction, Parsed, PhraseTarget};

/// Reads one phrase. Never fails and never guesses; takes time linear in the length of `phrase`.
///
/// ```
/// use xushi_domain::{TextEnum, phrase::parse};
///
/// let parsed = parse("高新技术企业总量突破 1.8 万家");
/// let target = &parsed.targets[0];
/// assert_eq!((target.kind.as_str(), target.unit.as_str()), ("level", "万家"));
/// ```
pub fn parse(phrase: &str) -> Parsed {
    phrase_reader::read(phrase)
}
