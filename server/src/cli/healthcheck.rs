//! `connvo healthcheck`.

use super::{Outcome, Sources, say};
use clap::Args;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Flags of `connvo healthcheck`: those of `connvo serve`.
#[derive(Debug, Args)]
pub(super) struct Healthcheck {
    #[command(flatten)]
    sources: Sources,
}

impl Healthcheck {
    /// Asks the server that runs here with these settings whether it is ready. An error
    /// when it is not, or does not answer.
    pub(super) async fn run(self) -> Outcome {
        let address = here(self.sources.read()?.listen);
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
        let asked = client.build()?.get(format!("http://{address}/readyz"));
        let status = asked.send().await?.status();
        if !status.is_success() {
            return Err(format!("{address} is not ready: {status}").into());
        }
        say(&mut std::io::stdout(), format_args!("ready"))?;
        Ok(())
    }
}

/// Where who listens there is reached from the same machine.
const fn here(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_at_home() {
        for (listen, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.7:8080", "10.0.0.7:8080"),
        ] {
            assert_eq!(here(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
