//! The commands about who may use a queue.

use std::io;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::caps::{AccountInfo, Invitation, Revoking};
use crate::cli::args::{AccessOptions, MintOptions, RevokeOptions};
use crate::cli::client::{Out, say};
use crate::cli::enter::enter;
use crate::cli::error::RunError;
use crate::model::Quotas;

/// Makes an account, and says the reference to it.
pub(super) async fn mint(options: MintOptions, out: Out<'_>) -> Result<(), RunError> {
    let entered = enter(&options.client).await?;
    let wish = wish(&options);
    let minted = entered.gateway.get_access().mint(wish).await;
    let minted = minted.map_err(RunError::Refused)?;
    // By which address the server is reached, who has just reached it knows as well.
    let url = format!("{}#{}", entered.url, minted.reference);
    let url = minted.url.unwrap_or(url);
    let answer = json!({"id": minted.id, "reference": minted.reference, "url": url});
    say(&options.client, out, &answer, |out| writeln!(out, "{url}"))
}

/// Takes an account or a worker away.
pub(super) async fn revoke(options: RevokeOptions, out: Out<'_>) -> Result<(), RunError> {
    let entered = enter(&options.client).await?;
    if options.id.starts_with("worker_") {
        let pool = entered.gateway.get_worker_pool();
        let revoked = pool.revoke_worker(&options.id).await;
        let revoked = revoked.map_err(RunError::Refused)?;
        return say(&options.client, out, &revoked, |out| {
            writeln!(out, "revoked {}", revoked.worker_id)
        });
    }
    let how = Revoking {
        reason: options.reason,
        cancel: options.cancel,
        minted: options.minted,
    };
    let revoked = entered.gateway.get_access().revoke(options.id, how).await;
    let revoked = revoked.map_err(RunError::Refused)?;
    say(&options.client, out, &revoked, |out| {
        for id in &revoked.revoked {
            writeln!(out, "revoked {id}")?;
        }
        match revoked.cancelled {
            0 => Ok(()),
            count => writeln!(out, "cancelled {count} tasks"),
        }
    })
}

/// Says who may use the queue.
pub(super) async fn list(options: AccessOptions, out: Out<'_>) -> Result<(), RunError> {
    let entered = enter(&options.client).await?;
    let accounts = entered.gateway.get_access().list().await;
    let accounts = accounts.map_err(RunError::Refused)?;
    say(&options.client, out, &accounts, |out| {
        accounts.iter().try_for_each(|account| line(account, out))
    })
}

fn wish(options: &MintOptions) -> Invitation {
    let quotas = Quotas {
        submissions: options.max_tasks,
        bytes: options.max_bytes,
        running: options.max_running,
        per_second: options.max_per_second,
    };
    Invitation {
        expires: options.expires.map(from_now),
        pool: options.pool.clone(),
        types: (!options.types.is_empty()).then(|| options.types.clone()),
        grants: options.grants.as_ref().map(|grants| {
            let words = grants.words().into_iter();
            words.map(str::to_owned).collect()
        }),
        quotas: Some(quotas).filter(|quotas| *quotas != Quotas::NONE),
        uses: options.uses,
        under: options.under,
        ..Invitation::new(options.role, &options.label)
    }
}

fn from_now(duration: Duration) -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let at = now.unwrap_or_default().saturating_add(duration);
    u64::try_from(at.as_millis()).unwrap_or(u64::MAX)
}

fn line(account: &AccountInfo, out: Out<'_>) -> io::Result<()> {
    let state = match (account.revoked, account.expires) {
        (Some(_), _) => "revoked",
        (None, Some(at)) if at <= from_now(Duration::ZERO) => "expired",
        _ => "in force",
    };
    write!(
        out,
        "{}  {:<10}  {state:<8}  used {:>4} x",
        account.id, account.role, account.used
    )?;
    if let Some(under) = &account.under {
        write!(out, "  under {under}")?;
    }
    writeln!(out, "  {}", account.label)
}
