//! The `xushi` command: reads arguments, calls the application. It stands in the library, so that the program is only
//! linked and nothing is compiled twice.

mod audit_command;
mod backup;
mod check_mail;
mod doctor;
mod document_file;
mod read_plan;
mod read_report;
mod read_sheet;
mod try_forecasts;
mod try_out;

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};

use crate::app::{self, AppError};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, ConfigError, shown_url};
use crate::office::{Actor, assessments, warnings};
use crate::store::{DatabaseUrl, Limits};
use crate::{api, demo, jobs};

/// 序时：目标进度跟踪与预警服务
#[derive(Parser)]
#[command(name = "xushi", version)]
struct Arguments {
    /// 配置文件；不填时读取当前目录的xushi.toml（如有）
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// 提供服务（默认）
    Serve,
    /// 用内置的示例走完全程：研判、发函、看板
    Demo {
        /// 示例的目录
        #[arg(long, default_value = "xushi-demo")]
        dir: PathBuf,
        /// 研判日期，默认为示例月报的日期
        #[arg(long)]
        as_of: Option<NaiveDate>,
        /// 服务地址
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// 打印后即结束，不提供服务
        #[arg(long)]
        once: bool,
        /// 不用内置的示例，读入这份方案（.docx、.txt、有文字的.pdf）
        #[arg(long)]
        plan: Option<PathBuf>,
        /// 方案是哪个行政区的：代码或名称
        #[arg(long, default_value = "430000")]
        region: String,
    },
    /// 在终端显示看板：各等级的指标数，滞后的逐项列出
    Board,
    /// 建立或升级数据库
    Migrate,
    /// 输出接口说明（OpenAPI 3.1）
    Openapi,
    /// 研判全部指标
    Evaluate {
        /// 研判日期，默认今天
        #[arg(long)]
        as_of: Option<NaiveDate>,
    },
    /// 研判并签发到期的函（需要审批的只拟稿）
    Issue {
        /// 研判日期，默认今天
        #[arg(long)]
        as_of: Option<NaiveDate>,
    },
    /// 投递待发的函
    Deliver,
    /// 检查配置
    CheckConfig,
    /// 检查邮件能否发出：与邮件服务器真实握手到收件人为止，不发邮件
    CheckMail {
        /// 收件地址
        address: String,
    },
    /// 体检：数据库、磁盘、时钟、工作日历、邮件、后台任务等逐项检查，列出需要处理的和办法；有故障时以非零状态结束
    Doctor {
        /// 邮件握手用的收件地址，默认为mail.from_address；不发邮件
        #[arg(long)]
        mail: Option<String>,
    },
    /// 备份整个数据库，服务不必停止
    Backup {
        /// 备份文件；填目录时以时间命名
        #[arg(default_value = ".")]
        to: PathBuf,
        /// 只保留最近几份以时间命名的备份
        #[arg(long)]
        keep: Option<usize>,
    },
    /// 用备份替换数据库（先停止全部服务）；原有内容另存，此后签发和投递暂停，直到执行resume
    Restore {
        /// xushi backup生成的文件
        file: PathBuf,
    },
    /// 恢复之后核对完毕，重新开始签发和投递
    Resume {
        /// 备份以后已经发出的最后文号，可多次填写，如岳攻坚函〔2025〕37号；这些文号及之前的不再使用
        #[arg(long)]
        used: Vec<String>,
    },
    /// 列出升级前建立、与上级攻坚行动不一致而可能本应沿用上级的下级攻坚行动
    CheckCampaigns,
    /// 列出不符合现行报送规则的已存数据，并标为疑点（数据保留，不参与研判）
    CheckFacts,
    /// 操作记录：核验是否完整，或输出链头
    Audit {
        #[command(subcommand)]
        command: audit_command::AuditCommand,
    },
    /// 解析目标表述：标准输入每行一条，每条输出一行JSON
    ParseTarget,
    /// 解读方案文件（.docx、.txt、.md，装有pdftotext时含有文字的.pdf；-为标准输入）：输出一个JSON，列出目标、任务、责任单位、专班和未读懂的部分
    ReadPlan {
        /// 文件
        file: PathBuf,
    },
    /// 解读月报、专报、通报等（文件种类同read-plan；-为标准输入）：输出一个JSON，列出各项数据及其地区、时期、出处和未读懂的部分
    ReadReport {
        /// 文件
        file: PathBuf,
    },
    /// 解读电子表格（.xlsx、.csv；-为标准输入）：按表头识别为任务分解表或数据表，输出一个JSON，未读懂的单元格列明位置和原因
    ReadSheet {
        /// 文件
        file: PathBuf,
    },
    /// 用历年数据检验预测：逐年逐月按当时所知预测，与后来的实际对照，列出各月的准确程度
    Backtest(try_forecasts::Backtest),
    /// 试算一个指标：读入JSON文件（-为标准输入），输出研判结果和计算过程
    Assess {
        /// 文件，内容同接口/assessments/preview的请求
        file: PathBuf,
    },
}

/// Does what the arguments of this process ask for.
#[tokio::main]
pub async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // These need neither configuration nor database.
    let done = match &arguments.command {
        Some(Command::ParseTarget) => {
            try_out::parse_targets(std::io::stdin().lock(), std::io::stdout().lock())
        }
        Some(Command::ReadPlan { file }) => read_plan::read_plan(file, std::io::stdout().lock()),
        Some(Command::ReadReport { file }) => read_report::read_report(file, std::io::stdout().lock()),
        Some(Command::ReadSheet { file }) => read_sheet::read_sheet(file, std::io::stdout().lock()),
        Some(Command::Backtest(asked)) => try_forecasts::backtest(asked, std::io::stdout().lock()),
        Some(Command::Assess { file }) => try_out::assess(file, std::io::stdout().lock()),
        _ => run(arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            app::last_words(format!("xushi: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), AppError> {
    let config = Config::load(arguments.config.as_deref())?;
    let _log = app::log(&config);
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(&config).await,
        Command::Demo { dir, as_of, listen, once, plan, region } => {
            let plan = plan.map(|file| document_file::plan_file(&file, region)).transpose()?;
            show((config, plan), dir, as_of, listen, once).await
        }
        Command::Board => {
            let office =
                app::office(&config, config.database.open(3, Limits::WORK)?, Arc::new(SystemClock)).await?;
            tell(format_args!("{}", demo::board(&office).await?.trim_end()))?;
            Ok(())
        }
        Command::Migrate => {
            let store = config.database.open_directly(1)?;
            if let Some(key) = app::prepare(&config, &store, &SystemClock).await? {
                show_key(&key);
            }
            tell(format_args!("数据库已就绪：{}", shown_url(&config.database.url)))?;
            Ok(())
        }
        Command::Openapi => {
            tell(format_args!("{}", api::openapi_text().unwrap_or_default().trim_end()))?;
            Ok(())
        }
        Command::Evaluate { as_of } => evaluate(&config, as_of).await,
        Command::Issue { as_of } => issue(&config, as_of).await,
        Command::Deliver => deliver(&config).await,
        Command::CheckCampaigns => {
            let found = warnings::list_defaulted(&config.database.open(1, Limits::WORK)?.reader()).await?;
            for one in &found {
                tell(format_args!("{}", one.line()))?;
            }
            tell(format_args!("共{}个。", found.len()))?;
            Ok(())
        }
        Command::CheckConfig => {
            config.templates()?;
            config.calendar()?;
            app::transport(&config)?;
            // Certificates for the database are read; nothing is connected to.
            config.database.open(1, Limits::WORK)?;
            config.database.open_directly(1)?;
            tell(format_args!("配置无误。\n{config:#?}"))?;
            Ok(())
        }
        Command::CheckMail { address } => check_mail::check_mail(&config, &address, std::io::stdout()).await,
        Command::CheckFacts => check_facts(&config).await,
        Command::Doctor { mail } => doctor::doctor(&config, mail.as_deref(), std::io::stdout()).await,
        Command::Backup { to, keep } => backup::backup(&config, &to, keep, std::io::stdout()).await,
        Command::Restore { file } => backup::restore(&config, &file, std::io::stdout()).await,
        Command::Audit { command } => audit_command::audit(&config, command, std::io::stdout()).await,
        Command::Resume { used } => backup::resume(&config, &used, std::io::stdout()).await,
        Command::ParseTarget
        | Command::ReadPlan { .. }
        | Command::ReadReport { .. }
        | Command::ReadSheet { .. }
        | Command::Backtest(_)
        | Command::Assess { .. } => Ok(()),
    }
}

async fn evaluate(config: &Config, as_of: Option<NaiveDate>) -> Result<(), AppError> {
    // One connection reads ahead, one writes, one looks up what few indicators need.
    let store = config.database.open(3, Limits::WORK)?;
    let office = app::office(config, store, Arc::new(SystemClock)).await?;
    let as_of = as_of.unwrap_or_else(|| office.clock.today());
    let done = assessments::evaluate(&office, &Actor::technician(), as_of).await?;
    tell(format_args!("{as_of}：研判{}项，{}项有变化", done.assessed, done.changed))?;
    for (grade, count) in &done.grades {
        tell(format_args!("  {} {count}", grade.chinese()))?;
    }
    Ok(())
}

async fn issue(config: &Config, as_of: Option<NaiveDate>) -> Result<(), AppError> {
    // As for an evaluation, which is a part of it.
    let store = config.database.open(3, Limits::WORK)?;
    let office = app::office(config, store, Arc::new(SystemClock)).await?;
    let as_of = as_of.unwrap_or_else(|| office.clock.today());
    let done = warnings::run(&office, &Actor::technician(), as_of).await?;
    tell(format_args!(
        "{as_of}：研判{}项，函{}份，解除{}项",
        done.assessed,
        done.letters.len(),
        done.lifted
    ))?;
    Ok(())
}

async fn deliver(config: &Config) -> Result<(), AppError> {
    let store = config.database.open(config.mail.connections + 1, Limits::WORK)?;
    let office = app::office(config, store, Arc::new(SystemClock)).await?;
    let jobs = app::jobs(config, office)?;
    let done = jobs::deliver::deliver(&jobs).await?;
    tell(format_args!(
        "送达{}，待重试{}，失败{}，结果不明{}",
        done.accepted, done.deferred, done.failed, done.uncertain
    ))?;
    Ok(())
}

async fn check_facts(config: &Config) -> Result<(), AppError> {
    let store = config.database.open(1, Limits::WORK)?;
    let refused = warnings::recheck_facts(&store, SystemClock.timestamp()).await?;
    for fact in &refused {
        let row = &fact.row;
        tell(format_args!(
            "{}，{}，{}至{}，{} {}＝{}（{}，{}公布）：{}",
            fact.measure,
            fact.region,
            row.period_start,
            row.period_end,
            row.basis.0,
            row.figure.0,
            row.value.0,
            row.source,
            row.published_on,
            fact.why
        ))?;
    }
    tell(format_args!(
        "共{}条已存数据不符合现行规则，已标为疑点，不参与研判；请核对后重报。",
        refused.len()
    ))?;
    Ok(())
}

async fn serve(config: &Config) -> Result<(), AppError> {
    let store = config.database.open_directly(1)?;
    if let Some(key) = app::prepare(config, &store, &SystemClock).await? {
        show_key(&key);
    }
    drop(store);
    let listener = listen(config.server.listen, "server.listen")?;
    app::serve(config, Arc::new(SystemClock), listener).await
}

/// Writes what was asked for to standard output. Who has read enough and closed it is content.
///
/// # Errors
/// When it cannot be written, as on a full disk; the line then goes to standard error.
fn tell(line: std::fmt::Arguments<'_>) -> Result<(), AppError> {
    match writeln!(std::io::stdout(), "{line}") {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            // There is nobody left to tell where this fails too.
            let _ = writeln!(std::io::stderr(), "{line}");
            Err(error.into())
        }
    }
}

/// Writes a line to standard output, or to standard error where that is closed or full; `false` when neither takes it.
fn say(line: std::fmt::Arguments<'_>) -> bool {
    writeln!(std::io::stdout(), "{line}").is_ok() || writeln!(std::io::stderr(), "{line}").is_ok()
}

/// Shows the first key, on whichever of the two streams somebody reads. A service whose streams are closed or full runs
/// all the same, and its operator gives it a key by configuration.
fn show_key(key: &str) {
    if !say(format_args!("访问密钥（只显示这一次）：{key}")) {
        tracing::error!("the first key could not be shown; give one by access.bootstrap_key");
    }
}

async fn show(
    (base, plan): (Config, Option<demo::PlanFile>),
    dir: PathBuf,
    as_of: Option<NaiveDate>,
    address: SocketAddr,
    once: bool,
) -> Result<(), AppError> {
    std::fs::create_dir_all(dir.join("outbox"))?;
    // DATABASE_URL (or a configured PostgreSQL) is respected; otherwise everything stays in the folder.
    let own_database = !DatabaseUrl::parse(&base.database.url).is_ok_and(|url| url.is_postgresql());
    let mut config = demo::config_in(base, &dir, own_database);
    if config.letters.base_url.is_empty() {
        // So that the link in a letter leads to the page; the sample's own days are long over.
        config.letters.base_url = format!("http://{address}");
        config.links.days = 3_650;
    }
    let as_of = as_of.or_else(demo::usual_as_of).unwrap_or_else(|| SystemClock.today());
    let shown = demo::run(&config, as_of, plan).await?;
    for note in &shown.notes {
        say(format_args!("{note}"));
    }
    say(format_args!("\n{}", shown.board));
    if once {
        return Ok(());
    }
    let listener = listen(address, "--listen")?;
    let _ = writeln!(
        std::io::stdout(),
        "页面：http://{0}/ （用访问密钥登录），接口说明：http://{0}/docs/ ，接口地址：http://{0}/api/v1 ，按Ctrl+C结束。",
        listener.local_addr()?
    );
    app::serve(&config, Arc::new(SystemClock), listener).await
}

fn listen(address: SocketAddr, key: &str) -> Result<TcpListener, AppError> {
    TcpListener::bind(address)
        .map_err(|error| ConfigError { key: key.to_owned(), detail: format!("{address}: {error}") }.into())
}
