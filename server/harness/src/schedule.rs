//! Which of the waiting calls may run beside those that run already.

use crate::Access;

/// The positions in `waiting` (in the order in which the model made the calls) of those that may
/// start now. A call waits for every running call and for every earlier waiting call that it
/// collides with, so two calls that touch the same thing run in the order of the request.
#[must_use]
pub fn ready(running: &[&Access], waiting: &[&Access]) -> Vec<usize> {
    let blocked = |position: usize| {
        let access = waiting[position];
        running.iter().any(|other| access.collides(other))
            || waiting[..position].iter().any(|other| access.collides(other))
    };
    (0..waiting.len()).filter(|&position| !blocked(position)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resource;
    use stdx::AbsPath;

    fn read(name: &str) -> Access {
        Access::read(Resource::File(AbsPath::new(name).unwrap()))
    }

    fn write(name: &str) -> Access {
        Access::write(Resource::File(AbsPath::new(name).unwrap()))
    }

    #[test]
    fn readers_run_together_and_writers_of_different_files_too() {
        let calls = [read("/a"), read("/a"), write("/b"), write("/c")];
        assert_eq!(ready(&[], &calls.each_ref()), [0, 1, 2, 3]);
    }

    #[test]
    fn calls_on_one_file_keep_their_order() {
        let calls = [write("/a"), write("/a"), read("/a"), read("/b")];
        assert_eq!(ready(&[], &calls.each_ref()), [0, 3]);
        assert_eq!(ready(&[&calls[0]], &[&calls[1], &calls[2]]), [] as [usize; 0]);
    }

    #[test]
    fn a_running_program_freezes_the_tree() {
        let check = Access::read(Resource::Tree);
        // The read and the second check stand behind the write, and wait with it.
        assert_eq!(ready(&[&check], &[&write("/a"), &read("/a"), &check, &read("/b")]), [3]);
    }

    #[test]
    fn an_exclusive_call_runs_alone() {
        let alone = Access::exclusive();
        assert_eq!(ready(&[], &[&read("/a"), &alone, &read("/b")]), [0]);
        assert_eq!(ready(&[&alone], &[&read("/a")]), [] as [usize; 0]);
    }
}
