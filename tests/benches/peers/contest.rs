//! What is measured, and of whom.

/// One way of using a server, and those who are compared in it.
#[derive(Debug)]
pub(crate) struct Contest {
    /// What it is called on the command line.
    pub(crate) name: &'static str,
    /// The heading of its table.
    pub(crate) title: &'static str,
    /// What the rate is of.
    pub(crate) unit: &'static str,
    /// The pattern that clients are told, and more of their options.
    pub(crate) options: &'static [&'static str],
    /// Whom the others are compared with.
    pub(crate) reference: Option<Peer>,
    /// Who takes part.
    pub(crate) peers: &'static [Peer],
    /// Whether the server is started for each client, as memory that was used once stays.
    pub(crate) fresh: Fresh,
}

/// Whose server a client is measured with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fresh {
    /// The one of all rounds.
    No,
    /// One of its own.
    Yes,
}

/// A client, and the server that it is used with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    Raw,
    Ours,
    Npm,
    JsonRpc,
    TarpcJson,
    TarpcBincode,
    NpmToOurs,
    NpmToRaw,
    OursToNpm,
}

/// A program, as it is told apart from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Raw,
    /// Raw frames that answer what a client of Cap'n Web pulls.
    RawAnswers,
    Ours,
    Npm,
    JsonRpc,
    TarpcJson,
    TarpcBincode,
}

/// One client's turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) contest: &'static Contest,
    pub(crate) peer: Peer,
}

impl Case {
    /// Whether one of its sides is a program of Node.js.
    pub(crate) fn needs_node(self) -> bool {
        [self.peer.server(), self.peer.client()].contains(&Side::Npm)
    }
}

impl Peer {
    pub(crate) const ALL: [Self; 9] = [
        Self::Raw,
        Self::Ours,
        Self::Npm,
        Self::JsonRpc,
        Self::TarpcJson,
        Self::TarpcBincode,
        Self::NpmToOurs,
        Self::NpmToRaw,
        Self::OursToNpm,
    ];

    /// What it is called on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Ours => "ours",
            Self::Npm => "npm",
            Self::JsonRpc => "jsonrpsee",
            Self::TarpcJson => "tarpc-json",
            Self::TarpcBincode => "tarpc-bincode",
            Self::NpmToOurs => "npm-to-ours",
            Self::NpmToRaw => "npm-to-raw",
            Self::OursToNpm => "ours-to-npm",
        }
    }

    /// What it is called in tables.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Raw => "raw frames (tokio-tungstenite)",
            Self::Ours => "**Cap'n Web for Rust**",
            Self::Npm => "npm `capnweb`",
            Self::JsonRpc => "jsonrpsee, WebSocket",
            Self::TarpcJson => "tarpc, TCP, JSON",
            Self::TarpcBincode => "tarpc, TCP, bincode",
            Self::NpmToOurs => "npm client, **our server**",
            Self::NpmToRaw => "npm client, raw frames",
            Self::OursToNpm => "**our client**, npm server",
        }
    }

    pub(crate) const fn server(self) -> Side {
        match self {
            Self::Raw => Side::Raw,
            Self::NpmToRaw => Side::RawAnswers,
            Self::Ours | Self::NpmToOurs => Side::Ours,
            Self::Npm | Self::OursToNpm => Side::Npm,
            Self::JsonRpc => Side::JsonRpc,
            Self::TarpcJson => Side::TarpcJson,
            Self::TarpcBincode => Side::TarpcBincode,
        }
    }

    pub(crate) const fn client(self) -> Side {
        match self {
            Self::NpmToOurs | Self::NpmToRaw => Side::Npm,
            Self::OursToNpm => Side::Ours,
            other => other.server(),
        }
    }
}

/// Returns every turn of a round, in its order.
pub(crate) fn cases() -> impl Iterator<Item = Case> {
    CONTESTS.iter().flat_map(|contest| {
        let peers = contest.peers.iter();
        peers.map(move |&peer| Case { contest, peer })
    })
}

/// What all that is measured has in common.
const USUAL: Contest = Contest {
    name: "",
    title: "",
    unit: "calls/s",
    options: &[],
    reference: Some(Peer::Npm),
    peers: &[Peer::Ours, Peer::Npm],
    fresh: Fresh::No,
};

const EVERYBODY: &[Peer] = &Peer::ALL;

/// All that is measured.
pub(crate) const CONTESTS: &[Contest] = &[
    Contest {
        name: "sequential",
        title: "Sequential calls",
        options: &["sequential"],
        reference: Some(Peer::Raw),
        peers: EVERYBODY,
        ..USUAL
    },
    Contest {
        name: "pipelined",
        title: "Pipelined calls, 1,000 in flight on one connection",
        options: &["pipelined", "--window", "1000"],
        reference: Some(Peer::Raw),
        peers: EVERYBODY,
        ..USUAL
    },
    Contest {
        name: "connections",
        title: "64 connections, 16 calls in flight on each",
        options: &["pipelined", "--window", "16", "--connections", "64"],
        reference: Some(Peer::Raw),
        peers: &[
            Peer::Raw,
            Peer::Ours,
            Peer::Npm,
            Peer::JsonRpc,
            Peer::TarpcJson,
            Peer::TarpcBincode,
        ],
        ..USUAL
    },
    Contest {
        name: "chain",
        title: "Depth-3 pipelined chains, one at a time",
        unit: "chains/s",
        options: &["chain"],
        ..USUAL
    },
    Contest {
        name: "chained",
        title: "Depth-3 pipelined chains, 100 in flight",
        unit: "chains/s",
        options: &["chained", "--window", "100"],
        ..USUAL
    },
    Contest {
        name: "map",
        title: "`map` over 1,000 elements, one call each",
        unit: "elements/s",
        options: &["map"],
        ..USUAL
    },
    Contest {
        name: "down",
        title: "Byte streams from the server, 64 KiB chunks",
        unit: "MB/s",
        options: &["down"],
        reference: Some(Peer::Raw),
        peers: &[Peer::Raw, Peer::Ours, Peer::Npm],
        ..USUAL
    },
    Contest {
        name: "up",
        title: "Byte streams to the server, 64 KiB chunks",
        unit: "MB/s",
        options: &["up"],
        reference: Some(Peer::Raw),
        peers: &[Peer::Raw, Peer::Ours, Peer::Npm],
        ..USUAL
    },
    Contest {
        name: "batch",
        title: "HTTP batches of 100 calls, one at a time",
        options: &["batch"],
        ..USUAL
    },
    Contest {
        name: "batches",
        title: "HTTP batches of 100 calls, 8 at once",
        options: &["batch", "--window", "8"],
        ..USUAL
    },
    Contest {
        name: "capabilities",
        title: "Server memory for a live capability, among 100,000",
        unit: "bytes",
        options: &["capabilities", "--many", "100000"],
        fresh: Fresh::Yes,
        ..USUAL
    },
    Contest {
        name: "idle",
        title: "Server memory for an idle connection, among 1,000",
        unit: "bytes",
        options: &["connections", "--many", "1000"],
        fresh: Fresh::Yes,
        ..USUAL
    },
    Contest {
        name: "beside-capabilities",
        title: "Pipelined calls beside 1,000,000 live capabilities",
        options: &[
            "beside-capabilities",
            "--window",
            "1000",
            "--many",
            "1000000",
        ],
        reference: None,
        peers: &[Peer::Ours],
        fresh: Fresh::Yes,
        ..USUAL
    },
    Contest {
        name: "beside-connections",
        title: "64 connections × 16 beside 10,000 that are idle",
        options: &[
            "beside-connections",
            "--window",
            "16",
            "--connections",
            "64",
            "--many",
            "9936",
        ],
        reference: None,
        peers: &[Peer::Ours],
        fresh: Fresh::Yes,
        ..USUAL
    },
];
