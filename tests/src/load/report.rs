//! The tables, as Markdown for the README.

use super::figures::{Findings, Step};
use super::job::Target;
use super::machine::{describe, says};
use super::plan::{CLIENTS, Plan, WITHIN};
use super::run::Outcome;
use std::fmt::Write as _;

/// The whole report.
#[must_use]
pub fn markdown(plan: &Plan, outcome: &Outcome) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "\n`make load` on {}; {}; commit {}; node {}.",
        describe(),
        says("date", &["-u", "+%Y-%m-%d"]),
        says("git", &["rev-parse", "--short", "HEAD"]),
        says("node", &["--version"]),
    );
    if let Some(found) = &outcome.connvo {
        mixed(&mut out, plan, found, outcome.bare.as_ref());
    }
    if let Some(found) = &outcome.bare {
        bare(&mut out, found, outcome.connvo.as_ref());
    }
    if !outcome.chunks.is_empty() {
        chunks(&mut out, plan, outcome);
    }
    if !outcome.nodes.is_empty() {
        nodes(&mut out, plan, &outcome.nodes);
    }
    if !outcome.sizes.is_empty() {
        sizes(&mut out, plan, &outcome.sizes);
    }
    if !outcome.peers.is_empty() {
        peers(&mut out, plan, &outcome.peers);
    }
    out
}

fn mixed(out: &mut String, plan: &Plan, found: &Findings, bare: Option<&Findings>) {
    let _ = writeln!(
        out,
        "\n{} meetings × {CLIENTS} live clients, {} s a step, Poisson arrivals, {:.0} % of the \
         changes transcript chunks and the others note edits, {} HTTP reads a second beside them; \
         everything stored in SQLite with synchronous FULL. Latencies in milliseconds, p50 / p95 / p99.\n",
        found.rooms,
        plan.seconds,
        plan.transcript * 100.0,
        plan.reads,
    );
    let _ = writeln!(
        out,
        "| changes/s | deliveries/s | commit | delivery | HTTP read | server cores | client cores | server µs a delivery | bare axum µs | ratio |\n\
         |---:|---:|---|---|---|---:|---:|---:|---:|---:|"
    );
    for (at, step) in found.steps.iter().enumerate() {
        let beside = bare.and_then(|bare| bare.steps.get(at));
        let _ = writeln!(
            out,
            "| {:.0} | {:.0} | {} | {} | {} | {:.2} | {:.2} | {:.1} | {} | {} |",
            step.sent as f64 / step.seconds,
            step.deliveries_per_second(),
            step.commit.cell(),
            step.delivery.cell(),
            step.reads.cell(),
            step.server_cores(),
            step.client_us as f64 / 1e6 / step.seconds,
            step.us_per_delivery(),
            beside.map_or("–".into(), |bare| format!(
                "{:.1}",
                bare.us_per_delivery()
            )),
            beside.map_or("–".into(), |bare| times(
                step.us_per_delivery() / bare.us_per_delivery()
            )),
        );
    }
    let each =
        |from: u64, to: u64| to.saturating_sub(from) as f64 / 1024.0 / found.sockets.max(1) as f64;
    let _ = writeln!(
        out,
        "\nMemory of {} idle connections: {:.1} KiB each when signed in, {:.1} KiB each with two \
         subscriptions and their fifth of an open meeting; {:.0} MiB resident in all, {:.0} MiB \
         after the run.",
        found.sockets,
        each(found.memory_before, found.memory_open),
        each(found.memory_before, found.memory_following),
        mib(found.memory_following),
        mib(found.memory_after),
    );
}

/// The transcript load: each database's steps beside the bare fan-out's.
fn chunks(out: &mut String, plan: &Plan, outcome: &Outcome) {
    let _ = writeln!(
        out,
        "\nTranscript chunks alone, {} meetings × {CLIENTS} watchers, Poisson arrivals, {} s a \
         step, {} HTTP reads a second beside them, until p95 is over {:.0} ms or p99 over {:.0} ms. \
         One meeting's note has ten updates a second and a burst of fifty every five seconds: its \
         delivery alone (the step of no chunks) and beside all the others.\n",
        plan.meetings, plan.seconds, plan.reads, WITHIN.0, WITHIN.1,
    );
    let _ = writeln!(
        out,
        "| on | chunks/s | deliveries/s | delivery | that meeting's | HTTP read | server cores | \
         database cores | µs a delivery | bare axum | ratio |\n\
         |---|---:|---:|---|---|---|---:|---:|---:|---:|---:|"
    );
    for on in &outcome.chunks {
        for step in &on.findings.steps {
            let steps = outcome.bare_chunks.iter().flat_map(|bare| &bare.steps);
            let beside = steps.clone().find(|bare| bare.rate == step.rate);
            let of = |us: f64| times(step.us_per_delivery() / us);
            let _ = writeln!(
                out,
                "| {} | {:.0} | {:.0} | {} | {} | {} | {:.2} | {:.2} | {:.1} | {} | {} |",
                on.store,
                step.sent as f64 / step.seconds,
                step.deliveries_per_second(),
                step.delivery.cell(),
                step.pulse.cell(),
                step.reads.cell(),
                step.server_cores(),
                step.store_us as f64 / 1e6 / step.seconds,
                step.us_per_delivery(),
                beside.map_or("–".into(), |bare| format!(
                    "{:.1}",
                    bare.us_per_delivery()
                )),
                beside.map_or("–".into(), |bare| of(bare.us_per_delivery())),
            );
        }
    }
    for on in &outcome.chunks {
        let kept =
            |step: &&Step| step.delivery.p95_ms < WITHIN.0 && step.delivery.p99_ms < WITHIN.1;
        let highest = on
            .findings
            .steps
            .iter()
            .filter(kept)
            .map(|step| step.sent as f64 / step.seconds);
        let _ = writeln!(
            out,
            "\n{}: {:.0} chunks/s is the highest step in time; a bare insert of many rows takes \
             {:.0} rows/s.\n",
            on.store,
            highest.fold(0.0, f64::max),
            on.raw.rows_per_second,
        );
    }
}

/// The mixed load on more and more nodes, and what a delivery costs there.
fn nodes(out: &mut String, plan: &Plan, nodes: &[(usize, Findings)]) {
    let _ = writeln!(
        out,
        "\nThe mixed load on several nodes over one PostgreSQL and one NATS, {} meetings × \
         {CLIENTS} live clients, each meeting's spread over all nodes, {} changes/s a meeting, \
         {} s.\n\n\
         | nodes | deliveries/s | delivery | node cores, all | µs a delivery | of one node's | \
         database and bus cores |\n\
         |---:|---:|---|---:|---:|---:|---:|",
        plan.nodes_meetings, plan.pace, plan.seconds,
    );
    let alone = nodes.iter().flat_map(|(_, found)| &found.steps).next();
    let alone = alone.map_or(0.0, Step::us_per_delivery);
    for (count, found) in nodes {
        for step in &found.steps {
            let _ = writeln!(
                out,
                "| {count} | {:.0} | {} | {:.2} | {:.1} | {} | {:.2} |",
                step.deliveries_per_second(),
                step.delivery.cell(),
                step.server_cores(),
                step.us_per_delivery(),
                times(step.us_per_delivery() / alone),
                step.store_us as f64 / 1e6 / step.seconds,
            );
        }
    }
}

/// The mixed load of few and of many meetings, and what a meeting costs.
fn sizes(out: &mut String, plan: &Plan, sizes: &[Findings]) {
    let _ = writeln!(
        out,
        "\nThe mixed load of few and many meetings on one server with SQLite, {CLIENTS} live \
         clients each, {} changes/s a meeting, {} s.\n\n\
         | meetings | deliveries/s | delivery | server cores | cores for 1 000 meetings | \
         µs a delivery | KiB a meeting |\n\
         |---:|---:|---|---:|---:|---:|---:|",
        plan.pace, plan.seconds,
    );
    for found in sizes {
        let meetings = found.rooms.max(1) as f64;
        let grown = found.memory_after.saturating_sub(found.memory_before);
        for step in &found.steps {
            let _ = writeln!(
                out,
                "| {meetings:.0} | {:.0} | {} | {:.2} | {:.2} | {:.1} | {:.0} |",
                step.deliveries_per_second(),
                step.delivery.cell(),
                step.server_cores(),
                step.server_cores() * 1e3 / meetings,
                step.us_per_delivery(),
                grown as f64 / 1024.0 / meetings,
            );
        }
    }
}

fn bare(out: &mut String, found: &Findings, beside: Option<&Findings>) {
    let each = found.memory_open.saturating_sub(found.memory_before) as f64
        / 1024.0
        / found.sockets.max(1) as f64;
    let worst = found.steps.iter().map(|step| step.delivery.p99_ms);
    let _ = writeln!(
        out,
        "Bare axum, the same sockets and rates with payloads of {} and {} bytes: {each:.1} KiB a \
         connection, delivery p99 up to {:.1} ms.",
        found.note_bytes,
        found.transcript_bytes,
        worst.fold(0.0, f64::max),
    );
    if beside.is_none() {
        for step in &found.steps {
            let _ = writeln!(
                out,
                "{:.0} deliveries/s: {:.1} µs each",
                step.deliveries_per_second(),
                step.us_per_delivery()
            );
        }
    }
}

fn peers(out: &mut String, plan: &Plan, peers: &[(&'static str, Target, Findings)]) {
    let rates: Vec<String> = plan.peer_steps.iter().map(ToString::to_string).collect();
    let _ = writeln!(
        out,
        "\nThe same note load against peers: {} documents × {CLIENTS} clients, {} updates a second \
         a document, {} s each. The peers store nothing; Connvo commits every update before it \
         passes it on.\n",
        plan.peer_documents,
        rates.join(", "),
        plan.peer_seconds,
    );
    let _ = writeln!(
        out,
        "| server | updates/s per core | µs an update | µs a delivery | delivery ms at {} | KiB a document | KiB a connection | MiB before → after |\n\
         |---|---|---|---|---|---:|---:|---|",
        rates.last().map_or("", String::as_str),
    );
    for (name, target, found) in peers {
        let memory = memory(*target, found);
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {:.1} | {:.1} | {:.0} → {:.0} |",
            each(found, |step| format!("{:.0}", 1e6 / step.us_per_change())),
            each(found, |step| format!("{:.0}", step.us_per_change())),
            each(found, |step| format!("{:.1}", step.us_per_delivery())),
            found
                .steps
                .last()
                .map_or("–".into(), |step| step.delivery.cell()),
            memory.0,
            memory.1,
            mib(found.memory_before),
            mib(found.memory_after),
        );
    }
    ratios(out, peers);
}

/// How many times a peer's updates a second per core Connvo's are.
fn ratios(out: &mut String, peers: &[(&'static str, Target, Findings)]) {
    let of = |wanted: Target| peers.iter().find(|(_, target, _)| *target == wanted);
    let Some((.., own)) = of(Target::Yjs) else {
        return;
    };
    for wanted in [Target::Hocuspocus, Target::YWebsocket] {
        let Some((name, _, peer)) = of(wanted) else {
            continue;
        };
        let ratios: Vec<String> = own
            .steps
            .iter()
            .zip(&peer.steps)
            .map(|(own, peer)| times(peer.us_per_change() / own.us_per_change()))
            .collect();
        let (own_memory, peer_memory) = (memory(Target::Yjs, own), memory(wanted, peer));
        let _ = writeln!(
            out,
            "\nConnvo's stock door does {} the updates a second per core of {name}, with {} of its \
             memory a document and {} a connection.",
            ratios.join(", "),
            percent(own_memory.0, peer_memory.0),
            percent(own_memory.1, peer_memory.1),
        );
    }
}

/// KiB a document with all that was written to it, and KiB a connection. Clients of
/// the y-websocket protocol come in two waves, of which the second opens connections
/// alone; live clients sign in first and follow then. What is left after the last
/// step without the connections is documents.
fn memory(target: Target, found: &Findings) -> (f64, f64) {
    let kib = |from: u64, to: u64| to.saturating_sub(from) as f64 / 1024.0;
    let (rooms, sockets) = (found.rooms.max(1) as f64, found.sockets.max(1) as f64);
    let connection = if target == Target::Live {
        kib(found.memory_before, found.memory_open) / sockets
    } else {
        kib(found.memory_open, found.memory_following) / (sockets - rooms).max(1.0)
    };
    let all = kib(found.memory_before, found.memory_after);
    let documents = (all - connection * sockets).max(0.0);
    (documents / rooms, connection)
}

fn each(found: &Findings, cell: impl Fn(&Step) -> String) -> String {
    let cells: Vec<String> = found.steps.iter().map(cell).collect();
    cells.join(", ")
}

fn times(ratio: f64) -> String {
    format!("{ratio:.1}×")
}

fn percent(own: f64, other: f64) -> String {
    if other > 0.0 {
        format!("{:.0} %", own / other * 100.0)
    } else {
        "–".into()
    }
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
