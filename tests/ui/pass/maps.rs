//! A closure is recorded for every element, and returns promises in any shape.

use capnweb_runtime::{Function, Pipeline, Promise, Result, Stub, Value, capability};
use serde::{Deserialize, Serialize};

#[capability]
#[attenuate(DirectoryReader { ids, user -> UserReader })]
pub trait Directory {
    async fn ids(&self) -> Result<Vec<u32>>;
    async fn best(&self) -> Result<Option<u32>>;
    async fn user(&self, id: u32) -> Result<UserStub>;
    async fn users(&self) -> Result<Vec<UserStub>>;
}

#[capability]
#[attenuate(UserReader { name })]
pub trait User {
    async fn name(&self) -> Result<String>;
    async fn friends(&self) -> Result<Vec<UserStub>>;
    async fn rename(&self, name: String, title: Option<String>) -> Result<()>;
}

#[derive(Serialize, Deserialize, Pipeline)]
pub struct Row {
    pub name: Promise<String>,
    pub user: UserStub,
}

pub async fn maps(api: DirectoryStub, shout: Function<fn(String) -> String>) -> Result<()> {
    let _: Vec<String> = api.ids().map(|id| api.user(id).name()).await?;
    let _: Option<String> = api.best().map(|id| api.user(id).name()).await?;
    let _: Vec<(String, UserStub)> = api.users().map(|user| (user.name(), user)).await?;
    let _: Vec<Vec<String>> = api
        .users()
        .map(|user| user.friends().map(|friend| shout.call(friend.name())))
        .await?;
    let _: Vec<()> = api.users().map(|user| user.rename("x", user.name())).await?;
    let rows = api.users().map(|user| Row { name: user.name(), user: (*user).clone() });
    let _: Vec<Row> = rows.await?;
    let reader: DirectoryReaderStub = api.attenuate();
    let names: Promise<Vec<String>> = reader.ids().map(|id| reader.user(id).name());
    let _: Vec<String> = names.map(|name| shout.call(name)).await?;
    Ok(())
}

pub async fn untyped(api: Stub) -> Result<Value> {
    api.call("ids", ()).map(|id| api.call("user", (id,))).await
}

fn main() {}
