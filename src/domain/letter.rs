//! Letters: what they are called, how they are numbered, how grave they are.

use std::fmt;

use super::{Invalid, lengths, text_enum};

text_enum! {
    /// What a letter is for.
    LetterKind "letter_kind" {
        /// 预警函: indicators lag.
        Warning = "warning",
        /// 催报函: a report is overdue.
        ReportReminder = "report_reminder",
        /// 提醒函: an earlier letter waits for its answer.
        ReplyReminder = "reply_reminder",
        /// 解除函: indicators recovered.
        Lifting = "lifting",
        /// 撤函: an earlier letter was wrong and holds no more.
        Withdrawal = "withdrawal",
    }
}

impl LetterKind {
    /// Whether its unit has to answer this very letter; a reminder asks for the answer to another one.
    pub fn asks(self) -> bool {
        matches!(self, Self::Warning | Self::ReportReminder)
    }

    /// Whether it names a day for an answer, to itself or to the letter it reminds of; others are only to be taken note of.
    pub fn has_deadline(self) -> bool {
        matches!(self, Self::Warning | Self::ReportReminder | Self::ReplyReminder)
    }

    /// Whether the figures of its indicators are drawn.
    pub fn is_drawn(self) -> bool {
        matches!(self, Self::Warning | Self::Lifting)
    }
}

/// The steps of the ladder that an unanswered letter climbs; from the second on, the step's letter asks anew.
pub mod ladder {
    /// A reminder before the deadline.
    pub const REMINDER: i32 = 1;
    /// After it: the next level, and the unit's leader.
    pub const LEADER: i32 = 2;
    /// And then the unit above.
    pub const PARENT: i32 = 3;
}

text_enum! {
    /// Where a letter stands on its way from draft to 销号.
    LetterState "letter_state" {
        /// Waits for 签发; has no number yet.
        Draft = "draft",
        /// A draft that nobody will issue.
        Discarded = "discarded",
        /// Numbered and on its way.
        Issued = "issued",
        /// 签收: the unit has said that it read it.
        Received = "received",
        /// 反馈: answered, the answer not yet reviewed.
        Replied = "replied",
        /// The answer was sent back with a reason.
        Returned = "returned",
        /// The answer was accepted.
        Accepted = "accepted",
        /// 销号.
        Closed = "closed",
        /// Nothing is left to answer: a later letter asks instead, the trouble is over, or the report has come.
        Settled = "settled",
        /// Taken back by a 撤函, or put right by a 更正函.
        Withdrawn = "withdrawn",
    }
}

impl LetterState {
    /// Whether the unit has still to answer: nothing came, or what came was sent back.
    pub fn awaits_answer(self) -> bool {
        matches!(self, Self::Issued | Self::Received | Self::Returned)
    }
}

text_enum! {
    /// How grave a warning is, mildest first.
    Level "level" {
        /// 黄色
        Yellow = "yellow",
        /// 橙色
        Orange = "orange",
        /// 红色
        Red = "red",
    }
}

impl Level {
    /// The word a letter uses.
    pub fn label(self) -> &'static str {
        match self {
            Self::Yellow => "黄色",
            Self::Orange => "橙色",
            Self::Red => "红色",
        }
    }

    /// The next graver level; red stays red.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Yellow => Self::Orange,
            Self::Orange | Self::Red => Self::Red,
        }
    }
}

text_enum! {
    /// 办理层级: how far a letter has climbed. Apart from [`Level`]: what nobody answers climbs, and its colour stays
    /// that of the data.
    Handling "handling" {
        /// 催办: asked again.
        Remind = "remind",
        /// 提级: the unit's leader is told.
        Raise = "raise",
        /// 约谈: the unit above is told.
        Summon = "summon",
    }
}

impl Handling {
    /// The word an office uses.
    pub fn label(self) -> &'static str {
        match self {
            Self::Remind => "催办",
            Self::Raise => "提级",
            Self::Summon => "约谈",
        }
    }

    /// The handling a step of the [`ladder`] brings; none before the first.
    pub fn of_step(step: i32) -> Option<Self> {
        match step {
            ..ladder::REMINDER => None,
            ladder::REMINDER => Some(Self::Remind),
            ladder::LEADER => Some(Self::Raise),
            _ => Some(Self::Summon),
        }
    }
}

/// What is put into the mark of a letter of a pilot.
const TRIAL: &str = "演练";

/// A document number (发文字号) as GB/T 9704-2012 7.2.5 writes it: 机关代字, year in 〔〕, serial without
/// leading zeros and without 第, 号 (`湘攻坚函〔2025〕3号`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LetterNumber {
    mark: String,
    year: i32,
    serial: u32,
}

impl LetterNumber {
    /// Checks a mark (机关代字) alone, as it comes from settings: 1–20 characters, no digits, spaces or brackets, and none that
    /// is kept for letters of a pilot.
    pub fn check_mark(mark: &str) -> Result<String, Invalid> {
        let mark = Self::mark_of(mark, lengths::MARK)?;
        if mark.ends_with(TRIAL) || mark.ends_with("演练函") {
            let detail = "以“演练”“演练函”结尾的机关代字留给试运行时的演练函使用，请另取。";
            return Err(Invalid::new("mark", "reserved_mark", detail));
        }
        Ok(mark)
    }

    /// The mark under which letters of a pilot are numbered in the place of `mark`: a series of its own, so that no number of
    /// the real one is used up. 演练 stands before 函, as a kind of letter does in a mark (`湘攻坚演练函〔2025〕1号`).
    pub fn trial_mark(mark: &str) -> String {
        match mark.strip_suffix('函') {
            Some(before) => format!("{before}{TRIAL}函"),
            None => format!("{mark}{TRIAL}"),
        }
    }

    fn mark_of(mark: &str, most: usize) -> Result<String, Invalid> {
        let mark = super::invalid::text("mark", mark, most)?;
        if mark.chars().any(|c| c.is_whitespace() || c.is_numeric() || "〔〕[]［］【】()（）".contains(c))
        {
            return Err(Invalid::new(
                "mark",
                "bad_mark",
                "机关代字只写文字，如“湘攻坚函”，不含数字、空格和括号。",
            ));
        }
        Ok(mark)
    }

    /// A number of `mark` in `year` (1900–2200); serials start at 1.
    pub fn new(mark: &str, year: i32, serial: u32) -> Result<Self, Invalid> {
        if !(1900..=2200).contains(&year) {
            return Err(Invalid::new("year", "out_of_range", "发文年份应在1900至2200之间。"));
        }
        if serial == 0 {
            return Err(Invalid::new("serial", "out_of_range", "发文顺序号从1起编。"));
        }
        Ok(Self { mark: Self::mark_of(mark, lengths::MARK + TRIAL.chars().count())?, year, serial })
    }

    /// Reads exactly what [`LetterNumber`] displays; other brackets, leading zeros and 第 are refused.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = || {
            Invalid::new("number", "bad_number", format!("“{text}”不是发文字号，应如“湘攻坚函〔2025〕3号”。"))
        };
        let (mark, rest) = text.split_once('〔').ok_or_else(refused)?;
        let (year, rest) = rest.split_once('〕').ok_or_else(refused)?;
        let serial = rest.strip_suffix('号').ok_or_else(refused)?;
        let number =
            Self::new(mark, year.parse().map_err(|_| refused())?, serial.parse().map_err(|_| refused())?)?;
        if number.to_string() == text { Ok(number) } else { Err(refused()) }
    }

    /// 机关代字.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// Year of issue.
    pub fn year(&self) -> i32 {
        self.year
    }

    /// Serial within mark and year, from 1.
    pub fn serial(&self) -> u32 {
        self.serial
    }
}

impl fmt::Display for LetterNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}〔{}〕{}号", self.mark, self.year, self.serial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_and_read_the_same_way() {
        for (mark, year, serial, want) in
            [("湘攻坚函", 2025, 3, "湘攻坚函〔2025〕3号"), ("岳办函", 2026, 1205, "岳办函〔2026〕1205号")]
        {
            let number = LetterNumber::new(mark, year, serial).unwrap();
            assert_eq!(number.to_string(), want);
            assert_eq!(LetterNumber::parse(want), Ok(number));
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for (text, code) in [
            ("湘攻坚函〔2025〕03号", "bad_number"),
            ("湘攻坚函〔2025〕第3号", "bad_number"),
            ("湘攻坚函[2025]3号", "bad_number"),
            ("湘攻坚函〔2025〕3", "bad_number"),
            ("湘攻坚函〔2025〕+3号", "bad_number"),
            ("湘攻坚函〔2025〕0号", "out_of_range"),
            ("湘攻坚函〔25〕3号", "out_of_range"),
            ("〔2025〕3号", "required"),
            ("湘 攻坚〔2025〕3号", "bad_mark"),
            ("湘2函〔2025〕3号", "bad_mark"),
            ("湘（函）〔2025〕3号", "bad_mark"),
            ("", "bad_number"),
        ] {
            assert_eq!(LetterNumber::parse(text).map_err(|e| e.code), Err(code), "{text}");
        }
        assert_eq!(LetterNumber::check_mark(&"长".repeat(21)).map_err(|e| e.code), Err("too_long"));
        assert_eq!(LetterNumber::new(&"长".repeat(23), 2025, 1).map_err(|e| e.code), Err("too_long"));
    }

    #[test]
    fn a_pilot_has_numbers_of_its_own() {
        for (mark, want) in [
            ("湘攻坚函", "湘攻坚演练函〔2025〕1号"),
            ("湘政办发", "湘政办发演练〔2025〕1号"),
            ("函", "演练函〔2025〕1号"),
            (&"长".repeat(20), &format!("{}演练〔2025〕1号", "长".repeat(20))),
        ] {
            let number = LetterNumber::new(&LetterNumber::trial_mark(mark), 2025, 1).unwrap();
            assert_eq!(number.to_string(), want);
            assert_eq!(LetterNumber::parse(want), Ok(number));
        }
        for taken in ["湘攻坚演练函", "湘攻坚演练"] {
            assert_eq!(LetterNumber::check_mark(taken).map_err(|e| e.code), Err("reserved_mark"), "{taken}");
        }
        assert!(LetterNumber::check_mark("湘演练办函").is_ok());
    }

    #[test]
    fn levels_rise_and_stop_at_red() {
        assert_eq!(Level::Yellow.next().next().next(), Level::Red);
        assert!(Level::Yellow < Level::Orange && Level::Orange < Level::Red);
        assert_eq!(Level::Orange.label(), "橙色");
    }

    #[test]
    fn each_step_of_the_ladder_has_its_handling() {
        let labels: Vec<_> = (0..=4).map(|step| Handling::of_step(step).map(Handling::label)).collect();
        assert_eq!(labels, [None, Some("催办"), Some("提级"), Some("约谈"), Some("约谈")]);
        assert!(Handling::Remind < Handling::Raise && Handling::Raise < Handling::Summon);
    }
}
