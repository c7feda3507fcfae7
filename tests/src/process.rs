//! The real `connvo` program as a process of its own, to be killed and started
//! again on the same data.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// Longest wait for the address line of a starting server.
const START: Duration = Duration::from_secs(60);

/// Lines of the program's log that a failing test shows.
const SHOWN_LINES: usize = 40;

/// A running server. Dropping it kills the process and removes its data.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
    place: Place,
}

/// What stays between two runs of a server: its data, its flags, its port.
#[derive(Debug)]
pub struct Place {
    data: TempDir,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    listen: SocketAddr,
}

impl ServerProcess {
    /// Starts `connvo serve --dev` on a free port with a new data directory and
    /// these further flags, and waits until it listens.
    ///
    /// # Panics
    /// It does not start: the message has its log.
    #[must_use]
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_in(arguments, &[])
    }

    /// As [`ServerProcess::start`], with this in its environment.
    ///
    /// # Panics
    /// It does not start: the message has its log.
    #[must_use]
    pub fn start_in(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let data = TempDir::new().expect("a temporary directory");
        Place {
            data,
            arguments: arguments.iter().map(ToString::to_string).collect(),
            environment: environment.iter().map(owned).collect(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
        .start()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and its address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.place.data.path()
    }

    /// The process's id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log
            .lock()
            .map(|lines| lines.join("\n"))
            .unwrap_or_default()
    }

    /// What it has logged when that is asked: good beyond its end.
    pub fn log_lines(&self) -> impl Fn() -> String + use<> {
        let log = Arc::clone(&self.log);
        move || log.lock().map(|lines| lines.join("\n")).unwrap_or_default()
    }

    /// Kills it as a power cut would (`kill -9`). What is returned starts it again
    /// on the same data and the same port.
    #[must_use]
    pub fn kill(mut self) -> Place {
        end(&mut self.child);
        self.into_place()
    }

    /// Asks it to go (SIGTERM) and waits until it has drained.
    ///
    /// # Panics
    /// The signal cannot be sent.
    #[must_use]
    pub fn terminate(mut self) -> (ExitStatus, Place) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM is sent");
        let status = self.child.wait().expect("the server ends");
        (status, self.into_place())
    }

    fn into_place(mut self) -> Place {
        let spare = TempDir::new().expect("a temporary directory");
        Place {
            data: std::mem::replace(&mut self.place.data, spare),
            arguments: std::mem::take(&mut self.place.arguments),
            environment: std::mem::take(&mut self.place.environment),
            listen: self.address,
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        end(&mut self.child);
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
            eprintln!("the server's log ended:\n{}", shown.join("\n"));
        }
    }
}

impl Place {
    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.data.path()
    }

    /// Starts a server here and waits until it listens.
    ///
    /// # Panics
    /// It does not start: the message has its log.
    #[must_use]
    pub fn start(self) -> ServerProcess {
        match self.try_start() {
            Ok(server) => server,
            Err(down) => panic!("connvo did not start:\n{}", down.1),
        }
    }

    /// Puts this into the environment of the next run.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(held, _)| held != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Takes it out of the environment again.
    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|(held, _)| held != name);
    }

    /// As [`Place::start`], for who can wait for what is missing.
    ///
    /// # Errors
    /// It does not start: why, by its log.
    ///
    /// # Panics
    /// The program cannot be run.
    pub fn try_start(self) -> Result<ServerProcess, Box<(Self, String)>> {
        let mut command = Command::new(program());
        for name in [
            "CONNVO_CONFIG",
            "CONNVO_RATE_LIMITS",
            "DATABASE_URL",
            "BUS_DATABASE_URL",
            "NATS_URL",
        ] {
            command.env_remove(name);
        }
        let mut child = command
            .args(["serve", "--dev", "--listen", &self.listen.to_string()])
            .arg("--data-dir")
            .arg(self.data.path())
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the connvo program runs");
        let log = Arc::new(Mutex::new(Vec::new()));
        let (says, said) = mpsc::channel();
        gather(child.stdout.take(), log.clone(), Some(says));
        gather(child.stderr.take(), log.clone(), None);
        let Ok(address) = said.recv_timeout(START) else {
            end(&mut child);
            let lines = log.lock().map(|lines| lines.join("\n"));
            return Err(Box::new((self, lines.unwrap_or_default())));
        };
        Ok(ServerProcess {
            child,
            address,
            log,
            place: self,
        })
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Keeps the lines of one stream, and says the address when it comes by.
fn gather<R: Read + Send + 'static>(
    stream: Option<R>,
    log: Arc<Mutex<Vec<String>>>,
    says: Option<mpsc::Sender<SocketAddr>>,
) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        let mut says = says;
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if let Some(address) = line.split("http://").nth(1)
                && let Ok(address) = address.trim().parse()
                && let Some(says) = says.take()
            {
                let _ = says.send(address);
            }
            if let Ok(mut log) = log.lock() {
                log.push(line);
            }
        }
    });
}

/// The `connvo` program: `CONNVO_BIN`, or the one built beside this test.
///
/// # Panics
/// It is not built.
#[must_use]
pub fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("CONNVO_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("this test is a file");
    // target/debug/deps/test-hash or target/debug/program → target/debug/connvo
    let folders = test.ancestors().skip(1).take(2);
    let mut beside = folders.map(|folder| folder.join("connvo"));
    beside.find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("the connvo program is not built: cargo build -p connvo-server, or set CONNVO_BIN")
    })
}
