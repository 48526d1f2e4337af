//! A folder with files in it, and the real program run there.

use assert_cmd::Command;
use std::fs;
use std::path::PathBuf;
use std::process::Output;
use tempfile::TempDir;

/// The example of the design.
pub(crate) const EXAMPLE: &str =
    "name: Paid, but the result never arrives, and the kiosk pulls the receipt back
symptom: receipt-retracted
cause: notification-lost
terminal: kiosk-prints-first
steps:
  - { at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }
faults:
  - { on: acquirer.notifies, drop: { times: 1 } }
expect:
  captured: CNY 18.50
  receipts: [{ copy: customer, fate: retracted }]
  breaks: [receipt-not-retracted]
";

/// Where it stands on a bench.
pub(crate) const EXAMPLE_PATH: &str = "scenarios/lost.yaml";

/// A scenario that is over within a second.
pub(crate) const CANCELLED: &str = "name: The customer thinks better of it
symptom: paid-no-receipt
cause: none
steps:
  - { at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50, customer-pays: never } }
  - { at: 300ms, press: cancel }
expect:
  captured: nothing
";

/// A folder with files in it.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder for the test") };
        for (path, bytes) in files {
            bench.write(path, bytes);
        }
        bench
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, bytes)).expect("the bench is writable");
    }

    /// What the program says to these arguments, as bytes.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_in(".", arguments)
    }

    /// The same, with an environment variable set to 1.
    pub(crate) fn run_with(&self, variable: &str, arguments: &[&str]) -> Output {
        self.command(".", arguments).env(variable, "1").output().expect("the program can be started")
    }

    /// Exit code, stdout and stderr as one text, with all that depends on clocks and folders masked.
    pub(crate) fn tillrig(&self, arguments: &[&str]) -> String {
        self.tillrig_in(".", arguments)
    }

    /// The same, run in a folder of this bench.
    pub(crate) fn tillrig_in(&self, folder: &str, arguments: &[&str]) -> String {
        let output = self.run_in(folder, arguments);
        let text = |bytes: &[u8]| self.masked(&String::from_utf8_lossy(bytes));
        let code = output.status.code().expect("the program ends by itself");
        format!("exit code {code}\n--- stdout\n{}--- stderr\n{}", text(&output.stdout), text(&output.stderr))
    }

    fn run_in(&self, folder: &str, arguments: &[&str]) -> Output {
        self.command(folder, arguments).output().expect("the program can be started")
    }

    fn command(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tillrig"));
        command.args(arguments).current_dir(self.path(folder));
        command.env_remove("RUST_LOG").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command
    }

    fn masked(&self, text: &str) -> String {
        let folder = self.folder.path().to_string_lossy();
        let lines = text.replace(&*folder, "[FOLDER]");
        lines.lines().map(|line| masked_line(line) + "\n").collect()
    }
}

fn masked_line(line: &str) -> String {
    if let Some((counts, _)) = line.split_once("; ")
        && line.contains(" simulated in ")
    {
        return format!("{counts}; [TIMES]");
    }
    let mut masked = String::new();
    for word in line.split(' ') {
        let bare = word.trim_end_matches(':');
        if is_time(bare) {
            // Short times have more blanks before them, for the columns.
            let kept = masked.trim_end().len();
            let blanks = (masked.len() - kept).min(2);
            masked.truncate(kept + blanks);
            masked += &word.replace(bare, "[TIME]");
        } else {
            masked += word;
        }
        masked.push(' ');
    }
    masked.trim_end().to_owned()
}

/// Whether a word is a simulated time as a result shows it: with a fraction, or beyond a minute.
fn is_time(word: &str) -> bool {
    let number = word.strip_suffix('s').unwrap_or("");
    number.contains(['.', 'm']) && number.chars().all(|c| c.is_ascii_digit() || "hm.".contains(c))
}
