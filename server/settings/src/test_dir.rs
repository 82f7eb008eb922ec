//! A data folder for one test.

use std::path::PathBuf;

use stdx::store::DataDir;

pub(crate) struct TestDir(PathBuf);

impl TestDir {
    pub(crate) fn new(name: &str) -> TestDir {
        let name = format!("ostler-settings-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        TestDir(path)
    }

    pub(crate) fn data(&self) -> DataDir {
        DataDir::open(&self.0).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "a test plays the part of another program")]
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    #[expect(clippy::disallowed_methods, reason = "a test looks at what was written")]
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for TestDir {
    #[expect(clippy::disallowed_methods, reason = "the test's own folder")]
    fn drop(&mut self) {
        // A test that failed has more to say than this.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
