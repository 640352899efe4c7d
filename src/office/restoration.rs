//! After a copy was put in the place of the database (恢复): letters wait until a person has looked what came after it.

use chrono::NaiveDateTime;

use super::{Actor, Office, Refusal};
use crate::domain::Invalid;
use crate::store::rows::UsedNumber;
use crate::store::{Store, StoreError};

/// Says that `copy` was put in place: nothing is issued or sent until [`end`], and whoever follows changes reads everything
/// once more. There is no office yet that could do it.
///
/// # Errors
/// When the database fails.
pub async fn begin(store: &Store, copy: &str, now: NaiveDateTime) -> Result<(), StoreError> {
    store.begin_restoration(copy, epoch(now), now).await
}

/// The number of an epoch of changes that begins now: seconds since 2020, so that two databases restored from one copy do not
/// have the same.
pub fn epoch(now: NaiveDateTime) -> i32 {
    const YEAR_2020: i64 = 1_577_836_800;
    i32::try_from(now.and_utc().timestamp() - YEAR_2020).unwrap_or(i32::MAX)
}

/// Lets letters be issued and sent again. `used` are numbers of letters that went out after the copy was made, as they stand on
/// them; neither they nor those before them are given again.
///
/// # Errors
/// [`Refusal::Invalid`] for what is no number of a letter; `Conflict` when nothing waits.
pub async fn end(office: &Office, actor: &Actor, used: &[String]) -> Result<(), Refusal> {
    let used = used.iter().map(|number| read(number)).collect::<Result<Vec<_>, _>>()?;
    let mut deed = office.begin(actor).await?;
    let ended = match deed.tx().end_restoration(&used).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::Conflict("没有待核对的恢复，签发和投递照常。")),
        Err(error) => Err(error.into()),
    };
    deed.end(ended).await?;
    tracing::warn!(%actor, "letters are issued and sent again after a restore");
    Ok(())
}

/// Reads `岳攻坚函〔2025〕37号`; brackets of any width do.
fn read(number: &str) -> Result<UsedNumber, Invalid> {
    let refused = || {
        let detail = format!("“{number}”不是文号，请写成机关代字〔年份〕序号号，如岳攻坚函〔2025〕37号。");
        Invalid::new("used", "not_a_number", detail)
    };
    let plain = number.trim().replace(['［', '[', '（', '('], "〔").replace(['］', ']', '）', ')'], "〕");
    let (mark, rest) = plain.split_once('〔').ok_or_else(refused)?;
    let (year, serial) = rest.split_once('〕').ok_or_else(refused)?;
    let serial = serial.trim().trim_start_matches('第').trim_end_matches('号').trim();
    let year: i32 = year.trim().parse().map_err(|_| refused())?;
    let serial: i32 = serial.parse().map_err(|_| refused())?;
    if mark.trim().is_empty() || serial < 1 || !(2000..=2100).contains(&year) {
        return Err(refused());
    }
    Ok(UsedNumber { mark: mark.trim().to_owned(), year, serial })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_stands_on_a_letter() {
        let expected = UsedNumber { mark: "岳攻坚函".to_owned(), year: 2025, serial: 37 };
        for written in ["岳攻坚函〔2025〕37号", " 岳攻坚函[2025]37号 ", "岳攻坚函（2025）第37号"]
        {
            assert_eq!(read(written).unwrap(), expected, "{written}");
        }
        for written in [
            "",
            "37",
            "岳攻坚函2025-37",
            "〔2025〕37号",
            "岳攻坚函〔2025〕0号",
            "岳攻坚函〔25〕3号",
            "岳攻坚函〔2025〕三号",
        ] {
            assert_eq!(read(written).unwrap_err().code, "not_a_number", "{written}");
        }
    }
}
