//! `GS ( L`, `GS 8 L` and `GS D`: the graphics buffer, and images with keys in NV and download memory.
//!
//! Facts: printer sources, sections 2.3 and 4.1: NV memory 256 KB, download memory 12 KB; capacities are answered as 37h,
//! identifier (30h all NV memory, 31h what is free of it, 32h free download memory), decimal digits, NUL; keys of NV
//! images as 37h 72h, 41h or 40h (more follows or not), at most 40 keys, NUL. *Not modelled:* the bytes of control
//! information beside an image; the host's acknowledgement between blocks of keys; that download memory is shared with
//! users' characters.

use super::super::{Answer, Interpreter, Outcome};
use super::bitmap::Bitmap;
use super::bmp;
use crate::compose::BLOCK;
use crate::mechanism::Mechanism;
use escpos::{KeyedGraphics, KeyedImage, RasterScale, StoredImage};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of the two memories.
pub(super) const NV_BYTES: usize = 256 * 1024;
pub(super) const DOWNLOAD_BYTES: usize = 12 * 1024;
/// Keys in one block of a list.
const KEYS_AT_ONCE: usize = 40;
/// How the commands begin, for reports.
const CODE: [u8; 2] = *b"\x1D(";
const BITMAP_CODE: [u8; 2] = *b"\x1DD";

/// The buffer and the memories.
#[derive(Clone, Debug)]
pub(super) struct Graphics {
    buffer: Option<(Bitmap, RasterScale)>,
    nv: Memory,
    download: Memory,
}

impl Default for Graphics {
    fn default() -> Self {
        Self { buffer: None, nv: Memory::new(NV_BYTES), download: Memory::new(DOWNLOAD_BYTES) }
    }
}

/// Images by key.
#[derive(Clone, Debug)]
struct Memory {
    images: BTreeMap<[u8; 2], Arc<Bitmap>>,
    capacity: usize,
}

impl Memory {
    const fn new(capacity: usize) -> Self {
        Self { images: BTreeMap::new(), capacity }
    }

    fn used(&self) -> usize {
        self.images.values().map(|image| image.len()).sum()
    }

    /// Keeps an image in place of the one with its key; `false` if there is no room, and then both are gone.
    fn define(&mut self, key: [u8; 2], image: Bitmap) -> bool {
        self.images.remove(&key);
        let fits = image.len() > 0 && self.used() + image.len() <= self.capacity;
        if fits {
            self.images.insert(key, Arc::new(image));
        }
        fits
    }

    /// The blocks that list all keys.
    fn list(&self, identifier: u8) -> Vec<u8> {
        let keys: Vec<[u8; 2]> = self.images.keys().copied().collect();
        let mut blocks = keys.chunks(KEYS_AT_ONCE).peekable();
        let mut bytes = Vec::new();
        loop {
            let block = blocks.next().unwrap_or_default();
            let more = blocks.peek().is_some();
            bytes.extend([0x37, identifier, 0x40 | u8::from(more)]);
            bytes.extend(block.iter().flatten());
            bytes.push(0);
            if !more {
                return bytes;
            }
        }
    }
}

/// Which memory, with what its answers and effects depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Nv,
    Download,
}

impl Graphics {
    /// What is not in NV memory is gone.
    pub(super) fn reset(&mut self) {
        self.buffer = None;
        self.download.images.clear();
    }

    pub(super) fn footprint_bytes(&self) -> usize {
        let buffer = self.buffer.as_ref().map_or(0, |(image, _)| image.len());
        buffer + self.nv.used() + self.download.used()
    }

    const fn memory(&mut self, place: Place) -> &mut Memory {
        match place {
            Place::Nv => &mut self.nv,
            Place::Download => &mut self.download,
        }
    }

    /// Puts one colour into the buffer: over another of its size, else in place of it.
    fn store(&mut self, image: Bitmap, scale: RasterScale) {
        match &mut self.buffer {
            Some((there, before)) if there.is_same_size(&image) && *before == scale => there.add(&image),
            buffer => *buffer = Some((image, scale)),
        }
    }
}

impl Interpreter {
    /// One function of `GS ( L`.
    pub(super) fn graphics_function(
        &mut self,
        function: &escpos::Graphics<'_>,
        to: &mut Mechanism,
    ) -> Outcome {
        let graphics = &mut self.images.graphics;
        match *function {
            escpos::Graphics::Density { .. } => {}
            escpos::Graphics::StoreRaster(image) => graphics.store(by_rows(&image), scale(image.x, image.y)),
            escpos::Graphics::StoreColumn(image) => {
                graphics.store(by_columns(&image), scale(image.x, image.y));
            }
            escpos::Graphics::Print => {
                let Some((image, scale)) = graphics.buffer.take() else {
                    return Outcome::ignored(CODE);
                };
                self.print_bitmap(&image, scale, to);
            }
            escpos::Graphics::NvCapacity => return number(0x30, graphics.nv.capacity),
            escpos::Graphics::NvFree => return number(0x31, graphics.nv.capacity - graphics.nv.used()),
            escpos::Graphics::DownloadFree => {
                return number(0x32, graphics.download.capacity - graphics.download.used());
            }
            escpos::Graphics::Nv(function) => return self.keyed_function(Place::Nv, &function, to),
            escpos::Graphics::Download(function) => {
                return self.keyed_function(Place::Download, &function, to);
            }
        }
        Outcome::Done
    }

    fn keyed_function(&mut self, place: Place, function: &KeyedGraphics<'_>, to: &mut Mechanism) -> Outcome {
        let memory = self.images.graphics.memory(place);
        match *function {
            KeyedGraphics::List => {
                let identifier = if place == Place::Nv { 0x72 } else { 0x73 };
                Outcome::Says(Answer::Bytes(BLOCK, memory.list(identifier)))
            }
            KeyedGraphics::Clear => {
                memory.images.clear();
                written(place, 0)
            }
            KeyedGraphics::Delete(key) => match memory.images.remove(&key) {
                Some(_) => written(place, 0),
                None => Outcome::ignored(CODE),
            },
            KeyedGraphics::DefineRaster(image) => {
                self.define(place, image.key, keyed(&image, Bitmap::add_rows), CODE)
            }
            KeyedGraphics::DefineColumn(image) => {
                self.define(place, image.key, keyed(&image, Bitmap::add_columns), CODE)
            }
            KeyedGraphics::Print { key, x, y } => {
                let image = memory.images.get(&key).cloned();
                self.print_kept(image, scale(x, y), CODE, to)
            }
        }
    }

    /// `GS D`.
    pub(super) fn define_bitmap(&mut self, file: &escpos::Bitmap<'_>) -> Outcome {
        let place = if file.nv { Place::Nv } else { Place::Download };
        match bmp::read(file.file) {
            Some(image) => self.define(place, file.key, image, BITMAP_CODE),
            None => Outcome::ignored(BITMAP_CODE),
        }
    }

    fn define(&mut self, place: Place, key: [u8; 2], image: Bitmap, code: [u8; 2]) -> Outcome {
        let bytes = image.len();
        match self.images.graphics.memory(place).define(key, image) {
            true => written(place, bytes),
            false => Outcome::ignored(code),
        }
    }
}

fn by_rows(image: &StoredImage<'_>) -> Bitmap {
    let mut bitmap = Bitmap::light(image.width_dots, image.height_dots);
    bitmap.add_rows(image.data);
    bitmap
}

fn by_columns(image: &StoredImage<'_>) -> Bitmap {
    let mut bitmap = Bitmap::light(image.width_dots, image.height_dots);
    bitmap.add_columns(image.data);
    bitmap
}

fn keyed(image: &KeyedImage<'_>, add: fn(&mut Bitmap, &[u8])) -> Bitmap {
    let mut bitmap = Bitmap::light(image.width_dots, image.height_dots);
    for (_, plane) in image.planes() {
        add(&mut bitmap, plane);
    }
    bitmap
}

const fn scale(x: u8, y: u8) -> RasterScale {
    RasterScale { double_width: x > 1, double_height: y > 1 }
}

/// What follows a change of a memory.
fn written(place: Place, bytes: usize) -> Outcome {
    match place {
        Place::Nv => Outcome::Says(Answer::WriteMemory(u32::try_from(bytes).unwrap_or(u32::MAX))),
        Place::Download => Outcome::Done,
    }
}

/// An answer of decimal digits.
fn number(identifier: u8, number: usize) -> Outcome {
    let mut bytes = vec![0x37, identifier];
    bytes.extend(format!("{number}\0").bytes());
    Outcome::Says(Answer::Bytes(BLOCK, bytes))
}
