//! UTF-16 text mirror.
/// Text.
#[derive(Debug, Clone, Default)]
pub struct Text;
