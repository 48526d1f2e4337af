//! ISO 8583 frames to messages and back, with dialects as data.
