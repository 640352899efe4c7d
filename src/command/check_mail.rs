//! `xushi check-mail`: whether a mail to an address would be taken, without sending one.

use std::io::Write;

use crate::app::{self, AppError};
use crate::config::Config;

/// Goes through the steps and prints each with the answer; gives what to do when one failed.
///
/// # Errors
/// When a setting cannot work, the address is none, or a step fails: then mails do not go out.
pub(super) async fn check_mail(config: &Config, address: &str, mut out: impl Write) -> Result<(), AppError> {
    if let Some(mailbox) = config.redirect_to() {
        writeln!(out, "注意：正在演练（mail.redirect_to），所有邮件实际只发到{mailbox}。")?;
    }
    let steps = app::shake_hands(config, address).await?;
    let mut failed = None;
    for (ordinal, step) in (1..).zip(steps) {
        let mark = if step.advice.is_none() { "通过" } else { "失败" };
        writeln!(out, "{ordinal}. {mark}　{}\n   应答：{}", step.done, step.said)?;
        if let Some(advice) = step.advice {
            writeln!(out, "   办法：{advice}")?;
            failed = Some(step.done);
        }
    }
    match failed {
        Some(step) => Err(AppError::CheckMail(step)),
        None => {
            writeln!(out, "检查通过，没有发出任何邮件。")?;
            Ok(())
        }
    }
}
