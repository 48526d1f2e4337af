//! Printer profiles in `rigs/printers`: each can be read, is named like its file, and says where its numbers are from.

use scenario::PrinterFile;
use std::fs;
use std::path::Path;

#[test]
fn every_profile_is_named_like_its_file_and_names_its_sources() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rigs/printers");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap().to_owned();
        let file =
            PrinterFile::parse(&name, &fs::read(&path).unwrap()).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(file.profile.name, name);
        assert!(!file.sources.is_empty() && !file.about.is_empty(), "{name}");
        seen += 1;
    }
    assert!(seen >= printer::BUILT_IN.len());
}
