//! Several servers over one PostgreSQL, whose hints go through PostgreSQL or NATS: each
//! test runs with either, and those of what clients do also by way of PgBouncer.
#![allow(missing_docs, unreachable_pub)]

#[path = "api/client.rs"]
#[allow(dead_code)]
mod client;
#[path = "live/line.rs"]
#[allow(dead_code)]
mod line;

/// The tests of a module, once with hints through PostgreSQL and once through NATS.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod over_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::cluster::Over::Postgres).await;
            })+
        }
        mod over_nats {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::cluster::Over::Nats).await;
            })+
        }
    };
}

/// Those of them that run with a pooler before PostgreSQL, too.
macro_rules! by_pooler {
    ($($test:ident),+ $(,)?) => {
        mod over_pooler {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::cluster::Over::Pooler).await;
            })+
        }
    };
}

#[path = "nodes/bus.rs"]
mod bus;
#[path = "nodes/cluster.rs"]
mod cluster;
#[path = "nodes/cut_off.rs"]
mod cut_off;
#[path = "nodes/doors.rs"]
mod doors;
#[path = "nodes/journals.rs"]
mod journals;
#[path = "nodes/limits.rs"]
mod limits;
#[path = "nodes/people.rs"]
mod people;
#[path = "nodes/plans.rs"]
mod plans;
#[path = "nodes/revoked.rs"]
mod revoked;
#[path = "nodes/work.rs"]
mod work;
#[path = "api/z_plans.rs"]
mod z_plans;

/// Which database the server of [`client`] has: the cluster gives it one.
const POSTGRES: bool = false;
/// Whether there is a pooler between.
const POOLED: bool = false;
