//! The files that a deployment begins with, as far as they can be held against the program
//! and the repository without Docker.

use connvo_tests::balancer::deploy;
use connvo_tests::process::ServerProcess;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use yaml_rust2::{Yaml, YamlLoader};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in the environment that `connvo serve` knows; the secrets have no flags.
fn known() -> BTreeSet<String> {
    let help = Command::new(connvo_tests::process::program())
        .args(["serve", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let flags = help.split("[env: ").skip(1);
    let flags = flags.filter_map(|rest| rest.split(['=', ']']).next());
    let secrets = [
        "CONNVO_WORKOS_API_KEY",
        "CONNVO_WORKOS_WEBHOOK_SECRET",
        "CONNVO_BILLING_WEBHOOK_SECRET",
    ];
    flags.chain(secrets).map(str::to_owned).collect()
}

#[test]
fn the_compose_file_names_settings_and_files_that_there_are() {
    let text = read(&root().join("compose.yaml"));
    let file = &YamlLoader::load_from_str(&text).unwrap()[0];
    let services = file["services"].as_hash().unwrap();
    let names: Vec<&str> = services.keys().filter_map(Yaml::as_str).collect();
    let wanted = ["postgres", "nats", "migrate", "node-1", "node-2", "proxy"];
    assert_eq!(names, wanted);
    let known = known();
    assert!(known.contains("DATABASE_URL"), "{known:?}");
    for node in ["migrate", "node-1", "node-2"] {
        let settings = file["services"][node]["environment"].as_hash().unwrap();
        for name in settings.keys().filter_map(Yaml::as_str) {
            assert!(known.contains(name), "{node}: {name} is no setting");
        }
    }
    for (name, service) in services {
        let name = name.as_str().unwrap();
        assert!(service["image"].as_str().is_some(), "{name}");
        for needed in depends(&service["depends_on"]) {
            assert!(names.contains(&needed), "{name} waits for {needed}");
        }
        for volume in service["volumes"].as_vec().into_iter().flatten() {
            let from = volume.as_str().unwrap().split(':').next().unwrap();
            let is_there = match from.strip_prefix("./") {
                Some(path) => root().join(path).is_file(),
                None => !file["volumes"][from].is_badvalue(),
            };
            assert!(is_there, "{name}: {from}");
        }
    }
    // What the proxy's configuration takes from its environment is given.
    let proxy = file["services"]["proxy"]["environment"].as_hash().unwrap();
    let config = read(&deploy().join("haproxy.cfg"));
    let taken: BTreeSet<&str> = config
        .split("\"${")
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect();
    let given: BTreeSet<&str> = proxy.keys().filter_map(Yaml::as_str).collect();
    assert_eq!(taken, given);
    // It is believed by the servers, under the address that it has.
    let address = &file["services"]["proxy"]["networks"]["inside"]["ipv4_address"];
    let trusted = &file["services"]["node-1"]["environment"]["CONNVO_TRUSTED_PROXIES"];
    assert_eq!(address, trusted);
}

fn depends(list: &Yaml) -> Vec<&str> {
    match list {
        Yaml::Array(names) => names.iter().filter_map(Yaml::as_str).collect(),
        Yaml::Hash(names) => names.keys().filter_map(Yaml::as_str).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_image_is_built_of_what_there_is_and_run_by_nobody() {
    let text = read(&root().join("Dockerfile"));
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim);
    let steps: Vec<Vec<&str>> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    let mut stages = BTreeSet::new();
    for step in &steps {
        match step[..] {
            ["FROM", _, "AS", stage] => {
                stages.insert(stage);
            }
            ["COPY", ref words @ ..] => {
                let from = words.iter().find_map(|word| word.strip_prefix("--from="));
                assert!(from.is_none_or(|from| stages.contains(from)), "{step:?}");
            }
            [word, _, ..] => {
                let others = ["FROM", "RUN", "WORKDIR", "ENV", "USER", "VOLUME", "EXPOSE"];
                let last = ["STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"];
                assert!(others.contains(&word) || last.contains(&word), "{step:?}");
            }
            _ => panic!("{step:?}"),
        }
    }
    let at = steps.iter().rposition(|step| step[0] == "FROM").unwrap();
    let image = &steps[at..];
    assert!(image.contains(&vec!["USER", "nonroot"]));
    assert!(image.contains(&vec!["ENTRYPOINT", "[\"/usr/local/bin/connvo\"]"]));
    let known = known();
    let settings = image
        .iter()
        .filter(|step| step[0] == "ENV")
        .flatten()
        .skip(1);
    for name in settings.filter_map(|word| word.split('=').next()) {
        assert!(known.contains(name), "{name} is no setting");
    }
    // `make www` builds the pages that the binary has inside.
    assert!(read(&root().join("Makefile")).contains("\nwww: "));
}

/// Where it is started again whenever it fails, as the unit says, this is no use.
#[test]
fn wrong_flags_and_settings_end_the_server_as_the_unit_expects() {
    let unit = read(&deploy().join("connvo.service"));
    assert!(unit.contains("\nRestartPreventExitStatus=2 78\n"));
    for (setting, code) in [("--data-directory=x", 2), ("--listen=0.0.0.0:0", 78)] {
        let mut program = Command::new(connvo_tests::process::program());
        let ended = program.args(["serve", setting]).output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{ended:?}");
    }
}

#[test]
fn a_server_is_asked_by_its_own_program_whether_it_is_ready() {
    let server = ServerProcess::start(&[]);
    let listen = server.address().to_string();
    let asked = || {
        let mut program = Command::new(connvo_tests::process::program());
        let asked = program.args(["healthcheck", "--listen", &listen]).output();
        asked.unwrap()
    };
    let ready = asked();
    assert!(ready.status.success(), "{ready:?}");
    assert_eq!(ready.stdout, b"ready\n");
    let _place = server.kill();
    let gone = asked();
    assert_eq!(gone.status.code(), Some(1), "{gone:?}");
    assert!(gone.stderr.starts_with(b"connvo: "), "{gone:?}");
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let unit = read(&deploy().join("connvo.service"));
    let known = known();
    let settings = unit
        .lines()
        .filter_map(|line| line.strip_prefix("Environment="));
    for setting in settings.flat_map(str::split_whitespace) {
        let name = setting.split('=').next().unwrap();
        assert!(known.contains(name), "{name} is no setting");
    }
    // The program is elsewhere here.
    let program = connvo_tests::process::program();
    let unit = unit.replace("/usr/local/bin/connvo", program.to_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connvo.service");
    std::fs::write(&path, unit).unwrap();
    let checked = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&path)
        .output();
    let checked = checked.expect("systemd-analyze is here");
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(
        checked.status.success() && !said.contains("connvo.service"),
        "{said}"
    );
}
