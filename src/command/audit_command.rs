//! `xushi audit`: the chain over the audit, examined and shown.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::app::AppError;
use crate::clock::{Clock as _, SystemClock, office_zone};
use crate::config::Config;
use crate::office::audit_chain::{AuditFinding, head_line, read_head, verify};
use crate::office::rows::AuditHead;
use crate::store::Limits;

/// What is to be done with the audit.
#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// 核验操作记录：逐条核对封存，列出被改动、被删除和未封存的记录；有问题时以非零状态结束
    Verify {
        /// 存放在数据库之外的链头文件（xushi audit head的输出，或audit.head_file所写），据此查出被截去和被重造的部分
        #[arg(long)]
        head: Option<PathBuf>,
    },
    /// 输出当前的链头（序号、散列值、时间），请存放在数据库之外
    Head,
}

/// Examines the audit or shows its head.
///
/// # Errors
/// [`AppError::Ailing`] with how much is wrong; a file that cannot be read; the database.
pub(super) async fn audit(
    config: &Config,
    command: AuditCommand,
    mut out: impl Write,
) -> Result<(), AppError> {
    let read = config.database.open(1, Limits::WORK)?.reader();
    let now = SystemClock.timestamp();
    match command {
        AuditCommand::Head => {
            let head = read.find_audit_head().await?;
            writeln!(out, "{}", head_line(&head, now))?;
            Ok(())
        }
        AuditCommand::Verify { head } => {
            let heads = head.as_deref().map(heads_in).transpose()?.unwrap_or_default();
            let verdict = verify(&read, &heads, now).await?;
            for finding in &verdict.found {
                writeln!(out, "{}", said(finding))?;
            }
            let wrong = verdict.found.len() + verdict.more;
            if verdict.more > 0 {
                writeln!(out, "……另有{}项，未逐一列出。", verdict.more)?;
            }
            writeln!(
                out,
                "核对封存{}条，链头{}；{}条刚写入，待封存；{}",
                verdict.checked,
                head_line(&verdict.head, now),
                verdict.waiting,
                match (wrong, heads.is_empty()) {
                    (0, false) => format!("与库外{}个链头一致，未发现问题。", heads.len()),
                    (0, true) => "未发现问题（没有库外链头，整条链被重造或末尾被截去时查不出，请用--head）。"
                        .to_owned(),
                    _ => format!("发现{wrong}项问题。"),
                }
            )?;
            if wrong > 0 { Err(AppError::Ailing(wrong)) } else { Ok(()) }
        }
    }
}

fn heads_in(file: &Path) -> Result<Vec<AuditHead>, AppError> {
    let text = std::fs::read_to_string(file)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let read = |line: &str| {
        let wrong = || format!("{}中的“{line}”不是链头：应为序号、散列值、时间。", file.display());
        read_head(line).ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidData, wrong()))
    };
    Ok(lines.map(read).collect::<Result<_, _>>()?)
}

fn said(finding: &AuditFinding) -> String {
    match finding {
        AuditFinding::Broken { seq, event_id } => format!("第{seq}号：记录{event_id}或其封存被改动。"),
        AuditFinding::Missing { seq, event_id } => format!("第{seq}号：记录{event_id}已被删除。"),
        AuditFinding::NoSeals { from, to } if from == to => format!("第{from}号：封存已被删除。"),
        AuditFinding::NoSeals { from, to } => format!("第{from}至{to}号：封存已被删除。"),
        AuditFinding::CutOff { seq, last } => {
            format!("库外链头记有第{seq}号，而库中只到第{last}号：末尾被截去。")
        }
        AuditFinding::Rewritten { seq } => format!("第{seq}号与库外链头不符：此前的链被重造。"),
        AuditFinding::Unsealed { event_id, created_at } => {
            let at = created_at.and_utc().with_timezone(&office_zone()).format("%Y-%m-%d %H:%M:%S");
            format!(
                "记录{event_id}（{at}）逾1分钟未封存：请检查服务是否在运行、封存任务（schedule.seal）是否停用。"
            )
        }
        AuditFinding::GoneUnsealed { event_id } => format!("记录{event_id}在封存之前被删除。"),
    }
}
