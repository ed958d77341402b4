//! What a batch is sent for.

use crate::typed::Promise;

/// What a batch is sent for: a promise, or any number of them in a tuple, a `Vec`, an array or an
/// `Option`; `()` to want nothing.
///
/// It comes back in the same shape, each promise as the `Result` that awaiting it would give.
pub trait Wanted: Send {
    /// What comes back.
    type Output;

    /// Asks for it.
    #[doc(hidden)]
    fn ask(&mut self);

    /// Takes it.
    #[doc(hidden)]
    fn collect(self) -> impl Future<Output = Self::Output> + Send;
}

impl<T: Send, E: Send> Wanted for Promise<T, E> {
    type Output = Result<T, E>;

    fn ask(&mut self) {
        Self::ask(self);
    }

    async fn collect(self) -> Result<T, E> {
        self.await
    }
}

impl Wanted for () {
    type Output = ();

    fn ask(&mut self) {}

    async fn collect(self) {}
}

impl<W: Wanted<Output: Send>> Wanted for Option<W> {
    type Output = Option<W::Output>;

    fn ask(&mut self) {
        self.iter_mut().for_each(W::ask);
    }

    async fn collect(self) -> Self::Output {
        match self {
            Some(wanted) => Some(wanted.collect().await),
            None => None,
        }
    }
}

impl<W: Wanted<Output: Send>> Wanted for Vec<W> {
    type Output = Vec<W::Output>;

    fn ask(&mut self) {
        self.iter_mut().for_each(W::ask);
    }

    async fn collect(self) -> Self::Output {
        let mut collected = Self::Output::with_capacity(self.len());
        for wanted in self {
            collected.push(wanted.collect().await);
        }
        collected
    }
}

impl<W: Wanted<Output: Send>, const N: usize> Wanted for [W; N] {
    type Output = [W::Output; N];

    fn ask(&mut self) {
        self.iter_mut().for_each(W::ask);
    }

    async fn collect(self) -> Self::Output {
        let collecting = futures_util::future::join_all(self.map(W::collect));
        let mut collected = collecting.await.into_iter();
        std::array::from_fn(|_| collected.next().expect("there are as many as were wanted"))
    }
}

macro_rules! tuples {
    ($($wanted:ident)+) => {
        impl<$($wanted: Wanted<Output: Send>),+> Wanted for ($($wanted,)+) {
            type Output = ($($wanted::Output,)+);

            #[allow(non_snake_case, reason = "each value is named like its type")]
            fn ask(&mut self) {
                let ($($wanted,)+) = self;
                $($wanted.ask();)+
            }

            #[allow(non_snake_case, reason = "each value is named like its type")]
            async fn collect(self) -> Self::Output {
                let ($($wanted,)+) = self;
                ($($wanted.collect().await,)+)
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D F);
tuples!(A B C D F G);
tuples!(A B C D F G H);
tuples!(A B C D F G H I);
