//! `connvo-bindgen IN.wasm OUT_DIR`: JavaScript glue and types for the browser
//! module, for the `web` target.
//!
//! The version of `wasm-bindgen` is the one of `Cargo.lock`, so that a fresh
//! clone needs no tool of the right version beforehand. `web` is the one target
//! that Next.js (Turbopack and webpack), Vite and a plain module script all take
//! without a setting, and that has no side effect when a server imports it. What its
//! panics would say is left out ([`quiet`]).

mod quiet;

use std::{env, path::PathBuf, process::ExitCode};

use wasm_bindgen_cli_support::Bindgen;

/// What the glue is called: `connvo.js`, `connvo.d.ts`, `connvo_bg.wasm`.
const OUT_NAME: &str = "connvo";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(input), Some(out), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        eprintln!("usage: connvo-bindgen IN.wasm OUT_DIR");
        return ExitCode::from(2);
    };

    let mut bindgen = Bindgen::new();
    let web = match bindgen.web(true) {
        Ok(web) => web,
        Err(error) => return fail(&error.to_string()),
    };
    // Bundlers find the module by `new URL('connvo_bg.wasm', import.meta.url)`.
    web.omit_default_module_path(false)
        .input_path(input)
        .out_name(OUT_NAME)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    let written = web.generate_output().and_then(|mut output| {
        quiet::make(output.wasm_mut());
        output.emit(&out)
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error:?}")),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("connvo-bindgen: {message}");
    ExitCode::FAILURE
}
