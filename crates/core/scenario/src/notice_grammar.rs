//! The shape of what is wrong with a notification on purpose, as it stands behind `acquirer:`.
//!
//! A notification is no request, so it is aimed at by amount, number, time and chance alone. The words for damage are
//! those of damaged answers. Source: `acquirer::NoticeFault`. *Not modelled:* two of these on one delivery.

use crate::grammar::MONEY;
use crate::shape::{Choice, Field, Map, Presence, Scalar, Shape};

/// When a notification leaves, if not when it is due.
pub(crate) const NOTIFIES: Scalar = Scalar::Word {
    what: "when a notification leaves",
    words: &["after-the-next", "after-a-refund"],
    says: &[
        "It is held back until another notification has left, or its own repetition.",
        "It is held back until money of its order has gone back.",
    ],
};

pub(crate) const NOTICE_DAMAGE: Scalar = Scalar::Word {
    what: "damage to a notification",
    words: &["truncated", "other-encoding", "error-page"],
    says: &[
        "The second half is missing; the length says so.",
        "UTF-16 where it is UTF-8.",
        "A page for people, from a box in front of the platform.",
    ],
};

pub(crate) const FALSE: Map = Map {
    what: "`notifies-falsely`",
    example: "{ order: 12345678W000002, signed: with-a-wrong-key }",
    fields: &[Field::required(
        "signed",
        Shape::Scalar(SIGNED),
        "signed: with-a-wrong-key",
        "who signed it; `rightly` if only what it says is false",
    )],
    choices: &[Choice {
        what: "false claim",
        presence: Presence::Optional,
        fields: &[
            Field::optional(
                "order",
                Shape::Scalar(Scalar::OrderNo),
                "order: 12345678W000002",
                "it names this order instead of its own; those of the emulated terminal are 12345678W000001 and so on",
            ),
            Field::optional("more", MONEY, "more: CNY 1.00", "it says so much more than was paid"),
            Field::optional("less", MONEY, "less: CNY 1.00", "it says so much less than was paid"),
        ],
    }],
};
const SIGNED: Scalar = Scalar::Word {
    what: "who signed a notification",
    words: &["rightly", "with-a-wrong-key", "naming-a-wrong-key", "not-at-all"],
    says: &[
        "The platform: only a look at one's own order finds out.",
        "Somebody with a key that is not the platform's.",
        "It names another key than it is signed with; where none is named, it is signed with a wrong one.",
        "Nobody.",
    ],
};
