//! The chain of signatures that makes a reference unforgeable, and each narrowing final.
//!
//! As in macaroons (Birgisson et al., "Macaroons: Cookies with Contextual Caveats for Decentralized
//! Authorization in the Cloud", 2014): each caveat is signed with the signature before it as the
//! key, which is then thrown away. Whoever has the last signature can add a caveat and cannot take
//! one away, since HMAC does not run backwards.

use hmac::digest::CtOutput;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::record::{CounterId, RecordId};

type HmacSha256 = Hmac<Sha256>;

/// One link of the chain: the key of the next.
pub(super) type Signature = [u8; 32];

/// The secret part of a reference's name; only its hash is ever stored.
pub(super) type Identifier = [u8; 32];

/// Signs an identifier with a registry's key: the first link.
pub(super) fn root(master: &[u8; 32], identifier: &Identifier) -> Signature {
    mac(&mac(master, ROOT_DOMAIN), identifier)
}

/// Signs one more caveat.
pub(super) fn link(signature: &Signature, caveat: &[u8]) -> Signature {
    mac(signature, caveat)
}

/// Returns the name of a reference's record.
pub(super) fn record_of(identifier: &Identifier) -> RecordId {
    RecordId::new(hash(RECORD_DOMAIN, identifier))
}

/// Returns the name of what a caveat counts, from the signature up to it: the same for everybody
/// who holds this very caveat, and for nobody else.
pub(super) fn counter_of(signature: &Signature) -> CounterId {
    CounterId::new(hash(COUNTER_DOMAIN, signature))
}

/// Compares without telling by the time it takes where they differ.
pub(super) fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    CtOutput::<HmacSha256>::new((*one).into()) == CtOutput::new((*other).into())
}

fn mac(key: &[u8; 32], data: &[u8]) -> Signature {
    let mut block = hmac::digest::Key::<HmacSha256>::default();
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte; // a short key is filled up with zeros
    }
    let mut mac = HmacSha256::new(&block);
    mac.update(data);
    mac.finalize().into_bytes().into()
}

fn hash(domain: &[u8], secret: &[u8; 32]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(domain);
    hash.update(secret);
    hash.finalize().into()
}

const ROOT_DOMAIN: &[u8] = b"capnweb sturdy reference 1";
const RECORD_DOMAIN: &[u8] = b"";
const COUNTER_DOMAIN: &[u8] = b"capnweb sturdy counter 1";

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2, whose key is short, by way of a key that is filled up.
    #[test]
    fn it_is_hmac_sha_256() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let mac = mac(&key, b"what do ya want for nothing?");
        assert_eq!(super::super::hex::encode(&mac), expected);
    }

    #[test]
    fn only_equal_signatures_are_the_same() {
        assert!(same(&[7; 32], &[7; 32]));
        for place in [0, 15, 31] {
            let mut other = [7; 32];
            other[place] ^= 1;
            assert!(!same(&[7; 32], &other));
        }
    }

    #[test]
    fn a_caveat_moved_or_left_out_is_another_chain() {
        let root = root(&[1; 32], &[2; 32]);
        let both = link(&link(&root, b"a"), b"b");
        assert_ne!(both, link(&link(&root, b"b"), b"a"));
        assert_ne!(both, link(&root, b"ab"));
        assert_ne!(both, link(&root, b"b"));
    }
}
