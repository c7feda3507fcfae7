//! A full disk under one server with SQLite: what it cannot keep it refuses, clearly; what
//! it has acknowledged it keeps; and when there is room again it goes on by itself.
//!
//! The disk is a small file system in memory, which only who may mount can make: run it
//! as `unshare --map-root-user --mount chaos disk`.

use super::crew;
use super::run::{self, Outcome};
use super::world::World;
use crate::load::Failure;
use crate::process::ServerProcess;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// The disk's size, in MiB.
const SIZE_MIB: usize = 48;
/// How often it is full.
const TIMES: usize = 5;
/// How long it is, and how long it is not.
const EACH: Duration = Duration::from_millis(1_500);
/// What SQLite says.
const FULL: &str = "database or disk is full";

/// Runs it; what came of it, and how often the server was refused its room.
///
/// # Errors
/// No disk can be made, the server does not start, or does not answer in the end.
pub async fn run(logs: &Path) -> Result<(Outcome, usize), Failure> {
    let start = || ServerProcess::start(&["--rate-limits", "off"]).kill();
    let place = spawn_blocking(start).await?;
    let disk = place.data_dir().to_owned();
    let made = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &format!("size={SIZE_MIB}m"), "tmpfs"])
        .arg(&disk)
        .status()?;
    if !made.success() {
        return Err("no disk: run it as `unshare --map-root-user --mount`".into());
    }
    let mut server = spawn_blocking(|| place.start()).await?;
    let node = server.address();
    let (reads, devices) = (watch::Sender::new(true), watch::Sender::new([0; 2]));
    let told = (reads.subscribe(), devices.subscribe());
    let world = Rc::new(World::make(0, &[node], node, 1, told).await?);
    let crew = crew::start(&world);
    let mut log = String::new();
    for time in 0..TIMES {
        sleep(EACH).await;
        fill(&disk)?;
        sleep(EACH).await;
        // Once it is killed meanwhile: it is not to find half of something afterwards.
        let is_killed = time == TIMES / 2;
        if is_killed {
            log.push_str(&server.log());
            let place = spawn_blocking(move || server.kill()).await?;
            fs::remove_file(disk.join(BALLAST))?;
            server = spawn_blocking(|| place.start()).await?;
        } else {
            fs::remove_file(disk.join(BALLAST))?;
        }
    }
    let mut outcome = Outcome::default();
    let concluded = run::conclude(&world, &crew, &[node], &mut outcome).await;
    log.push_str(&server.log());
    let refused = log.matches(FULL).count();
    if concluded.is_err() || !outcome.violations.is_empty() || refused == 0 {
        fs::create_dir_all(logs)?;
        let file = logs.join("disk.log");
        fs::write(&file, &log)?;
        println!("  the server's log is {}", file.display());
    }
    drop(server);
    let _ = Command::new("umount").arg(&disk).status();
    concluded?;
    Ok((outcome, refused))
}

const BALLAST: &str = "ballast";

/// Writes until there is no room.
fn fill(disk: &Path) -> Result<(), Failure> {
    let mut file = File::create(disk.join(BALLAST))?;
    let piece = vec![0; 4 << 10];
    for _ in 0..SIZE_MIB << 10 {
        if file.write_all(&piece).is_err() {
            return Ok(());
        }
    }
    Err("the disk does not become full".into())
}
