//! The mail server that most offices run: Postfix as Debian packs it, an instance of its own on ports of its own. It wants a
//! host's name in full in EHLO, refuses an unknown mailbox, and sends back what another server would not take.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection as _;
use xushi::clock::SystemClock;
use xushi::domain::IncidentKind;
use xushi::domain::delivery::DeliveryState;
use xushi::jobs::watch::watch;
use xushi::store::Store;
use xushi::store::rows::DeliveryRow;

use crate::crash::{Post, ended};
use crate::database::Database;
use crate::smtp_sink::{Do, Sink};

/// A running instance; stopped when dropped.
struct Postfix {
    folder: tempfile::TempDir,
    port: u16,
}

const MAIN: &str = "compatibility_level = 3.6
queue_directory = FOLDER/queue
data_directory = FOLDER/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
maillog_file = FOLDER/log
maillog_file_prefixes = FOLDER
myhostname = mx.example.net
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
smtpd_helo_required = yes
smtpd_helo_restrictions = reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname
smtpd_sender_restrictions = reject_non_fqdn_sender
smtpd_recipient_restrictions = reject_non_fqdn_recipient, reject_unauth_destination
virtual_mailbox_domains = example.org
virtual_mailbox_base = FOLDER/mail
virtual_mailbox_maps = inline:{ {unit@example.org = unit/}, {xushi@example.org = bounces/}, {gone@example.org = gone/} }
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
transport_maps = inline:{ {gone@example.org = smtp:[127.0.0.1]:ONWARD} }
";

const MASTER: &str = "127.0.0.1:PORT inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

impl Postfix {
    /// Starts one that sends mail for `gone@example.org` on to port `onward`; why not, where that cannot be.
    fn start(onward: u16) -> Result<Self, String> {
        if !Path::new("/usr/sbin/postfix").exists() {
            return Err("Postfix is not installed (apt-get install postfix)".to_owned());
        }
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
        if !is_root {
            return Err("Postfix only starts for root".to_owned());
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let fill = |text: &str| {
            text.replace("FOLDER", folder.path().to_str().unwrap())
                .replace("PORT", &port.to_string())
                .replace("ONWARD", &onward.to_string())
        };
        for name in ["conf", "queue", "data", "mail"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("conf/main.cf"), fill(MAIN)).unwrap();
        std::fs::write(folder.path().join("conf/master.cf"), fill(MASTER)).unwrap();
        for (owner, name) in [("postfix", "data"), ("nobody", "mail")] {
            let done = Command::new("chown").arg(owner).arg(folder.path().join(name)).status().unwrap();
            assert!(done.success());
        }
        let postfix = Self { folder, port };
        let said = postfix.run("start");
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > Duration::from_secs(20) {
                return Err(format!("Postfix does not start: {said}{}", postfix.log()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(postfix)
    }

    fn run(&self, what: &str) -> String {
        let conf = self.folder.path().join("conf");
        let output = Command::new("/usr/sbin/postfix").arg("-c").arg(conf).arg(what).output().unwrap();
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn mailbox(&self, name: &str) -> PathBuf {
        self.folder.path().join("mail").join(name)
    }

    /// The mails that came into a mailbox, waiting for the first.
    fn mails(&self, name: &str) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let found = std::fs::read_dir(self.mailbox(name).join("new"));
            let mails: Vec<String> = found
                .map(|files| {
                    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
                })
                .unwrap_or_default();
            if !mails.is_empty() {
                return mails;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "no mail for {name}: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.run("stop");
    }
}

async fn execute(store: &Store, statement: &str) {
    let Store::Sqlite(pool) = store else { panic!("this test runs on SQLite") };
    xushi::store::checkout(pool).await.unwrap().batch_execute(statement).await.unwrap();
}

fn of<'r>(rows: &'r [DeliveryRow], address: &str) -> &'r DeliveryRow {
    rows.iter().find(|row| row.email == address).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Postfix"]
async fn postfix_takes_refuses_and_returns_letters() {
    let no: &[u8] = b"550 5.1.1 <gone@example.org>: mailbox is gone";
    let onward = Sink::start(vec![vec![("RCPT", Do::Reply(no))]]).await;
    let postfix = match Postfix::start(onward.address.port()) {
        Ok(postfix) => postfix,
        Err(why) => {
            assert!(std::env::var_os("CI").is_none(), "CI must test against Postfix: {why}");
            let _ = writeln!(std::io::stderr(), "\n*** SKIPPED: POSTFIX: {why} ***\n");
            return;
        }
    };
    let post = Post::new(Database::sqlite()).await;
    post.fill(3).await;
    let ids: Vec<String> = post.deliveries().await.iter().map(|row| row.id.0.to_string()).collect();
    for (id, address) in ids.iter().zip(["unit@example.org", "nobody@example.org", "gone@example.org"]) {
        execute(&post.store, &format!("UPDATE deliveries SET email = '{address}' WHERE id = '{id}'")).await;
    }
    let deliver = async |hello: &str| {
        let mut command = post.command(&["deliver"], &post.sink);
        command.env("XUSHI_MAIL_PORT", postfix.port.to_string()).env("XUSHI_MAIL_HELLO_NAME", hello);
        command.env("XUSHI_MAIL_TIMEOUT_SECONDS", "20");
        assert_eq!(ended(command.spawn().unwrap()).await, Some(true));
        execute(&post.store, "UPDATE deliveries SET next_attempt_at = created_at WHERE state = 'pending'")
            .await;
        post.deliveries().await
    };
    let incidents = async || post.store.count_open_incidents().await.unwrap();

    // A bare word, as machines are called: every letter would be refused for good, and all wait.
    let rows = deliver("vm").await;
    assert!(rows.iter().all(|row| row.state == DeliveryState::Pending), "{rows:?}");
    let said = rows.iter().find_map(|row| row.last_reply.clone()).unwrap();
    assert!(said.starts_with("504 5.5.2 <vm>: Helo command rejected"), "{said}");
    assert_eq!(incidents().await.get(&IncidentKind::TransportRefused), Some(&1));

    // By itself it says the sender's domain.
    let rows = deliver("").await;
    assert_eq!(of(&rows, "unit@example.org").state, DeliveryState::Accepted, "{}", postfix.log());
    let refused = of(&rows, "nobody@example.org");
    assert_eq!(refused.state, DeliveryState::Failed);
    assert!(refused.last_reply.as_deref().unwrap().starts_with("550 5.1.1 "), "{refused:?}");
    assert_eq!(of(&rows, "gone@example.org").state, DeliveryState::Accepted);
    assert_eq!(incidents().await.get(&IncidentKind::TransportRefused), None);
    let mails = postfix.mails("unit");
    assert!(mails.len() == 1 && mails[0].contains(&of(&rows, "unit@example.org").message_id), "{mails:?}");

    // Postfix could not hand it on, and says so to the sender's mailbox.
    postfix.mails("bounces");
    let jobs =
        super::jobs_on(post.store.clone(), Arc::new(SystemClock), Some(postfix.mailbox("bounces"))).await;
    assert_eq!(watch(&jobs, &[]).await.unwrap().bounces, 1);
    let rows = post.deliveries().await;
    let gone = of(&rows, "gone@example.org");
    assert_eq!(gone.state, DeliveryState::Bounced);
    assert!(gone.last_reply.as_deref().unwrap().starts_with("5.1.1 "), "{gone:?}");
    assert_eq!(incidents().await.get(&IncidentKind::DeliveryBounced), Some(&1));

    // By address, as where no name in full is known.
    post.fill(1).await;
    let rows = deliver("127.0.0.1").await;
    assert!(rows.iter().all(|row| row.state != DeliveryState::Pending), "{rows:?}");
    println!("Postfix: taken 2, refused 1, returned 1; a bare EHLO name kept 3 waiting");
}
