//! Tasks for whoever works on Ostler: `cargo xtask TASK`.

mod mutants;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("mutants") => mutants::main(&words[1..]),
        _ => anyhow::bail!("tasks: mutants"),
    }
}
