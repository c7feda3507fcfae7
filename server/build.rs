//! Makes the folder of the exported web app, so that it can be embedded before it
//! was first built, and rebuilds when it changes.

fn main() {
    let www = "../www/out";
    if let Err(error) = std::fs::create_dir_all(www) {
        println!("cargo:warning={www}: {error}");
    }
    println!("cargo:rerun-if-changed={www}");
    println!("cargo:rerun-if-changed=migrations");
}
