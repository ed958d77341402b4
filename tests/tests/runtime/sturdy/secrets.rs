//! A20: whatever goes right or wrong, the secret is in nothing but what is meant to have it.

use std::fmt::{Debug, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use capnweb_runtime::{
    Capability as _, Caveat, Error, FileStore, RegistryKey, SturdyLimits, SturdyRef, SturdyUrl,
};

use super::shop::{CounterStub, KEY, Office, TillStub};
use crate::support::{Link, Listener, in_time};

/// Every part of references that would be of use to somebody, as it might be written.
fn secrets(references: &[&SturdyRef]) -> Vec<String> {
    let of = |reference: &&SturdyRef| {
        let text = reference.expose();
        let body = text.strip_prefix("cwref_").expect("so they begin");
        let bytes = URL_SAFE_NO_PAD.decode(body).expect("so they go on");
        let (head, signature) = bytes.split_at(bytes.len() - 32);
        let identifier = &head[1..33];
        let mut all = vec![body[4..24].to_owned()];
        for secret in [identifier, signature] {
            all.extend([hex(&secret[..8]), format!("{:?}", &secret[..6])]);
        }
        all
    };
    let all = references.iter().flat_map(of);
    all.chain([hex(&KEY[..8]), format!("{:?}", &KEY[..6])])
        .map(|secret| secret.trim_matches(['[', ']']).to_owned())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("there is memory");
        text
    })
}

#[tokio::test]
async fn a20_no_secret_is_traced_stored_or_shown() {
    let (listener, _guard) = Listener::listen();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("references");
    let office = Office::with(FileStore::open(&path).unwrap(), SturdyLimits::default());
    let url = office.serving().await;
    let mut shown: Vec<String> = Vec::new();
    let mut show = |what: &dyn Debug| shown.push(format!("{what:?}"));

    let till = TillStub::new(Quiet);
    let live = office.registry.seal(&till, []).await.unwrap();
    let once = [Caveat::one_shot(), Caveat::calls(2)];
    let reference = office.registry.seal_as("till", "1", once).await.unwrap();
    let narrowed = reference.narrow(Caveat::methods(["sum"])).unwrap();
    let derived = office.registry.derive(&narrowed, []).await.unwrap();
    let all = [&live, &reference, &narrowed, &derived];
    in_time(async {
        let peer = Link::<CounterStub>::connect(&url).await;
        for reference in all {
            show(reference);
            let promise = peer.restorer().restored::<TillStub>(reference);
            show(&promise);
            match promise.await {
                Ok(till) => show(&(till.sum().await, till.add(1).await, till)),
                Err(error) => show(&(error.to_string(), Error::from(error))),
            }
        }
        let text = narrowed.expose();
        let restorer = peer.restorer();
        let stub = restorer.as_stub();
        show(&restorer.restore(format!("{text}x")).await);
        show(&stub.call("restore", ([text.clone()],)).await);
        show(&text.replacen("cwref_", "cwref-", 1).parse::<SturdyRef>());
        show(&format!("{text}=").parse::<SturdyRef>());
        show(&format!("wss://example.com/#{text}=").parse::<SturdyUrl>());
        show(&serde_json::from_value::<SturdyRef>(
            format!("{text}=").into(),
        ));
    })
    .await;
    office.registry.revoke(&reference, "over").await.unwrap();
    let link = narrowed.to_url("wss://example.com/rpc").unwrap();
    show(&(&link, link.to_string(), RegistryKey::from_bytes(KEY)));
    show(&(
        &office.registry,
        office.registry.list().await.unwrap(),
        office.refusals(),
    ));

    let traced = listener.lines().join("\n");
    for word in ["sealed", "restored", "spent", "malformed", "revoked"] {
        assert!(traced.contains(word), "{word} was not traced: {traced}");
    }
    let stored = std::fs::read_to_string(&path).unwrap();
    assert!(stored.contains(&reference.record().to_string()), "{stored}");
    for secret in secrets(&all) {
        assert!(!traced.contains(&secret), "{secret} was traced: {traced}");
        assert!(!stored.contains(&secret), "{secret} was stored: {stored}");
        for shown in &shown {
            assert!(!shown.contains(&secret), "{secret} was shown: {shown}");
        }
    }
}

struct Quiet;

impl super::shop::Till for Quiet {
    async fn sum(&self) -> capnweb_runtime::Result<u32> {
        Ok(0)
    }

    async fn add(&self, _: u32) -> capnweb_runtime::Result<u32> {
        Ok(0)
    }
}
