//! What is looked for, and where.

/// Something that must not be there.
pub struct Needle {
    /// What it is; a finding says this and not the thing itself.
    pub name: String,
    pub text: String,
}

impl Needle {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        assert!(text.len() >= 8, "{name} is too short to be looked for");
        Self { name, text }
    }

    /// A token, and each part of it that names or proves somebody.
    pub fn token(name: &str, token: &str) -> Vec<Self> {
        let mut all = vec![Self::new(name, token)];
        let parts = token.split('.').skip(1).filter(|part| part.len() > 16);
        all.extend(parts.map(|part| Self::new(format!("{name} (a part)"), part)));
        all
    }

    /// An address of somebody, as it is and as a path has it.
    pub fn address(email: &str) -> Vec<Self> {
        vec![
            Self::new(format!("the address of {email}"), email),
            Self::new(format!("the address of {email}"), email.replace('@', "%40")),
        ]
    }
}

/// Somewhere to look.
pub struct Heap {
    pub name: &'static str,
    pub text: String,
}

/// What was found where: a line each.
pub fn found(needles: &[Needle], heaps: &[Heap]) -> Vec<String> {
    let mut all = Vec::new();
    for heap in heaps {
        for line in heap.text.lines() {
            for needle in needles {
                if line.contains(&needle.text) {
                    let shown: String = line.chars().take(300).collect();
                    all.push(format!("{} in {}: {shown}", needle.name, heap.name));
                }
            }
        }
    }
    all
}
