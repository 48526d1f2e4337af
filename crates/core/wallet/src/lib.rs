//! What terminals and wallet gateways say to each other over HTTP.
