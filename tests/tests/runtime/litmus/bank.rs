//! What is attacked: a bank that shows a safe, and keeps the key.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use capnweb_runtime::{Error, Limits, Result, Revoker, Session, Value, capability};

use crate::support::{Census, Citizen, Link, RawPeer, serving_with};

#[capability]
#[attenuate(SafeReader { peek })]
pub(super) trait Safe {
    async fn peek(&self) -> Result<String>;
    async fn empty(&self) -> Result<String>;
    #[property]
    fn combination(&self) -> String;
}

#[capability]
pub(super) trait Bank {
    async fn safe(&self) -> Result<SafeReaderStub>;
    async fn guest(&self) -> Result<SafeStub>;
    async fn list(&self, length: u32) -> Result<Vec<u32>>;
    async fn one(&self, number: u32) -> Result<u32>;
    async fn loan(&self) -> Result<LoanStub>;
    async fn keep(&self, what: Value) -> Result<()>;
    async fn panics(&self) -> Result<()>;
    async fn check(&self, pin: u32) -> Result<()>;
    #[rpc(cancel = "drop")]
    async fn hang(&self) -> Result<()>;
}

#[capability]
pub(super) trait Loan {
    async fn take(&self, number: u32) -> Result<u32>;
}

/// A loan that is called in as soon as anything of it is taken.
struct Short {
    revoker: Arc<Mutex<Option<Revoker>>>,
    worked: Arc<AtomicUsize>,
}

impl Loan for Short {
    async fn take(&self, number: u32) -> Result<u32> {
        self.worked.fetch_add(1, Ordering::SeqCst);
        let revoker = self.revoker.lock().expect("nobody panics with it").take();
        if let Some(revoker) = revoker {
            revoker.revoke("called in");
        }
        Ok(number)
    }
}

/// A safe. It counts how often somebody got at what a reader must not.
struct Gold {
    robbed: Arc<AtomicUsize>,
    _citizen: Citizen,
}

impl Safe for Gold {
    async fn peek(&self) -> Result<String> {
        Ok("gold".to_owned())
    }

    async fn empty(&self) -> Result<String> {
        self.robbed.fetch_add(1, Ordering::SeqCst);
        Ok("all of it".to_owned())
    }

    fn combination(&self) -> String {
        self.robbed.fetch_add(1, Ordering::SeqCst);
        "12-34-56".to_owned()
    }
}

#[derive(Clone)]
struct Branch {
    robbed: Arc<AtomicUsize>,
    worked: Arc<AtomicUsize>,
    census: Census,
    _citizen: Arc<Citizen>,
}

impl Branch {
    fn gold(&self) -> SafeStub {
        SafeStub::new(Gold {
            robbed: Arc::clone(&self.robbed),
            _citizen: self.census.citizen(),
        })
    }
}

impl Bank for Branch {
    async fn safe(&self) -> Result<SafeReaderStub> {
        Ok(self.gold().attenuate())
    }

    async fn guest(&self) -> Result<SafeStub> {
        Ok(self.gold())
    }

    async fn list(&self, length: u32) -> Result<Vec<u32>> {
        Ok((0..length).collect())
    }

    async fn one(&self, number: u32) -> Result<u32> {
        self.worked.fetch_add(1, Ordering::SeqCst);
        Ok(number)
    }

    async fn loan(&self) -> Result<LoanStub> {
        let revoker = Arc::<Mutex<Option<Revoker>>>::default();
        let (loan, revoking) = LoanStub::new(Short {
            revoker: Arc::clone(&revoker),
            worked: Arc::clone(&self.worked),
        })
        .revocable();
        *revoker.lock().expect("nobody panics with it") = Some(revoking);
        Ok(loan)
    }

    async fn keep(&self, _what: Value) -> Result<()> {
        Ok(())
    }

    async fn panics(&self) -> Result<()> {
        panic!("the combination is 12-34-56");
    }

    async fn check(&self, _pin: u32) -> Result<()> {
        Err(Error::new("no"))
    }

    async fn hang(&self) -> Result<()> {
        std::future::pending().await
    }
}

/// A server under attack, and an honest client of it that must not notice.
pub(super) struct Siege {
    pub(super) url: String,
    pub(super) bystander: Link<BankStub>,
    robbed: Arc<AtomicUsize>,
    worked: Arc<AtomicUsize>,
    census: Census,
}

impl Siege {
    pub(super) async fn begin(limit: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits::default();
        limit(&mut limits);
        let (robbed, census) = (Arc::<AtomicUsize>::default(), Census::default());
        let worked = Arc::<AtomicUsize>::default();
        let (made, counted) = ((Arc::clone(&robbed), Arc::clone(&worked)), census.clone());
        let url = serving_with(limits, move |_| {
            BankStub::new(Branch {
                robbed: Arc::clone(&made.0),
                worked: Arc::clone(&made.1),
                _citizen: Arc::new(counted.citizen()),
                census: counted.clone(),
            })
        })
        .await;
        let bystander = Link::connect(&url).await;
        Self {
            url,
            bystander,
            robbed,
            worked,
            census,
        }
    }

    pub(super) async fn attacker(&self) -> RawPeer {
        RawPeer::connect(&self.url).await
    }

    /// Returns how many calls of `one` and `take` there were.
    pub(super) fn worked(&self) -> usize {
        self.worked.load(Ordering::SeqCst)
    }

    pub(super) fn session(&self) -> &Session {
        &self.bystander.session
    }

    /// Checks that nobody got at anything, that the bystander is served, and that nothing is left of
    /// the attackers.
    pub(super) async fn end(self) {
        assert_eq!(self.robbed.load(Ordering::SeqCst), 0, "the safe was robbed");
        assert_eq!(self.bystander.one(7).await.unwrap(), 7);
        while self.census.alive() > 1 {
            self.bystander.round_trip().await;
        }
        self.bystander.settled().await;
    }
}
