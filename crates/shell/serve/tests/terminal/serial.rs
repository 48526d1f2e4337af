//! A register on a serial line: frames and their acknowledgements by this project's own line, which is the same on both
//! sides; the published frames are tested where it is made.

use crate::driver::PATIENCE;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use sim::{Output, Port, SimTime, Tag};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use zvt::Apdu;
use zvt::serial::{LineEvent, SerialLine};
use zvt::timers::Timers;

pub(crate) struct OnSerial {
    file: File,
    line: SerialLine,
    bytes: Receiver<Vec<u8>>,
}

impl OnSerial {
    /// Opens a pseudo-terminal as a register opens its port.
    pub(crate) fn open(link: &Path) -> Self {
        let file = OpenOptions::new().read(true).write(true).open(link).expect("the terminal has made it");
        let mut modes = tcgetattr(&file).expect("it is a terminal line");
        modes.make_raw();
        tcsetattr(&file, OptionalActions::Now, &modes).expect("it is a terminal line");
        let mut reader = file.try_clone().expect("the bench works");
        let (tell, bytes) = channel();
        // It ends with the line, or when nobody wants the bytes.
        std::thread::spawn(move || {
            let mut buffer = [0; 256];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if tell.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { file, line: SerialLine::new(Timers::PUBLISHED, Port(0), 4101), bytes }
    }

    /// Sends a message and waits until the terminal has it and has answered it with 80 00.
    pub(crate) fn sends(&mut self, message: &[u8]) {
        let apdu = Apdu::parse(message).expect("a message");
        self.line.send(SimTime::ZERO, Tag("command"), &apdu);
        let answer = self.next();
        assert_eq!(answer.bytes(), [0x80, 0x00, 0x00]);
    }

    /// Acknowledges all that comes up to a message of this kind: `R` for results, `C` for the end; states are left out.
    pub(crate) fn hears_until(&mut self, last: [u8; 2]) -> String {
        let mut heard = String::new();
        loop {
            let bytes = self.next().bytes();
            let ack = Apdu::parse(&[0x80, 0x00, 0x00]).expect("a message");
            self.line.send(SimTime::ZERO, Tag("answer"), &ack);
            match (bytes[0], bytes[1]) {
                (0x04, 0x0F) => heard.push('R'),
                (0x06, 0x0F) => heard.push('C'),
                (0x04, 0xFF) => {}
                _ => heard.push('?'),
            }
            if bytes[..2] == last {
                self.flush();
                return heard;
            }
        }
    }

    fn next(&mut self) -> Apdu {
        loop {
            if let Some(apdu) = self.flush() {
                return apdu;
            }
            let bytes = self.bytes.recv_timeout(PATIENCE).expect("the terminal goes on");
            self.line.receive(SimTime::ZERO, &bytes);
        }
    }

    /// Writes what the line sends, up to the next message that came.
    fn flush(&mut self) -> Option<Apdu> {
        while let Some(output) = self.line.poll() {
            match output {
                Output::Send { bytes, .. } => self.file.write_all(bytes).expect("the terminal listens"),
                Output::Event(LineEvent::Received(apdu)) => return Some(apdu),
                Output::Event(LineEvent::Delivered) => {}
                Output::Event(LineEvent::Broken) => return None,
            }
        }
        None
    }
}
