//! Sessions that misbehave cost nobody else a call, and leave nothing behind. How long calls take
//! meanwhile is measured by the benchmark `neighbours`.

use std::time::Duration;

use super::support::{in_time, serving_by};

#[path = "../../benches/neighbours/attacks.rs"]
mod attacks;
#[path = "../../benches/neighbours/street.rs"]
mod street;

/// The faults: an attack that makes a neighbour's call fail, or something of an attacker's that
/// stays when it has gone.
#[tokio::test]
async fn no_neighbour_of_an_attacker_notices() {
    in_time(async {
        let url = serving_by(street::server()).await;
        let house: street::HouseStub = capnweb_runtime::connect(&url).await.unwrap();
        for attack in attacks::ATTACKS {
            let attackers: Vec<_> = (0..3)
                .map(|_| {
                    let url = url.clone();
                    tokio::spawn(async move { attack.go_on(&url, 100_000).await })
                })
                .collect();
            let lived = street::live(&house, Duration::from_millis(100)).await;
            assert!(!lived.expect(attack.name).is_empty());
            for attacker in &attackers {
                attacker.abort();
            }
            street::until_quiet(&house).await.expect(attack.name);
        }
    })
    .await;
}
