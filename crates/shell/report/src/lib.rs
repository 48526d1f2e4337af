//! Snapshots, pictures and outcome files on disk.
