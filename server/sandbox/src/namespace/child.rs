//! What the new process does between fork and exec: it walls itself in.
//!
//! Nothing here allocates or takes a lock, because the process that was forked has many threads.
//! All strings were made before. Three processes stand in a row: the *supervisor* outside, which
//! ends when all is over or when its lifeline is closed; *init*, the first process of the private
//! process namespace, with whose end the kernel ends all others; and the program.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::mount as m;
use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal};
use rustix::thread::{CapabilitySet, UnshareFlags};

use super::sys::{self, Fork, Result};

const READ_ONLY: u64 = 0x1;
const NO_SUID: u64 = 0x2;
const NO_DEVICES: u64 = 0x4;

/// What root keeps: it may go on reading and writing files of other users, as it could before,
/// where the mounts allow it.
const KEPT: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID);

/// Who the program is.
pub(super) struct Identity {
    /// Contents of `uid_map` and `gid_map` that keep every number as it is.
    pub(super) whole: Option<[Vec<u8>; 2]>,
    /// The same for our own user and group alone.
    pub(super) own: [Vec<u8>; 2],
}

/// A file system or a part of one, not attached anywhere yet.
pub(super) enum Detached {
    Overlay { lower: CString, upper: CString, work: CString },
    Bind { path: CString, read_only: bool, devices: bool },
}

/// One step of building the view. Paths are absolute.
pub(super) enum Step {
    /// An empty folder in memory takes the place of what is there.
    Hide {
        at: CString,
        mode: CString,
    },
    Folder(CString),
    File(CString),
    Link {
        to: CString,
        at: CString,
    },
    /// Attaches the mount of this number.
    Attach {
        index: usize,
        at: CString,
    },
    /// From now on nothing can be made here.
    Seal(CString),
}

/// Everything that the child needs, made beforehand.
pub(super) struct Plan {
    pub(super) identity: Identity,
    pub(super) detached: Vec<Detached>,
    pub(super) steps: Vec<Step>,
    pub(super) folder: CString,
    pub(super) file_bytes: u64,
    /// The end that is read; the server holds the other.
    pub(super) lifeline: OwnedFd,
    /// As large as `detached`, so that filling it does not allocate.
    pub(super) mounts: Vec<OwnedFd>,
}

/// Where the walling-in failed; travels as the upper half of the error number.
#[derive(Clone, Copy)]
#[repr(u16)]
pub(super) enum Place {
    Namespaces = 1,
    Identity,
    Private,
    Overlay,
    Bind,
    ReadOnly,
    View,
    Fork,
    Proc,
    Folder,
    Limits,
}

pub(super) const PLACES: [&str; 12] = [
    "",
    "making namespaces",
    "mapping the user",
    "making mounts private",
    "mounting an overlay",
    "binding a folder",
    "making the rest read-only",
    "building the view",
    "forking",
    "mounting /proc",
    "entering the folder",
    "setting limits",
];

fn at<T>(place: Place, result: Result<T>) -> io::Result<T> {
    result
        .map_err(|error| io::Error::from_raw_os_error((place as i32) << 16 | error.raw_os_error()))
}

impl Plan {
    /// Returns in the program's process, ready for exec; the supervisor and init never return.
    pub(super) fn enter(&mut self) -> io::Result<()> {
        self.identify()?;
        // A change of identity has cleared it.
        at(
            Place::Namespaces,
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL)),
        )?;
        // If memory runs out, this goes before the editor does. Not worth failing for.
        let _ = write_file(c"/proc/self/oom_score_adj", b"500");
        at(
            Place::Private,
            m::mount_change(
                c"/",
                m::MountPropagationFlags::REC | m::MountPropagationFlags::PRIVATE,
            ),
        )?;
        // Tests use it; without it only the outside is missing.
        let _ = sys::loopback_up();
        self.detach()?;
        at(
            Place::ReadOnly,
            sys::set_mount_attributes(libc::AT_FDCWD, c"/", READ_ONLY | NO_SUID | NO_DEVICES),
        )?;
        at(Place::View, self.build())?;
        self.mounts.clear();
        // The memory of this process and of init is a copy of the server's, keys included.
        at(Place::Fork, rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable))?;
        self.become_three()?;
        at(Place::Folder, rustix::process::chdir(self.folder.as_c_str()))?;
        at(Place::Limits, self.limit())?;
        sys::close_rest_on_exec();
        Ok(())
    }

    /// Makes the namespaces and keeps the user's numbers in them.
    fn identify(&self) -> io::Result<()> {
        let flags = UnshareFlags::NEWUSER
            | UnshareFlags::NEWNS
            | UnshareFlags::NEWNET
            | UnshareFlags::NEWIPC;
        let Some(whole) = &self.identity.whole else {
            at(Place::Namespaces, unshare(flags))?;
            let [uid, gid] = &self.identity.own;
            at(Place::Identity, write_file(c"/proc/self/setgroups", b"deny"))?;
            at(Place::Identity, write_file(c"/proc/self/uid_map", uid))?;
            return at(Place::Identity, write_file(c"/proc/self/gid_map", gid));
        };
        // Mapping more than oneself needs a process that stayed outside.
        let us = rustix::process::getpid();
        let (reader, writer) =
            at(Place::Identity, rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC))?;
        #[expect(unsafe_code, reason = "the helper makes some system calls and ends")]
        // SAFETY: it does not allocate and it exits.
        let helper = match at(Place::Fork, unsafe { sys::fork(false) })? {
            Fork::Child => {
                drop(writer);
                let mut go = [0; 1];
                let told = rustix::io::read(&reader, &mut go) == Ok(1);
                let done = told
                    && (map(us.as_raw_nonzero().get(), whole)
                        || map(us.as_raw_nonzero().get(), &self.identity.own));
                sys::exit(i32::from(!done));
            }
            Fork::Parent { child, .. } => child,
        };
        drop(reader);
        let unshared = unshare(flags);
        if unshared.is_ok() {
            at(Place::Identity, rustix::io::write(&writer, b"!"))?;
        }
        drop(writer);
        let ended = sys::wait(helper);
        at(Place::Namespaces, unshared)?;
        match ended {
            Ok((_, 0)) => Ok(()),
            Ok(_) => at(Place::Identity, Err(Errno::PERM)),
            Err(error) => at(Place::Identity, Err(error)),
        }
    }

    /// Takes hold of all parts while they can still be reached.
    fn detach(&mut self) -> io::Result<()> {
        for part in &self.detached {
            let mount = match part {
                Detached::Overlay { lower, upper, work } => {
                    at(Place::Overlay, overlay(lower, upper, work))?
                }
                Detached::Bind { path, read_only, devices } => {
                    at(Place::Bind, bind(path, *read_only, *devices))?
                }
            };
            self.mounts.push(mount);
        }
        Ok(())
    }

    fn build(&self) -> Result<()> {
        for step in &self.steps {
            match step {
                Step::Hide { at, mode } => attach(&memory(mode)?, at)?,
                Step::Folder(path) => {
                    ignore_existing(rustix::fs::mkdir(path.as_c_str(), Mode::from_raw_mode(0o755)))?
                }
                Step::File(path) => {
                    let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
                    drop(rustix::fs::open(path.as_c_str(), flags, Mode::from_raw_mode(0o644))?);
                }
                Step::Link { to, at } => {
                    ignore_existing(rustix::fs::symlink(to.as_c_str(), at.as_c_str()))?;
                }
                Step::Attach { index, at } => match self.mounts.get(*index) {
                    Some(mount) => attach(mount, at)?,
                    None => return Err(Errno::INVAL),
                },
                Step::Seal(at) => {
                    sys::set_mount_attributes(libc::AT_FDCWD, at, READ_ONLY)?;
                }
            }
        }
        Ok(())
    }

    /// Forks init and the program. Only the program returns.
    #[expect(unsafe_code, reason = "forking needs a promise")]
    fn become_three(&self) -> io::Result<()> {
        let (alive, hold) =
            at(Place::Fork, rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC))?;
        // SAFETY: both sides only make system calls, and exit or exec.
        match at(Place::Fork, unsafe { sys::fork(true) })? {
            Fork::Parent { child, pidfd } => {
                let mut kept = [self.lifeline.as_raw_fd(), hold.as_raw_fd(), pidfd.as_raw_fd()];
                kept.sort_unstable();
                sys::close_all_but(&kept);
                if sys::closed(self.lifeline.as_fd(), Some(pidfd.as_fd())) != Ok(false) {
                    let _ = rustix::process::pidfd_send_signal(&pidfd, Signal::KILL);
                }
                // The kernel reports init's end only when nothing else is left in its namespace.
                sys::exit(sys::wait(child).map_or(255, |(_, code)| code));
            }
            Fork::Child => {}
        }
        drop(hold);
        at(Place::Fork, rustix::process::set_parent_process_death_signal(Some(Signal::KILL)))?;
        if sys::closed(alive.as_fd(), None) != Ok(false) {
            // The supervisor ended before the line above.
            sys::exit(255);
        }
        at(Place::Proc, proc())?;
        // SAFETY: as above.
        match at(Place::Fork, unsafe { sys::fork(false) })? {
            Fork::Parent { child, .. } => {
                sys::close_all_but(&[]);
                loop {
                    match sys::wait(-1) {
                        Ok((ended, code)) if ended == child => sys::exit(code),
                        Ok(_) => {}
                        Err(_) => sys::exit(255),
                    }
                }
            }
            Fork::Child => {}
        }
        // The program's signals to its group must not reach the two above.
        at(Place::Fork, rustix::process::setsid())?;
        Ok(())
    }

    /// Gives up what could undo the view.
    fn limit(&self) -> Result<()> {
        for bit in 0..64 {
            let one = CapabilitySet::from_bits_retain(1 << bit);
            if KEPT.contains(one) {
                continue;
            }
            match rustix::thread::remove_capability_from_bounding_set(one) {
                // The kernel knows no more.
                Err(Errno::INVAL) => break,
                other => other?,
            }
        }
        rustix::thread::set_no_new_privs(true)?;
        let file_bytes = Some(self.file_bytes);
        rustix::process::setrlimit(
            Resource::Fsize,
            Rlimit { current: file_bytes, maximum: file_bytes },
        )?;
        rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
    }
}

#[expect(unsafe_code, reason = "the call is unsafe for flags that are not used here")]
fn unshare(flags: UnshareFlags) -> Result<()> {
    // SAFETY: the file descriptor table, whose sharing others may rely on, is not touched.
    unsafe { rustix::thread::unshare_unsafe(flags) }
}

fn write_file(path: &CStr, bytes: &[u8]) -> Result<()> {
    let file = rustix::fs::open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::write(&file, bytes).map(drop)
}

fn map(process: i32, [uid, gid]: &[Vec<u8>; 2]) -> bool {
    let mut path = [0; 40];
    [(c"/uid_map", uid), (c"/gid_map", gid)].into_iter().all(|(name, text)| {
        number_path(c"/proc/", process, name, &mut path)
            .is_some_and(|path| write_file(path, text).is_ok())
    })
}

/// `before`, the number and `after` in one string.
fn number_path<'a>(
    before: &CStr,
    number: i32,
    after: &CStr,
    buffer: &'a mut [u8; 40],
) -> Option<&'a CStr> {
    let mut digits = [0; 10];
    let mut rest = number.unsigned_abs();
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + u8::try_from(rest % 10).ok()?;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let mut length = 0;
    for part in [before.to_bytes(), &digits[first..], after.to_bytes_with_nul()] {
        buffer.get_mut(length..length + part.len())?.copy_from_slice(part);
        length += part.len();
    }
    CStr::from_bytes_with_nul(&buffer[..length]).ok()
}

/// An overlay whose three folders are named by descriptor: in a path, the kernel would take
/// colons and backslashes for separators.
fn overlay(lower: &CStr, upper: &CStr, work: &CStr) -> Result<OwnedFd> {
    let context = m::fsopen(c"overlay", m::FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (key, path) in [(c"lowerdir", lower), (c"upperdir", upper), (c"workdir", work)] {
        let folder = rustix::fs::open(
            path,
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let mut buffer = [0; 40];
        let name = number_path(c"/proc/self/fd/", folder.as_raw_fd(), c"", &mut buffer)
            .ok_or(Errno::INVAL)?;
        m::fsconfig_set_string(context.as_fd(), key, name)?;
    }
    m::fsconfig_set_flag(context.as_fd(), c"userxattr")?;
    // What a check writes need not survive a power cut.
    m::fsconfig_set_flag(context.as_fd(), c"volatile")?;
    m::fsconfig_create(context.as_fd())?;
    m::fsmount(
        context.as_fd(),
        m::FsMountFlags::FSMOUNT_CLOEXEC,
        m::MountAttrFlags::MOUNT_ATTR_NOSUID | m::MountAttrFlags::MOUNT_ATTR_NODEV,
    )
}

fn bind(path: &CStr, read_only: bool, devices: bool) -> Result<OwnedFd> {
    let flags = m::OpenTreeFlags::OPEN_TREE_CLONE
        | m::OpenTreeFlags::OPEN_TREE_CLOEXEC
        | m::OpenTreeFlags::AT_RECURSIVE;
    let mount = m::open_tree(CWD, path, flags)?;
    let mut set = NO_SUID;
    if read_only {
        set |= READ_ONLY;
    }
    if !devices {
        set |= NO_DEVICES;
    }
    sys::set_mount_attributes(mount.as_raw_fd(), c"", set)?;
    Ok(mount)
}

/// An empty file system in memory.
fn memory(mode: &CStr) -> Result<OwnedFd> {
    let context = m::fsopen(c"tmpfs", m::FsOpenFlags::FSOPEN_CLOEXEC)?;
    m::fsconfig_set_string(context.as_fd(), c"mode", mode)?;
    m::fsconfig_set_string(context.as_fd(), c"size", c"64m")?;
    m::fsconfig_create(context.as_fd())?;
    m::fsmount(
        context.as_fd(),
        m::FsMountFlags::FSMOUNT_CLOEXEC,
        m::MountAttrFlags::MOUNT_ATTR_NOSUID | m::MountAttrFlags::MOUNT_ATTR_NODEV,
    )
}

/// Read-only, because root could change the machine's settings through it.
fn proc() -> Result<()> {
    let context = m::fsopen(c"proc", m::FsOpenFlags::FSOPEN_CLOEXEC)?;
    m::fsconfig_create(context.as_fd())?;
    let mount = m::fsmount(
        context.as_fd(),
        m::FsMountFlags::FSMOUNT_CLOEXEC,
        m::MountAttrFlags::MOUNT_ATTR_RDONLY
            | m::MountAttrFlags::MOUNT_ATTR_NOSUID
            | m::MountAttrFlags::MOUNT_ATTR_NODEV
            | m::MountAttrFlags::MOUNT_ATTR_NOEXEC,
    )?;
    attach(&mount, c"/proc")
}

fn attach(mount: &OwnedFd, at: &CStr) -> Result<()> {
    let flags =
        m::MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | m::MoveMountFlags::MOVE_MOUNT_T_SYMLINKS;
    m::move_mount(mount.as_fd(), c"", CWD, at, flags)
}

fn ignore_existing(result: Result<()>) -> Result<()> {
    match result {
        Err(Errno::EXIST) => Ok(()),
        other => other,
    }
}
