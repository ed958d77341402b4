//! Binary data.

use std::ops::Deref;

/// The JavaScript type that holds some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(
    missing_docs,
    reason = "each variant is the JavaScript type of the same name"
)]
#[allow(clippy::exhaustive_enums, reason = "the list is fixed by the protocol")]
pub enum BytesKind {
    /// Plain bytes: `Uint8Array`, Node's `Buffer`.
    #[default]
    Uint8Array,
    ArrayBuffer,
    DataView,
    Int8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    BigInt64Array,
    BigUint64Array,
    Float32Array,
    Float64Array,
}

impl BytesKind {
    const ALL: [Self; 13] = [
        Self::Uint8Array,
        Self::ArrayBuffer,
        Self::DataView,
        Self::Int8Array,
        Self::Uint8ClampedArray,
        Self::Int16Array,
        Self::Uint16Array,
        Self::Int32Array,
        Self::Uint32Array,
        Self::BigInt64Array,
        Self::BigUint64Array,
        Self::Float32Array,
        Self::Float64Array,
    ];

    /// Returns the kind with this JavaScript name, if the protocol knows it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns the JavaScript name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uint8Array => "Uint8Array",
            Self::ArrayBuffer => "ArrayBuffer",
            Self::DataView => "DataView",
            Self::Int8Array => "Int8Array",
            Self::Uint8ClampedArray => "Uint8ClampedArray",
            Self::Int16Array => "Int16Array",
            Self::Uint16Array => "Uint16Array",
            Self::Int32Array => "Int32Array",
            Self::Uint32Array => "Uint32Array",
            Self::BigInt64Array => "BigInt64Array",
            Self::BigUint64Array => "BigUint64Array",
            Self::Float32Array => "Float32Array",
            Self::Float64Array => "Float64Array",
        }
    }

    /// Returns the size of one element in bytes.
    pub const fn element_size(self) -> usize {
        match self {
            Self::Uint8Array
            | Self::ArrayBuffer
            | Self::DataView
            | Self::Int8Array
            | Self::Uint8ClampedArray => 1,
            Self::Int16Array | Self::Uint16Array => 2,
            Self::Int32Array | Self::Uint32Array | Self::Float32Array => 4,
            Self::BigInt64Array | Self::BigUint64Array | Self::Float64Array => 8,
        }
    }
}

/// Binary data, cheap to clone; a JavaScript peer sees a `Uint8Array` unless told otherwise.
///
/// Any kind of bytes is read where bytes are asked for; [`kind`](Self::kind) tells which they were.
/// Typed arrays are made of numbers by [`from_elements`](Self::from_elements), and read by
/// [`elements`](Self::elements).
///
/// Use this in interfaces instead of `Vec<u8>`, which `serde` writes as an array of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Bytes {
    kind: BytesKind,
    data: bytes::Bytes,
}

impl Bytes {
    /// Creates plain bytes.
    pub fn new(data: impl Into<bytes::Bytes>) -> Self {
        Self {
            kind: BytesKind::Uint8Array,
            data: data.into(),
        }
    }

    /// Creates bytes that a JavaScript peer sees as `kind`; multi-byte elements are little-endian.
    /// `None` if the length is not a whole number of elements.
    pub fn of_kind(kind: BytesKind, data: impl Into<bytes::Bytes>) -> Option<Self> {
        let data = data.into();
        data.len()
            .is_multiple_of(kind.element_size())
            .then_some(Self { kind, data })
    }

    /// The same for data that is known to be whole elements.
    pub(super) fn with_whole_elements(kind: BytesKind, data: Vec<u8>) -> Self {
        let data = data.into();
        Self { kind, data }
    }

    /// Returns the JavaScript type these bytes came as, or go out as.
    pub const fn kind(&self) -> BytesKind {
        self.kind
    }

    /// Returns the shared buffer.
    pub fn into_inner(self) -> bytes::Bytes {
        self.data
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.data
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(data: Vec<u8>) -> Self {
        Self::new(data)
    }
}

impl From<&'static [u8]> for Bytes {
    fn from(data: &'static [u8]) -> Self {
        Self::new(data)
    }
}

impl From<bytes::Bytes> for Bytes {
    fn from(data: bytes::Bytes) -> Self {
        Self::new(data)
    }
}

impl From<Bytes> for bytes::Bytes {
    fn from(bytes: Bytes) -> Self {
        bytes.data
    }
}

impl From<Bytes> for Vec<u8> {
    fn from(bytes: Bytes) -> Self {
        bytes.data.into()
    }
}
