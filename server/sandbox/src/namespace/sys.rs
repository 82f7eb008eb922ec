//! The system calls that no safe crate wraps. All of them may be used between fork and exec.

#![expect(unsafe_code, reason = "system calls without a safe wrapper")]

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use rustix::io::Errno;

pub(super) type Result<T> = std::result::Result<T, Errno>;

fn checked(result: libc::c_long) -> Result<libc::c_long> {
    if result >= 0 {
        return Ok(result);
    }
    // SAFETY: reads the calling thread's own error number.
    Err(Errno::from_raw_os_error(unsafe { *libc::__errno_location() }))
}

/// `struct clone_args` in its first form, of 64 bytes.
#[repr(C)]
#[derive(Default)]
struct CloneArgs {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
}

/// Which side of a fork this is.
pub(super) enum Fork {
    Child,
    Parent { child: i32, pidfd: OwnedFd },
}

/// Forks; the child lives in a new process namespace if `new_pid_namespace` is set.
///
/// # Safety
/// The child may only call what is safe in a signal handler, and must end by exec or [`exit`].
pub(super) unsafe fn fork(new_pid_namespace: bool) -> Result<Fork> {
    let mut pidfd: RawFd = -1;
    let mut flags = libc::CLONE_PIDFD as u64;
    if new_pid_namespace {
        flags |= libc::CLONE_NEWPID as u64;
    }
    let arguments = CloneArgs {
        flags,
        pidfd: (&raw mut pidfd) as u64,
        exit_signal: libc::SIGCHLD as u64,
        ..CloneArgs::default()
    };
    // SAFETY: without a stack of its own the child goes on in a copy of ours.
    let child = checked(unsafe {
        libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<CloneArgs>())
    })?;
    if child == 0 {
        return Ok(Fork::Child);
    }
    // SAFETY: the kernel has just opened it for us.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    Ok(Fork::Parent { child: i32::try_from(child).unwrap_or(-1), pidfd })
}

/// Ends the calling process at once.
pub(super) fn exit(code: i32) -> ! {
    // SAFETY: runs no destructors and no handlers.
    unsafe { libc::_exit(code) }
}

/// Waits for `child`, or for any child if it is -1. Returns its number and its status as a shell
/// would put it.
pub(super) fn wait(child: i32) -> Result<(i32, i32)> {
    let mut status = 0;
    loop {
        // SAFETY: writes one integer of ours.
        let ended = unsafe { libc::waitpid(child, &raw mut status, libc::__WALL) };
        match checked(libc::c_long::from(ended)) {
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
            Ok(_) if libc::WIFEXITED(status) => return Ok((ended, libc::WEXITSTATUS(status))),
            Ok(_) if libc::WIFSIGNALED(status) => return Ok((ended, 128 + libc::WTERMSIG(status))),
            Ok(_) => {}
        }
    }
}

/// Whether the other end of `pipe` was closed. Waits for that, or for `other` to become
/// readable, if `other` is given.
pub(super) fn closed(pipe: BorrowedFd<'_>, other: Option<BorrowedFd<'_>>) -> Result<bool> {
    let none = -1;
    let mut descriptors = [
        libc::pollfd { fd: pipe.as_raw_fd(), events: libc::POLLIN, revents: 0 },
        libc::pollfd {
            fd: other.map_or(none, |fd| fd.as_raw_fd()),
            events: libc::POLLIN,
            revents: 0,
        },
    ];
    let timeout = if other.is_some() { -1 } else { 0 };
    loop {
        // SAFETY: the array has two entries.
        let ready = unsafe { libc::poll(descriptors.as_mut_ptr(), 2, timeout) };
        match checked(libc::c_long::from(ready)) {
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
            Ok(_) => return Ok(descriptors[0].revents != 0),
        }
    }
}

/// Closes everything but `kept`, which must be sorted.
pub(super) fn close_all_but(kept: &[RawFd]) {
    let mut first: u32 = 0;
    for &fd in kept {
        let fd = fd.unsigned_abs();
        if fd > first {
            close_range(first, fd - 1, 0);
        }
        first = fd + 1;
    }
    close_range(first, u32::MAX, 0);
}

/// Lets everything but the three standard streams be closed at exec.
pub(super) fn close_rest_on_exec() {
    close_range(3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
}

fn close_range(first: u32, last: u32, flags: libc::c_uint) {
    // SAFETY: the caller owns the process, and uses none of these afterwards.
    unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
}

/// `struct mount_attr`.
#[repr(C)]
struct MountAttributes {
    set: u64,
    clear: u64,
    propagation: u64,
    userns: u64,
}

/// Sets attributes on the mount that `fd` stands for (or, with a path, on that mount) and on all
/// beneath it.
pub(super) fn set_mount_attributes(fd: RawFd, path: &std::ffi::CStr, set: u64) -> Result<()> {
    let attributes = MountAttributes { set, clear: 0, propagation: 0, userns: 0 };
    let flags = libc::AT_RECURSIVE | libc::AT_EMPTY_PATH;
    // SAFETY: the structure has the size that is named.
    checked(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            fd,
            path.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<MountAttributes>(),
        )
    })?;
    Ok(())
}

/// Switches the loopback interface of the network namespace on.
pub(super) fn loopback_up() -> Result<()> {
    // SAFETY: a plain socket, closed on drop; the request is a structure of ours.
    unsafe {
        let socket =
            checked(libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0).into())?;
        let socket = OwnedFd::from_raw_fd(i32::try_from(socket).unwrap_or(-1));
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = libc::c_char::try_from(b'l').unwrap_or_default();
        request.ifr_name[1] = libc::c_char::try_from(b'o').unwrap_or_default();
        request.ifr_ifru.ifru_flags = 1; // IFF_UP
        checked(
            libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request).into(),
        )?;
    }
    Ok(())
}
