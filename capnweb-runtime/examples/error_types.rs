//! Errors of a type of one's own, and what a caller learns of all the others.
//!
//! ```sh
//! cargo run -p capnweb-runtime --example error_types
//! ```
//!
//! prints
//!
//! ```text
//! no account `nobody`
//! 7 too much; ask for 3 at most
//! RangeError with code Some(String("Overdrawn")): 7 more than there is
//! TypeError: Account.withdraw: parameter `amount`: expected an unsigned integer, found a string
//! Error: An internal error occurred.
//! Error: revoked: the bank is closed
//! ```

#![allow(clippy::print_stdout, reason = "it shows what it does")]

use capnweb_runtime::{Capability as _, Error, Result, RpcError, Stub, capability, connect, serve};
use tokio::net::TcpListener;

/// How the bank's methods fail. Each variant comes back as itself; JavaScript sees an error object
/// whose `code` is the variant's name, with its fields as properties.
#[derive(Debug, thiserror::Error, RpcError)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum BankError {
    #[error("no account `{account}`")]
    NoAccount { account: String },
    #[error("{missing} more than there is")]
    #[rpc(class = "RangeError")]
    Overdrawn { missing: u32, balance: u32 },
    /// Every call can also fail in ways that are not its own.
    #[error(transparent)]
    #[rpc(other)]
    Other(#[from] Error),
}

/// What a connection begins with.
#[capability]
pub trait Bank {
    /// Opens an account by its name.
    async fn account(&self, name: String) -> Result<AccountStub, BankError>;
}

/// One account.
#[capability]
pub trait Account {
    /// Takes something out, and returns what is left.
    async fn withdraw(&self, amount: u32) -> Result<u32, BankError>;

    /// Prints a statement.
    async fn statement(&self) -> Result<String, BankError>;
}

struct Branch;

impl Bank for Branch {
    async fn account(&self, name: String) -> Result<AccountStub, BankError> {
        match name.as_str() {
            "ann" => Ok(AccountStub::new(Savings(3))),
            _ => Err(BankError::NoAccount { account: name }),
        }
    }
}

struct Savings(u32);

impl Account for Savings {
    async fn withdraw(&self, amount: u32) -> Result<u32, BankError> {
        let (balance, missing) = (self.0, amount.saturating_sub(self.0));
        if missing > 0 {
            return Err(BankError::Overdrawn { missing, balance });
        }
        Ok(balance - amount)
    }

    async fn statement(&self) -> Result<String, BankError> {
        // An `io::Error` becomes an `Error` by `?`, and the caller is not told its text.
        let form = std::fs::read_to_string("/no/such/form").map_err(Error::from)?;
        Ok(form)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    drop(tokio::spawn(serve(listener, |_peer| BankStub::new(Branch))));
    let bank: BankStub = connect(&url).await?;

    // What a promise fails with, everything fails with that was called on it.
    for (name, amount) in [("nobody", 1), ("ann", 10)] {
        match bank.account(name).withdraw(amount).await {
            Err(BankError::Overdrawn { missing, balance }) => {
                println!("{missing} too much; ask for {balance} at most");
            }
            Err(error) => println!("{error}"),
            Ok(left) => println!("{left} left"),
        }
    }

    // The same as a caller sees it that knows no Rust types.
    let ann: Stub = bank.account("ann").await?.into_stub();
    let error = ann.call("withdraw", (10,)).await.unwrap_err();
    let code = error.prop("code");
    println!("{} with code {code:?}: {error}", error.class().name());
    let error = ann.call("withdraw", ("ten",)).await.unwrap_err();
    println!("{}: {error}", error.class().name());
    let error = ann.call("statement", ()).await.unwrap_err();
    println!("{}: {error}", error.class().name());

    let (lent, revoker) = bank.revocable();
    revoker.revoke("the bank is closed");
    if let Err(BankError::Other(error)) = lent.account("ann").await {
        println!("{}: {error}", error.class().name());
    }
    Ok(())
}
