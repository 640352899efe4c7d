//! Protected lines and logins.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use xushi::mail::MailError;

use super::*;
use crate::support::smtp_sink::Guard;

/// An authority of our own, as an intranet has one.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        Self { issuer: Issuer::new(params, key), file }
    }

    /// A server certificate for a host name or an address.
    fn server(&self, host: &str, expired: bool) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        if expired {
            params.not_after = date_time_ymd(2001, 1, 1);
        }
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

fn guarded(sink: &Sink, security: Security, ca_file: &Path) -> SmtpSettings {
    SmtpSettings { security, ca_file: Some(ca_file.to_owned()), ..settings(sink.address) }
}

#[tokio::test]
async fn letters_travel_over_both_kinds_of_tls() {
    let home = tempfile::tempdir().unwrap();
    let own = Authority::new(home.path(), "own");
    let server = own.server("127.0.0.1", false);
    for (security, guard) in
        [(Security::StartTls, Guard::StartTls(server.clone())), (Security::Tls, Guard::Tls(server))]
    {
        let sink = Sink::guarded(vec![vec![]], guard).await;
        let transport = smtp(guarded(&sink, security, &own.file));
        for _ in 0..2 {
            transport.send(&envelope("a@example.org"), &letter()).await.unwrap();
        }
        let log = sink.log();
        assert_eq!(log.connections, 1);
        assert!(log.taken.iter().all(|taken| taken.raw == letter()) && log.taken.len() == 2);
        assert_eq!(log.lines.contains(&"1: STARTTLS".to_owned()), security == Security::StartTls);
    }
}

#[tokio::test]
async fn a_bad_certificate_is_not_talked_to() {
    let home = tempfile::tempdir().unwrap();
    let (own, foreign) = (Authority::new(home.path(), "own"), Authority::new(home.path(), "foreign"));
    for (case, server) in [
        ("wrong name", own.server("other.example.org", false)),
        ("expired", own.server("127.0.0.1", true)),
        ("unknown authority", foreign.server("127.0.0.1", false)),
    ] {
        for (security, guard) in [
            (Security::StartTls, Guard::StartTls(server.clone())),
            (Security::Tls, Guard::Tls(server.clone())),
        ] {
            let sink = Sink::guarded(vec![vec![]], guard).await;
            let error = one(guarded(&sink, security, &own.file)).await.unwrap_err();
            assert_eq!((error.failure, error.stage), (Unusable, SendStage::Connect), "{case}: {error}");
            assert!(!sink.log().lines.iter().any(|line| line.contains("MAIL")), "{case}");
        }
    }
}

#[tokio::test]
async fn tls_that_is_asked_for_is_had_or_nothing_is_sent() {
    let home = tempfile::tempdir().unwrap();
    let own = Authority::new(home.path(), "own");
    let plain = Sink::start(vec![vec![]]).await;
    for security in [Security::StartTls, Security::Tls] {
        let error = one(guarded(&plain, security, &own.file)).await.unwrap_err();
        assert_eq!((error.failure, error.stage), (Unusable, SendStage::Connect), "{security:?}: {error}");
    }
    assert!(!plain.log().lines.iter().any(|line| line.contains("MAIL")));

    let guard = || Guard::StartTls(own.server("127.0.0.1", false));
    for (deed, failure, code) in [
        (Do::Reply(b"454 TLS not available"), Transient, Some(454)),
        (Do::Reply(b"501 no"), Unusable, Some(501)),
        (Do::Close, Transient, None),
    ] {
        let sink = Sink::guarded(vec![vec![("STARTTLS", deed)]], guard()).await;
        let error = one(guarded(&sink, Security::StartTls, &own.file)).await.unwrap_err();
        assert_eq!((error.failure, error.stage, error.code), (failure, SendStage::Connect, code), "{deed:?}");
    }
    // Somebody on the line slips in an answer that would be taken for one given under TLS.
    let injected = Do::Reply(b"220 go ahead\r\n250 AUTH PLAIN");
    let sink = Sink::guarded(vec![vec![("STARTTLS", injected)]], guard()).await;
    let error = one(guarded(&sink, Security::StartTls, &own.file)).await.unwrap_err();
    assert_eq!((error.failure, error.stage), (Unusable, SendStage::Connect), "{error}");
}

#[tokio::test]
async fn a_login_is_given_and_its_refusal_is_not_the_letters_fault() {
    let login = |sink: &Sink| SmtpSettings {
        login: Some("office".into()),
        password: Some("open sesame".into()),
        allow_plain_auth: true,
        ..settings(sink.address)
    };
    let sink = Sink::start(vec![vec![]]).await;
    one(login(&sink)).await.unwrap();
    // base64 of \0office\0open sesame
    assert!(sink.log().lines.contains(&"1: AUTH PLAIN AG9mZmljZQBvcGVuIHNlc2FtZQ==".to_owned()));

    for (point, deed, failure, code) in [
        ("AUTH", Do::Reply(b"535 5.7.8 no"), Unusable, Some(535)),
        ("AUTH", Do::Reply(b"454 4.7.0 later"), Transient, Some(454)),
        ("EHLO", Do::Reply(b"250 no login here"), Unusable, None),
    ] {
        let sink = Sink::start(vec![vec![(point, deed)]]).await;
        let error = one(login(&sink)).await.unwrap_err();
        assert_eq!((error.failure, error.stage, error.code), (failure, SendStage::Connect, code), "{error}");
        assert!(!error.to_string().contains("sesame"));
    }
}

#[test]
fn certificates_are_read_at_start() {
    let home = tempfile::tempdir().unwrap();
    let (missing, empty) = (home.path().join("missing.pem"), home.path().join("empty.pem"));
    std::fs::write(&empty, "").unwrap();
    for ca_file in [missing, empty] {
        let ca_file = Some(ca_file);
        let wrong = SmtpSettings { ca_file, ..SmtpSettings::new("mail.example.org", 465, Security::Tls) };
        match SmtpPool::new(wrong) {
            Err(MailError::Setting { key, .. }) => assert_eq!(key, "ca_file"),
            other => panic!("{other:?}"),
        }
    }
}
