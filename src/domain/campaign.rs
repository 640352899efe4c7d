//! Campaigns (攻坚行动): a plan document in force, and the office that drives it.

use chrono::NaiveDate;

use super::{Invalid, LetterNumber, Period, SignedKinds, invalid, lengths, places, text_enum};

text_enum! {
    /// Whether letters wait for a signature.
    Issuing "issuing" {
        /// Letters go out by themselves.
        Automatic = "automatic",
        /// Drafts wait for 签发.
        Approval = "approval",
    }
}

text_enum! {
    /// A unit's seat in the 专班.
    MemberRole "role" {
        /// 副召集人.
        DeputyConvener = "deputy_convener",
        /// 成员单位.
        Member = "member",
    }
}

text_enum! {
    /// What a campaign has from the one above it unless it says otherwise.
    Inheritable "inheritable" {
        /// Whether letters wait for a signature.
        Issuing = "issuing",
        /// Which kinds of letters wait for a signature.
        Signed = "signed",
        /// 发文机关.
        IssuerName = "issuer_name",
        /// 机关代字.
        LetterMark = "letter_mark",
        /// Working days a unit has to answer.
        ReplyWorkingDays = "reply_working_days",
        /// Thresholds its indicators are graded by.
        RulePack = "rule_pack",
        /// Whom units ask: name, telephone and mailbox together, since they are one person's.
        Contact = "contact",
        /// Where the 专班's office sits.
        OfficeUnit = "office_unit",
    }
}

impl Inheritable {
    /// The word an office uses.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Issuing => "出函方式",
            Self::Signed => "须签发的函",
            Self::IssuerName => "发文机关",
            Self::LetterMark => "机关代字",
            Self::ReplyWorkingDays => "反馈期限",
            Self::RulePack => "规则包",
            Self::Contact => "联系人",
            Self::OfficeUnit => "专班办公室",
        }
    }
}

/// A campaign; build it as a literal, then pass it through [`Campaign::checked`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Name, 1–80 characters.
    pub name: String,
    /// 文号 of the document, at most 60 characters.
    pub doc_no: Option<String>,
    /// Days in force; see [`Campaign::window`].
    pub window: Period,
    /// Number among its siblings, 0–9999.
    pub ordinal: i32,
    /// Name of the 专班, at most 60 characters.
    pub workforce: Option<String>,
    /// Post or person who convenes it, at most 60 characters.
    pub convener: Option<String>,
    /// Whether the document ends its list of members with 等.
    pub members_open: bool,
    /// Whether letters wait for a signature.
    pub issuing: Issuing,
    /// Which kinds wait, where letters do; never none.
    pub signed: SignedKinds,
    /// 发文机关, 1–60 characters.
    pub issuer_name: String,
    /// 机关代字, 1–20 characters without digits and brackets.
    pub letter_mark: String,
    /// Working days a unit has to answer, 1–30.
    pub reply_working_days: i32,
    /// Whom units ask, at most 30 characters.
    pub contact_name: Option<String>,
    /// Their telephone.
    pub contact_phone: Option<String>,
    /// Their mailbox.
    pub contact_email: Option<String>,
}

impl Campaign {
    /// The days from `starts_on` to `ends_on`, both included.
    ///
    /// # Errors
    /// `ends_on`, when it lies before the start or either day outside 1900–2200.
    pub fn window(starts_on: NaiveDate, ends_on: NaiveDate) -> Result<Period, Invalid> {
        Period::new(starts_on, ends_on).map_err(|refused| Invalid { field: "ends_on".to_owned(), ..refused })
    }

    /// Checks every part.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn checked(self) -> Result<Self, Invalid> {
        let optional = |field: &str, value: &Option<String>, max: usize| {
            value.as_deref().map(|value| invalid::text(field, value, max)).transpose()
        };
        if !(1..=30).contains(&self.reply_working_days) {
            let detail = "反馈期限应为1至30个工作日。";
            return Err(Invalid::new("reply_working_days", "out_of_range", detail));
        }
        if self.signed.is_empty() {
            let detail = "请至少列出一类须签发的函；都不须签发的，请将issuing设为automatic。";
            return Err(Invalid::new("signed", "required", detail));
        }
        let renamed = |field: &str, refused: Invalid| Invalid { field: field.to_owned(), ..refused };
        Ok(Self {
            name: invalid::text("name", &self.name, lengths::CAMPAIGN)?,
            doc_no: optional("doc_no", &self.doc_no, lengths::DOC_NO)?,
            ordinal: invalid::ordinal(self.ordinal)?,
            workforce: optional("workforce", &self.workforce, lengths::OFFICE)?,
            convener: optional("convener", &self.convener, lengths::OFFICE)?,
            issuer_name: invalid::text("issuer_name", &self.issuer_name, lengths::OFFICE)?,
            letter_mark: LetterNumber::check_mark(&self.letter_mark)
                .map_err(|refused| renamed("letter_mark", refused))?,
            contact_name: optional("contact_name", &self.contact_name, lengths::PERSON)?,
            contact_phone: (self.contact_phone.as_deref().map(places::checked_phone).transpose())
                .map_err(|refused| renamed("contact_phone", refused))?,
            contact_email: (self.contact_email.as_deref().map(super::checked_email).transpose())
                .map_err(|refused| renamed("contact_email", refused))?,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign() -> Campaign {
        Campaign {
            name: "七大攻坚".to_owned(),
            doc_no: Some("湘政办发〔2025〕2号".to_owned()),
            window: Campaign::window("2025-01-01".parse().unwrap(), "2025-12-31".parse().unwrap()).unwrap(),
            ordinal: 1,
            workforce: None,
            convener: None,
            members_open: false,
            issuing: Issuing::Automatic,
            signed: SignedKinds::usual(),
            issuer_name: "综合协调组".to_owned(),
            letter_mark: "湘攻坚函".to_owned(),
            reply_working_days: 5,
            contact_name: None,
            contact_phone: None,
            contact_email: None,
        }
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn campaigns_are_checked() {
        assert_eq!(campaign().checked(), Ok(campaign()));
        let long = "长".repeat(81);
        for (refused, field) in [
            (Campaign { name: long.clone(), ..campaign() }, "name"),
            (Campaign { name: "七大\n攻坚".to_owned(), ..campaign() }, "name"),
            (Campaign { doc_no: some(" "), ..campaign() }, "doc_no"),
            (Campaign { doc_no: Some(long.clone()), ..campaign() }, "doc_no"),
            (Campaign { ordinal: -1, ..campaign() }, "ordinal"),
            (Campaign { ordinal: 10_000, ..campaign() }, "ordinal"),
            (Campaign { workforce: Some(long.clone()), ..campaign() }, "workforce"),
            (Campaign { convener: some(""), ..campaign() }, "convener"),
            (Campaign { issuer_name: String::new(), ..campaign() }, "issuer_name"),
            (Campaign { letter_mark: "湘攻坚函〔2025〕".to_owned(), ..campaign() }, "letter_mark"),
            (Campaign { letter_mark: "湘函2".to_owned(), ..campaign() }, "letter_mark"),
            (Campaign { letter_mark: "长".repeat(21), ..campaign() }, "letter_mark"),
            (Campaign { signed: SignedKinds::default(), ..campaign() }, "signed"),
            (Campaign { reply_working_days: 0, ..campaign() }, "reply_working_days"),
            (Campaign { reply_working_days: 31, ..campaign() }, "reply_working_days"),
            (Campaign { contact_name: some("\u{0}"), ..campaign() }, "contact_name"),
            (Campaign { contact_phone: some("电话"), ..campaign() }, "contact_phone"),
            (Campaign { contact_email: some("a@b"), ..campaign() }, "contact_email"),
        ] {
            assert_eq!(refused.checked().unwrap_err().field, field);
        }
    }

    #[test]
    fn a_window_must_not_end_before_it_starts() {
        for (from, to, want) in [
            ("2025-01-01", "2025-01-01", None),
            ("2025-01-02", "2025-01-01", Some("ends_before_start")),
            ("1025-01-02", "2025-01-01", Some("out_of_range")),
        ] {
            let refused = Campaign::window(from.parse().unwrap(), to.parse().unwrap()).err();
            assert_eq!(
                refused.map(|refused| (refused.field, refused.code)),
                want.map(|code| ("ends_on".to_owned(), code))
            );
        }
    }
}
