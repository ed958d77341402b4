//! Who may use the queue, and what becomes of it when they may not.

use std::time::Duration;

use capnweb_runtime::{Capability as _, Caveat, Error, SturdyRef, Value as Wire};
use serde_json::json;
use tempfile::TempDir;

use crate::caps::{
    AccessStub, AccountInfo, GatewayStub, Invitation, Minted, Restriction, Revoking, Submission,
};
use crate::clock::{Clock as _, SystemClock};
use crate::engine::DispatchMode;
use crate::model::{Quotas, Role, TaskStatus, TaskType};
use crate::service::{Config, Supervisor};

struct House {
    supervisor: Supervisor,
    access: AccessStub,
    data: TempDir,
}

impl House {
    async fn open() -> Self {
        Self::in_directory(tempfile::tempdir().unwrap()).await
    }

    async fn in_directory(data: TempDir) -> Self {
        let supervisor = Supervisor::start(Config::new(data.path())).await.unwrap();
        let access = supervisor.gateway().get_access().await.unwrap();
        Self {
            supervisor,
            access,
            data,
        }
    }

    /// Stops the queue and starts it again.
    async fn restart(self) -> Self {
        let Self {
            supervisor,
            access,
            data,
        } = self;
        supervisor.stop().await;
        drop((supervisor, access));
        Self::in_directory(data).await
    }

    async fn mint(&self, wish: Invitation) -> Minted {
        self.access.mint(wish).await.unwrap()
    }

    async fn client(&self) -> (Minted, GatewayStub) {
        let minted = self.mint(Invitation::new(Role::Client, "a client")).await;
        let gateway = self.enter(&minted).await.unwrap();
        (minted, gateway)
    }

    async fn enter(&self, minted: &Minted) -> Result<GatewayStub, Error> {
        self.supervisor.gate().redeem(&minted.reference).await
    }

    async fn revoke(&self, minted: &Minted) {
        let revoked = self.access.revoke(minted.id.to_string(), None).await;
        assert!(revoked.unwrap().revoked.contains(&minted.id));
    }

    async fn info(&self, minted: &Minted) -> AccountInfo {
        let list = self.access.list().await.unwrap();
        let found = list.into_iter().find(|account| account.id == minted.id);
        found.expect("it is listed")
    }
}

fn code(error: &Error) -> Option<String> {
    match error.prop("code") {
        Some(Wire::String(code)) => Some(code.as_str().to_owned()),
        _ => None,
    }
}

fn is_unknown<T>(redeemed: Result<T, Error>) -> bool {
    redeemed.is_err_and(|error| code(&error).as_deref() == Some("NO_SUCH_REFERENCE"))
}

/// The fault: one client sees, cancels or tries again what another has submitted.
#[tokio::test]
async fn clients_do_not_see_each_other_and_the_supervisor_sees_both() {
    let house = House::open().await;
    let (_, one) = house.client().await;
    let (_, other) = house.client().await;
    let task = one.get_task_queue().submit("io", json!({})).await.unwrap();
    let id = task.id().await.unwrap().to_string();
    let queue = other.get_task_queue().await.unwrap();
    assert!(queue.list_tasks().await.unwrap().is_empty());
    assert_eq!(queue.task_count().await.unwrap(), 0);
    for refused in [
        queue.get_task(&id).await.map(drop).unwrap_err(),
        queue.cancel_task(&id).await.map(drop).unwrap_err(),
        queue.retry_task(&id).await.map(drop).unwrap_err(),
    ] {
        let absent = queue.get_task("task_none").await.unwrap_err();
        assert_eq!(refused.to_string(), absent.to_string());
    }
    let all = house.supervisor.gateway().get_task_queue();
    assert_eq!(
        all.get_task(&id).status().await.unwrap(),
        TaskStatus::Pending
    );
    house.supervisor.stop().await;
}

/// The fault: something of what was handed out goes on working.
#[tokio::test]
async fn whatever_was_reached_through_a_reference_dies_with_it() {
    let house = House::open().await;
    let (minted, gateway) = house.client().await;
    let queue = gateway.get_task_queue().await.unwrap();
    let params = json!({"needs_storage": true});
    let task = queue.submit("io", params).await.unwrap();
    let storage = task.get_storage().await.unwrap();
    storage.write("k", json!(1), None).await.unwrap();
    let lock = storage.lock("k", None).await.unwrap();
    let below = queue.restrict(Restriction::default()).await.unwrap();
    let (_, bystander) = house.client().await;

    house.revoke(&minted).await;
    assert!(gateway.get_task_queue().await.unwrap_err().is_revoked());
    assert!(queue.submit("io", None).await.unwrap_err().is_revoked());
    assert!(task.get_info().await.unwrap_err().is_revoked());
    assert!(
        storage
            .read("k")
            .await
            .unwrap_err()
            .to_string()
            .contains("revoked")
    );
    assert!(lock.token().await.unwrap_err().is_revoked());
    assert!(below.task_count().await.unwrap_err().is_revoked());
    assert!(is_unknown(house.enter(&minted).await));
    bystander.get_task_queue().submit("io", None).await.unwrap();
    let all = house.supervisor.gateway().get_task_queue();
    assert_eq!(all.task_count().await.unwrap(), 2, "its tasks stay");
    assert!(
        all.get_shared_storage().lock("k", None).await.is_ok(),
        "nobody holds it"
    );
    house.supervisor.stop().await;
}

#[tokio::test]
async fn references_last_and_so_does_that_they_were_revoked() {
    let house = House::open().await;
    let (kept, gateway) = house.client().await;
    let (revoked, _) = house.client().await;
    house.revoke(&revoked).await;
    let queue = gateway.get_task_queue().await.unwrap();
    queue.submit("io", None).await.unwrap();
    drop((gateway, queue));
    let house = house.restart().await;
    let gateway = house.enter(&kept).await.unwrap();
    assert_eq!(gateway.get_task_queue().task_count().await.unwrap(), 1);
    assert!(is_unknown(house.enter(&revoked).await));
    assert!(house.info(&revoked).await.revoked.is_some());
    house.supervisor.stop().await;
}

#[tokio::test]
async fn one_that_is_for_one_use_works_once_also_over_a_restart() {
    let house = House::open().await;
    let wish = Invitation {
        uses: Some(1),
        ..Invitation::new(Role::Client, "once")
    };
    let minted = house.mint(wish).await;
    let entering = futures_util::future::join_all((0..8).map(|_| house.enter(&minted)));
    let entered = entering.await;
    assert_eq!(entered.iter().filter(|entered| entered.is_ok()).count(), 1);
    drop(entered);
    let house = house.restart().await;
    assert!(is_unknown(house.enter(&minted).await));
    let info = house.info(&minted).await;
    assert_eq!((info.used, info.uses), (1, Some(1)));
    house.supervisor.stop().await;
}

/// The fault: a holder passes on less, and it turns out to be more.
#[tokio::test]
async fn a_copy_that_was_narrowed_ends_with_all_that_it_led_to() {
    let house = House::open().await;
    let (minted, _) = house.client().await;
    let whole: SturdyRef = minted.reference.parse().unwrap();
    let gate = house.supervisor.gate();
    let none = whole.narrow(Caveat::methods(["getWorkerPool"])).unwrap();
    let gateway = gate.redeem(none.expose()).await.unwrap();
    assert!(gateway.get_task_queue().await.is_err());

    let soon = Caveat::expires_after(Duration::from_millis(300));
    let short = whole.narrow(soon).unwrap();
    let gateway = gate.redeem(short.expose()).await.unwrap();
    let queue = gateway.get_task_queue().await.unwrap();
    while queue.task_count().await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(gate.redeem(short.expose()).await.is_err());
    assert!(gate.redeem(whole.expose()).await.is_ok());
    house.supervisor.stop().await;
}

#[tokio::test]
async fn what_is_guessed_looks_like_what_was_revoked_and_cannot_be_tried_for_long() {
    let house = House::open().await;
    let (minted, _) = house.client().await;
    house.revoke(&minted).await;
    let gate = house.supervisor.gate();
    let mut answers = Vec::new();
    for reference in [minted.reference.as_str(), "open sesame", "cwref_AAAA", ""] {
        let refused = gate.redeem(reference).await.unwrap_err();
        answers.push((refused.to_string(), code(&refused)));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let (_, other) = house.client().await;
    drop(other);
    for _ in 0..6 {
        assert!(is_unknown(gate.redeem("guess").await));
    }
    let (good, _) = house.client().await;
    let refused = gate.redeem(&good.reference).await.unwrap_err();
    assert_eq!(code(&refused).as_deref(), Some("TOO_MANY_ATTEMPTS"));
    assert!(house.enter(&good).await.is_ok(), "at another gate");
    house.supervisor.stop().await;
}

#[tokio::test]
async fn an_account_is_revoked_with_all_below_it_and_no_other() {
    let house = House::open().await;
    let (tenant, _) = house.client().await;
    let below = Invitation {
        under: Some(tenant.id),
        ..Invitation::new(Role::Client, "a customer")
    };
    let customer = house.mint(below.clone()).await;
    let (bystander, _) = house.client().await;
    let gateway = house.enter(&customer).await.unwrap();
    gateway.get_task_queue().submit("io", None).await.unwrap();
    let seen = house.enter(&tenant).await.unwrap();
    assert_eq!(seen.get_task_queue().task_count().await.unwrap(), 1);

    let how = Revoking {
        cancel: true,
        ..Revoking::default()
    };
    let revoked = house
        .access
        .revoke(tenant.id.to_string(), how)
        .await
        .unwrap();
    assert_eq!(revoked.revoked.len(), 2);
    assert_eq!(revoked.cancelled, 1);
    assert!(gateway.get_task_queue().await.unwrap_err().is_revoked());
    assert!(is_unknown(house.enter(&customer).await));
    assert!(house.enter(&bystander).await.is_ok());
    assert!(
        house.access.mint(below).await.is_err(),
        "below one that is revoked"
    );
    house.supervisor.stop().await;
}

#[tokio::test]
async fn a_stolen_supervisors_reference_is_revoked_with_what_it_has_minted() {
    let house = House::open().await;
    let stolen = house
        .mint(Invitation::new(Role::Supervisor, "stolen"))
        .await;
    let thief = house.enter(&stolen).await.unwrap();
    let minted = thief
        .get_access()
        .mint(Invitation::new(Role::Supervisor, "back door"))
        .await
        .unwrap();
    assert_eq!(house.info(&minted).await.by, Some(stolen.id));
    let how = Revoking {
        minted: true,
        ..Revoking::default()
    };
    house
        .access
        .revoke(stolen.id.to_string(), how)
        .await
        .unwrap();
    assert!(thief.get_access().await.unwrap_err().is_revoked());
    assert!(is_unknown(house.enter(&minted).await));
    house.supervisor.stop().await;
}

/// The fault: whoever revokes themselves hears nothing, and is not revoked on the disk.
#[tokio::test]
async fn a_supervisor_can_revoke_the_reference_it_came_by() {
    let house = House::open().await;
    let minted = house.mint(Invitation::new(Role::Supervisor, "me")).await;
    let me = house.enter(&minted).await.unwrap();
    let revoked = me.get_access().revoke(minted.id.to_string(), None).await;
    assert!(revoked.unwrap_err().is_revoked());
    while house.info(&minted).await.revoked.is_none() {
        tokio::task::yield_now().await;
    }
    assert!(is_unknown(house.enter(&minted).await));
    house.supervisor.stop().await;
}

#[tokio::test]
async fn a_list_says_who_there_is_and_no_secret() {
    let house = House::open().await;
    let wish = Invitation {
        types: Some(vec![TaskType::IO]),
        grants: Some(vec!["storage:read".to_owned()]),
        ..Invitation::new(Role::Client, "the web shop")
    };
    let minted = house.mint(wish).await;
    house.enter(&minted).await.unwrap();
    let info = house.info(&minted).await;
    assert_eq!(info.label, "the web shop");
    assert_eq!(info.grants, ["storage:read"]);
    assert_eq!(info.types, Some(vec![TaskType::IO]));
    assert_eq!(info.quotas.submissions, Some(100_000));
    assert_eq!(info.used, 1);
    assert!(info.last_used.is_some());
    let secret = minted.reference.strip_prefix("cwref_").unwrap();
    let listed = serde_json::to_string(&house.access.list().await.unwrap()).unwrap();
    assert!(!listed.contains(secret) && !format!("{minted:?}").contains(secret));
    house.supervisor.stop().await;
}

#[tokio::test]
async fn invitations_that_make_no_sense_are_refused_and_leave_nothing_behind() {
    let house = House::open().await;
    let past = SystemClock.now().as_millis();
    let new = |role| Invitation::new(role, "");
    let wrong = [
        Invitation {
            pool: Some("cpu".parse().unwrap()),
            ..new(Role::Client)
        },
        Invitation {
            types: Some(vec![]),
            ..new(Role::Supervisor)
        },
        Invitation {
            quotas: Some(Quotas::NONE),
            ..new(Role::Supervisor)
        },
        Invitation {
            grants: Some(vec!["everything".to_owned()]),
            ..new(Role::Client)
        },
        Invitation {
            expires: Some(past),
            ..new(Role::Client)
        },
        Invitation {
            uses: Some(0),
            ..new(Role::Client)
        },
        Invitation {
            label: "x".repeat(201),
            ..new(Role::Client)
        },
        Invitation {
            label: "two\nlines".to_owned(),
            ..new(Role::Client)
        },
        Invitation {
            grants: Some(vec!["storage".to_owned()]),
            ..new(Role::Worker)
        },
        Invitation {
            quotas: Some(Quotas::NONE),
            ..new(Role::Worker)
        },
    ];
    for wish in wrong {
        let refused = house.access.mint(wish.clone()).await;
        assert!(refused.is_err(), "{wish:?}");
    }
    assert!(house.access.list().await.unwrap().is_empty());
    let nobody = "account_00000000000000000000000000".to_owned();
    let unknown = house.access.revoke(nobody, None).await.unwrap_err();
    assert_eq!(unknown.to_string(), "account not found");
    house.supervisor.stop().await;
}

#[tokio::test]
async fn a_restricted_queue_is_narrower_and_nests() {
    let house = House::open().await;
    let (_, client) = house.client().await;
    let queue = client.get_task_queue().await.unwrap();
    let io = Restriction {
        types: Some(vec![TaskType::IO, TaskType::COMPUTE]),
        grants: Some(vec!["storage:read".to_owned()]),
        ..Restriction::default()
    };
    let narrow = queue.restrict(io).await.unwrap();
    let wide = Restriction {
        types: Some(vec![TaskType::IO, TaskType::PIPELINE]),
        grants: Some(vec!["storage".to_owned(), "gpu".to_owned()]),
        ..Restriction::default()
    };
    let narrower = narrow.restrict(wide).await.unwrap();
    for kind in ["compute", "pipeline", "gpu"] {
        assert!(narrower.submit(kind, None).await.is_err(), "{kind}");
    }
    let params = json!({"needs_storage": true});
    let task = narrower.submit("io", params).await.unwrap();
    assert!(task.get_storage().read_only().await.unwrap());
    assert!(
        narrower
            .submit("io", json!({"needs_gpu": true}))
            .await
            .is_err()
    );
    let id = narrow
        .submit("compute", None)
        .id()
        .await
        .unwrap()
        .to_string();
    assert!(narrower.get_task(id).await.is_err(), "what is above");
    assert_eq!(narrower.task_count().await.unwrap(), 1);
    assert_eq!(narrow.task_count().await.unwrap(), 2);
    assert_eq!(queue.task_count().await.unwrap(), 2);
    let stub = narrow.as_stub();
    let shared = stub.call("getSharedStorage", ((),)).await;
    assert_eq!(
        shared.unwrap_err().to_string(),
        "'getSharedStorage' is not a function."
    );
    house.supervisor.stop().await;
}

#[tokio::test]
async fn a_restricted_queue_is_taken_away_with_all_below_it() {
    let house = House::open().await;
    let (_, client) = house.client().await;
    let queue = client.get_task_queue().await.unwrap();
    let first = queue.restrict(Restriction::default()).await.unwrap();
    let second = first.restrict(Restriction::default()).await.unwrap();
    let beside = queue.restrict(Restriction::default()).await.unwrap();
    let task = second.submit("io", None).await.unwrap();
    assert_eq!(queue.list_restrictions().await.unwrap().len(), 3);
    assert_eq!(first.list_restrictions().await.unwrap().len(), 1);
    let id = first.id().await.unwrap();
    let refused = beside.revoke_restriction(&id, None).await.unwrap_err();
    assert_eq!(refused.to_string(), "account not found", "somebody else's");
    let refused = first.revoke_restriction(&id, None).await.unwrap_err();
    assert_eq!(refused.to_string(), "account not found", "its own");

    let how = Revoking {
        cancel: true,
        ..Revoking::default()
    };
    let revoked = queue.revoke_restriction(&id, how).await.unwrap();
    assert_eq!((revoked.revoked.len(), revoked.cancelled), (2, 1));
    assert!(task.status().await.unwrap_err().is_revoked());
    assert!(second.task_count().await.unwrap_err().is_revoked());
    assert!(first.submit("io", None).await.unwrap_err().is_revoked());
    assert!(beside.submit("io", None).await.is_ok(), "a bystander");
    assert_eq!(queue.task_count().await.unwrap(), 2);
    house.supervisor.stop().await;
}

/// The fault: whoever makes queues and lets go of them fills the server.
#[tokio::test]
async fn a_restricted_queue_that_nobody_holds_is_forgotten() {
    let house = House::open().await;
    let queue = house.supervisor.gateway().get_task_queue().await.unwrap();
    let restricted = queue.restrict(Restriction::default()).await.unwrap();
    let task = restricted.submit("io", None).await.unwrap();
    assert_eq!(queue.list_restrictions().await.unwrap().len(), 1);
    drop(restricted);
    assert!(queue.list_restrictions().await.unwrap().is_empty());
    assert_eq!(task.status().await.unwrap(), TaskStatus::Pending);
    assert_eq!(queue.task_count().await.unwrap(), 1);
    house.supervisor.stop().await;
}

#[tokio::test]
async fn quotas_bound_one_client_and_what_is_below_it_also_after_a_restart() {
    let house = House::open().await;
    let wish = Invitation {
        quotas: Some(Quotas {
            submissions: Some(2),
            ..Quotas::NONE
        }),
        ..Invitation::new(Role::Client, "small")
    };
    let minted = house.mint(wish).await;
    let client = house.enter(&minted).await.unwrap();
    let queue = client.get_task_queue().await.unwrap();
    let more = Restriction {
        quotas: Some(Quotas {
            submissions: Some(100),
            ..Quotas::NONE
        }),
        ..Restriction::default()
    };
    let below = queue.restrict(more).await.unwrap();
    below.submit("io", None).await.unwrap();
    queue.submit("io", None).await.unwrap();
    for refused in [
        below.submit("io", None).await,
        queue.submit("io", None).await,
    ] {
        assert_eq!(
            code(&refused.unwrap_err()).as_deref(),
            Some("QUOTA_REACHED")
        );
    }
    let (_, bystander) = house.client().await;
    bystander.get_task_queue().submit("io", None).await.unwrap();
    drop((client, queue, below, bystander));
    let house = house.restart().await;
    let client = house.enter(&minted).await.unwrap();
    let refused = client
        .get_task_queue()
        .submit("io", None)
        .await
        .unwrap_err();
    assert_eq!(code(&refused).as_deref(), Some("QUOTA_REACHED"));
    house.supervisor.stop().await;
}

/// The fault: of many who check at the same time, more get through than may.
#[tokio::test]
async fn exactly_as_many_get_through_as_may() {
    let house = House::open().await;
    let wish = Invitation {
        quotas: Some(Quotas {
            per_second: Some(5),
            ..Quotas::NONE
        }),
        ..Invitation::new(Role::Client, "slow")
    };
    let minted = house.mint(wish).await;
    let client = house.enter(&minted).await.unwrap();
    let queue = client.get_task_queue().await.unwrap();
    let six: Vec<_> = (0..6)
        .map(|_| Submission {
            kind: "io".to_owned(),
            params: json!({}),
        })
        .collect();
    let refused = queue.submit_many(six).await.unwrap_err();
    assert_eq!(code(&refused).as_deref(), Some("QUOTA_REACHED"));

    let wish = Invitation {
        quotas: Some(Quotas {
            submissions: Some(5),
            ..Quotas::NONE
        }),
        ..Invitation::new(Role::Client, "small")
    };
    let minted = house.mint(wish).await;
    let client = house.enter(&minted).await.unwrap();
    let queue = client.get_task_queue().await.unwrap();
    let submitting = (0..20).map(|_| async { queue.submit("io", None).await.is_ok() });
    let submitted = futures_util::future::join_all(submitting).await;
    assert_eq!(
        submitted.into_iter().filter(|accepted| *accepted).count(),
        5
    );
    house.supervisor.stop().await;
}

/// The fault: a reference that was taken to be one's own object, and is not known any more.
#[tokio::test]
async fn behind_the_gate_a_supervisor_has_its_own_tasks_executed() {
    let data = tempfile::tempdir().unwrap();
    let mut config = Config::new(data.path());
    config.dispatch = DispatchMode::Manual;
    let supervisor = Supervisor::start(config).await.unwrap();
    let access = supervisor.gateway().get_access();
    let minted = access
        .mint(Invitation::new(Role::Supervisor, ""))
        .await
        .unwrap();
    let gateway = supervisor.gate().redeem(minted.reference).await.unwrap();
    let task = gateway.get_task_queue().submit("compute", json!({}));
    let worker = gateway.get_worker_pool().get_idle_worker(None);
    assert_eq!(
        worker.execute(task).await.unwrap().result["computed"],
        json!(45)
    );
    supervisor.stop().await;
}
