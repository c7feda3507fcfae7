//! The load run behind `make load`: many people in many meetings, on loopback,
//! the server and the load client each in a process of its own.
//!
//! - [`plan`]: how much of everything, from the environment.
//! - [`run`]: the order of the run: starts the processes, gathers the figures.
//! - [`job`]: what one client process is told to do, and what it answers.
//! - [`people`]: users and meetings, made through the public API.
//! - [`live`]: clients of `/v1/live`; [`stock`]: clients of the y-websocket
//!   protocol, for Connvo, the y-websocket server and Hocuspocus.
//! - [`bare`]: a fan-out of bare axum, and its client: what sockets alone cost.
//! - [`board`]: who sent what when, and who has it; [`stepper`]: offers the load.
//! - [`author`]: a person's edits, as Yjs updates.
//! - [`arrivals`]: when something happens: a Poisson process; [`pulse`]: what one
//!   meeting does beside all that.
//! - [`store`]: the databases, and how many rows a second they take from a bare insert.
//! - [`figures`]: latencies and counts; [`machine`]: what the kernel says of a
//!   process; [`report`]: the table.
//!
//! Laws: load is offered by the clock, whether or not the server keeps up, and
//! latency counts from the moment the change was due. A change counts as
//! delivered when a client has it: five deliveries for each change in a meeting
//! of five, its author's acknowledgement among them.

pub mod arrivals;
pub mod author;
pub mod bare;
pub mod board;
pub mod figures;
pub mod job;
pub mod live;
pub mod machine;
pub mod people;
pub mod plan;
mod pulse;
pub mod report;
pub mod run;
pub mod socket;
pub mod spawn;
pub mod stepper;
pub mod stock;
pub mod store;

/// Anything that ends a load run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
