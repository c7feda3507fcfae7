//! Connvo server.
