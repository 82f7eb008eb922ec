//! `ostler serve`: the server on stdin and stdout.

use std::process::ExitCode;
use std::sync::Arc;

use lsp::ServerConfig;

use crate::compose::Sources;
use crate::runner::Runner;
use crate::terminal::fail;

pub(crate) async fn serve(sources: Sources) -> ExitCode {
    match Runner::new(sources) {
        Ok(runner) => {
            let runner = Arc::new(runner);
            let hears = Arc::clone(&runner);
            let config =
                ServerConfig::new(runner).on_settings(move |value| hears.client_says(value));
            ExitCode::from(lsp::serve_stdio(config).await)
        }
        Err(error) => fail(&format!("{error:#}")),
    }
}
