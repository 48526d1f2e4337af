//! A card host, a wallet gateway and their ledger.
