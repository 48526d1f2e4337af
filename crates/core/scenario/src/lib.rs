//! Scenario and rig files, from YAML to checked values.
//!
//! The files are the face of the product: they read like a sentence, and everything that is wrong with
//! one is said at once, with its place, what was expected and an example.
//!
//! | module | holds |
//! |---|---|
//! | `parse` | bytes to a checked value, in the order below |
//! | `node` | YAML text to a tree in which every value knows its bytes |
//! | `shape`, `grammar`, `step_grammar`, `scan_grammar`, `fault_grammar`, `acquirer_grammar`, `notice_grammar`, `printer_grammar`, `back_office_grammar`, `rig_file`, `terminals_file` | the one description of what a file may hold |
//! | `check`, `schema` | the checker and the JSON Schema, both made from that description |
//! | `scalar` | how a value without parts is written: amounts, times, lengths, shares |
//! | `lower`, `step_lower`, `acquirer_lower`, `notice_lower`, `printer_lower`, `back_office_lower`, `meaning` | the tree to typed values; references and faults that can never happen |
//! | `terminal_file`, `parameters` | terminal firmware profiles; what is keyed in at a terminal |
//! | `printer_file` | printer profiles: their shape, and the device that they describe |
//! | `print_settings` | which copies of which slips the terminal prints, and whether it asks first: shape, values, checks |
//! | `people` | what people do beside the steps, by chance: shape, values, checks |
//! | `diagnostic` | what is wrong, for people and for programs |
//! | `fuzz` | what a fuzzer runs |
//! | `scan` | payments by payment code and the faults of their scanner: values and how they are read |
//! | `terminal_fault` | what goes wrong inside the terminal: shape, values and how they are read |
//! | `language`, `back_office`, `rig`, `vocabulary`, `cause`, `law` | the typed result and its words |
//!
//! Source: "Scenario and rig files" of the design. *Not modelled:* writing files.

mod acquirer_grammar;
mod acquirer_lower;
mod back_office;
mod back_office_grammar;
mod back_office_lower;
mod cause;
mod check;
mod diagnostic;
mod fault_grammar;
mod fuzz;
mod grammar;
mod language;
mod law;
mod lower;
mod matrix;
mod meaning;
mod node;
mod notice_grammar;
mod notice_lower;
mod parameters;
mod parse;
mod people;
mod print_settings;
mod printer_file;
mod printer_grammar;
mod printer_lower;
mod rig;
mod rig_file;
mod scalar;
mod scan;
mod scan_grammar;
mod schema;
mod shape;
mod step_grammar;
mod step_lower;
mod terminal_fault;
mod terminal_file;
mod terminals_file;
mod vocabulary;

pub use back_office::{
    BACK_OFFICE_PROFILE_SENTENCES, BACK_OFFICE_PROFILES, BackOfficeFault, KnownBy, Service, Visit,
};
pub use cause::{Cause, Origin};
pub use diagnostic::{Diagnostic, Diagnostics};
#[doc(hidden)]
pub use fuzz::{fuzz_printer_file, fuzz_terminal_file};
pub use language::{
    AcquirerFault, Action, ByCard, Customer, Effect, Expectation, Expected, Fault, Hits, HostFault, HostRush,
    Later, LaterKind, LinkFault, LinkVerdict, Payer, Place, PowerCut, PrinterFault, ReceiptExpectation,
    Scenario, ShowQr, Step, TerminalSetup, Trigger, Wallets,
};
pub use law::Law;
pub use parse::acquirer_faults;
pub use people::{CustomerHabits, Operator, OperatorHabits, People, Shopper, Sometimes};
pub use print_settings::{PrintSetup, SlipCopy, SlipKind};
pub use printer_file::PrinterFile;
pub use rig::{AcquirerConnection, PrinterConnection, Rig, Role};
pub use scan::{CodePayer, Scan, ScannerFault, ShownCode};
pub use schema::{
    acquirer_faults_schema, printer_schema, rig_schema, scenario_schema, terminal_schema, terminals_schema,
};
pub use terminal_fault::{JournalRecord, TerminalFault};
pub use terminal_file::TerminalFile;
pub use terminals_file::TerminalsFile;
pub use vocabulary::{
    CompletionWay, Event, Fate, Gear, Key, Language, LinkPoint, MessageKind, OperatorAct,
    PRINTER_PROFILE_SENTENCES, PRINTER_PROFILES, PowerTarget, PrinterAct, ReceiptCopy, ScreenWord, Symptom,
    TERMINAL_PROFILE_SENTENCES, TERMINAL_PROFILES, Wallet,
};
