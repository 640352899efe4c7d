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
        /// Reads.
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
            Self::Reader => "只读",
        }
    }
}
