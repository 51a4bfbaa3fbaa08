//! Makes a new build of the web part reach the executable: its files are embedded.

fn main() {
    println!("cargo:rerun-if-changed=../web/dist");
}
