//! Neighbours that nobody wants, each writing its own JSON.

use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// One way to be a nuisance.
#[derive(Clone, Copy)]
pub(crate) struct Attack {
    /// What it is.
    pub(crate) name: &'static str,
    /// Goes on until the server has enough of it.
    round: fn(String, usize) -> Round,
}

type Round = Pin<Box<dyn Future<Output = Result<(), tungstenite::Error>> + Send>>;

impl Attack {
    /// Attacks for as long as this is polled, with large things of so many bytes.
    pub(crate) async fn go_on(self, url: &str, size: usize) {
        loop {
            // A server that hangs up is called again.
            drop((self.round)(url.to_owned(), size).await);
            tokio::task::yield_now().await;
        }
    }
}

macro_rules! attacks {
    ($($name:literal: |$peer:ident, $size:ident| $round:block)*) => {
        /// All of them.
        pub(crate) const ATTACKS: &[Attack] = &[$(Attack {
            name: $name,
            round: |url, $size| Box::pin(async move {
                let mut $peer = Nuisance::connect(&url).await?;
                $round
                #[allow(unreachable_code, reason = "most rounds go on until the server ends them")]
                Ok(())
            }),
        }),*];
    };
}

attacks! {
    "calls never asked about": |peer, _size| {
        peer.read_and_forget();
        loop {
            peer.say(r#"["push",["pipeline",0,["echo"],[1]]]"#).await?;
        }
    }
    "calls that never end": |peer, _size| {
        peer.read_and_forget();
        loop {
            peer.say(r#"["push",["pipeline",0,["wait"],[]]]"#).await?;
        }
    }
    "objects never released": |peer, _size| {
        peer.read_and_forget();
        for id in 1.. {
            peer.say(r#"["push",["pipeline",0,["room"],[]]]"#).await?;
            peer.say(&format!(r#"["pull",{id}]"#)).await?;
        }
    }
    "answers never read": |peer, size| {
        let text = "x".repeat(size / 10);
        for id in 1.. {
            peer.say(&format!(r#"["push",["pipeline",0,["echo"],["{text}"]]]"#)).await?;
            peer.say(&format!(r#"["pull",{id}]"#)).await?;
            peer.say(&format!(r#"["release",{id},1]"#)).await?;
        }
    }
    "long messages": |peer, size| {
        peer.read_and_forget();
        let message = format!(r#"["push",["pipeline",0,["echo"],["{}"]]]"#, "x".repeat(size));
        for id in 1.. {
            peer.say(&message).await?;
            peer.say(&format!(r#"["release",{id},1]"#)).await?;
        }
    }
    "messages past every limit": |peer, size| {
        peer.read_and_forget();
        peer.say(&format!(r#"["push","{}"]"#, "x".repeat(size * 20))).await?;
        peer.until_the_end().await;
    }
    "deep values": |peer, size| {
        peer.read_and_forget();
        let deep = format!("{}1{}", "[[".repeat(50), "]]".repeat(50));
        let many = vec![deep.as_str(); size / 1000].join(",");
        for id in 1.. {
            peer.say(&format!(r#"["push",["pipeline",0,["echo"],[[[{many}]]]]]"#)).await?;
            peer.say(&format!(r#"["pull",{id}]"#)).await?;
            peer.say(&format!(r#"["release",{id},1]"#)).await?;
        }
    }
    "wide values": |peer, size| {
        peer.read_and_forget();
        let wide = vec!["1"; size / 28].join(",");
        for id in 1.. {
            peer.say(&format!(r#"["push",["pipeline",0,["echo"],[[[{wide}]]]]]"#)).await?;
            peer.say(&format!(r#"["pull",{id}]"#)).await?;
            peer.say(&format!(r#"["release",{id},1]"#)).await?;
        }
    }
    "values that are too wide": |peer, size| {
        peer.read_and_forget();
        let wide = vec!["1"; size / 2 - 100].join(",");
        peer.say(&format!(r#"["push",[[{wide}]]]"#)).await?;
        peer.until_the_end().await;
    }
    "promises in circles": |peer, _size| {
        peer.read_and_forget();
        let (mut pushed, mut introduced) = (0, 0);
        loop {
            pushed += 1;
            introduced -= 1;
            peer.say(&format!(r#"["push",[[["promise",{introduced}]]]]"#)).await?;
            peer.say(&format!(r#"["pull",{pushed}]"#)).await?;
            peer.say(&format!(r#"["resolve",{introduced},["pipeline",{pushed}]]"#)).await?;
            peer.say(&format!(r#"["release",{pushed},1]"#)).await?;
        }
    }
    "failures with long stories": |peer, _size| {
        peer.read_and_forget();
        let story = (0..30).fold("1".to_owned(), |cause, _| {
            format!(r#"["error","Error","m","stack",{{"cause":{cause}}}]"#)
        });
        for id in 1.. {
            peer.say(&format!(r#"["push",["pipeline",0,["echo"],[{story}]]]"#)).await?;
            peer.say(&format!(r#"["pull",{id}]"#)).await?;
            peer.say(&format!(r#"["release",{id},1]"#)).await?;
        }
    }
    "maps of maps": |peer, _size| {
        peer.read_and_forget();
        let items = vec!["1"; 100].join(",");
        let inner = r#"["remap",-1,[],[["import",-1]],[1,1,1,1,1,1,1,1]]"#;
        let outer = format!(r#"["remap",1,[],[["import",1]],[{inner},1]]"#);
        peer.say(&format!(r#"["push",["pipeline",0,["echo"],[[[{items}]]]]]"#)).await?;
        for id in 2.. {
            peer.say(&format!(r#"["push",{outer}]"#)).await?;
            peer.say(&format!(r#"["pull",{id}]"#)).await?;
            peer.say(&format!(r#"["release",{id},1]"#)).await?;
        }
    }
    "streams never read": |peer, size| {
        peer.read_and_forget();
        let chunk = "x".repeat(size / 50);
        peer.say(r#"["pipe"]"#).await?;
        peer.say(r#"["push",["pipeline",0,["echo"],[["readable",1]]]]"#).await?;
        loop {
            peer.say(&format!(r#"["stream",["pipeline",1,["write"],["{chunk}"]]]"#)).await?;
        }
    }
    "pipes without end": |peer, _size| {
        peer.read_and_forget();
        loop {
            peer.say(r#"["pipe"]"#).await?;
        }
    }
    "forged ids": |peer, _size| {
        peer.read_and_forget();
        peer.say(r#"["push",["pipeline",0,["room"],[]]]"#).await?;
        peer.say(r#"["push",["pipeline",77,["echo"],[1]]]"#).await?;
        peer.until_the_end().await;
    }
    "pushes and releases": |peer, _size| {
        peer.read_and_forget();
        for id in 1.. {
            peer.say("[\"push\",1]").await?;
            peer.say(&format!(r#"["release",{id},1]"#)).await?;
        }
    }
    "aborts": |peer, _size| {
        peer.say(r#"["abort",["error","Error","I have had enough"]]"#).await?;
        peer.until_the_end().await;
    }
    "hanging up without a word": |peer, _size| {
        peer.say(r#"["push",["pipeline",0,["wait"],[]]]"#).await?;
    }
    "one byte at a time": |peer, _size| {
        for byte in r#"["push",["pipeline",0,["echo"],[1]]]"#.bytes().cycle() {
            peer.drip(byte).await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// A connection.
struct Nuisance {
    sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    stream: Option<SplitStream<WebSocketStream<TcpStream>>>,
    reader: Option<JoinHandle<()>>,
    dripped: usize,
}

impl Nuisance {
    async fn connect(url: &str) -> Result<Self, tungstenite::Error> {
        let address = url.trim_start_matches("ws://").trim_end_matches('/');
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        let (socket, _) = client_async(url, socket).await?;
        let (sink, stream) = socket.split();
        Ok(Self {
            sink,
            stream: Some(stream),
            reader: None,
            dripped: 0,
        })
    }

    async fn say(&mut self, text: &str) -> Result<(), tungstenite::Error> {
        self.sink.send(Message::text(text)).await
    }

    /// Sends the next byte of a message that never ends.
    async fn drip(&mut self, byte: u8) -> Result<(), tungstenite::Error> {
        use tungstenite::protocol::frame::Frame;
        use tungstenite::protocol::frame::coding::{Data, OpCode};
        let data = if self.dripped == 0 {
            Data::Text
        } else {
            Data::Continue
        };
        self.dripped += 1;
        let frame = Frame::message(vec![byte], OpCode::Data(data), false);
        self.sink.send(Message::Frame(frame)).await
    }

    /// Reads what the server says from now on, and forgets it.
    fn read_and_forget(&mut self) {
        self.reader = self.stream.take().map(|mut stream| {
            tokio::spawn(async move { while let Some(Ok(_)) = stream.next().await {} })
        });
    }

    /// Waits until the server has closed the connection.
    async fn until_the_end(&mut self) {
        if self.reader.is_none() {
            self.read_and_forget();
        }
        // It stays here, to be stopped with the rest.
        if let Some(reader) = &mut self.reader {
            // However the reading ended, it did.
            drop(reader.await);
        }
    }
}

impl Drop for Nuisance {
    fn drop(&mut self) {
        if let Some(reader) = &self.reader {
            reader.abort();
        }
    }
}
