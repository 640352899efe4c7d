//! Whether mail would go out, asked of a server without sending any.

use std::time::Instant;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use xushi::mail::handshake::HandshakeStep;

use super::*;
use crate::support::process::xushi;
use crate::support::smtp_sink::Guard;

async fn steps(settings: SmtpSettings) -> Vec<HandshakeStep> {
    smtp(settings).shake_hands(&envelope("a@example.org")).await
}

/// The step that failed: what was done, what was answered, what to do.
async fn failure(settings: SmtpSettings) -> (String, String, String) {
    let steps = steps(settings).await;
    let (last, before) = steps.split_last().unwrap();
    assert!(before.iter().all(|step| step.advice.is_none()), "it stops where it fails: {steps:?}");
    (last.done.clone(), last.said.clone(), last.advice.clone().unwrap_or_default())
}

fn with_login(server: SocketAddr) -> SmtpSettings {
    SmtpSettings {
        login: Some("office".into()),
        password: Some("open sesame".into()),
        allow_plain_auth: true,
        ..settings(server)
    }
}

/// A certificate of an authority of our own for 127.0.0.1, and the file with the authority.
fn certified(folder: &std::path::Path) -> (TlsAcceptor, std::path::PathBuf) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let file = folder.join("own.pem");
    std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), file)
}

#[tokio::test]
async fn a_recipient_is_accepted_and_nothing_is_sent() {
    let sink = Sink::start(vec![vec![]]).await;
    let steps = steps(with_login(sink.address)).await;
    assert!(steps.iter().all(|step| step.advice.is_none()), "{steps:?}");
    let told: Vec<(&str, &str)> =
        steps.iter().map(|step| (step.done.as_str(), step.said.as_str())).skip(1).collect();
    assert_eq!(
        told,
        [
            ("加密", "未设置，明文传输（mail.security = \"plain\"）"),
            ("服务器问候", "220 sink"),
            ("EHLO xushi.test", "250 sink，8BITMIME，AUTH PLAIN LOGIN"),
            ("登录（office）", "235 welcome"),
            ("MAIL FROM:<office@example.org>", "250 sender ok"),
            ("RCPT TO:<a@example.org>", "250 recipient ok"),
            ("RSET、QUIT", "已撤销，没有发出任何邮件"),
        ]
    );
    let log = sink.log();
    assert_eq!((log.taken.len(), log.connections), (0, 1));
    assert!(!log.lines.iter().any(|line| line.contains("DATA")), "{:?}", log.lines);
    assert_eq!(log.lines[log.lines.len() - 2..], ["1: RSET", "1: QUIT"]);
    assert!(!format!("{steps:?}").contains("sesame"), "the password is not shown");
}

#[tokio::test]
async fn what_is_refused_says_what_to_set() {
    let cases: [(&str, &'static [u8], &str, &str); 12] = [
        ("connect", b"554 5.7.1 not for you", "服务器问候", "放行本机地址"),
        ("connect", b"SSH-2.0-x", "服务器问候", "mail.port"),
        ("EHLO", b"501 5.5.2 bad name", "EHLO", "mail.hello_name"),
        ("AUTH", b"535 5.7.8 wrong password", "登录", "mail.login"),
        ("AUTH", "535 授权码错误".as_bytes(), "登录", "授权码"),
        ("MAIL", b"553 5.7.1 sender not owned by user", "MAIL FROM", "mail.from_address"),
        ("MAIL", b"530 5.7.0 Must issue a STARTTLS command first", "MAIL FROM", "mail.security"),
        ("RCPT", b"550 5.1.1 no such user", "RCPT TO", "核对地址"),
        ("RCPT", b"451 4.7.1 greylisted", "RCPT TO", "灰名单"),
        ("RCPT", b"554 5.7.1 <a@example.org>: Relay access denied", "RCPT TO", "转发"),
        ("RCPT", NO_FQDN, "RCPT TO", "mail.hello_name"),
        ("RCPT", b"530 5.7.57 Client was not authenticated", "RCPT TO", "mail.login"),
    ];
    for (point, reply, step, advice) in cases {
        let sink = Sink::start(vec![vec![(point, Do::Reply(reply))]]).await;
        let (done, said, advised) = failure(with_login(sink.address)).await;
        assert!(done.starts_with(step), "{point}: {done}");
        assert!(advised.contains(advice), "{point} {said}: {advised}");
        let words = String::from_utf8_lossy(reply).into_owned();
        assert!(words.starts_with("SSH") || said == words, "the server's own line: {said}");
        assert_eq!(sink.log().taken, []);
    }
}

#[tokio::test]
async fn a_silent_server_holds_nobody() {
    for (point, step) in [("connect", "服务器问候"), ("EHLO", "EHLO"), ("AUTH", "登录"), ("RCPT", "RCPT TO")]
    {
        let sink = Sink::start(vec![vec![(point, Do::Silent)]]).await;
        let bound = Duration::from_millis(300);
        let begun = Instant::now();
        let (done, said, _) = failure(SmtpSettings { send_timeout: bound, ..with_login(sink.address) }).await;
        assert!(done.starts_with(step) && said == "限时内没有应答", "{point}: {done}：{said}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{point}");
    }
    let sink = Sink::start(vec![vec![("EHLO", Do::Flood(b"250-more\r\n"))]]).await;
    assert!(failure(settings(sink.address)).await.0.starts_with("EHLO"));
    let nobody = Sink::start(vec![]).await.address;
    let (done, said, advice) = failure(settings(nobody)).await;
    assert!(done.starts_with("连接127.0.0.1:") && said.contains("连不上"), "{done}：{said}");
    assert!(advice.contains("mail.host") && advice.contains("mail.port"), "{advice}");
}

#[tokio::test]
async fn tls_is_tried_and_what_it_lacks_is_named() {
    let home = tempfile::tempdir().unwrap();
    let (acceptor, ca_file) = certified(home.path());
    let over = |sink: &Sink, security, ca_file: &std::path::Path| SmtpSettings {
        security,
        ca_file: Some(ca_file.to_owned()),
        allow_plain_auth: false,
        ..with_login(sink.address)
    };
    for (guard, security) in [
        (Guard::StartTls(acceptor.clone()), Security::StartTls),
        (Guard::Tls(acceptor.clone()), Security::Tls),
    ] {
        let sink = Sink::guarded(vec![vec![]], guard).await;
        let steps = steps(over(&sink, security, &ca_file)).await;
        assert!(steps.iter().all(|step| step.advice.is_none()), "{steps:?}");
        assert!(
            steps.iter().any(|step| step.done == "TLS握手" && step.said == "已加密，证书可信"),
            "{steps:?}"
        );
    }
    // No STARTTLS where it is wanted; a certificate of somebody we do not trust; no TLS at all.
    let sink = Sink::start(vec![vec![]]).await;
    let (done, said, advice) = failure(over(&sink, Security::StartTls, &ca_file)).await;
    assert_eq!((done.as_str(), said.as_str()), ("STARTTLS", "服务器提供：8BITMIME，AUTH PLAIN LOGIN"));
    assert!(advice.contains("mail.security"), "{advice}");
    let elsewhere = tempfile::tempdir().unwrap();
    let (_, other) = certified(elsewhere.path());
    let sink = Sink::guarded(vec![vec![]], Guard::StartTls(acceptor)).await;
    let (done, said, advice) = failure(over(&sink, Security::StartTls, &other)).await;
    assert!(
        done == "TLS握手" && said.contains("TLS 握手失败") && advice.contains("mail.ca_file"),
        "{said}：{advice}"
    );
    let sink = Sink::start(vec![vec![]]).await;
    let (done, _, advice) = failure(over(&sink, Security::Tls, &ca_file)).await;
    assert!(done == "TLS握手" && advice.contains("mail.security"), "{advice}");
}

/// Runs `xushi check-mail a@example.org` with these settings: exit code and output.
async fn command(folder: &std::path::Path, variables: Vec<(&'static str, String)>) -> (Option<i32>, String) {
    let mut command = xushi(folder, &["check-mail", "a@example.org"]);
    command.envs(variables).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn the_command_prints_the_steps_and_ends_as_they_did() {
    let home = tempfile::tempdir().unwrap();
    for (act, code, words) in [
        (vec![], 0, "检查通过，没有发出任何邮件。"),
        (vec![("RCPT", Do::Reply(b"550 5.1.1 no such user"))], 1, "应答：550 5.1.1 no such user"),
    ] {
        let sink = Sink::start(vec![act]).await;
        let variables = vec![
            ("XUSHI_MAIL_TRANSPORT", "smtp".to_owned()),
            ("XUSHI_MAIL_HOST", sink.address.ip().to_string()),
            ("XUSHI_MAIL_PORT", sink.address.port().to_string()),
            ("XUSHI_MAIL_REDIRECT_TO", "pilot@example.org".to_owned()),
        ];
        let (ended, said) = command(home.path(), variables).await;
        assert_eq!(ended, Some(code), "{said}");
        for part in [words, "RCPT TO:<a@example.org>", "所有邮件实际只发到pilot@example.org"] {
            assert!(said.contains(part), "{part} is not in {said}");
        }
    }
    let (ended, said) = command(home.path(), vec![]).await;
    assert!(ended == Some(0) && said.contains("目录可写") && said.contains(".eml文件"), "{said}");
    assert_eq!(std::fs::read_dir(home.path().join("outbox")).unwrap().count(), 0, "nothing is left there");
    std::fs::write(home.path().join("file"), "").unwrap();
    let (ended, said) = command(home.path(), vec![("XUSHI_MAIL_FOLDER", "file".to_owned())]).await;
    assert!(ended == Some(1) && said.contains("folder"), "{said}");
}
