//! What a check leaves alone, and what it ends.

use std::os::unix::process::CommandExt;

use rustix::fs::{FlockOperation, flock};
use rustix::mount::{MountPropagationFlags, mount_bind, mount_change};
use rustix::thread::{Gid, Uid, UnshareFlags};
use stdx::process::Environment;

use super::*;

#[tokio::test]
async fn the_users_tree_stays_as_it_is() {
    let project = Project::new(&[
        ("src/lib.rs", "pub mod m;\n"),
        ("src/m.rs", "pub fn f() {}\n"),
        (
            "build.rs",
            "fn main() { std::fs::write(\"src/made.rs\", \"x\").unwrap(); std::fs::write(\"src/m.rs\", \"pub fn f() {}\\n\").unwrap(); }\n",
        ),
    ]);
    assert!(project.users_check().await);
    fs::remove_file(project.path("Cargo.lock")).unwrap();
    let before = project.everything();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    for wall in [Wall::Best, Wall::Copy] {
        let verifier = CargoVerifier::new(project.config(wall));
        let mut draft = project.with(&[("src/m.rs", "pub fn f() -> u8 {}\n")]);
        check(&verifier, &draft).await;
        draft.delete(project.root().join("src/m.rs"));
        check(&verifier, &draft).await;
        check(&verifier, &project.draft()).await;
        assert_eq!(project.everything(), before);
    }
    assert_eq!(fs::read_to_string("/proc/self/mountinfo").unwrap(), mounts);
    assert_eq!(fs::read_dir(project.scratch()).unwrap().count(), 0, "scratch was not cleaned");
}

#[tokio::test]
async fn the_users_locks_are_not_waited_for() {
    let project = Project::new(&[("src/lib.rs", "pub fn f() {}\n")]);
    assert!(project.users_check().await);
    let home = project.folder.path().join("cargo-home");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("credentials.toml"), "[registry]\ntoken = \"t\"\n").unwrap();
    let mut config = project.config(Wall::Best);
    let rustup = crate::ground::rustup_home(&config.environment).unwrap();
    config.environment.set("RUSTUP_HOME", rustup);
    config.environment.set("CARGO_HOME", &home);
    let mut held = Vec::new();
    for path in [project.path("target/debug/.cargo-lock"), home.join(".package-cache")] {
        let file = fs::File::options().write(true).create(true).truncate(false).open(path).unwrap();
        flock(&file, FlockOperation::LockExclusive).unwrap();
        held.push(file);
    }
    let verifier = CargoVerifier::new(config);
    let report = check(&verifier, &project.with(&[("src/lib.rs", "pub fn f() -> u8 {}\n")])).await;
    assert_eq!(messages(&report), ["mismatched types"]);
    assert_eq!(report.confinement, Confinement::Overlay);
}

/// A build script that fails the build if it can do any of what it should not.
const BURGLAR: &str = r#"
use std::{env, fs, net::TcpStream, path::Path};
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let home = env::var("HOME").unwrap();
    let mut done = Vec::new();
    let mut try_it = |what: &str, worked: bool| if worked { done.push(what.to_owned()) };
    // Goes to a private folder, if the project lies beneath /tmp.
    let _ = fs::write("../stolen", "x");
    try_it("write to the system", fs::write("/etc/ostler-stolen", "x").is_ok());
    try_it("read a key", fs::read(format!("{home}/.ssh/id")).is_ok());
    try_it("read credentials", fs::read(format!("{home}/.cargo/credentials.toml")).is_ok_and(|t| !t.is_empty()));
    try_it("reach a service", TcpStream::connect("127.0.0.1:PORT").is_ok());
    try_it("see other processes", fs::read_dir("/proc").unwrap().filter(|e| {
        e.as_ref().unwrap().file_name().to_string_lossy().parse::<u32>().is_ok()
    }).count() > 8);
    try_it("read our memory", fs::read("/proc/1/environ").is_ok());
    try_it("see the key", env::vars().any(|(n, v)| n.contains("API_KEY") || v.contains("sk-test")));
    try_it("use the disk", Path::new("/dev/vda").exists() || Path::new("/dev/sda").exists());
    try_it("talk to services", fs::read_dir("/run").unwrap().count() > 2);
    fs::write("../project/Cargo.lock", "spoilt").unwrap();
    fs::remove_file("src/extra.rs").unwrap();
    assert!(done.is_empty(), "it could {done:?}");
}
"#;

#[tokio::test]
async fn a_build_script_is_confined() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let script = BURGLAR.replace("PORT", &listener.local_addr().unwrap().port().to_string());
    let project = Project::new(&[("src/lib.rs", ""), ("build.rs", &script), ("src/extra.rs", "")]);
    let elsewhere = TempFolder::beside_the_program();
    let home = elsewhere.path().join("home");
    for (name, text) in
        [(".ssh/id", "secret"), (".cargo/credentials.toml", "token"), ("notes", "n")]
    {
        fs::create_dir_all(home.join(name).parent().unwrap()).unwrap();
        fs::write(home.join(name), text).unwrap();
    }
    let before = project.everything();
    let mut config = project.config(Wall::Best);
    let rustup = crate::ground::rustup_home(&config.environment).unwrap();
    config.environment.set("RUSTUP_HOME", rustup);
    config.environment.set("HOME", &home);
    let report = check(&CargoVerifier::new(config), &project.draft()).await;
    let complaints: Vec<&str> = report.errors().map(|error| error.rendered.as_str()).collect();
    assert_eq!(complaints, [""; 0]);
    assert_eq!(report.confinement, Confinement::Overlay);
    assert_eq!(project.everything(), before);
    assert!(!Path::new("/etc/ostler-stolen").exists());
}

/// Numbers of the processes that were started with `word` among their arguments.
fn processes_with(word: &str) -> Vec<String> {
    let found = fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
        let arguments = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&arguments).split('\0').any(|argument| argument == word)
    });
    found.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn cancelling_ends_all_processes() {
    for wall in [Wall::Best, Wall::Copy] {
        let word = format!("3{}.{}", std::process::id(), u8::from(wall == Wall::Copy));
        let script = format!(
            "fn main() {{ std::process::Command::new(\"sh\")\
             .args([\"-c\", \"sleep {word} & sleep {word}\"]).status().unwrap(); }}\n"
        );
        let project = Project::new(&[("src/lib.rs", ""), ("build.rs", &script)]);
        let verifier = CargoVerifier::new(project.config(wall));
        let (draft, scope) = (project.draft(), CheckScope::default());
        let cancel = CancellationToken::new();
        let word_seen = word.clone();
        let canceller = cancel.clone();
        let started = tokio::task::spawn_blocking(move || {
            while processes_with(&word_seen).len() < 2 {
                std::thread::yield_now();
            }
            canceller.cancel();
        });
        let result = within(verifier.check(&draft, &scope, &cancel)).await;
        assert_eq!(result, Err(CheckError::Cancelled));
        within(started).await.unwrap();
        assert_eq!(processes_with(&word), [""; 0], "{wall:?}");
        // And the verifier can be used again.
        let draft = project.with(&[("build.rs", "fn main() {}\n")]);
        assert_eq!(messages(&check(&verifier, &draft).await), [""; 0]);
    }
}

#[tokio::test]
async fn a_program_that_fills_the_disk_is_stopped() {
    let script = "fn main() {\n    let chunk = vec![1; 1 << 20];\n    for n in 0.. {\n        \
                  std::fs::write(format!(\"junk{}\", n % 200), &chunk).unwrap();\n    }\n}\n";
    let project = Project::new(&[("src/lib.rs", ""), ("build.rs", script)]);
    let mut config = project.config(Wall::Best);
    config.upper_bytes = 64 << 20;
    let verifier = CargoVerifier::new(config);
    let (draft, scope) = (project.draft(), CheckScope::default());
    let result = within(verifier.check(&draft, &scope, &CancellationToken::new())).await;
    assert!(
        matches!(&result, Err(CheckError::Failed(why)) if why.contains("wrote more")),
        "{result:?}"
    );
    let draft = project.with(&[("build.rs", "fn main() {}\n")]);
    assert_eq!(messages(&check(&verifier, &draft).await), [""; 0]);
}

/// Where the compiler is installed, which may be where only we can go.
async fn toolchain() -> PathBuf {
    let environment = Environment::of_this_process(crate::matters_to_builds);
    let command = stdx::process::Command::new("rustc", AbsPath::new("/").unwrap(), environment);
    let said = command.args(["--print", "sysroot"]).run(&CancellationToken::new()).await.unwrap();
    PathBuf::from(said.stdout.text().trim())
}

const NOBODY: u32 = 65534;

#[tokio::test]
#[expect(unsafe_code, reason = "the child becomes another user before it runs")]
async fn as_nobody() {
    if !rustix::process::geteuid().is_root() {
        // Then all other tests run as an ordinary user already.
        return;
    }
    let folder = TempFolder::new();
    let installed = folder.path().join("toolchain");
    for name in ["toolchain", "home", "tmp"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        std::os::unix::fs::chown(folder.path().join(name), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let program = folder.path().join("tests");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let toolchain = toolchain().await;
    let mut command = std::process::Command::new(&program);
    command
        .args(["--exact", "cargo::tests::confinement::inner_as_nobody", "--ignored", "--nocapture"])
        .env_clear()
        .env("PATH", format!("{}/bin:/usr/bin:/bin", installed.display()))
        .env("HOME", folder.path().join("home"))
        .env("TMPDIR", folder.path().join("tmp"))
        .current_dir("/");
    // SAFETY: system calls only, and no other thread of the child exists.
    unsafe {
        command.pre_exec(move || {
            rustix::thread::unshare_unsafe(UnshareFlags::NEWNS)?;
            mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)?;
            mount_bind(&toolchain, &installed)?;
            let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
            rustix::thread::set_thread_groups(&[])?;
            rustix::thread::set_thread_res_gid(group, group, group)?;
            rustix::thread::set_thread_res_uid(user, user, user)?;
            Ok(())
        });
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = within(output).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}\n{error}");
}

#[tokio::test]
#[ignore = "run by as_nobody"]
async fn inner_as_nobody() {
    assert!(!rustix::process::geteuid().is_root());
    let project = Project::new(&[("src/lib.rs", "pub mod m;\n"), ("src/m.rs", "pub fn f() {}\n")]);
    assert!(project.users_check().await);
    let before = project.everything();
    let verifier = project.verifier();
    let report = check(&verifier, &project.draft()).await;
    assert_eq!((messages(&report), report.confinement), (vec![], Confinement::Overlay));
    let mut draft = project.with(&[("src/m.rs", "pub fn f() -> u8 {}\n")]);
    assert_eq!(messages(&check(&verifier, &draft).await), ["mismatched types"]);
    draft.delete(project.root().join("src/m.rs"));
    assert_eq!(messages(&check(&verifier, &draft).await), ["file not found for module `m`"]);
    assert_eq!(messages(&check(&verifier, &project.draft()).await), [""; 0]);
    assert_eq!(project.everything(), before);
}

#[tokio::test]
async fn where_nothing_confines_only_trusted_projects_run() {
    let outside = TempFolder::new();
    let mark = outside.path().join("mark");
    let build = format!("fn main() {{ std::fs::write({mark:?}, \"\").unwrap(); }}\n");
    let project = Project::new(&[("src/lib.rs", "pub fn f() {}\n"), ("build.rs", &build)]);
    let (draft, scope) = (project.draft(), CheckScope::default());
    let of_others = Unconfined::where_so(|root| root.ends_with("another"));
    for unconfined in [Unconfined::nowhere(), of_others] {
        let config = SandboxConfig { unconfined, ..project.config(Wall::Copy) };
        let verifier = CargoVerifier::new(config);
        let refused = verifier.check(&draft, &scope, &CancellationToken::new()).await;
        let why = refused.unwrap_err().to_string();
        assert!(why.contains(&format!("`ostler trust {}`", project.root())), "{why}");
        let tests = verifier.run_tests(&draft, &scope, &CancellationToken::new()).await;
        assert!(tests.is_err());
        assert!(!mark.exists(), "a build script ran");
    }
    let report = check(&CargoVerifier::new(project.config(Wall::Copy)), &draft).await;
    assert_eq!((messages(&report), mark.exists()), (vec![], true));
}

/// As if the user's home were a repository, or the data folder lay in the project.
#[tokio::test]
async fn secrets_that_lie_in_the_project_are_not_read() {
    let script = r#"
use std::fs;
fn main() {
    let root = env!("CARGO_MANIFEST_DIR");
    let read = |name: &str| fs::read(format!("{root}/{name}")).unwrap_or_default();
    assert!(!read("home/notes").is_empty());
    for name in ["home/.ssh/id", "home/.cargo/credentials.toml", "keys.json", "sessions/one"] {
        assert!(read(name).is_empty(), "{name}");
    }
}
"#;
    let project = Project::new(&[
        ("src/lib.rs", ""),
        ("build.rs", script),
        ("home/notes", "n"),
        ("home/.ssh/id", "secret"),
        ("home/.cargo/credentials.toml", "token"),
        ("keys.json", "key"),
        ("sessions/one", "text"),
    ]);
    let before = project.everything();
    let mut config = project.config(Wall::Best);
    config.hidden = vec![project.path("keys.json"), project.path("sessions")];
    let rustup = crate::ground::rustup_home(&config.environment).unwrap();
    config.environment.set("RUSTUP_HOME", rustup);
    config.environment.set("HOME", project.path("home"));
    config.environment.remove("CARGO_HOME");
    let verifier = CargoVerifier::new(config);
    // The second time, in what the first has left.
    for text in ["pub fn f() {}", "pub fn g() {}"] {
        let report = check(&verifier, &project.with(&[("src/lib.rs", text)])).await;
        let complaints: Vec<&str> = report.errors().map(|error| error.rendered.as_str()).collect();
        assert_eq!(complaints, [""; 0]);
    }
    assert_eq!(project.everything(), before);
}
