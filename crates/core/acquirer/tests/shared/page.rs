//! A page of the repository that a test writes: a table of four columns, compared with what is kept.

use std::fmt::Write;

/// A page in the making.
pub(crate) struct Page(String);

impl Page {
    /// A page that begins with this, the heads of its table included.
    pub(crate) fn new(begins: &str) -> Self {
        Self(begins.to_owned())
    }

    /// One more row.
    pub(crate) fn row(&mut self, [transaction, fault, said, held]: [&str; 4]) {
        writeln!(self.0, "| {transaction} | {fault} | {said} | {held} |")
            .expect("a string takes what is written");
    }

    /// Compares it with the file of this name in the folder of documents; with `UPDATE` set, writes it first.
    #[expect(clippy::disallowed_methods, reason = "the page is compared with the one in the repository")]
    pub(crate) fn compare(self, name: &str) {
        let path = format!("{}/../../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &self.0).expect("the folder of documents can be written to");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, self.0, "run with UPDATE=1, and read the difference");
    }
}
