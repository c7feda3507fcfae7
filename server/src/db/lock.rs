//! One server a data folder: two would each think that they alone number the log.

use super::StoreError;
use std::fs::{File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// A lock on a data folder, freed when dropped or when the process dies.
#[derive(Debug)]
pub struct DirLock(#[expect(dead_code, reason = "held for its lock")] File);

impl DirLock {
    /// Makes the folder where absent and locks it.
    pub(super) fn take(folder: &Path) -> Result<Self, StoreError> {
        let refuse = |detail: String| StoreError::Folder {
            path: folder.display().to_string(),
            detail,
        };
        // Whoever reads the folder can sign tokens: it is its owner's alone.
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| refuse(error.to_string()))?;
        let file =
            File::create(folder.join("connvo.lock")).map_err(|error| refuse(error.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                Err(refuse("another server is using this folder".into()))
            }
            Err(TryLockError::Error(error)) => Err(refuse(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_new_folder_is_its_owners_alone_and_one_servers_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data");
        let held = DirLock::take(&folder).unwrap();
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(DirLock::take(&folder).is_err());
        drop(held);
        assert!(DirLock::take(&folder).is_ok());
    }
}
