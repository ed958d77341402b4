//! Callbacks: a chat room calls whoever sits in it, until they leave.
//!
//! ```sh
//! cargo run -p capnweb-runtime --example callbacks
//! ```
//!
//! prints
//!
//! ```text
//! Ann hears: Ben: hello, Ann
//! Ann's callback returned 15 to the room
//! Ben reached 1 of the others
//! Ann has left
//! Ben reached 0 of the others
//! ```

#![allow(clippy::print_stdout, reason = "it shows what it does")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::{Function, Result, capability, connect, serve};
use tokio::net::TcpListener;

/// What somebody is called with who sits in the room; it returns how much it heard.
type Listener = Function<fn(String) -> u32>;

/// What a connection begins with.
#[capability]
pub trait Room {
    /// Takes a seat. Whatever the others say from then on is passed to `listener`.
    async fn enter(&self, name: String, listener: Listener) -> Result<SeatStub>;
}

/// A place in the room, for as long as somebody holds it.
#[capability]
pub trait Seat {
    /// Says something to the others, and returns how many have heard it.
    async fn say(&self, text: String) -> Result<u32>;
}

#[derive(Clone, Default)]
struct Chat(Arc<Mutex<BTreeMap<String, Listener>>>);

impl Chat {
    fn everybody(&self) -> BTreeMap<String, Listener> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Room for Chat {
    async fn enter(&self, name: String, listener: Listener) -> Result<SeatStub> {
        // Keeping the listener is all it takes to keep it alive; JavaScript would `dup()` it.
        let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seats.insert(name.clone(), listener);
        let room = self.clone();
        Ok(SeatStub::new(Place { name, room }))
    }
}

struct Place {
    name: String,
    room: Chat,
}

impl Seat for Place {
    async fn say(&self, text: String) -> Result<u32> {
        let words = format!("{}: {text}", self.name);
        let mut heard = 0;
        for (name, listener) in self.room.everybody() {
            if name == self.name {
                continue;
            }
            // No lock is held while somebody else's code runs.
            let letters = listener.call(&words).await?;
            println!("{name}'s callback returned {letters} to the room");
            heard += 1;
        }
        Ok(heard)
    }
}

/// When the last reference to a seat is gone, dropped or cut off, whoever sat there has left.
impl Drop for Place {
    fn drop(&mut self) {
        let mut seats = self.room.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(seats.remove(&self.name));
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    let chat = Chat::default();
    let room = chat.clone();
    drop(tokio::spawn(serve(listener, move |_peer| {
        RoomStub::new(room.clone())
    })));

    let room: RoomStub = connect(&url).await?;
    let hears = Function::new(|words: String| async move {
        println!("Ann hears: {words}");
        Ok(u32::try_from(words.len()).unwrap_or(u32::MAX))
    });
    let ann = room.enter("Ann", hears).await?;
    let ben = room
        .enter("Ben", Function::new(|_: String| async { Ok(0) }))
        .await?;
    println!("Ben reached {} of the others", ben.say("hello, Ann").await?);

    drop(ann);
    // Messages keep their order: the room has heard of that before it is asked anything else.
    println!("Ann has left");
    println!("Ben reached {} of the others", ben.say("Ann?").await?);
    Ok(())
}
