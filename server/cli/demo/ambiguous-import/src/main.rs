//! Counts letters, also those that ASCII does not have: "ø ××".

mod tally;

fn main() {
    for (letter, times) in tally::letters("Ærø – naïve – größer") {
        println!("{letter} {}", "×".repeat(times));
    }
}
