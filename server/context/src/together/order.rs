//! In which order the files of an answer are told.

use rustc_hash::FxHashMap;

use crate::piece::Piece;

/// The files that the change is likeliest to touch first, by all `pieces` that came into
/// question, whether they were selected or not. Equals keep their order.
pub(crate) fn sort_files<'a, T>(files: &mut [(usize, T)], pieces: impl Iterator<Item = &'a Piece>) {
    let mut none: FxHashMap<usize, f32> = FxHashMap::default();
    for piece in pieces {
        *none.entry(piece.file).or_insert(1.0) *= 1.0 - piece.chance;
    }
    let of = |file: usize| none.get(&file).copied().unwrap_or(1.0);
    files.sort_by(|a, b| of(a.0).total_cmp(&of(b.0)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[(usize, f32)], expected: [usize; 3]) {
        let piece = |(file, chance): &(usize, f32)| Piece {
            file: *file,
            first: 1,
            last: 1,
            cost: 1,
            chance: *chance,
            reason: String::new(),
        };
        let pieces: Vec<Piece> = pieces.iter().map(piece).collect();
        let mut files = [(7, ()), (8, ()), (9, ())];
        sort_files(&mut files, pieces.iter());
        assert_eq!(files.map(|one| one.0), expected);
    }

    #[test]
    fn the_likeliest_file_comes_first() {
        check(&[], [7, 8, 9]);
        check(&[(9, 0.5), (8, 0.4), (1, 0.9)], [9, 8, 7]);
        check(&[(7, 0.4), (8, 0.3), (8, 0.3)], [8, 7, 9]);
        check(&[(7, 0.4), (8, 0.2), (8, 0.2)], [7, 8, 9]);
        check(&[(7, 0.4), (8, 0.3), (8, 0.2)], [8, 7, 9]);
    }
}
