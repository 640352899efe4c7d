//! The columns of the lists that an office keeps. A caller fills the rows in this order.

use super::sheet_table::{ColumnKind, SheetColumn};

const TEXT: ColumnKind = ColumnKind::Text;
const DAY: ColumnKind = ColumnKind::Date;

fn number(places: u32) -> ColumnKind {
    ColumnKind::Number { places }
}

/// 进展总表: an indicator a row.
pub fn board() -> Vec<SheetColumn> {
    vec![
        SheetColumn::new("序号", number(0)).wide(6),
        SheetColumn::new("任务", TEXT).wide(20),
        SheetColumn::new("指标", TEXT).wide(24),
        SheetColumn::new("地区", TEXT).wide(10),
        SheetColumn::new("牵头单位", TEXT).wide(18),
        SheetColumn::new("目标", TEXT).wide(14),
        SheetColumn::new("单位", TEXT).wide(8),
        SheetColumn::new("最新值", number(1)).wide(12),
        SheetColumn::new("截至", DAY).wide(12),
        SheetColumn::new("完成（%）", number(1)).wide(10),
        SheetColumn::new("序时要求（%）", number(1)).wide(10),
        SheetColumn::new("等级", ColumnKind::Grade).wide(12),
        SheetColumn::new("说明", TEXT).wide(30),
    ]
}

/// 问题台账: a problem a row.
pub fn ledger() -> Vec<SheetColumn> {
    vec![
        SheetColumn::new("序号", number(0)).wide(6),
        SheetColumn::new("问题", TEXT).wide(34),
        SheetColumn::new("责任单位", TEXT).wide(18),
        SheetColumn::new("来源", TEXT).wide(12),
        SheetColumn::new("目标", TEXT).wide(16),
        SheetColumn::new("实际", TEXT).wide(18),
        SheetColumn::new("差距", TEXT).wide(18),
        SheetColumn::new("等级", ColumnKind::Grade).wide(12),
        SheetColumn::new("办理层级", TEXT).wide(10),
        SheetColumn::new("发现日期", DAY).wide(12),
        SheetColumn::new("反馈期限", DAY).wide(12),
        SheetColumn::new("整改措施", TEXT).wide(34),
        SheetColumn::new("函件状态", TEXT).wide(12),
    ]
}

/// 问题台账 from 登记 to 销号: a problem a row.
pub fn problems() -> Vec<SheetColumn> {
    vec![
        SheetColumn::new("序号", number(0)).wide(5),
        SheetColumn::new("问题", TEXT).wide(24),
        SheetColumn::new("来源", TEXT).wide(9),
        SheetColumn::new("层级", TEXT).wide(6),
        SheetColumn::new("牵头单位", TEXT).wide(14),
        SheetColumn::new("目标", TEXT).wide(14),
        SheetColumn::new("实际", TEXT).wide(15),
        SheetColumn::new("差距", TEXT).wide(18),
        SheetColumn::new("原因", TEXT).wide(22),
        SheetColumn::new("措施", TEXT).wide(28),
        SheetColumn::new("责任人及电话", TEXT).wide(15),
        SheetColumn::new("时限", DAY).wide(12),
        SheetColumn::new("进展", TEXT).wide(24),
        SheetColumn::new("状态", TEXT).wide(10),
        SheetColumn::new("重复次数", number(0)).wide(6),
    ]
}

/// 函件清单: a letter a row.
pub fn letters() -> Vec<SheetColumn> {
    vec![
        SheetColumn::new("文号", TEXT).wide(24),
        SheetColumn::new("种类", TEXT).wide(10),
        SheetColumn::new("收函单位", TEXT).wide(20),
        SheetColumn::new("事由", TEXT).wide(36),
        SheetColumn::new("签发日期", DAY).wide(12),
        SheetColumn::new("反馈期限", DAY).wide(12),
        SheetColumn::new("状态", TEXT).wide(12),
        SheetColumn::new("签收日期", DAY).wide(12),
        SheetColumn::new("反馈日期", DAY).wide(12),
        SheetColumn::new("办结日期", DAY).wide(12),
    ]
}

/// 数据清单: a reported fact a row.
pub fn observations() -> Vec<SheetColumn> {
    vec![
        SheetColumn::new("指标", TEXT).wide(26),
        SheetColumn::new("地区", TEXT).wide(12),
        SheetColumn::new("起", DAY).wide(12),
        SheetColumn::new("止", DAY).wide(12),
        SheetColumn::new("口径", TEXT).wide(10),
        SheetColumn::new("类别", TEXT).wide(10),
        SheetColumn::new("数值", number(1)).wide(14),
        SheetColumn::new("单位", TEXT).wide(10),
        SheetColumn::new("性质", TEXT).wide(8),
        SheetColumn::new("环节", TEXT).wide(8),
        SheetColumn::new("发布日期", DAY).wide(12),
        SheetColumn::new("来源", TEXT).wide(34),
    ]
}

/// 联络员名册: a contact a row.
pub fn contacts() -> Vec<SheetColumn> {
    vec![
        SheetColumn::new("单位", TEXT).wide(26),
        SheetColumn::new("姓名", TEXT).wide(12),
        SheetColumn::new("角色", TEXT).wide(12).choices(&["联络员", "负责人"]),
        SheetColumn::new("电子邮箱", TEXT).wide(30),
        SheetColumn::new("电话", TEXT).wide(18),
        SheetColumn::new("启用日期", DAY).wide(12),
        SheetColumn::new("停用日期", DAY).wide(12),
    ]
}

/// 责任单位名册: a unit a row.
pub fn units() -> Vec<SheetColumn> {
    vec![
        SheetColumn::new("单位名称", TEXT).wide(30),
        SheetColumn::new("简称和别名", TEXT).wide(30),
        SheetColumn::new("所属地区", TEXT).wide(14),
        SheetColumn::new("上级单位", TEXT).wide(26),
        SheetColumn::new("统一社会信用代码", TEXT).wide(22),
    ]
}

/// 任务分解表: a target of a task a row. Its heads are those that are read when it comes back.
pub fn breakdown() -> Vec<SheetColumn> {
    vec![
        SheetColumn::new("序号", number(0)).wide(6),
        SheetColumn::new("类别", TEXT).wide(16),
        SheetColumn::new("工作任务", TEXT).wide(26),
        SheetColumn::new("年度目标", TEXT).wide(36),
        SheetColumn::new("牵头单位", TEXT).wide(20),
        SheetColumn::new("配合单位", TEXT).wide(30),
        SheetColumn::new("完成时限", DAY).wide(13),
    ]
}
