//! A server of a test process's own, under a supervising shell that waits for the end of
//! its standard input: however the test process ends (done, panicked, killed), its side of
//! that pipe closes, and the shell stops the server. So none outlives the tests.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// Tries at a free port: another process may take the one just found.
const ATTEMPTS: u32 = 5;

/// A server that runs; it stops when the pipe to its supervisor closes.
pub(crate) struct Supervised {
    /// Where it listens.
    pub(crate) port: u16,
    supervisor: Child,
    pipes: Mutex<Pipes>,
}

struct Pipes {
    alive: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl std::fmt::Debug for Supervised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Supervised({})", self.port)
    }
}

impl Supervised {
    /// Asks the supervising shell to do something, and waits until it is done.
    ///
    /// # Panics
    /// It cannot: the message says what.
    pub(crate) fn ask(&self, word: &str) {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut said = String::new();
        let asked = writeln!(pipes.alive, "{word}").and_then(|()| {
            pipes.alive.flush()?;
            pipes.said.read_line(&mut said)
        });
        assert!(
            asked.is_ok() && said.trim() == "done",
            "{word}: the supervisor says {said:?} ({asked:?})"
        );
    }

    /// The process whose child it is.
    pub(crate) fn pid(&self) -> u32 {
        self.supervisor.id()
    }
}

/// Starts a server: `shell` makes the supervising shell for a port, which says `ready`, or
/// why it cannot.
///
/// # Panics
/// It does not start: the message names `what`, and why.
pub(crate) fn start(what: &str, shell: impl Fn(u16) -> Result<Command, String>) -> Supervised {
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        let port = crate::free_port();
        match shell(port).and_then(|shell| run(shell, port)) {
            Ok(server) => return server,
            Err(error) => why = error,
        }
    }
    panic!("no throwaway {what}: {why}");
}

/// A shell of somebody who is not root: some servers refuse to be root's.
pub(crate) fn unprivileged() -> Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    if !root {
        return Command::new("sh");
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        "sh",
    ]);
    command
}

fn run(mut shell: Command, port: u16) -> Result<Supervised, String> {
    let mut supervisor = shell
        .current_dir("/tmp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Out of reach of the terminal's Ctrl-C: it ends after us, not with us.
        .process_group(0)
        .spawn()
        .map_err(|error| error.to_string())?;
    let alive = supervisor.stdin.take().ok_or("no pipe")?;
    let mut said = BufReader::new(supervisor.stdout.take().ok_or("no pipe")?);
    let mut lines = String::new();
    loop {
        let before = lines.len();
        let read = said.read_line(&mut lines);
        if lines[before..].trim_end() == "ready" {
            return Ok(Supervised {
                port,
                supervisor,
                pipes: Mutex::new(Pipes { alive, said }),
            });
        }
        if !read.is_ok_and(|bytes| bytes > 0) {
            return Err(lines);
        }
    }
}
