//! `xushi backup`, `restore` and `resume`.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use crate::app::{self, AppError, Restored};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::delivery::DeliveryState;
use crate::office::{Actor, Refusal, restoration};
use crate::store::Limits;

/// Makes a copy and says where it is.
///
/// # Errors
/// See [`app::back_up`].
pub(super) async fn backup(
    config: &Config,
    to: &Path,
    keep: Option<usize>,
    mut out: impl Write,
) -> Result<(), AppError> {
    let made = app::back_up(config, &SystemClock, to, keep).await?;
    writeln!(
        out,
        "已备份到{}（{}字节），其中有联系方式和签名密钥，请妥善保管。",
        made.file.display(),
        made.bytes
    )?;
    for old in &made.removed {
        writeln!(out, "已删除旧备份{}。", old.display())?;
    }
    Ok(())
}

/// Puts a copy in place and says what to look at before letters go out again.
///
/// # Errors
/// See [`app::restore`].
pub(super) async fn restore(config: &Config, file: &Path, mut out: impl Write) -> Result<(), AppError> {
    let Restored { before, store } = app::restore(config, &SystemClock, file).await?;
    writeln!(out, "已恢复。")?;
    if let Some(before) = before {
        writeln!(out, "原有内容保存在{}。", before.display())?;
    }
    writeln!(out, "签发、催办和投递已暂停：备份以后发出的函，这里没有记录。请核对：")?;
    let numbers = store.list_last_numbers().await?;
    for one in &numbers {
        writeln!(out, "  {}〔{}〕最后一号为{}号", one.mark, one.year, one.serial)?;
    }
    if numbers.is_empty() {
        writeln!(out, "  还没有发过函")?;
    }
    let waiting: i64 =
        store.count_deliveries().await?.get(&DeliveryState::Pending).copied().unwrap_or_default();
    writeln!(out, "  待投递邮件{waiting}封；其中备份以后已经发出的会再发一次，邮件标识（Message-ID）不变")?;
    writeln!(out, "核对后执行：")?;
    writeln!(out, "  xushi resume                                   备份以后没有发过函")?;
    writeln!(out, "  xushi resume --used 岳攻坚函〔2025〕37号        已发到这一号，各机关代字都要填")?;
    Ok(())
}

/// Lets letters go out again.
///
/// # Errors
/// See [`restoration::end`].
pub(super) async fn resume(config: &Config, used: &[String], mut out: impl Write) -> Result<(), AppError> {
    let store = config.database.open(1, Limits::WORK)?;
    let office = app::office(config, store.clone(), Arc::new(SystemClock)).await?;
    match restoration::end(&office, &Actor::technician(), used).await {
        Ok(()) => {}
        Err(Refusal::Invalid(invalid)) => return Err(AppError::Backup(invalid.detail)),
        Err(other) => return Err(other.into()),
    }
    writeln!(out, "签发、催办和投递已重新开始。下一个文号：")?;
    for one in store.list_last_numbers().await? {
        writeln!(out, "  {}〔{}〕{}号", one.mark, one.year, one.serial + 1)?;
    }
    Ok(())
}
