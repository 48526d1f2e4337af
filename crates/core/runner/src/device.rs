//! The cast of a payment world: one terminal, one printer, one acquirer, and the cables between them; a back office
//! where the scenario speaks of one.

use crate::Fact;
use acquirer::Acquirer;
use backoffice::BackOffice;
use core::time::Duration;
use printer::Printer;
use sim::{Endpoint, Input, Lane, LaneId, Machine, MachineId, Output, Port, Reason, SimTime, Timing, World};
use terminal::{Parameters, Settings, Terminal};

/// Any device of this world.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a world holds one of each; a box would only hide them")]
pub enum Device {
    /// The terminal.
    Terminal(Terminal),
    /// The printer.
    Printer(Printer),
    /// The acquirer.
    Acquirer(Acquirer),
    /// The back office.
    BackOffice(BackOffice),
}

/// What can be done to any of them. A poke for another device does nothing.
#[derive(Clone, Debug)]
pub enum Poke {
    /// To the terminal.
    Terminal(terminal::Poke),
    /// To the printer.
    Printer(printer::Poke),
    /// To the acquirer.
    Acquirer(acquirer::Poke),
    /// To the back office.
    BackOffice(backoffice::Poke),
}

/// The terminal's place in the world.
pub const TERMINAL: MachineId = MachineId(0);
/// The printer's place in the world.
pub const PRINTER: MachineId = MachineId(1);
/// The acquirer's place in the world.
pub const ACQUIRER: MachineId = MachineId(2);
/// The back office's place in the world, where there is one.
pub const BACK_OFFICE: MachineId = MachineId(3);

/// Print data and questions, terminal to printer.
pub const PRINTS: LaneId = LaneId(0);
/// Status, printer to terminal.
pub const REPLIES: LaneId = LaneId(1);
/// Card messages, terminal to acquirer.
pub const CARD_ASKS: LaneId = LaneId(2);
/// Card messages, acquirer to terminal.
pub const CARD_ANSWERS: LaneId = LaneId(3);
/// Wallet requests, terminal to acquirer.
pub const WALLET_ASKS: LaneId = LaneId(4);
/// Wallet answers, acquirer to terminal.
pub const WALLET_ANSWERS: LaneId = LaneId(5);
/// Notifications, acquirer to terminal.
pub const NOTIFIES: LaneId = LaneId(6);
/// Acknowledgements, terminal to acquirer.
pub const ACKNOWLEDGES: LaneId = LaneId(7);

/// Vouchers, terminal to back office. This lane and those below are there only with a back office.
pub const UPLOADS: LaneId = LaneId(8);
/// Words about vouchers, back office to terminal.
pub const WORDS: LaneId = LaneId(9);
/// Questions about card charges, back office to acquirer.
pub const QUESTIONS: LaneId = LaneId(10);
/// Findings, acquirer to back office.
pub const FINDINGS: LaneId = LaneId(11);
/// Queries of wallet orders, back office to acquirer.
pub const ORDER_QUERIES: LaneId = LaneId(12);
/// What they find, acquirer to back office.
pub const ORDER_FINDINGS: LaneId = LaneId(13);
/// Notifications, acquirer to back office.
pub const INFORMS: LaneId = LaneId(14);
/// Acknowledgements, back office to acquirer.
pub const INFORMED: LaneId = LaneId(15);
/// What strangers send to the back office; what it says to them goes nowhere.
pub const STRANGERS: LaneId = LaneId(16);

/// One way through a mobile network to an acquirer's data centre.
const NETWORK: Duration = Duration::from_millis(35);

/// What a lane carries, in two words: for timelines and captures.
#[must_use]
pub const fn lane_name(lane: LaneId) -> &'static str {
    match lane {
        PRINTS => "terminal.prints",
        REPLIES => "printer.replies",
        CARD_ASKS => "terminal.asks-card",
        CARD_ANSWERS => "acquirer.answers-card",
        WALLET_ASKS => "terminal.asks-wallet",
        WALLET_ANSWERS => "acquirer.answers-wallet",
        NOTIFIES => "acquirer.notifies",
        ACKNOWLEDGES => "terminal.acknowledges",
        UPLOADS => "terminal.uploads",
        WORDS => "backoffice.answers",
        QUESTIONS => "backoffice.asks-card",
        FINDINGS => "acquirer.finds-card",
        ORDER_QUERIES => "backoffice.asks-wallet",
        ORDER_FINDINGS => "acquirer.finds-wallet",
        INFORMS => "acquirer.informs",
        INFORMED => "backoffice.acknowledges",
        STRANGERS => "strangers.upload",
        _ => "unknown lane",
    }
}

/// The machines in their places, with every cable plugged in.
#[must_use]
pub fn assemble(
    terminal: Terminal,
    printer: Printer,
    acquirer: Acquirer,
    back_office: Option<BackOffice>,
    baud_bps: u32,
) -> World<Device> {
    let mut world = World::new();
    let door = door_of(terminal.settings());
    world.add(Device::Terminal(terminal));
    world.add(Device::Printer(printer));
    world.add(Device::Acquirer(acquirer));
    let serial = Timing::serial(baud_bps);
    let network = Timing::network(NETWORK);
    let cables = [
        ((TERMINAL, terminal::PRINTER), (PRINTER, printer::DATA), serial),
        ((TERMINAL, terminal::CARD), (ACQUIRER, acquirer::CARD), network),
        ((TERMINAL, terminal::WALLET), (ACQUIRER, acquirer::WALLET), network),
        ((ACQUIRER, acquirer::NOTIFY), (TERMINAL, door), network),
    ];
    for (one, other, timing) in cables {
        world.connect(Lane::new(end(one), end(other), timing));
        world.connect(Lane::new(end(other), end(one), timing));
    }
    if let Some(back_office) = back_office {
        plug_in(back_office, &mut world);
    }
    world
}

/// Where the wallet's notifications go: whoever has keyed in another address has them go to nobody.
fn door_of(settings: &Settings) -> Port {
    if settings.notify_url == Parameters::RIGHT.notify_url { terminal::NOTIFY } else { Port(u8::MAX) }
}

fn plug_in(back_office: BackOffice, world: &mut World<Device>) {
    world.add(Device::BackOffice(back_office));
    let network = Timing::network(NETWORK);
    let cables = [
        ((TERMINAL, terminal::VOUCHERS), (BACK_OFFICE, backoffice::uploads(0))),
        ((BACK_OFFICE, backoffice::ACQUIRER), (ACQUIRER, acquirer::VERIFICATION)),
        ((BACK_OFFICE, backoffice::WALLET), (ACQUIRER, acquirer::MERCHANT_WALLET)),
        ((ACQUIRER, acquirer::MERCHANT_NOTIFY), (BACK_OFFICE, backoffice::NOTICES)),
    ];
    for (one, other) in cables {
        world.connect(Lane::new(end(one), end(other), network));
        world.connect(Lane::new(end(other), end(one), network));
    }
    let nobody = Endpoint { machine: BACK_OFFICE, port: Port(u8::MAX) };
    world.connect(Lane::new(nobody, end((BACK_OFFICE, backoffice::uploads(1))), network));
}

const fn end((machine, port): (MachineId, Port)) -> Endpoint {
    Endpoint { machine, port }
}

impl Machine for Device {
    type Poke = Poke;
    type Event = Fact;

    fn handle(&mut self, now: SimTime, input: Input<'_, Poke>) {
        match self {
            Self::Terminal(machine) => {
                if let Some(input) = narrow(input, |poke| match poke {
                    Poke::Terminal(poke) => Some(poke),
                    _ => None,
                }) {
                    machine.handle(now, input);
                }
            }
            Self::Printer(machine) => {
                if let Some(input) = narrow(input, |poke| match poke {
                    Poke::Printer(poke) => Some(poke),
                    _ => None,
                }) {
                    machine.handle(now, input);
                }
            }
            Self::Acquirer(machine) => {
                if let Some(input) = narrow(input, |poke| match poke {
                    Poke::Acquirer(poke) => Some(poke),
                    _ => None,
                }) {
                    machine.handle(now, input);
                }
            }
            Self::BackOffice(machine) => {
                if let Some(input) = narrow(input, |poke| match poke {
                    Poke::BackOffice(poke) => Some(poke),
                    _ => None,
                }) {
                    machine.handle(now, input);
                }
            }
        }
    }

    fn poll(&mut self) -> Option<Output<'_, Fact>> {
        match self {
            Self::Terminal(machine) => machine.poll().map(|output| widen(output, Fact::Terminal)),
            Self::Printer(machine) => machine.poll().map(|output| widen(output, Fact::Printer)),
            Self::Acquirer(machine) => machine.poll().map(|output| widen(output, Fact::Acquirer)),
            Self::BackOffice(machine) => machine.poll().map(|output| widen(output, Fact::BackOffice)),
        }
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self {
            Self::Terminal(machine) => machine.wake_at(),
            Self::Printer(machine) => machine.wake_at(),
            Self::Acquirer(machine) => machine.wake_at(),
            Self::BackOffice(machine) => machine.wake_at(),
        }
    }
}

fn narrow<P>(input: Input<'_, Poke>, pick: impl FnOnce(Poke) -> Option<P>) -> Option<Input<'_, P>> {
    Some(match input {
        Input::Wake => Input::Wake,
        Input::Received { port, bytes } => Input::Received { port, bytes },
        Input::Refused { port } => Input::Refused { port },
        Input::Poke(poke) => Input::Poke(pick(poke)?),
    })
}

fn widen<E>(output: Output<'_, E>, wrap: impl FnOnce(E) -> Fact) -> Output<'_, Fact> {
    match output {
        Output::Send { port, tag, bytes } => Output::Send { port, tag, bytes },
        Output::Event(event) => Output::Event(wrap(event)),
    }
}
