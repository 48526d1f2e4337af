//! Macros: commands that were recorded, and are carried out again.
//!
//! Facts: printer sources, section 2.5: `GS :` begins and ends the definition, of 2 KB at most; `GS ^ r t m` carries it
//! out r times, each time after t times 100 ms, and with m = 1 after FEED as well, offline meanwhile. While it is
//! defined, what comes is carried out too. `GS ^` in the middle of a definition forgets it; in a macro it does nothing.
//! *Not modelled:* the blinking lamp's own rhythm.

use core::time::Duration;
use escpos::{Command, Parser};

/// The longest macro.
const MACRO_BYTES: usize = 2048;

/// A command about macros.
#[derive(Clone, Copy, Debug)]
pub(super) enum MacroStep {
    Define,
    Execute { times: u8, wait_100ms: u8, by_button: bool },
}

impl MacroStep {
    pub(super) const fn of(command: &Command<'_>) -> Option<Self> {
        match *command {
            Command::Macro => Some(Self::Define),
            Command::MacroExecute { times, wait_100ms, mode } => {
                Some(Self::Execute { times, wait_100ms, by_button: mode & 1 != 0 })
            }
            _ => None,
        }
    }
}

/// What the next round waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    Time(Duration),
    Feed,
}

/// The macro, and how far it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Macros {
    defined: Vec<u8>,
    recording: Option<Vec<u8>>,
    playing: Option<Playing>,
}

#[derive(Clone, Debug)]
struct Playing {
    parser: Parser,
    /// Rounds that are still to do, the present one included.
    rounds: u8,
    wait: Duration,
    by_button: bool,
    stage: Stage,
}

/// How far a round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Time,
    Button,
    Commands,
}

impl Macros {
    /// Carries out a command about macros, which came from this stream.
    pub(super) fn take(&mut self, step: MacroStep, stream: &Parser) {
        match step {
            _ if self.playing.is_some() => {}
            MacroStep::Define => match self.recording.take() {
                Some(bytes) => self.defined = bytes,
                None => self.recording = Some(Vec::new()),
            },
            MacroStep::Execute { .. } if self.recording.take().is_some() => self.defined.clear(),
            MacroStep::Execute { times, wait_100ms, by_button } => {
                if times == 0 || self.defined.is_empty() {
                    return;
                }
                // A parser in the stream's own multibyte mode.
                let mut parser = stream.clone();
                parser.reset();
                let wait = Duration::from_millis(100 * u64::from(wait_100ms));
                self.playing = Some(Playing { parser, rounds: times, wait, by_button, stage: Stage::Time });
            }
        }
    }

    pub(super) const fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Adds what a command consisted of; what does not fit is left out.
    pub(super) fn record(&mut self, bytes: &[u8]) {
        let room = |recorded: &&mut Vec<u8>| recorded.len() + bytes.len() <= MACRO_BYTES;
        if let Some(recorded) = self.recording.as_mut().filter(room) {
            recorded.extend_from_slice(bytes);
        }
    }

    /// What has to be waited for before the next command is taken, if anything.
    pub(super) fn pause(&mut self) -> Option<Pause> {
        let playing = self.playing.as_mut()?;
        if playing.stage == Stage::Time {
            playing.stage = Stage::Button;
            if !playing.wait.is_zero() {
                return Some(Pause::Time(playing.wait));
            }
        }
        if playing.stage == Stage::Button {
            playing.stage = Stage::Commands;
            playing.parser.push(&self.defined);
            return playing.by_button.then_some(Pause::Feed);
        }
        None
    }

    /// Where the next command comes from.
    pub(super) fn source<'a>(&'a mut self, stream: &'a mut Parser) -> &'a mut Parser {
        match &mut self.playing {
            Some(playing) => &mut playing.parser,
            None => stream,
        }
    }

    /// No more commands are in the source: `true` if that was the end of a round.
    pub(super) fn end_round(&mut self) -> bool {
        let Some(playing) = &mut self.playing else { return false };
        playing.parser.reset();
        playing.rounds -= 1;
        playing.stage = Stage::Time;
        if playing.rounds == 0 {
            self.playing = None;
        }
        true
    }

    /// Stops what is carried out or defined; what is defined stays.
    pub(super) fn stop(&mut self) {
        (self.recording, self.playing) = (None, None);
    }
}
