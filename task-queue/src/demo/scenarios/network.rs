//! The outside world, as far as it may be reached.

use serde_json::json;

use crate::caps::NetworkStub;
use crate::demo::expect::{equal, refused};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::demo::web::{GREETING, HELLO, MOVED, OUT, Web};
use crate::model::PoolName;
use crate::resources::network::{AllowEntry, Reach};

/// Hosts on the list are reached and no others, by whatever way, and not too often.
pub(super) async fn allow_list(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let inside = format!("localhost:{}", web.port());
    let public = async { Ok(AllowEntry::new(&inside, Reach::Public)?) };
    let public = stage.prepare("An entry for the list", public).await?;
    let rules = Rules::default().reaching(&web).allowing(public);
    let party = stage.party(rules).await?;
    let network = party.queue.get_shared_network();
    let network = stage.call("Network capability obtained", network).await?;
    stage
        .step("A host on the list is reached", reached(&network, &web))
        .await?;
    stage
        .step(
            "The list is for hosts, wherever else they occur",
            disguised(&network, &web),
        )
        .await?;
    let moved_out = refused(
        "evil.example:80 is not an allowed",
        network.fetch(web.url(OUT)),
    );
    stage
        .step("A redirect to another host is not followed", moved_out)
        .await?;
    let private = network.fetch(format!("http://{inside}{HELLO}"));
    let private = refused("leads to a private address", private);
    stage
        .step("A public name that leads inside is not followed", private)
        .await?;
    let scheme = refused("are not supported", network.fetch("file:///etc/passwd"));
    stage
        .step("Files are no part of the network", scheme)
        .await?;
    stage
        .step("A task is bound by the same list", task_is_bound(&party))
        .await?;
    let limited = stage
        .party(Rules::default().reaching(&web).at_most(3))
        .await?;
    stage
        .step(
            "The fourth request of a minute is refused",
            rate(&limited, &web),
        )
        .await
}

async fn reached(network: &NetworkStub, web: &Web) -> Result<(), Miss> {
    let page = network.fetch(web.url(HELLO)).await?;
    equal((page.status, page.body.as_str()), (200, GREETING))?;
    let page = network.fetch(web.url(MOVED)).await?;
    equal((page.status, page.url), (200, web.url(HELLO)))
}

async fn disguised(network: &NetworkStub, web: &Web) -> Result<(), Miss> {
    let allowed = format!("127.0.0.1:{}", web.port());
    for url in [
        format!("http://evil.example/?x={allowed}"),
        format!("http://evil.example/{allowed}"),
        format!("http://evil.example#{allowed}"),
        format!("http://{allowed}.evil.example/"),
        "http://127.0.0.1/".to_owned(),
    ] {
        let fetch = network.fetch(url.as_str()).await;
        if let Ok(page) = fetch {
            return Err(Miss::NotRefused(page.url));
        }
    }
    let user = format!("http://{allowed}@evil.example/");
    refused("user name", network.fetch(user)).await
}

async fn task_is_bound(party: &Party) -> Result<(), Miss> {
    let params = json!({
        "needs_network": true, "use_network": true,
        "url": "http://evil.example/?x=127.0.0.1",
    });
    let task = party.queue.submit("io", params).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU);
    refused("permission denied", worker.execute(&task)).await
}

async fn rate(party: &Party, web: &Web) -> Result<(), Miss> {
    let network = party.queue.get_shared_network().await?;
    equal(network.rate_limit().await?, 3)?;
    for _ in 0..3 {
        equal(network.fetch(web.url(HELLO)).await?.status, 200)?;
    }
    refused("rate limit exceeded", network.fetch(web.url(HELLO))).await?;
    equal(network.get_stats().await?.request_count, 3)
}
