//! What a key to the API may be for.

use super::text_enum;

text_enum! {
    /// What the holder of a key may do; the table is `api/http/access/rules.rs`.
    Role "role" {
        /// Everything, keys included.
        Administrator = "administrator",
        /// The office's own work: plans, facts, letters, reviews.
        Coordinator = "coordinator",
        /// One unit: reads what concerns it, receives and answers its own letters.
        Unit = "unit",
        /// A unit that also reports its own figures.
        Reporter = "reporter",
        /// A system that pushes figures and sees nothing else.
        Feeder = "feeder",
        /// Reads who did what, and incidents; nothing else.
        Auditor = "auditor",
        /// Reads; persons' telephones and mailboxes are masked.
        Reader = "reader",
    }
}

impl Role {
    /// What people call it.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Administrator => "管理员",
            Self::Coordinator => "协调员",
            Self::Unit => "责任单位",
            Self::Reporter => "报送员",
            Self::Feeder => "数据推送",
            Self::Auditor => "审计员",
            Self::Reader => "只读",
        }
    }

    /// Whether its key speaks for one unit and reaches what concerns that.
    pub const fn is_of_unit(self) -> bool {
        matches!(self, Self::Unit | Self::Reporter)
    }

    /// Whether it may put figures in.
    pub const fn enters_figures(self) -> bool {
        matches!(self, Self::Administrator | Self::Coordinator | Self::Reporter | Self::Feeder)
    }

    /// Whether it sees figures before the day of their publication: whoever puts the office's figures in.
    pub const fn sees_ahead(self) -> bool {
        matches!(self, Self::Administrator | Self::Coordinator)
    }
}
