//! The example district, embedded: the folder that README tells people to start from.

use rust_embed::RustEmbed;

use super::file::File;

#[derive(RustEmbed)]
#[folder = "example/"]
struct Folder;

/// The files of the example folder.
pub fn embedded_example() -> Vec<File> {
    Folder::iter()
        .filter_map(|name| Folder::get(&name).map(|file| File { path: format!("example/{name}"), content: file.data.into_owned() }))
        .collect()
}
