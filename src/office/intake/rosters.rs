//! 责任单位名册 and 联络员名册 as sheets, ours and those of others, by the words of their heads.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Spot;
use super::plan_adoption::{PutHow, put_in};
use super::plan_items::{PlanItem, PlanItemOutcome};
use crate::domain::{ContactRole, Invalid, PlanPart, folded};
use crate::office::places::{ContactEdit, NewContact, NewUnit, UnitEdit};
use crate::office::plans::{PlanNode, PlanTree};
use crate::office::{Actor, ChangeReason, Office, Refusal};
use crate::reading::document::TableCell;

/// Rows among which the head is looked for.
const HEAD_MAX: usize = 8;

/// What a column of a roster holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Unit,
    Person,
    Role,
    Email,
    Phone,
    From,
    To,
    Aliases,
    Region,
    Parent,
    Code,
}

/// Words of heads.
const HEADS: [(Column, &[&str]); 11] = [
    (Column::Unit, &["单位", "单位名称", "责任单位", "责任单位名称", "工作单位", "所在单位"]),
    (Column::Person, &["姓名", "联络员", "联系人", "联络员姓名", "联系人姓名"]),
    (Column::Role, &["角色", "类别", "身份"]),
    (Column::Email, &["电子邮箱", "邮箱", "电子邮件", "邮件地址", "邮箱地址", "e-mail", "email"]),
    (Column::Phone, &["电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "办公电话"]),
    (Column::From, &["启用日期", "任职日期"]),
    (Column::To, &["停用日期", "离任日期"]),
    (Column::Aliases, &["简称和别名", "简称", "别名", "简称、别名"]),
    (Column::Region, &["所属地区", "所属行政区", "地区", "行政区"]),
    (Column::Parent, &["上级单位", "主管单位", "上级主管单位"]),
    (Column::Code, &["统一社会信用代码", "社会信用代码", "信用代码"]),
];

fn column(head: &str) -> Option<Column> {
    let plain: String = head.chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
    let plain = plain.to_lowercase();
    HEADS.iter().find(|(_, words)| words.contains(&plain.as_str())).map(|(column, _)| *column)
}

/// A sheet that is a roster: its columns, and the rows below its head.
#[derive(Debug)]
pub struct Roster {
    columns: Vec<Option<Column>>,
    rows: Vec<Vec<TableCell>>,
    /// Of contacts; of units otherwise.
    pub contacts: bool,
}

/// The roster that a sheet holds; `None` where it is none.
pub(super) fn roster(rows: &[Vec<TableCell>]) -> Option<Roster> {
    for (at, row) in rows.iter().take(HEAD_MAX).enumerate() {
        let columns: Vec<Option<Column>> =
            row.iter().map(|cell| if cell.continued { None } else { column(&cell.text) }).collect();
        let has = |wanted: Column| columns.contains(&Some(wanted));
        let contacts = has(Column::Unit) && has(Column::Person) && has(Column::Email);
        // 单位 alone may be what something is counted in.
        let named = row.iter().any(|cell| matches!(cell.text.trim(), "单位名称" | "责任单位名称"));
        let more = [Column::Code, Column::Parent, Column::Aliases].into_iter().any(has);
        if contacts || named && more {
            return Some(Roster { columns, rows: rows[at + 1..].to_vec(), contacts });
        }
    }
    None
}

impl Roster {
    fn text(&self, row: &[TableCell], wanted: Column) -> String {
        let at = self.columns.iter().position(|column| *column == Some(wanted));
        let cell = at.and_then(|at| row.get(at));
        cell.map_or_else(String::new, |cell| cell.text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn spot(&self, row: &[TableCell], wanted: Column, sheets: &[String]) -> Option<Spot> {
        let at = self.columns.iter().position(|column| *column == Some(wanted))?;
        row.get(at).map(|cell| Spot::of(cell.place, sheets))
    }

    fn day(&self, row: &[TableCell], wanted: Column) -> Result<Option<NaiveDate>, Invalid> {
        let text = self.text(row, wanted);
        if text.is_empty() {
            return Ok(None);
        }
        let plain = text.replace(['年', '月', '/', '.'], "-").replace('日', "");
        let day = NaiveDate::parse_from_str(plain.trim(), "%Y-%m-%d");
        day.map(Some).map_err(|_| {
            Invalid::new("valid_from", "malformed", format!("“{text}”不是日期，请写成2025-08-27。"))
        })
    }

    fn role(&self, row: &[TableCell]) -> Result<ContactRole, Invalid> {
        match self.text(row, Column::Role).as_str() {
            "" | "联络员" | "联系人" => Ok(ContactRole::Liaison),
            "负责人" | "领导" | "分管领导" | "主要负责人" => Ok(ContactRole::Leader),
            other => {
                let detail = format!("“{other}”不是可用的角色，应为“联络员”或“负责人”。");
                Err(Invalid::new("role", "unknown", detail))
            }
        }
    }
}

/// Takes in rosters as `PUT /plans` does. `region`: of units whose row names none.
///
/// # Errors
/// When the database fails.
pub async fn take_in_rosters(
    office: &Office,
    actor: &Actor,
    (rosters, sheets): (&[Roster], &[String]),
    region: Option<&str>,
    (skip_refused, dry_run): (bool, bool),
) -> Result<(Vec<PlanItem>, bool), Refusal> {
    let known = KnownAliases::of_rosters(office, rosters).await?;
    let draft = |dropped: &BTreeSet<String>| drafted(rosters, &known, (sheets, region), dropped);
    put_in(office, actor, draft, PutHow { leave_out: BTreeSet::new(), skip_refused, dry_run }).await
}

/// The plan that rosters become, and each row of theirs beside it. `region`: of units whose row names none.
pub(super) fn drafted(
    rosters: &[Roster],
    known: &KnownAliases,
    (sheets, region): (&[String], Option<&str>),
    dropped: &BTreeSet<String>,
) -> (PlanTree, Vec<PlanItem>) {
    let (mut tree, mut items) = (PlanTree::default(), Vec::new());
    for roster in rosters {
        for row in &roster.rows {
            let name = roster.text(row, Column::Unit);
            let said = roster.text(row, if roster.contacts { Column::Email } else { Column::Unit });
            if said.is_empty() && (!roster.contacts || roster.text(row, Column::Person).is_empty()) {
                continue;
            }
            let part = if roster.contacts { PlanPart::Contact } else { PlanPart::Unit };
            let shown = if roster.contacts { roster.text(row, Column::Person) } else { name.clone() };
            let spot = roster.spot(row, if roster.contacts { Column::Email } else { Column::Unit }, sheets);
            let place = spot.as_ref().map(|spot| spot.words.clone()).unwrap_or_default();
            let mut item = PlanItem::new(part, &place, &shown);
            (item.spot, item.phrase, item.within) = (spot, said, Some(name.clone()));
            if dropped.contains(&item.key) {
                item.outcome = PlanItemOutcome::LeftOut;
                items.push(item);
                continue;
            }
            let done = if roster.contacts {
                contact(roster, row, name).map(|node| {
                    tree.contacts.push(node);
                    format!("/contacts/{}", tree.contacts.len() - 1)
                })
            } else {
                unit(roster, row, (name, region), known).map(|node| {
                    tree.units.push(node);
                    format!("/units/{}", tree.units.len() - 1)
                })
            };
            match done {
                Ok(pointer) => item.pointer = Some(pointer),
                Err(why) => {
                    item.outcome = PlanItemOutcome::Refused;
                    item.why.push(why);
                }
            }
            items.push(item);
        }
    }
    (tree, items)
}

fn contact(
    roster: &Roster,
    row: &[TableCell],
    unit: String,
) -> Result<PlanNode<NewContact, ContactEdit>, Invalid> {
    let phone = Some(roster.text(row, Column::Phone)).filter(|phone| !phone.is_empty());
    let (from, to) = (roster.day(row, Column::From)?, roster.day(row, Column::To)?);
    let new = NewContact {
        unit,
        name: roster.text(row, Column::Person),
        email: roster.text(row, Column::Email),
        phone: phone.clone(),
        role: roster.role(row)?,
        valid_from: from,
        valid_to: to,
        external_id: None,
    };
    let edit = ContactEdit {
        name: Some(new.name.clone()),
        phone: phone.map(Some),
        valid_from: from,
        valid_to: to.map(Some),
        ..ContactEdit::default()
    };
    Ok(PlanNode { external_id: None, new, edit })
}

fn unit(
    roster: &Roster,
    row: &[TableCell],
    (name, region): (String, Option<&str>),
    known: &KnownAliases,
) -> Result<PlanNode<NewUnit, UnitEdit>, Invalid> {
    let told = |column| Some(roster.text(row, column)).filter(|text| !text.is_empty());
    let Some(region) = told(Column::Region).or_else(|| region.map(str::to_owned)) else {
        return Err(Invalid::new(
            "region",
            "required",
            "没有写明所属地区。请填写，或用region说明这份名册是哪个地区的。",
        ));
    };
    let text = roster.text(row, Column::Aliases);
    let aliases: Vec<String> = text
        .split(['、', '，', ',', '；', ';', '/'])
        .map(str::trim)
        .filter(|alias| !alias.is_empty())
        .map(str::to_owned)
        .collect();
    let (parent, code) = (told(Column::Parent), told(Column::Code));
    let new = NewUnit {
        region,
        parent: parent.clone(),
        credit_code: code.clone(),
        aliases: aliases.clone(),
        name: name.clone(),
        external_id: None,
    };
    // A foreign roster seldom has all names that a unit is known by: they are added to.
    let mut all: Vec<String> = known.of(&name).to_vec();
    let more =
        aliases.into_iter().filter(|alias| known.of(&name).iter().all(|one| folded(one) != folded(alias)));
    all.extend(more);
    let added = all.len() > known.of(&name).len();
    let edit = UnitEdit {
        parent: parent.map(Some),
        credit_code: code.map(Some),
        aliases: added.then_some(all),
        why: ChangeReason::default(),
        ..UnitEdit::default()
    };
    Ok(PlanNode { external_id: None, new, edit })
}

/// Other names of units that rosters name, as they are registered.
#[derive(Debug, Default)]
pub(super) struct KnownAliases(std::collections::HashMap<String, Vec<String>>);

impl KnownAliases {
    /// Looks up the units of the rosters.
    pub(super) async fn of_rosters(office: &Office, rosters: &[Roster]) -> Result<Self, Refusal> {
        let of_units = rosters.iter().filter(|roster| !roster.contacts);
        let names: BTreeSet<String> = of_units
            .flat_map(|roster| roster.rows.iter().map(|row| roster.text(row, Column::Unit)))
            .filter(|name| !name.is_empty())
            .collect();
        let mut all = Self::default();
        for name in names {
            let row = match office.read.resolve_unit(&name).await {
                Ok(row) => row,
                Err(error) if error.is_the_callers() => continue,
                Err(error) => return Err(error.into()),
            };
            let aliases = office.read.list_unit_aliases(&[row.id]).await?;
            all.0.insert(name, aliases.into_iter().map(|alias| alias.name).collect());
        }
        Ok(all)
    }

    fn of(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::document::Place;

    fn rows(lines: &[&[&str]]) -> Vec<Vec<TableCell>> {
        let cell = |row: usize, column: usize, text: &str| TableCell {
            place: Place::SheetCell { sheet: 1, row: row + 1, column: column + 1 },
            text: text.to_owned(),
            continued: false,
        };
        let line = |(row, line): (usize, &&[&str])| {
            line.iter().enumerate().map(|(column, text)| cell(row, column, text)).collect()
        };
        lines.iter().enumerate().map(line).collect()
    }

    #[test]
    fn a_roster_is_known_by_its_heads_and_a_table_of_figures_is_none() {
        let contacts = rows(&[
            &["全市联络员名册", ""],
            &["工作单位", "姓 名", "邮箱"],
            &["市商务局", "张三", "a@example.org"],
        ]);
        assert!(roster(&contacts).unwrap().contacts);
        let units = rows(&[&["单位名称", "简称", "备注"], &["市商务局", "商务局", ""]]);
        assert!(!roster(&units).unwrap().contacts);
        for other in [
            rows(&[&["地区", "单位", "数值"], &["长沙市", "亿元", "3"]]),
            rows(&[&["工作任务", "责任单位", "联系人"], &["促消费", "市商务局", "张三"]]),
        ] {
            assert!(roster(&other).is_none());
        }
    }

    #[test]
    fn what_is_wrong_with_a_row_is_told_beside_it() {
        let read = rows(&[
            &["单位", "姓名", "角色", "邮箱", "电话", "启用日期"],
            &["市商务局", "张三", "联络员", "a@example.org", "0731-1", "2025年1月1日"],
            &["市商务局", "李四", "秘书", "b@example.org", "", ""],
            &["市商务局", "王五", "", "c@example.org", "", "去年"],
            &["", "", "", "", "", ""],
        ]);
        let rosters = [roster(&read).unwrap()];
        let (tree, items) = drafted(&rosters, &KnownAliases::default(), (&[], None), &BTreeSet::new());
        assert_eq!((tree.contacts.len(), items.len()), (1, 3));
        assert_eq!(tree.contacts[0].new.valid_from, NaiveDate::from_ymd_opt(2025, 1, 1));
        let told: Vec<_> =
            items.iter().map(|item| (item.outcome, item.why.first().map(|why| why.code))).collect();
        assert_eq!(
            told[1..],
            [(PlanItemOutcome::Refused, Some("unknown")), (PlanItemOutcome::Refused, Some("malformed")),]
        );
    }
}
