//! What a tool call touches, declared before it runs.

use std::collections::BTreeSet;

use stdx::AbsPath;

/// Something that calls may collide over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// One file of the draft.
    File(AbsPath),
    /// All files of the draft: collides with each of them.
    Tree,
}

/// What one call reads and writes. Calls run side by side unless one writes what the other reads
/// or writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// What it looks at.
    pub reads: BTreeSet<Resource>,
    /// What it changes.
    pub writes: BTreeSet<Resource>,
    /// Whether it must run alone: the answer for a call that cannot say what it touches.
    pub exclusive: bool,
}

impl Access {
    /// Touches nothing that anybody else could touch.
    #[must_use]
    pub fn none() -> Access {
        Access::default()
    }

    /// Must run alone.
    #[must_use]
    pub fn exclusive() -> Access {
        Access { exclusive: true, ..Access::default() }
    }

    /// Looks at `resource` only.
    #[must_use]
    pub fn read(resource: Resource) -> Access {
        Access { reads: BTreeSet::from([resource]), ..Access::default() }
    }

    /// Looks at and changes `resource` only.
    #[must_use]
    pub fn write(resource: Resource) -> Access {
        Access { writes: BTreeSet::from([resource]), ..Access::default() }
    }

    /// Whether the two must not run at the same time.
    #[must_use]
    pub fn collides(&self, other: &Access) -> bool {
        self.exclusive
            || other.exclusive
            || overlap(&self.writes, &other.writes)
            || overlap(&self.writes, &other.reads)
            || overlap(&self.reads, &other.writes)
    }
}

fn overlap(a: &BTreeSet<Resource>, b: &BTreeSet<Resource>) -> bool {
    if a.is_empty() || b.is_empty() {
        return false;
    }
    a.contains(&Resource::Tree) || b.contains(&Resource::Tree) || !a.is_disjoint(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> Resource {
        Resource::File(AbsPath::new(name).unwrap())
    }

    #[test]
    fn only_a_writer_collides() {
        let (read, write) = (Access::read(file("/a")), Access::write(file("/a")));
        assert!(!read.collides(&read));
        assert!(read.collides(&write) && write.collides(&read) && write.collides(&write));
        assert!(!write.collides(&Access::write(file("/b"))));
        assert!(write.collides(&Access::read(Resource::Tree)));
        assert!(!read.collides(&Access::read(Resource::Tree)));
        assert!(Access::none().collides(&Access::exclusive()));
    }
}
