//! Older images: `FS q` and `FS p` (NV memory), `GS *` and `GS /` (download memory), `GS Q 0`.
//!
//! Facts: printer sources, section 2.3; images are columns of whole bytes; `FS q` replaces all images, and the printer is
//! busy while it writes. *Not modelled:* the reset that some models make after `FS q`.

use super::super::{Answer, Interpreter, Outcome};
use super::bitmap::Bitmap;
use super::stored::{DOWNLOAD_BYTES, NV_BYTES};
use crate::mechanism::Mechanism;
use escpos::{Command, NvImages};
use std::sync::Arc;

/// Images without keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Older {
    /// In the order of their numbers, from 1.
    nv: Vec<Arc<Bitmap>>,
    download: Option<Arc<Bitmap>>,
}

impl Older {
    /// What is not in NV memory is gone.
    pub(super) fn reset(&mut self) {
        self.download = None;
    }

    pub(super) fn footprint_bytes(&self) -> usize {
        self.nv.iter().chain(&self.download).map(|image| image.len()).sum()
    }

    /// Replaces all NV images, as far as there is room; gives the bytes written.
    fn define(&mut self, images: NvImages<'_>) -> usize {
        self.nv.clear();
        let mut used = 0;
        for image in images.iter() {
            used += image.data.len();
            if used > NV_BYTES {
                break;
            }
            self.nv.extend(of_columns(image.x, image.y, image.data));
        }
        used.min(NV_BYTES)
    }
}

impl Interpreter {
    /// Images of the older commands.
    pub(super) fn older_image_command(
        &mut self,
        command: &Command<'_>,
        to: &mut Mechanism,
    ) -> Option<Outcome> {
        let older = &mut self.images.older;
        match *command {
            Command::NvImagesDefine(images) => {
                let bytes = u32::try_from(older.define(images)).unwrap_or(u32::MAX);
                return Some(Outcome::Says(Answer::WriteMemory(bytes)));
            }
            Command::NvImagePrint { n, scale } => {
                let image = usize::from(n).checked_sub(1).and_then(|place| older.nv.get(place)).cloned();
                return Some(self.print_kept(image, scale, *b"\x1Cp", to));
            }
            Command::DownloadImage { x, y, data } => {
                let fits = data.len() <= DOWNLOAD_BYTES;
                older.download = of_columns(x.into(), y.into(), data).filter(|_| fits);
            }
            Command::PrintDownloadImage(scale) => {
                let image = older.download.clone();
                return Some(self.print_kept(image, scale, *b"\x1D/", to));
            }
            Command::VariableImage { scale, columns, column_bytes, data } => {
                let mut bitmap = Bitmap::light(columns, column_bytes.saturating_mul(8));
                bitmap.add_columns(data);
                self.print_bitmap(&bitmap, scale, to);
            }
            _ => return None,
        }
        Some(Outcome::Done)
    }
}

/// An image of `8 * x` columns of `y` bytes.
fn of_columns(x: u16, y: u16, data: &[u8]) -> Option<Arc<Bitmap>> {
    let (width, height) = (x.checked_mul(8)?, y.checked_mul(8)?);
    let mut bitmap = Bitmap::light(width, height);
    bitmap.add_columns(data);
    Some(Arc::new(bitmap)).filter(|bitmap| bitmap.len() > 0)
}
