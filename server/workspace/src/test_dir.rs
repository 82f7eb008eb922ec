//! A folder for one test, gone at its end.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use stdx::AbsPath;

pub(crate) struct TestDir(AbsPath);

impl TestDir {
    /// An empty folder; `name` says whose it is.
    pub(crate) fn new(name: &str) -> TestDir {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = format!("workspace-{name}-{}-{count}", std::process::id());
        let path = AbsPath::new(std::env::temp_dir().join(folder)).unwrap();
        std::fs::create_dir_all(&path).unwrap();
        TestDir(path)
    }

    pub(crate) fn path(&self, relative: &str) -> AbsPath {
        self.0.join(relative)
    }

    #[expect(clippy::disallowed_methods, reason = "a test plays the part of the user")]
    pub(crate) fn write(&self, relative: &str, bytes: impl AsRef<[u8]>) -> AbsPath {
        let path = self.path(relative);
        std::fs::create_dir_all(path.as_path().parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[expect(clippy::disallowed_methods, reason = "a test plays the part of the user")]
    pub(crate) fn read(&self, relative: impl AsRef<Path>) -> String {
        String::from_utf8(std::fs::read(self.0.join(relative)).unwrap()).unwrap()
    }
}

impl Drop for TestDir {
    #[expect(clippy::disallowed_methods, reason = "the folder of a test is nobody's")]
    fn drop(&mut self) {
        // A folder that stays behind in the system's temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
