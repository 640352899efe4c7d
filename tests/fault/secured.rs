//! TLS to PostgreSQL, by `sslmode` and with an authority of one's own.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use xushi::store::Store;

use crate::cluster::{Cluster, Place};

/// An authority, and its certificate.
fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), certificate)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a cluster of its own"]
async fn connections_are_as_safe_as_is_asked() {
    let Some(place) = Place::with(&[]) else { return };
    let (own, other) = (authority(), authority());
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &own.0).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (right, wrong) = (file("own.pem", &own.1), file("other.pem", &other.1));
    let cluster = Cluster::new(&place, "secured");
    place.run(&format!(
        "cat >server.crt <<'END'\n{}END\ncat >server.key <<'END'\n{}END\nchmod 600 server.key",
        leaf.pem(),
        key.serialize_pem()
    ));
    let of = place.path().display();
    cluster.ask("x", &format!("ALTER SYSTEM SET ssl_cert_file = '{of}/server.crt'"));
    cluster.ask("x", &format!("ALTER SYSTEM SET ssl_key_file = '{of}/server.key'"));
    let plain = format!("postgres://xushi@localhost:{}/x", cluster.port);
    let takes = async |url: String| {
        Store::open(&url, 1).unwrap().migrate().await.map(drop).map_err(|error| error.to_string())
    };
    // A server without TLS.
    takes(format!("{plain}?sslmode=prefer")).await.unwrap();
    let refused = takes(format!("{plain}?sslmode=require")).await.unwrap_err();
    assert!(refused.contains("TLS"), "{refused}");
    // One that takes nothing else.
    place.run("echo 'hostssl all all 127.0.0.1/32 trust' >secured/pg_hba.conf; echo 'hostssl all all ::1/128 trust' >>secured/pg_hba.conf");
    place.run("pg_ctl -D secured -m fast -w stop >/dev/null");
    cluster.start("-c ssl=on");
    for (url, expected) in [
        (format!("{plain}?sslmode=disable"), Err("no encryption")),
        (format!("{plain}?sslmode=prefer"), Ok(())),
        (plain.clone(), Ok(())),
        (format!("{plain}?sslmode=require"), Ok(())),
        (format!("{plain}?sslmode=require&sslrootcert={wrong}"), Err("invalid peer certificate")),
        (format!("{plain}?sslmode=verify-ca&sslrootcert={right}"), Ok(())),
        (format!("{plain}?sslmode=verify-ca&sslrootcert={wrong}"), Err("invalid peer certificate")),
        (format!("{plain}?sslmode=verify-full&sslrootcert={right}"), Ok(())),
        (format!("{plain}?sslmode=verify-full&sslrootcert={wrong}"), Err("invalid peer certificate")),
        (
            format!(
                "host=localhost port={} user=xushi dbname=x sslmode=verify-full sslrootcert='{right}'",
                cluster.port
            ),
            Ok(()),
        ),
        // The certificate names localhost, not the address.
        (
            format!("postgres://xushi@127.0.0.1:{}/x?sslmode=verify-ca&sslrootcert={right}", cluster.port),
            Ok(()),
        ),
        (
            format!("postgres://xushi@127.0.0.1:{}/x?sslmode=verify-full&sslrootcert={right}", cluster.port),
            Err("not valid for"),
        ),
    ] {
        let took = takes(url.clone()).await;
        match expected {
            Ok(()) => took.unwrap_or_else(|why| panic!("{url}: {why}")),
            Err(words) => {
                let why = took.expect_err(&url);
                assert!(why.contains(words), "{url}: {why}");
            }
        }
    }
    println!("TLS: twelve addresses, each as it should be");
}
