//! A Rust file for benchmarks.

/// So many blocks of 23 lines: functions, types and comments as they stand in any file.
pub(crate) fn of_blocks(count: u32) -> String {
    let block = |number: u32| {
        format!(
            "/// Counts what {number} has.\n\
             #[derive(Debug, Clone)]\n\
             pub struct Counter{number}<T> {{\n    items: Vec<T>,\n    total: u64,\n}}\n\n\
             impl<T: Clone> Counter{number}<T> {{\n    \
             pub fn add(&mut self, item: &T) -> Result<u64, Error> {{\n        \
             if self.items.len() > {number} {{\n            \
             return Err(Error::new(\"too many\", self.total));\n        }}\n        \
             self.items.push(item.clone());\n        \
             let sum = self.items.iter().map(|it| weight(it)).sum::<u64>();\n        \
             match sum {{\n            0 => {{}}\n            1..={number} => self.total += sum,\n            \
             _ => self.total = 0,\n        }}\n        Ok(sum)\n    }}\n}}\n\n"
        )
    };
    (0..count).map(block).collect()
}
