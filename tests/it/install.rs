//! The tarball: what is in it, and that it runs where it is unpacked.

use std::path::Path;
use std::process::Command;

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_tarball_has_all_that_an_install_needs() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join("docs/install/tarball.sh");
    let made = run(Command::new("sh").arg(&script).arg(env!("CARGO_BIN_EXE_xushi")).arg(folder.path()));
    let listed = run(Command::new("tar").args(["-tzf", made.trim()]));
    for file in [
        "bin/xushi",
        "install.sh",
        "xushi.toml",
        "systemd/xushi.service",
        "systemd/xushi-backup.service",
        "systemd/xushi-backup.timer",
        "doc/OPERATING.md",
        "doc/LICENSE",
    ] {
        assert!(listed.lines().any(|line| line.ends_with(file)), "{file} is not in\n{listed}");
    }
    run(Command::new("tar").args(["-C", folder.path().to_str().unwrap(), "-xzf", made.trim()]));
    let top = folder.path().join(listed.lines().next().unwrap().trim_end_matches('/'));
    // What install.sh would put in place says nothing yet, and nothing that is no setting.
    let settings = std::fs::read_to_string(top.join("xushi.toml")).unwrap();
    assert!(
        settings
            .parse::<toml::Table>()
            .unwrap()
            .values()
            .all(|section| section.as_table().unwrap().is_empty())
    );
    let mut check = Command::new(top.join("bin/xushi"));
    let checked = run(check.current_dir(&top).env_remove("DATABASE_URL").arg("check-config"));
    assert!(checked.contains("配置无误"), "{checked}");
}

#[test]
fn units_are_what_systemd_takes() {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/install");
    let folder = tempfile::tempdir().unwrap();
    let mut verify = Command::new("systemd-analyze");
    verify.arg("verify");
    for unit in ["xushi.service", "xushi-backup.service", "xushi-backup.timer"] {
        let text = std::fs::read_to_string(from.join(unit)).unwrap();
        // The program is looked for as well, and is not installed here.
        let text = text.replace("/usr/local/bin/xushi", "/bin/true");
        std::fs::write(folder.path().join(unit), text).unwrap();
        verify.arg(folder.path().join(unit));
    }
    // An unknown setting is only said, not refused.
    match verify.output() {
        Ok(said) => {
            let words = String::from_utf8_lossy(&said.stderr).into_owned();
            assert!(said.status.success() && words.is_empty(), "{words}");
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "systemd-analyze: {error}");
            eprintln!("\n*** SKIPPED: units are not verified, there is no systemd-analyze ***\n");
        }
    }
}
