//! The numbers in a typed array.

use super::{Bytes, BytesKind};

/// A number that a JavaScript typed array can be made of.
///
/// | Rust | JavaScript |
/// |---|---|
/// | `u8` | `Uint8Array` |
/// | `i8` | `Int8Array` |
/// | `i16`, `u16` | `Int16Array`, `Uint16Array` |
/// | `i32`, `u32` | `Int32Array`, `Uint32Array` |
/// | `i64`, `u64` | `BigInt64Array`, `BigUint64Array` |
/// | `f32`, `f64` | `Float32Array`, `Float64Array` |
pub trait Element: sealed::Sealed {}

mod sealed {
    use crate::value::BytesKind;

    /// How an element stands in memory: little-endian.
    #[allow(unnameable_types, reason = "no one else may implement it")]
    pub trait Sealed: Copy {
        /// The array of such elements.
        const KIND: BytesKind;

        fn read_all(data: &[u8]) -> Vec<Self>;

        fn write_all(elements: &[Self]) -> Vec<u8>;
    }
}

macro_rules! elements {
    ($($element:ty => $kind:ident,)*) => {$(
        impl Element for $element {}

        impl sealed::Sealed for $element {
            const KIND: BytesKind = BytesKind::$kind;

            fn read_all(data: &[u8]) -> Vec<Self> {
                let (elements, _) = data.as_chunks();
                elements.iter().copied().map(Self::from_le_bytes).collect()
            }

            fn write_all(elements: &[Self]) -> Vec<u8> {
                elements.iter().flat_map(|element| element.to_le_bytes()).collect()
            }
        }
    )*};
}

elements! {
    u8 => Uint8Array,
    i8 => Int8Array,
    i16 => Int16Array,
    u16 => Uint16Array,
    i32 => Int32Array,
    u32 => Uint32Array,
    i64 => BigInt64Array,
    u64 => BigUint64Array,
    f32 => Float32Array,
    f64 => Float64Array,
}

impl Bytes {
    /// Creates the typed array of these numbers.
    ///
    /// ```
    /// use capnweb_runtime::{Bytes, BytesKind};
    ///
    /// let samples = Bytes::from_elements(&[0.5_f32, -1.0]);
    /// assert_eq!(samples.kind(), BytesKind::Float32Array);
    /// assert_eq!(samples.elements(), Some(vec![0.5_f32, -1.0]));
    /// assert_eq!(samples.elements::<f64>(), None);
    /// ```
    pub fn from_elements<E: Element>(elements: &[E]) -> Self {
        Self::with_whole_elements(E::KIND, E::write_all(elements))
    }

    /// Returns the numbers, if this is a typed array of such numbers.
    pub fn elements<E: Element>(&self) -> Option<Vec<E>> {
        (self.kind() == E::KIND).then(|| E::read_all(self))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Element};

    fn check<E: Element + PartialEq + std::fmt::Debug>(elements: &[E], data: &[u8]) {
        let bytes = Bytes::from_elements(elements);
        assert_eq!(&bytes[..], data);
        assert_eq!(bytes.elements::<E>().unwrap(), elements);
    }

    #[test]
    fn w22_elements_are_little_endian() {
        check(&[255_u8], &[255]);
        check(&[-1_i8, 2], &[255, 2]);
        check(&[-2_i16, 258], &[254, 255, 2, 1]);
        check(&[258_u16], &[2, 1]);
        check(&[-2_i32], &[254, 255, 255, 255]);
        check(&[0x0102_0304_u32], &[4, 3, 2, 1]);
        check(&[-2_i64], &[254, 255, 255, 255, 255, 255, 255, 255]);
        check(&[1_u64], &[1, 0, 0, 0, 0, 0, 0, 0]);
        check(&[1.5_f32, -0.0], &[0, 0, 192, 63, 0, 0, 0, 128]);
        check(&[1.5_f64], &[0, 0, 0, 0, 0, 0, 248, 63]);
        check::<f64>(&[], &[]);
    }

    #[test]
    fn elements_of_another_kind_are_not_read() {
        let signed = Bytes::from_elements(&[1_i32]);
        assert_eq!(signed.elements::<u32>(), None);
        assert_eq!(signed.elements::<u8>(), None);
        assert_eq!(Bytes::from(vec![1, 2]).elements::<u8>(), Some(vec![1, 2]));
    }
}
