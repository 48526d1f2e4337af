//! ESC/POS bytes to commands and back, incrementally.
