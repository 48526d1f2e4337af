//! The acquirer itself behind the doors: terminals with keys and batches, a merchant with orders, notices, restarts.
//!
//! What a terminal and a merchant must know they read in `client.json`, as people do. The words of faults are those of a
//! file and are judged with the real program; here faults are values.

mod device;
mod merchant;
mod notices;
mod restarts;
mod terminals;

use crate::driver::{Bench, folder, settings};
use serde_json::Value;
use serve::acquirer::Server;
use serve::acquirer::house::{House, HouseSettings, Mishap};
use sim::Seed;
use tempfile::TempDir;

fn house() -> Bench {
    house_in(folder(), Vec::new())
}

fn house_in(folder: TempDir, faults: Vec<Mishap>) -> Bench {
    let read_fault = |_: &Value| Err("no words here".to_owned());
    let house = HouseSettings { faults, seed: Seed(1), notify_url: None, read_fault, known: None };
    let settings = settings(&folder.path().join("data"));
    let server = Server::open(settings, |beginning| House::new(beginning, house)).expect("the bench works");
    Bench::serve(folder, server)
}

/// What is written for clients.
fn client(bench: &Bench) -> Value {
    let text = std::fs::read(bench.client_file("client.json")).expect("it is written");
    serde_json::from_slice(&text).expect("it is JSON")
}

/// What each of these items says under this name.
fn each(page: &Value, name: &str) -> Vec<String> {
    let items = page["items"].as_array().expect("a list").iter();
    items.map(|item| item[name].as_str().map_or_else(|| item[name].to_string(), str::to_owned)).collect()
}
