//! `map`: one closure for every element, where the elements are.

use serde::Serialize;

use super::capability::Wire;
use super::function::Function;
use super::promise::Promise;
use super::rpc_error::RpcError;
use crate::data;
use crate::hook::{Stub, Value, record_map};
use crate::value::{BigInt, Bytes, Date};

/// What a `map` closure may return: promises and placeholders, tuples, arrays and lists of them,
/// references, plain data, or nothing.
///
/// Derive [`Pipeline`](derive@crate::Pipeline) for a struct whose fields are promises to return that.
#[diagnostic::on_unimplemented(
    message = "a `map` closure cannot return `{Self}`",
    label = "this is not known when the closure is recorded",
    note = "the closure runs once, and is not async: return the promises that its calls give, without awaiting them, or a tuple of them",
    note = "to return a struct of promises, derive `capnweb_runtime::Pipeline` for it"
)]
pub trait MapResult: Serialize {
    /// What it is once it has arrived: `T` for a `Promise<T>`.
    type Arrives: Wire;
}

/// What a promise of can be mapped: lists, and what may be missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a list nor something that may be missing, and cannot be mapped",
    label = "`map` is for promises of a `Vec`, an `Option` or a `Value`",
    note = "call the method on the promise, or pass the promise to it: neither waits for the value"
)]
pub trait Mappable {
    /// What the closure is given a placeholder of.
    type Item: Wire;

    /// What becomes of it if each item becomes a `U`.
    type Mapped<U: Wire>: Wire;
}

impl<T, E> Promise<T, E> {
    /// Does the same for every element, where the list is; one round trip, whatever its length. Of
    /// an `Option` the element is what may be missing; of a [`Value`] an array's elements, or
    /// anything else but `null` and `undefined`, once.
    ///
    #[doc = include_str!("../../docs/links.txt")]
    #[doc = include_str!("../../docs/map.md")]
    // The types are parameters, rather than written out, so that the compiler finds this method
    // first, and complains about what is mapped afterwards, in our words.
    pub fn map<R, Item, Mapped>(self, closure: impl FnOnce(Promise<Item>) -> R) -> Promise<Mapped>
    where
        T: Mappable<Item = Item, Mapped<R::Arrives> = Mapped>,
        R: MapResult,
        Item: Wire,
        Mapped: Wire,
    {
        Promise::from_stub(map(self.as_stub(), closure))
    }
}

impl<T: Wire> Mappable for Vec<T> {
    type Item = T;
    type Mapped<U: Wire> = Vec<U>;
}

impl<T: Wire> Mappable for Option<T> {
    type Item = T;
    type Mapped<U: Wire> = Option<U>;
}

impl Mappable for Value {
    type Item = Self;
    type Mapped<U: Wire> = Self;
}

impl Mappable for Stub {
    type Item = Value;
    type Mapped<U: Wire> = Value;
}

impl Stub {
    /// Does the same for every element of an array, where it is; for anything else but `null` and
    /// `undefined` once.
    ///
    /// ```
    /// # use capnweb_runtime::{Result, Stub, Value};
    /// # async fn example(api: Stub) -> Result<Value> {
    /// let names = api.call("list", ()).map(|id| api.call("name", (id,))).await?;
    /// # Ok(names) }
    /// ```
    pub fn map<R: MapResult>(&self, closure: impl FnOnce(Promise<Value>) -> R) -> Promise<Value> {
        Promise::from_stub(map(self, closure))
    }
}

fn map<T: Wire, R: Serialize>(subject: &Stub, closure: impl FnOnce(Promise<T>) -> R) -> Stub {
    Stub::promise(record_map(subject, |input| {
        Ok(data::to_value(&closure(Promise::from_stub(input)))?)
    }))
}

#[diagnostic::do_not_recommend]
impl<T: Wire, E: RpcError> MapResult for Promise<T, E> {
    type Arrives = T;
}

#[diagnostic::do_not_recommend]
impl<R: MapResult + ?Sized> MapResult for &R {
    type Arrives = R::Arrives;
}

#[diagnostic::do_not_recommend]
impl<R: MapResult> MapResult for Option<R> {
    type Arrives = Option<R::Arrives>;
}

#[diagnostic::do_not_recommend]
impl<R: MapResult> MapResult for Vec<R> {
    type Arrives = Vec<R::Arrives>;
}

#[diagnostic::do_not_recommend]
impl<R: MapResult> MapResult for [R] {
    type Arrives = Vec<R::Arrives>;
}

#[diagnostic::do_not_recommend]
/// An array arrives as a list.
impl<R: MapResult, const N: usize> MapResult for [R; N]
where
    [R; N]: Serialize,
{
    type Arrives = Vec<R::Arrives>;
}

#[diagnostic::do_not_recommend]
impl<S: Send + 'static> MapResult for Function<S> {
    type Arrives = Self;
}

#[diagnostic::do_not_recommend]
impl MapResult for str {
    type Arrives = String;
}

macro_rules! constants {
    ($($type:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl MapResult for $type {
            type Arrives = Self;
        }
    )* };
}

constants! {
    (), bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, String,
    BigInt, Bytes, Date, Stub, Value
}

macro_rules! tuples {
    ($(($($item:ident),*);)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($item: MapResult),*> MapResult for ($($item,)*) {
            type Arrives = ($($item::Arrives,)*);
        }
    )* };
}

tuples! {
    (A);
    (A, B);
    (A, B, C);
    (A, B, C, D);
    (A, B, C, D, F);
    (A, B, C, D, F, G);
    (A, B, C, D, F, G, H);
    (A, B, C, D, F, G, H, I);
}
