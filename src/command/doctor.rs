//! `xushi doctor`: is everything there that the service needs, and if not, what to do.

use std::io::Write;
use std::path::Path;

use chrono::{Datelike as _, NaiveDate, TimeDelta};

use crate::app::{self, AppError};
use crate::clock::{Clock, SystemClock, office_zone};
use crate::config::{Config, TransportChoice, shown_url};
use crate::domain::delivery::DeliveryState;
use crate::domain::{Role, TextEnum as _};
use crate::jobs::Job;
use crate::jobs::job_table::Rhythm;
use crate::jobs::scheduler::next_after;
use crate::office::rows::{ApiKeyFilter, ApiKeyRow, Page};
use crate::store::{DatabaseUrl, Store, free_room};

/// Room on a disk below which something must be done soon, in bytes.
const ROOM_LOW: u64 = 1 << 30;
/// Room below which the service stops soon, in bytes.
const ROOM_NONE: u64 = 100 << 20;
/// Clocks of this machine and of the database may differ by this much.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// A job is late when it is not done so long after it was due.
const LATE: TimeDelta = TimeDelta::hours(1);
/// A copy should not be older.
const COPY_OLD: TimeDelta = TimeDelta::days(7);

/// How one thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Well,
    /// It works; somebody should look.
    Wanting,
    /// The service does not do its work until this is mended.
    Ill,
}

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    health: Health,
    said: String,
    /// What to do.
    advice: String,
}

fn well(what: &'static str, said: impl Into<String>) -> Finding {
    Finding { what, health: Health::Well, said: said.into(), advice: String::new() }
}

fn wanting(what: &'static str, said: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { what, health: Health::Wanting, said: said.into(), advice: advice.into() }
}

fn ill(what: &'static str, said: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { health: Health::Ill, ..wanting(what, said, advice) }
}

/// Looks at everything and prints it, line by line, with what to do; changes nothing.
///
/// # Errors
/// [`AppError::Ailing`] when the service cannot do its work.
pub(super) async fn doctor(config: &Config, mail: Option<&str>, mut out: impl Write) -> Result<(), AppError> {
    let clock = SystemClock;
    let now = clock.now().with_timezone(&office_zone());
    writeln!(
        out,
        "序时{}体检，{}（北京时间）",
        env!("CARGO_PKG_VERSION"),
        now.format("%Y年%-m月%-d日%H:%M")
    )?;
    let mut findings = settings(config, clock.today());
    findings.extend(disk(config));
    match config.database.open_directly(1) {
        Ok(store) => findings.extend(database(config, &store, &clock).await),
        Err(error) => findings.push(ill("数据库", error.to_string(), "请检查database.url。")),
    }
    findings.push(mails(config, mail).await);
    let mut counts = [0; 3];
    for Finding { what, health, said, advice } in &findings {
        let mark = match health {
            Health::Well => "正常",
            Health::Wanting => "注意",
            Health::Ill => "故障",
        };
        counts[*health as usize] += 1;
        writeln!(out, "[{mark}] {what}：{said}")?;
        if !advice.is_empty() {
            writeln!(out, "       办法：{advice}")?;
        }
    }
    writeln!(out, "共{}项：正常{}，注意{}，故障{}。", findings.len(), counts[0], counts[1], counts[2])?;
    if counts[2] > 0 { Err(AppError::Ailing(counts[2])) } else { Ok(()) }
}

/// What needs neither database nor network.
fn settings(config: &Config, today: NaiveDate) -> Vec<Finding> {
    let mut found = Vec::new();
    found.push(match (config.templates(), app::transport(config)) {
        (Ok(_), Ok(_)) => well("配置", "可以使用"),
        (Err(error), _) => {
            ill("配置", error.to_string(), "请按提示修改后再试；xushi check-config列出全部配置。")
        }
        (_, Err(error)) => ill("配置", error.to_string(), "请修改[mail]一节后再试。"),
    });
    found.push(match config.calendar() {
        Err(error) => ill("工作日历", error.to_string(), "请修改letters.calendars目录中的文件。"),
        Ok(calendar) => {
            let has = |year: i32| calendar.years().any(|one| one.year() == year);
            let how = "请将国务院办公厅当年放假通知整理成JSON，放入letters.calendars所指目录，格式见docs/OPERATING.md。";
            let (this, next) = (today.year(), today.year() + 1);
            if !has(this) {
                ill("工作日历", format!("没有{this}年的日历，期限算不出，函发不出"), how)
            } else if today.month() >= 11 && !has(next) {
                wanting("工作日历", format!("有{this}年的；{next}年的还没有，期限跨年的函届时发不出"), how)
            } else {
                let years: Vec<_> = calendar.years().map(|one| one.year().to_string()).collect();
                well("工作日历", format!("已有{}年", years.join("、")))
            }
        }
    });
    found.push(match config.letters.base_url.as_str() {
        "" => wanting(
            "函内链接",
            "没有填写letters.base_url，函和邮件中没有签收反馈链接",
            "请填写各单位能访问的地址，如http://10.1.2.3:8080。",
        ),
        url if url.contains("://127.") || url.contains("://localhost") => {
            wanting("函内链接", format!("{url}只有本机能打开"), "请改为各单位能访问的地址。")
        }
        url => well("函内链接", url),
    });
    found
}

/// Room where things are written.
fn disk(config: &Config) -> Vec<Finding> {
    let mut places = Vec::new();
    if let Ok(DatabaseUrl::Sqlite(file)) = DatabaseUrl::parse(&config.database.url) {
        places.push(("数据库所在磁盘", Path::new(&file).parent().unwrap_or(Path::new("")).to_owned()));
    }
    if config.mail.transport == TransportChoice::File {
        places.push(("邮件目录所在磁盘", config.mail.folder.clone()));
    }
    let look = |(what, place): (&'static str, std::path::PathBuf)| {
        let place = if place.as_os_str().is_empty() { ".".into() } else { place };
        let advice = "请清理磁盘或扩容；磁盘写满后新数据一概存不进去。";
        match free_room(&place) {
            Some(room) if room < ROOM_NONE => ill(what, format!("只剩{}MB", room >> 20), advice),
            Some(room) if room < ROOM_LOW => wanting(what, format!("只剩{}MB", room >> 20), advice),
            Some(room) => well(what, format!("剩余{}GB", room >> 30)),
            None => wanting(what, format!("{}看不到", place.display()), "请确认目录存在、有权限。"),
        }
    };
    places.into_iter().map(look).collect()
}

/// What the database says of itself and of the work.
async fn database(config: &Config, store: &Store, clock: &dyn Clock) -> Vec<Finding> {
    let shown = shown_url(&config.database.url);
    if let Ok(DatabaseUrl::Sqlite(file)) = DatabaseUrl::parse(&config.database.url)
        && !Path::new(&file).is_file()
    {
        let advice = "请在服务所在目录执行，或用--config指明配置；确是新装的，先执行xushi migrate。";
        return vec![ill("数据库", format!("没有文件{file}"), advice)];
    }
    let standing = match store.schema_standing().await {
        Ok(standing) => standing,
        Err(error) => {
            let advice = "请确认数据库在运行、地址和密码正确、网络可达。";
            return vec![ill("数据库", format!("{shown}连不上（{error}）"), advice)];
        }
    };
    let mut found = vec![well("数据库", format!("{}，{shown}", store.name()))];
    if let Some(newest) = standing.unknown.last() {
        let advice = "请换用升级后的程序；旧程序不能在新库上运行。";
        found.push(ill("表结构", format!("比本程序新（{newest}）"), advice));
        return found;
    }
    if !standing.pending.is_empty() {
        let said = format!("还有{}步升级没有做", standing.pending.len());
        found.push(ill("表结构", said, "请先备份（xushi backup），再执行xushi migrate。"));
        return found;
    }
    found.push(well("表结构", format!("已是最新（{}步）", standing.run)));
    found.push(writing(store, clock).await);
    if store.name() == "sqlite" {
        found.push(sound(store).await);
    }
    found.push(clocks(store, clock).await);
    found.push(keys(store, clock).await);
    found.push(ending_keys(store, clock).await);
    found.extend(work(config, store, clock).await);
    found
}

/// Whether something can be written; it is taken back.
async fn writing(store: &Store, clock: &dyn Clock) -> Finding {
    let tried = async {
        let mut tx = store.begin().await?;
        let written = tx.set("doctor", "tried", clock.timestamp()).await;
        tx.roll_back().await?;
        written
    };
    match tried.await {
        Ok(()) => well("写入", "可以写入"),
        Err(error) => ill(
            "写入",
            format!("写不进去（{error}）"),
            "请检查磁盘空间、文件权限；数据库若为只读或备机，请切换到主机。",
        ),
    }
}

async fn sound(store: &Store) -> Finding {
    match store.find_damage().await {
        Ok(damage) if damage.is_empty() => well("数据完好", "没有发现损坏"),
        Ok(damage) => ill(
            "数据完好",
            format!("有{}处损坏（{}）", damage.len(), damage[0]),
            "请停止服务，用最近的备份恢复（xushi restore）。",
        ),
        Err(error) => {
            ill("数据完好", format!("检查不了（{error}）"), "请停止服务，用最近的备份恢复（xushi restore）。")
        }
    }
}

async fn clocks(store: &Store, clock: &dyn Clock) -> Finding {
    let advice = "请用NTP校准各台机器的时钟；时钟不准，期限和文书日期就不对。";
    match store.find_time().await {
        Ok(Some(theirs)) => {
            let apart = (theirs - clock.timestamp()).abs();
            if apart > SKEW {
                ill("时钟", format!("与数据库相差{}分钟", apart.num_minutes()), advice)
            } else {
                well("时钟", "与数据库一致")
            }
        }
        Ok(None) => well(
            "时钟",
            clock.now().with_timezone(&office_zone()).format("本机%Y-%m-%d %H:%M（北京时间）").to_string(),
        ),
        Err(error) => ill("时钟", format!("数据库的时间读不到（{error}）"), advice),
    }
}

/// Keys that end within a month: a system that is refused tells nobody.
async fn ending_keys(store: &Store, clock: &dyn Clock) -> Finding {
    let (what, now) = ("将到期的密钥", clock.timestamp());
    let soon = Some(now + TimeDelta::days(30));
    let filter = ApiKeyFilter { expires_before: soon, ..ApiKeyFilter::default() };
    let named = |key: &ApiKeyRow| {
        let day = key.expires_at.map(|end| (end + office_zone()).format("（%Y-%m-%d到期）").to_string());
        key.is_valid(now).then(|| format!("{}{}", key.name, day.unwrap_or_default()))
    };
    match store.list_api_keys(&filter, Page { limit: 500, after: None }).await {
        Ok(keys) => match keys.iter().filter_map(named).collect::<Vec<_>>().as_slice() {
            [] => well(what, "30天内没有".to_owned()),
            ending => ill(what, ending.join("、"), "请换发并通知使用单位更换。"),
        },
        Err(error) => ill(what, error.to_string(), "请检查数据库。"),
    }
}

async fn keys(store: &Store, clock: &dyn Clock) -> Finding {
    let now = clock.timestamp();
    let filter = ApiKeyFilter { roles: Some(vec![Role::Administrator]), ..ApiKeyFilter::default() };
    let advice = "请在配置中填写access.bootstrap_key后重启一次。";
    match store.list_api_keys(&filter, Page { limit: 500, after: None }).await {
        Ok(keys) => match keys.iter().filter(|key| key.is_valid(now)).count() {
            0 => ill("管理员密钥", "没有可用的", advice),
            many => well("管理员密钥", format!("{many}个可用")),
        },
        Err(error) => ill("管理员密钥", error.to_string(), advice),
    }
}

/// What the jobs have done, and what waits for a person.
async fn work(config: &Config, store: &Store, clock: &dyn Clock) -> Vec<Finding> {
    let mut found = Vec::new();
    for (job, cron) in config.schedule.jobs() {
        if job.row().rhythm != Rhythm::Slotless {
            found.push(done(store, job, cron, clock).await);
        }
    }
    if let Ok(Some((copy, at))) = store.find_restoration().await {
        let at = (at + office_zone()).format("%Y-%m-%d %H:%M");
        found.push(ill(
            "签发和投递",
            format!("{at}从备份{copy}恢复，已暂停，等待核对"),
            "请核对备份以后发出的函，再执行xushi resume。",
        ));
    }
    if let Some(mailbox) = config.redirect_to() {
        found.push(wanting(
            "演练",
            format!("所有邮件只发到{mailbox}"),
            "演练结束后去掉mail.redirect_to并重启。",
        ));
    }
    if let Ok(open) = store.count_open_incidents().await {
        let mut kinds: Vec<_> = open.into_iter().filter(|(_, count)| *count > 0).collect();
        kinds.sort();
        let said: Vec<_> = kinds.iter().map(|(kind, count)| format!("{}{count}", kind.chinese())).collect();
        found.push(if said.is_empty() {
            well("异常", "没有")
        } else {
            wanting("异常", said.join("，"), "详见GET /incidents；各类办法见docs/OPERATING.md。")
        });
    }
    match store.count_deliveries().await {
        Ok(counts) => {
            let waiting = counts.get(&DeliveryState::Pending).copied().unwrap_or_default();
            found.push(well("待投递邮件", format!("{waiting}封")));
        }
        Err(error) => found.push(ill("待投递邮件", error.to_string(), "请检查数据库。")),
    }
    found.push(copied(store, clock).await);
    found
}

fn chinese(job: Job) -> &'static str {
    match job {
        Job::Evaluate => "定时研判",
        Job::Issue => "定时签发",
        Job::Remind => "定时催办",
        Job::Digest => "早上的通知汇总",
        Job::Deliver => "投递",
        Job::Notify => "回调通知",
        Job::Seal => "操作记录封存",
        Job::Watch => "巡检",
    }
}

async fn done(store: &Store, job: Job, cron: &str, clock: &dyn Clock) -> Finding {
    let what = chinese(job);
    if cron.is_empty() {
        return wanting(what, "没有开启", "如非有意，请在[schedule]中恢复。");
    }
    let advice = "请看服务是否在运行，日志中该任务为何失败。";
    match store.find_last_done(job.as_str()).await {
        Ok(Some(slot)) => {
            let finished = slot.finished_at.unwrap_or(slot.lease_until);
            let said = format!("最近一次成功于{}", (finished + office_zone()).format("%Y-%m-%d %H:%M"));
            let due = next_after(cron, finished.and_utc());
            if due.is_some_and(|due| clock.now() - due > LATE) {
                ill(what, format!("{said}，此后该做而没有做"), advice)
            } else {
                well(what, said)
            }
        }
        Ok(None) => wanting(what, "还没有成功过", "新装的服务到点才做；已到点的，请看服务是否在运行。"),
        Err(error) => ill(what, error.to_string(), advice),
    }
}

async fn copied(store: &Store, clock: &dyn Clock) -> Finding {
    let advice = "请每日执行xushi backup 目录 --keep 14，并把备份存到另一台机器。";
    match store.find_setting(app::BACKED_UP).await {
        Ok(Some((file, at))) => {
            let said = format!("{}，{file}", (at + office_zone()).format("%Y-%m-%d %H:%M"));
            if clock.timestamp() - at > COPY_OLD {
                wanting("上次备份", format!("{said}，已超过7天"), advice)
            } else {
                well("上次备份", said)
            }
        }
        Ok(None) => wanting("上次备份", "没有用xushi backup备份过", advice),
        Err(error) => ill("上次备份", error.to_string(), "请检查数据库。"),
    }
}

/// Whether mails go out: a real handshake up to the recipient, without a mail.
async fn mails(config: &Config, address: Option<&str>) -> Finding {
    if config.mail.transport == TransportChoice::File {
        let said = format!("邮件只写入目录{}，不发出", config.mail.folder.display());
        return wanting(
            "邮件",
            said,
            "正式使用时请填写[mail]一节（transport = \"smtp\"），用xushi check-mail试。",
        );
    }
    match app::shake_hands(config, address.unwrap_or(&config.mail.from_address)).await {
        Ok(steps) => match steps.iter().find(|step| step.advice.is_some()) {
            None => well("邮件", format!("与{}握手{}步，都通过", config.mail.host, steps.len())),
            Some(step) => ill(
                "邮件",
                format!("{}没有通过，应答：{}", step.done, step.said),
                step.advice.clone().unwrap_or_default(),
            ),
        },
        Err(error) => ill("邮件", error.to_string(), "请修改[mail]一节。"),
    }
}
