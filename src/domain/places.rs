//! Regions, units and the people in them.

use chrono::NaiveDate;

use super::address::checked_email;
use super::folded::folded;
use super::{Invalid, Period, invalid, lengths, text_enum};

text_enum! {
    /// Rank of a region.
    RegionLevel "level" {
        /// The nation.
        Nation = "nation",
        /// Province.
        Province = "province",
        /// Prefecture (市州).
        Prefecture = "prefecture",
        /// County (县市区).
        County = "county",
        /// A development zone or park with an own extension code.
        Zone = "zone",
    }
}

text_enum! {
    /// What a contact is to the unit.
    ContactRole "role" {
        /// 联络员: letters go to them first.
        Liaison = "liaison",
        /// 负责人: reminders of overdue answers go to them too.
        Leader = "leader",
    }
}

text_enum! {
    /// A unit's part in a task.
    ResponsibilityRole "role" {
        /// 牵头.
        Lead = "lead",
        /// 配合.
        Support = "support",
    }
}

impl RegionLevel {
    /// Whether a region of this level may lie directly under one of level `above`; a zone lies under anything
    /// that is not a zone.
    pub fn fits_under(self, above: Self) -> bool {
        above < self
    }
}

/// A region (行政区), checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Six digits of GB/T 2260, or an own extension code: letter X and up to 11 letters or digits.
    pub code: String,
    /// Full name, 1–40 characters.
    pub name: String,
    /// Rank.
    pub level: RegionLevel,
}

impl Region {
    /// Checks every part.
    ///
    /// # Errors
    /// A malformed code or an empty name.
    pub fn new(code: &str, name: &str, level: RegionLevel) -> Result<Self, Invalid> {
        Ok(Self {
            code: checked_region_code(code)?,
            name: invalid::text("name", name, lengths::REGION)?,
            level,
        })
    }
}

/// The code one level up, as the digits of GB/T 2260 say it; `None` for the nation and for extension codes. Districts of
/// municipalities and counties run by a province (third and fourth digit 90) are directly under the province.
pub fn parent_code(code: &str) -> Option<String> {
    const MUNICIPALITIES: [&str; 4] = ["11", "12", "31", "50"];
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) || code == "100000" {
        return None;
    }
    let (province, rest) = code.split_at(2);
    let (prefecture, county) = rest.split_at(2);
    Some(if rest == "0000" {
        "100000".to_owned()
    } else if county == "00" || prefecture == "90" || MUNICIPALITIES.contains(&province) {
        format!("{province}0000")
    } else {
        format!("{province}{prefecture}00")
    })
}

/// Checks a region's code: six digits of GB/T 2260, or letter X and up to 11 letters or digits.
///
/// # Errors
/// Anything else.
pub fn checked_region_code(code: &str) -> Result<String, Invalid> {
    let code = folded(code);
    let official = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let own = code.strip_prefix('X').is_some_and(|rest| {
        (1..=11).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if official || own {
        return Ok(code);
    }
    let detail = "行政区代码应为6位数字（GB/T 2260），或以X开头的自编扩展码（如X430671）。";
    Err(Invalid::new("code", "malformed", detail))
}

/// Another name of a region, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionAlias {
    /// The name, 1–40 characters.
    pub name: String,
    /// The code it went with, formed like a region's.
    pub code: Option<String>,
    /// First day it was in use, when known.
    pub valid_from: Option<NaiveDate>,
    /// Last day it was in use.
    pub valid_to: Option<NaiveDate>,
}

impl RegionAlias {
    /// Checks every part.
    ///
    /// # Errors
    /// An empty name, a malformed code, or days out of order.
    pub fn checked(self) -> Result<Self, Invalid> {
        checked_span(self.valid_from, self.valid_to)?;
        Ok(Self {
            name: invalid::text("name", &self.name, lengths::REGION)?,
            code: self.code.as_deref().map(checked_region_code).transpose()?,
            ..self
        })
    }
}

/// Checks two ends of validity, each possibly open.
///
/// # Errors
/// `valid_from` or `valid_to`, when out of range or out of order.
pub fn checked_span(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<(), Invalid> {
    for (field, day) in [("valid_from", from), ("valid_to", to)] {
        day.map(|day| checked_day(field, day)).transpose()?;
    }
    match (from, to) {
        (Some(from), Some(to)) if to < from => {
            Err(Invalid::new("valid_to", "ends_before_start", "结束日期早于开始日期，请核对。"))
        }
        _ => Ok(()),
    }
}

/// A unit (责任单位), checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Name, 1–60 characters.
    pub name: String,
    /// 统一社会信用代码, checked.
    pub credit_code: Option<String>,
}

impl Unit {
    /// Checks every part.
    ///
    /// # Errors
    /// An empty name or a malformed credit code.
    pub fn new(name: &str, credit_code: Option<&str>) -> Result<Self, Invalid> {
        Ok(Self {
            name: invalid::text("name", name, lengths::UNIT)?,
            credit_code: credit_code.map(checked_credit_code).transpose()?,
        })
    }
}

/// Checks a unified social credit code (GB 32100-2015): 18 characters of an alphabet without I O Z S V; the registering
/// authority and sort, six digits of a region, the nine characters of the organisation with a check character of their own
/// (GB 11714, weights 3 7 9 10 5 8 4 2 modulo 11), and a last check character with weights 3^i modulo 31.
///
/// # Errors
/// A wrong length, character or check character.
pub fn checked_credit_code(code: &str) -> Result<String, Invalid> {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let refuse = |detail: &str| Err(Invalid::new("credit_code", "malformed", detail));
    let code = folded(code).to_ascii_uppercase();
    let values: Option<Vec<usize>> = code.chars().map(|character| ALPHABET.find(character)).collect();
    let Some(values) = values.filter(|values| values.len() == 18) else {
        return refuse("统一社会信用代码应为18位数字或大写字母（不含I、O、Z、S、V）。");
    };
    if !code.as_bytes()[2..8].iter().all(u8::is_ascii_digit) {
        return refuse("统一社会信用代码的第3至8位应为登记机关的行政区划数字，请核对。");
    }
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    if (31 - sum % 31) % 31 != values[17] {
        return refuse("统一社会信用代码的校验位不对，请核对是否抄错。");
    }
    if organisation_check(&code.as_bytes()[8..16]) != char::from(code.as_bytes()[16]) {
        return refuse("统一社会信用代码中组织机构代码（第9至17位）的校验位不对，请核对是否抄错。");
    }
    Ok(code)
}

/// The check character of an organisation's eight characters (GB 11714: letters count on from 10, ten is X).
fn organisation_check(body: &[u8]) -> char {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let value = |byte: u8| char::from(byte).to_digit(36).unwrap_or(0);
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(byte, weight)| value(*byte) * weight).sum();
    match (11 - sum % 11) % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

/// A contact (联络员), checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Name, 1–30 characters.
    pub name: String,
    /// Mailbox, ASCII, as written.
    pub email: String,
    /// Telephone, digits, spaces and `+-()`.
    pub phone: Option<String>,
    /// What they are to the unit.
    pub role: ContactRole,
    /// First day of service.
    pub valid_from: NaiveDate,
    /// Last day of service.
    pub valid_to: Option<NaiveDate>,
}

impl Contact {
    /// Checks every part.
    ///
    /// # Errors
    /// A malformed mailbox or telephone, or service that ends before it begins.
    pub fn checked(self) -> Result<Self, Invalid> {
        checked_span(Some(self.valid_from), self.valid_to)?;
        Ok(Self {
            name: invalid::text("name", &self.name, lengths::PERSON)?,
            email: checked_email(&self.email)?,
            phone: self.phone.as_deref().map(checked_phone).transpose()?,
            ..self
        })
    }
}

/// Checks a day: within the years 1900–2200.
///
/// # Errors
/// `field` out of range.
pub fn checked_day(field: &str, day: NaiveDate) -> Result<NaiveDate, Invalid> {
    match Period::new(day, day) {
        Ok(_) => Ok(day),
        Err(refused) => Err(Invalid { field: field.to_owned(), ..refused }),
    }
}

/// Checks a telephone number: 3–30 digits, blanks and `+-()`, an extension after 转. What an input method made full width
/// and the dashes that stand between digits are taken as what they mean.
///
/// # Errors
/// Anything else.
pub fn checked_phone(phone: &str) -> Result<String, Invalid> {
    let dash = |c: char| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c };
    let phone: String = folded(phone).chars().map(dash).collect();
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    if phone.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '+' | '-' | '(' | ')' | '转')) {
        return Err(Invalid::new(
            "phone",
            "malformed",
            "电话只能含数字、空格和+-()，分机写在“转”后，请核对。",
        ));
    }
    let parts: Vec<&str> = phone.split('转').collect();
    let whole = parts.len() <= 2 && parts.iter().all(|part| part.contains(|c: char| c.is_ascii_digit()));
    if !whole || digits < 3 || phone.chars().count() > 30 {
        return Err(Invalid::new("phone", "malformed", "电话应为3至30位，分机写在“转”后，请核对。"));
    }
    Ok(phone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_what_they_are_under() {
        for (code, want) in [
            ("100000", None),
            ("430000", Some("100000")),
            ("430600", Some("430000")),
            ("430602", Some("430600")),
            ("429004", Some("420000")),
            ("110101", Some("110000")),
            ("X43001", None),
            ("43060", None),
        ] {
            assert_eq!(parent_code(code).as_deref(), want, "{code}");
        }
    }

    #[test]
    fn credit_codes_are_checked() {
        for (code, good) in [
            ("91350100M000100Y43", true),
            ("91350100m000100y43", true),
            // Two that are printed in public: the check characters were computed by hand.
            ("91110000802100433B", true),
            ("914403001922038216", true),
            (" ９１１１００００８０２１００４３３Ｂ", true),
            ("91310115MA1G4L1WXK", false),
            // Right by its last character alone; the organisation's own does not fit.
            ("123456789012345678", false),
            ("91350100M000100Y34", false),
            ("911100008021004333", false),
            ("91A50100M000100Y43", false),
            ("91350100M000100Y4", false),
            ("91350100I000100Y43", false),
            ("", false),
        ] {
            assert_eq!(checked_credit_code(code).is_ok(), good, "{code}");
        }
    }

    #[test]
    fn region_codes_are_checked() {
        for (code, good) in [
            ("430000", true),
            ("X430671", true),
            ("43000", false),
            ("43000a", false),
            ("X", false),
            ("４３００００", true),
            (" 430000 ", true),
        ] {
            assert_eq!(Region::new(code, "某区", RegionLevel::County).is_ok(), good, "{code}");
        }
    }

    #[test]
    fn only_a_higher_level_may_stand_above() {
        use RegionLevel::{County, Nation, Prefecture, Province, Zone};
        for (below, above, fits) in [
            (Province, Nation, true),
            (County, Province, true),
            (Zone, County, true),
            (Zone, Province, true),
            (Zone, Zone, false),
            (Prefecture, Prefecture, false),
            (Nation, Province, false),
        ] {
            assert_eq!(below.fits_under(above), fits, "{below} under {above}");
        }
    }

    #[test]
    fn validity_is_checked() {
        let day = |text: &str| -> Option<NaiveDate> { (!text.is_empty()).then(|| text.parse().unwrap()) };
        for (from, to, want) in [
            ("", "", None),
            ("2025-01-01", "", None),
            ("", "2025-01-01", None),
            ("2025-01-01", "2025-01-01", None),
            ("2025-01-02", "2025-01-01", Some("valid_to")),
            ("1025-01-02", "", Some("valid_from")),
        ] {
            let refused = checked_span(day(from), day(to)).err().map(|refused| refused.field);
            assert_eq!(refused, want.map(str::to_owned), "{from}..{to}");
        }
    }

    #[test]
    fn telephones_are_checked() {
        for (phone, want) in [
            ("0731-82210000", Ok("0731-82210000")),
            ("０７３１－８２２１００００", Ok("0731-82210000")),
            ("0731—82210000转8001", Ok("0731-82210000转8001")),
            ("0731-82210000 转 8001", Ok("0731-82210000 转 8001")),
            ("（0731）82210000", Ok("(0731)82210000")),
            ("+86 731 8221 0000", Ok("+86 731 8221 0000")),
            ("1", Err("3至30位")),
            ("()-", Err("3至30位")),
            ("转8001", Err("3至30位")),
            ("8221转80转1", Err("3至30位")),
            ("8221转", Err("3至30位")),
            ("0731-8221000a", Err("只能含数字")),
            ("", Err("3至30位")),
        ] {
            match (checked_phone(phone), want) {
                (Ok(kept), Ok(want)) => assert_eq!(kept, want),
                (Err(refused), Err(want)) => {
                    assert!(refused.detail.contains(want), "{phone}: {}", refused.detail)
                }
                (got, want) => panic!("{phone}: {got:?}, not {want:?}"),
            }
        }
    }
}
