//! The `ostler` binary.

fn main() -> std::process::ExitCode {
    cli::main()
}
