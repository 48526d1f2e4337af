//! What can go wrong, told apart by level and by who is to blame.
//!
//! Source: WeChat Pay v2, "Three result levels". Not modelled: what a connection does; that belongs to its owner.

use core::fmt;

use crate::messages::ErrCode;
use crate::sign::SignError;
use crate::xml::XmlError;

/// Why a request to the terminal is no notification: it is unreadable, forged or somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestError {
    /// No such path, or not POST.
    NoSuchCall,
    /// The body is not the flat XML of this dialect.
    Xml(XmlError),
    /// The signature is missing or wrong.
    Sign(SignError),
    /// A field is missing, unreadable or somebody else's.
    Field(FieldError),
}

/// Why a call gave no answer, one variant a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerError {
    /// The HTTP level: nothing readable came back.
    Transport(TransportFault),
    /// `return_code` FAIL: the gateway did not take the request. Nobody signs this.
    Communication {
        /// `return_msg`.
        message: String,
    },
    /// The signature is missing or wrong: somebody else may have written this.
    Sign(SignError),
    /// A field is missing or unreadable.
    Field(FieldError),
    /// `result_code` FAIL: the gateway took the request and refuses it.
    Business {
        /// The reason, [`ErrCode::Other`] when it is not in the table.
        err_code: ErrCode,
        /// The reason as it stood on the wire.
        word: String,
    },
}

/// What was wrong on the HTTP level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportFault {
    /// This status instead of 200.
    Status(u16),
    /// The body is not the flat XML of this dialect.
    Xml(XmlError),
    /// The body is not the JSON of this dialect, or answers another call.
    Json,
}

/// What is wrong with which field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldError {
    /// The field.
    pub key: &'static str,
    /// What is wrong with it.
    pub fault: FieldFault,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldFault {
    /// It is not there, or empty.
    Missing,
    /// It does not read as what it should be.
    Unreadable,
    /// It names another merchant.
    Foreign,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchCall => f.write_str("no such call"),
            Self::Xml(error) => error.fmt(f),
            Self::Sign(error) => error.fmt(f),
            Self::Field(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(TransportFault::Status(status)) => {
                write!(f, "the gateway answered with HTTP {status}")
            }
            Self::Transport(TransportFault::Xml(error)) => error.fmt(f),
            Self::Transport(TransportFault::Json) => f.write_str("the body is no answer to this call"),
            Self::Communication { message } => write!(f, "the gateway did not take the request: {message}"),
            Self::Sign(error) => error.fmt(f),
            Self::Field(error) => error.fmt(f),
            Self::Business { word, .. } => write!(f, "the gateway refuses: {word}"),
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            FieldFault::Missing => "is missing",
            FieldFault::Unreadable => "cannot be read",
            FieldFault::Foreign => "belongs to somebody else",
        };
        write!(f, "{} {fault}", self.key)
    }
}

impl core::error::Error for RequestError {}
impl core::error::Error for AnswerError {}
impl core::error::Error for FieldError {}
