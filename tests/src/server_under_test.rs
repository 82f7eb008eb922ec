//! The server as a binary of this package, so that tests find its path.

fn main() -> std::process::ExitCode {
    cli::main()
}
