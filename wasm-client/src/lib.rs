//! Browser shell over `connvo-core`.
