//! Problems (问题): the entries of the 问题台账, from 交办 to 销号.

use chrono::NaiveDate;

use super::invalid::{paragraphs, text};
use super::places::{checked_day, checked_phone};
use super::{Grade, Invalid, RegionLevel, folded, lengths, text_enum};

text_enum! {
    /// Where a problem comes from.
    ProblemSource "source" {
        /// 预警: an episode.
        Warning = "warning",
        /// 督导
        Inspection = "inspection",
        /// 巡视审计
        Audit = "audit",
        /// 通报
        Circular = "circular",
        /// 群众反映
        Petition = "petition",
        /// 自查
        SelfCheck = "self_check",
        /// 其他
        Other = "other",
    }
}

impl ProblemSource {
    /// What people call it.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Warning => "预警",
            Self::Inspection => "督导",
            Self::Audit => "巡视审计",
            Self::Circular => "通报",
            Self::Petition => "群众反映",
            Self::SelfCheck => "自查",
            Self::Other => "其他",
        }
    }
}

text_enum! {
    /// At which level a problem is to be solved.
    ProblemLevel "level" {
        /// 省级
        Province = "province",
        /// 市级
        Municipal = "municipal",
        /// 县级
        County = "county",
    }
}

impl ProblemLevel {
    /// What people call it.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Province => "省级",
            Self::Municipal => "市级",
            Self::County => "县级",
        }
    }

    /// The level of a unit that belongs to a region of this level.
    pub fn of_region(level: RegionLevel) -> Self {
        match level {
            RegionLevel::Nation | RegionLevel::Province => Self::Province,
            RegionLevel::Prefecture => Self::Municipal,
            RegionLevel::County | RegionLevel::Zone => Self::County,
        }
    }
}

text_enum! {
    /// How far a problem has come.
    ProblemState "problem_state" {
        /// 待交办
        Open = "open",
        /// 已交办
        Assigned = "assigned",
        /// 整改中: measures were taken.
        InProgress = "in_progress",
        /// 待核销: its unit applied for 销号.
        Applied = "applied",
        /// 退回整改: the application was returned.
        Returned = "returned",
        /// 已销号
        Closed = "closed",
        /// 已撤销: it was entered wrongly.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// One thing done about a problem.
    ProblemDeed "problem_deed" {
        /// 登记
        Opened = "opened",
        /// 调整: its last day or its text was changed.
        Changed = "changed",
        /// 交办
        Assigned = "assigned",
        /// 措施
        Measure = "measure",
        /// 进展
        Progress = "progress",
        /// 销号申请
        Applied = "applied",
        /// 退回
        Returned = "returned",
        /// 销号
        Closed = "closed",
        /// 重开
        Reopened = "reopened",
        /// 撤销
        Withdrawn = "withdrawn",
    }
}

impl ProblemDeed {
    /// What people call it.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Opened => "登记",
            Self::Changed => "调整",
            Self::Assigned => "交办",
            Self::Measure => "措施",
            Self::Progress => "进展",
            Self::Applied => "申请销号",
            Self::Returned => "退回",
            Self::Closed => "销号",
            Self::Reopened => "重开",
            Self::Withdrawn => "撤销",
        }
    }

    /// Whether it is what the unit says, which is for it and the office.
    pub fn is_of_unit(self) -> bool {
        matches!(self, Self::Measure | Self::Progress | Self::Applied)
    }
}

impl ProblemState {
    /// What people call it.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Open => "待交办",
            Self::Assigned => "已交办",
            Self::InProgress => "整改中",
            Self::Applied => "待核销",
            Self::Returned => "退回整改",
            Self::Closed => "已销号",
            Self::Withdrawn => "已撤销",
        }
    }

    /// Whether it is off the ledger.
    pub fn is_over(self) -> bool {
        OVER.contains(&self)
    }

    /// Where `deed` leads: open → assigned → in progress → applied → closed or returned; a returned one is worked on and applied for
    /// again, a closed one may be reopened, and what is not over can be assigned anew, changed or withdrawn.
    ///
    /// # Errors
    /// A sentence that says where the problem stands and what comes next.
    pub fn after(self, deed: ProblemDeed) -> Result<Self, Invalid> {
        use ProblemDeed as Deed;
        match (self, deed) {
            (_, Deed::Changed) if !self.is_over() => Ok(self),
            (_, Deed::Withdrawn) if !self.is_over() => Ok(Self::Withdrawn),
            (Self::Open | Self::Assigned | Self::InProgress | Self::Returned, Deed::Assigned) => {
                Ok(Self::Assigned)
            }
            (Self::Assigned | Self::InProgress | Self::Returned, Deed::Measure | Deed::Progress) => {
                Ok(Self::InProgress)
            }
            (Self::Assigned | Self::InProgress | Self::Returned, Deed::Applied) => Ok(Self::Applied),
            (Self::Applied, Deed::Returned) => Ok(Self::Returned),
            (Self::Applied, Deed::Closed) => Ok(Self::Closed),
            (Self::Closed, Deed::Reopened) => Ok(Self::Open),
            _ => Err(Invalid::new("state", "illegal_move", self.refusal())),
        }
    }

    fn refusal(self) -> &'static str {
        match self {
            Self::Open => "此问题尚未交办，请先交办。",
            Self::Assigned => "此问题已交办，正等待牵头单位整改并申请销号。",
            Self::InProgress => "此问题正在整改，牵头单位申请销号后才能核销或退回。",
            Self::Applied => "此问题已申请销号，正等待核销或退回。",
            Self::Returned => "销号申请已退回，正等待牵头单位继续整改并重新申请。",
            Self::Closed => "此问题已销号；再次出现的，请重开。",
            Self::Withdrawn => "此问题已撤销，不再办理。",
        }
    }
}

/// Where problems are off the ledger.
pub const OVER: [ProblemState; 2] = [ProblemState::Closed, ProblemState::Withdrawn];

/// Grades of an indicator that make its problem a red one.
pub const RED: [Grade; 2] = [Grade::Critical, Grade::Missed];

/// A problem as it is entered; [`Problem::checked`] makes it fit to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is, in one line.
    pub title: String,
    /// More about it.
    pub detail: Option<String>,
    /// Where it comes from.
    pub source: ProblemSource,
    /// At which level it is to be solved.
    pub level: ProblemLevel,
    /// When it was found.
    pub found_on: NaiveDate,
    /// The last day for putting it right.
    pub due_on: NaiveDate,
}

impl Problem {
    /// The problem trimmed and checked, as of `today`.
    ///
    /// # Errors
    /// Every field that does not fit.
    pub fn checked(self, today: NaiveDate) -> Result<Self, Vec<Invalid>> {
        let mut wrong = Vec::new();
        let title = text("title", &self.title, lengths::PROBLEM);
        let detail = said(self.detail.as_deref());
        let detail = detail.map(|detail| paragraphs("detail", detail, lengths::REPLY_TEXT)).transpose();
        let found_on = checked_day("found_on", self.found_on).and_then(|day| {
            let detail = "发现日期不能晚于今天，请核对。";
            if day > today { Err(Invalid::new("found_on", "out_of_range", detail)) } else { Ok(day) }
        });
        let due_on = checked_day("due_on", self.due_on).and_then(|day| {
            let detail = "整改时限不能早于发现日期，请核对。";
            if day < self.found_on { Err(Invalid::new("due_on", "too_early", detail)) } else { Ok(day) }
        });
        wrong.extend(title.clone().err());
        wrong.extend(detail.clone().err());
        wrong.extend(found_on.clone().err());
        wrong.extend(due_on.clone().err());
        match (title, detail, found_on, due_on) {
            (Ok(title), Ok(detail), Ok(found_on), Ok(due_on)) => {
                Ok(Self { title, detail, found_on, due_on, ..self })
            }
            _ => Err(wrong),
        }
    }
}

/// What is said when something is done about a problem. Which parts must be there depends on the deed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProblemNote {
    /// Who did it.
    pub person: Option<String>,
    /// That person's telephone.
    pub phone: Option<String>,
    /// What was done, or why.
    pub text: Option<String>,
    /// Why it came to this: of a measure.
    pub cause: Option<String>,
    /// What shows that it is put right: of an application.
    pub evidence: Option<String>,
}

impl ProblemNote {
    /// The note of `deed`, trimmed and checked: an application says who applies and gives evidence, 销号 and a return say who
    /// verified, and all but registration, 销号 and 交办 say what is meant.
    ///
    /// # Errors
    /// Every field that does not fit or is missing.
    pub fn checked(self, deed: ProblemDeed) -> Result<Self, Vec<Invalid>> {
        use ProblemDeed as Deed;
        let mut wrong = Vec::new();
        let needs = |field: &str| match field {
            "person" => !matches!(deed, Deed::Opened | Deed::Changed | Deed::Assigned),
            "text" => {
                !matches!(deed, Deed::Opened | Deed::Changed | Deed::Assigned | Deed::Applied | Deed::Closed)
            }
            "evidence" => deed == Deed::Applied,
            _ => false,
        };
        let mut kept = |field: &str, value: Option<&str>, check: &dyn Fn(&str) -> Result<String, Invalid>| {
            let outcome = match said(value) {
                Some(value) => check(value).map(Some),
                None if needs(field) => Err(missing(field, deed)),
                None => Ok(None),
            };
            outcome.unwrap_or_else(|invalid| {
                wrong.push(invalid);
                None
            })
        };
        let note = Self {
            person: kept("person", self.person.as_deref(), &|value| text("person", value, lengths::PERSON)),
            phone: kept("phone", self.phone.as_deref(), &checked_phone),
            text: kept("text", self.text.as_deref(), &|value| paragraphs("text", value, lengths::REPLY_TEXT)),
            cause: kept("cause", self.cause.as_deref(), &|value| {
                paragraphs("cause", value, lengths::REPLY_TEXT)
            }),
            evidence: kept("evidence", self.evidence.as_deref(), &|value| {
                paragraphs("evidence", value, lengths::EVIDENCE)
            }),
        };
        if wrong.is_empty() { Ok(note) } else { Err(wrong) }
    }
}

fn missing(field: &str, deed: ProblemDeed) -> Invalid {
    let detail = match (field, deed) {
        ("evidence", _) => "申请销号须附佐证：写明文件、现场核查记录或数据及其出处。",
        ("person", ProblemDeed::Applied) => "请写明申请人姓名。",
        ("person", ProblemDeed::Closed | ProblemDeed::Returned) => "请写明核销人姓名。",
        ("person", _) => "请写明经办人姓名。",
        (_, ProblemDeed::Returned) => "退回时请写明原因，牵头单位据此继续整改。",
        (_, ProblemDeed::Reopened) => "重开时请写明为什么问题再次出现。",
        (_, ProblemDeed::Withdrawn) => "撤销时请写明原因。",
        (_, ProblemDeed::Progress) => "请写明进展情况。",
        _ => "请写明整改措施。",
    };
    Invalid::new(field, "required", detail)
}

/// Refuses 销号 by who applied for it. Names that look the same are one name.
///
/// # Errors
/// `person`.
pub fn expect_another(applicant: &str, verifier: &str) -> Result<(), Invalid> {
    let plain = |name: &str| folded(name).split_whitespace().collect::<String>();
    if plain(applicant) == plain(verifier) {
        let detail = format!("核销人与申请人“{applicant}”是同一人；申请人和核销人须为不同的人。");
        return Err(Invalid::new("person", "same_person", detail));
    }
    Ok(())
}

fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextEnum as _;
    use ProblemDeed as Deed;
    use ProblemState as State;

    #[test]
    fn every_state_takes_its_steps_and_no_other() {
        let all = Deed::ALL;
        let table: [(State, &[(Deed, State)]); 7] = [
            (
                State::Open,
                &[
                    (Deed::Changed, State::Open),
                    (Deed::Assigned, State::Assigned),
                    (Deed::Withdrawn, State::Withdrawn),
                ],
            ),
            (
                State::Assigned,
                &[
                    (Deed::Changed, State::Assigned),
                    (Deed::Assigned, State::Assigned),
                    (Deed::Measure, State::InProgress),
                    (Deed::Progress, State::InProgress),
                    (Deed::Applied, State::Applied),
                    (Deed::Withdrawn, State::Withdrawn),
                ],
            ),
            (
                State::InProgress,
                &[
                    (Deed::Changed, State::InProgress),
                    (Deed::Assigned, State::Assigned),
                    (Deed::Measure, State::InProgress),
                    (Deed::Progress, State::InProgress),
                    (Deed::Applied, State::Applied),
                    (Deed::Withdrawn, State::Withdrawn),
                ],
            ),
            (
                State::Applied,
                &[
                    (Deed::Changed, State::Applied),
                    (Deed::Returned, State::Returned),
                    (Deed::Closed, State::Closed),
                    (Deed::Withdrawn, State::Withdrawn),
                ],
            ),
            (
                State::Returned,
                &[
                    (Deed::Changed, State::Returned),
                    (Deed::Assigned, State::Assigned),
                    (Deed::Measure, State::InProgress),
                    (Deed::Progress, State::InProgress),
                    (Deed::Applied, State::Applied),
                    (Deed::Withdrawn, State::Withdrawn),
                ],
            ),
            (State::Closed, &[(Deed::Reopened, State::Open)]),
            (State::Withdrawn, &[]),
        ];
        assert_eq!(table.map(|(state, _)| state), State::ALL);
        for (state, steps) in table {
            for &deed in all {
                let want = steps.iter().find(|(one, _)| *one == deed).map(|(_, next)| *next);
                assert_eq!(state.after(deed).ok(), want, "{state} {deed}");
            }
        }
    }

    #[test]
    fn nobody_verifies_what_they_applied_for() {
        for (one, other) in [("张三", "张三"), ("张三", " 张三 "), ("张 三", "张三"), ("Ｌｉ", "Li")]
        {
            assert_eq!(expect_another(one, other).unwrap_err().field, "person", "{one} {other}");
        }
        assert!(expect_another("张三", "李四").is_ok());
    }

    #[test]
    fn each_deed_says_what_it_must() {
        let missing = |deed: Deed| match ProblemNote::default().checked(deed) {
            Ok(_) => Vec::new(),
            Err(wrong) => wrong.into_iter().map(|one| one.field).collect::<Vec<_>>(),
        };
        for (deed, fields) in [
            (Deed::Opened, &[][..]),
            (Deed::Changed, &[]),
            (Deed::Assigned, &[]),
            (Deed::Measure, &["person", "text"]),
            (Deed::Progress, &["person", "text"]),
            (Deed::Applied, &["person", "evidence"]),
            (Deed::Returned, &["person", "text"]),
            (Deed::Closed, &["person"]),
            (Deed::Reopened, &["person", "text"]),
            (Deed::Withdrawn, &["person", "text"]),
        ] {
            assert_eq!(missing(deed), fields, "{deed}");
        }
    }

    #[test]
    fn days_fit_together() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let problem = |found: &str, due: &str| Problem {
            title: " 拖欠工资 ".to_owned(),
            detail: Some("  ".to_owned()),
            source: ProblemSource::Petition,
            level: ProblemLevel::County,
            found_on: day(found),
            due_on: day(due),
        };
        let kept = problem("2025-08-01", "2025-08-01").checked(day("2025-08-27")).unwrap();
        assert_eq!((kept.title.as_str(), kept.detail), ("拖欠工资", None));
        for (found, due, fields) in [
            ("2025-08-28", "2025-09-30", vec!["found_on"]),
            ("2025-08-01", "2025-07-31", vec!["due_on"]),
            ("2025-08-28", "2025-08-27", vec!["found_on", "due_on"]),
        ] {
            let wrong = problem(found, due).checked(day("2025-08-27")).unwrap_err();
            assert_eq!(wrong.into_iter().map(|one| one.field).collect::<Vec<_>>(), fields, "{found} {due}");
        }
    }
}
