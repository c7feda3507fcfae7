//! `cargo test` runner for the browser module: starts the browser named by
//! `CHROMEDRIVER` and `webdriver.json` and runs the tests of the module in it.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    match wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("connvo-wasm-test-runner: {error:?}");
            ExitCode::FAILURE
        }
    }
}
