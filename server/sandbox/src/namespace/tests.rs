//! A shell looks around in its private view.

#![expect(clippy::disallowed_methods, reason = "a test prepares and looks at folders of its own")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use stdx::AbsPath;
use stdx::process::{Environment, Finished};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::testing::TempFolder;

struct Room {
    folder: TempFolder,
    view: View,
}

fn room() -> Room {
    let folder = TempFolder::new();
    for name in ["project", "home/.ssh", "upper", "work", "tmp"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("project/old"), "old").unwrap();
    fs::write(folder.path().join("home/.ssh/key"), "secret").unwrap();
    let at = |name: &str| folder.path().join(name);
    let view = View {
        overlays: vec![Overlay { at: at("project"), upper: at("upper"), work: at("work") }],
        hidden: vec![at("home")],
        secret: Vec::new(),
        shown: Vec::new(),
        temporary: at("tmp"),
        folder: at("project"),
        file_bytes: 1 << 20,
    };
    Room { folder, view }
}

async fn sh(room: &Room, script: &str) -> Finished {
    // The kernel refuses a work folder that it has used before.
    crate::files::remove_tree(&room.view.overlays[0].work).unwrap();
    fs::create_dir(&room.view.overlays[0].work).unwrap();
    let command =
        Command::new("sh", AbsPath::new("/").unwrap(), Environment::of_this_process(|_| false))
            .args(["-c", script])
            .merge_stderr();
    let command = confine(command, &room.view).unwrap();
    let cancel = CancellationToken::new();
    let running = command.run(&cancel);
    match tokio::time::timeout(std::time::Duration::from_secs(60), running).await.unwrap() {
        Ok(finished) => finished,
        Err(stdx::process::RunError::Start { error, .. }) => {
            panic!("{:?}", wall_failure(&error).unwrap_or(error.to_string()))
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn writes_go_to_the_upper_layer_only() {
    let room = room();
    let finished = sh(&room, "pwd; cat old; echo new > old; echo x > fresh; cat old").await;
    let project = room.folder.path().join("project");
    assert_eq!(finished.stdout.text(), format!("{}\noldnew\n", project.display()));
    assert_eq!(fs::read_to_string(project.join("old")).unwrap(), "old");
    assert!(!project.join("fresh").exists());
    assert_eq!(fs::read_to_string(room.folder.path().join("upper/fresh")).unwrap(), "x\n");
}

#[tokio::test]
async fn all_else_is_read_only_hidden_or_private() {
    let room = room();
    let outside = room.folder.path().join("outside");
    let script = format!(
        "touch {outside} /etc/touched /usr/touched; cat {key}; ls /run; ls /dev; \
         touch /tmp/mine && ls /tmp; mount -o remount,rw / ; \
         unshare -Urm sh -c 'mount -o remount,bind,rw /; touch /etc/touched'; echo 1 > /proc/sys/kernel/panic; \
         ls /proc | grep -c '^[0-9]'; cat /proc/1/environ",
        outside = outside.display(),
        key = room.folder.path().join("home/.ssh/key").display(),
    );
    let text = sh(&room, &script).await.stdout.text();
    for path in ["/etc/touched", "/usr/touched"] {
        assert!(!Path::new(path).exists());
        assert!(text.contains(&format!("'{path}': Read-only file system")), "{text}");
    }
    assert!(!outside.exists() && !text.contains("secret"), "{text}");
    assert!(room.folder.path().join("tmp/mine").exists());
    assert!(!text.contains("vda") && text.contains("null"), "{text}");
    assert!(!text.contains("PATH="), "the server's memory can be read: {text}");
    assert!(text.contains("/proc/1/environ: Permission denied"), "{text}");
}

#[tokio::test]
async fn no_network_but_loopback() {
    let room = room();
    let text = sh(&room, "cat /proc/net/dev | tail -n +3 | cut -d: -f1; cat /proc/net/route").await;
    assert_eq!(text.stdout.text().lines().next().map(str::trim), Some("lo"), "{text:?}");
    assert_eq!(text.stdout.text().lines().count(), 2, "{text:?}");
}

#[tokio::test]
async fn the_status_of_the_program_is_ours() {
    let room = room();
    assert_eq!(sh(&room, "exit 7").await.exit, stdx::process::Exit::Code(7));
    assert_eq!(sh(&room, "kill -9 $$").await.exit, stdx::process::Exit::Code(137));
    assert_eq!(sh(&room, "true").await.exit, stdx::process::Exit::Code(0));
}

#[tokio::test]
async fn a_missing_program_is_not_the_walls_fault() {
    let room = room();
    let command = Command::new(
        "no-such-program",
        AbsPath::new("/").unwrap(),
        Environment::of_this_process(|_| false),
    );
    let error =
        confine(command, &room.view).unwrap().run(&CancellationToken::new()).await.unwrap_err();
    let stdx::process::RunError::Start { error, .. } = error else { panic!("{error}") };
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert_eq!(wall_failure(&error), None);
}

#[tokio::test]
async fn a_daemon_ends_with_the_run() {
    let room = room();
    let fifo = room.folder.path().join("tmp/fifo");
    // The daemon leaves session and group, and keeps a pipe open for writing while it lives.
    let script = "mkfifo /tmp/fifo; setsid sh -c 'exec 3<>/tmp/fifo; echo up >&3; sleep 1000' \
                  >/dev/null 2>&1 & read line < /tmp/fifo; echo $line";
    assert_eq!(sh(&room, script).await.stdout.text(), "up\n");
    assert!(fs::metadata(&fifo).unwrap().permissions().mode() != 0);
    // Opening for writing without waiting fails when nobody has the other end.
    let opened = rustix::fs::open(
        &fifo,
        rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::NONBLOCK,
        rustix::fs::Mode::empty(),
    );
    assert_eq!(opened.err(), Some(rustix::io::Errno::NXIO));
}
