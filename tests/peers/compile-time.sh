#!/usr/bin/env bash
# What an interface costs to compile: programs that serve and call a trait with 1 and with 50 methods,
# made with this crate, with tarpc and with remoc. Prints a table in Markdown: the processor seconds that
# `cargo build` takes after a change to the program, the median of some runs, and those of the first
# build, its dependencies included. Processor time says the same on a machine that has other work.
#
#     tests/peers/compile-time.sh [RUNS]
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
runs=${1:-5}
unset CARGO_INCREMENTAL # as each profile has it
place=${CARGO_TARGET_DIR:-target}/compile-time
mkdir -p "$place"
place=$(cd "$place" && pwd)
unset CARGO_TARGET_DIR

# Prints what TEMPLATE says for each of N methods, with I for its number.
methods() { # N TEMPLATE
  local number
  for ((number = 0; number < $1; number++)); do
    printf '%s\n' "${2//I/$number}"
  done
}

ours() {
  cat <<EOF
use capnweb_runtime::{Result, capability, connect, serve};
#[capability]
pub trait Api {
$(methods "$1" '    async fn method_I(&self, a: i64, b: String) -> Result<String>;')
}
struct Worker;
impl Api for Worker {
$(methods "$1" '    async fn method_I(&self, a: i64, b: String) -> Result<String> { Ok(format!("{a} {b}")) }')
}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, |_| ApiStub::new(Worker)));
    let api: ApiStub = connect(&url).await.unwrap();
$(methods "$1" '    api.method_I(I, "x").await.unwrap();')
}
EOF
}

tarpc() {
  cat <<EOF
use futures_util::StreamExt as _;
use tarpc::context::{self, Context};
use tarpc::server::{BaseChannel, Channel as _};
use tarpc::tokio_serde::formats::Json;
#[tarpc::service]
pub trait Api {
$(methods "$1" '    async fn method_I(a: i64, b: String) -> String;')
}
#[derive(Clone)]
struct Worker;
impl Api for Worker {
$(methods "$1" '    async fn method_I(self, _: Context, a: i64, b: String) -> String { format!("{a} {b}") }')
}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut listener = tarpc::serde_transport::tcp::listen("127.0.0.1:0", Json::default).await.unwrap();
    let address = listener.local_addr();
    tokio::spawn(async move {
        while let Some(Ok(transport)) = listener.next().await {
            let channel = BaseChannel::with_defaults(transport).execute(Worker.serve());
            tokio::spawn(channel.for_each(|answer| async { drop(tokio::spawn(answer)) }));
        }
    });
    let transport = tarpc::serde_transport::tcp::connect(address, Json::default).await.unwrap();
    let api = ApiClient::new(tarpc::client::Config::default(), transport).spawn();
$(methods "$1" '    api.method_I(context::current(), I, "x".to_owned()).await.unwrap();')
}
EOF
}

remoc() {
  cat <<EOF
use remoc::prelude::*;
use remoc::rtc::CallError;
use std::sync::Arc;
#[rtc::remote]
pub trait Api {
$(methods "$1" '    async fn method_I(&self, a: i64, b: String) -> Result<String, CallError>;')
}
struct Worker;
impl Api for Worker {
$(methods "$1" '    async fn method_I(&self, a: i64, b: String) -> Result<String, CallError> { Ok(format!("{a} {b}")) }')
}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let (read, write) = socket.into_split();
        let (connection, mut sender, _receiver): (_, remoc::rch::base::Sender<ApiClient>, remoc::rch::base::Receiver<()>) =
            remoc::Connect::io(remoc::Cfg::default(), read, write).await.unwrap();
        tokio::spawn(connection);
        let (server, client) = ApiServerShared::new(Arc::new(Worker));
        sender.send(client).await.unwrap();
        let _ = server.serve().await;
    });
    let (read, write) = tokio::net::TcpStream::connect(address).await.unwrap().into_split();
    let (connection, _sender, mut receiver): (_, remoc::rch::base::Sender<()>, remoc::rch::base::Receiver<ApiClient>) =
        remoc::Connect::io(remoc::Cfg::default(), read, write).await.unwrap();
    tokio::spawn(connection);
    let api = receiver.recv().await.unwrap().unwrap();
$(methods "$1" '    api.method_I(I, "x".to_owned()).await.unwrap();')
}
EOF
}

manifest() { # KIND
  cat <<EOF
[package]
name = "compiled"
version = "0.0.0"
edition = "2024"
[dependencies]
tokio = { version = "1", features = ["macros", "net", "rt"] }
EOF
  case $1 in
    ours) printf 'capnweb-runtime = { path = "%s/capnweb-runtime" }\n' "$root" ;;
    tarpc)
      printf 'futures-util = "0.3"\n'
      printf 'tarpc = { version = "=0.38.0", features = ["serde-transport-json", "tcp", "tokio1"] }\n' ;;
    remoc)
      printf 'remoc = { version = "=0.20.5", default-features = false, features = ["rtc", "default-codec-json", "default-codec-no-warn"] }\n'
      printf 'serde = { version = "1", features = ["derive"] }\n' ;;
  esac
  printf '[workspace]\n'
}

seconds() { # COMMAND...
  local TIMEFORMAT='%U %S'
  { time "$@" 2>&3; } 3>&2 2>&1 | awk '{ printf "%.2f", $1 + $2 }'
}

build() { # PROFILE
  cargo build --quiet --manifest-path "$place/$kind/Cargo.toml" --target-dir "$place/$kind/target" --profile "$1"
}

# Each in its turn, so that what else the machine does falls on all of them alike.
again() { # COUNT
  local run kind profile
  for kind in $kinds; do
    $kind "$1" >"$place/$kind/src/main.rs"
    for profile in dev release; do
      build $profile
      : >"$place/$kind/$profile.times"
    done
  done
  for ((run = 0; run < runs; run++)); do
    for kind in $kinds; do
      printf '// %s\n' "$EPOCHREALTIME" >>"$place/$kind/src/main.rs"
      for profile in dev release; do
        printf '%s\n' "$(seconds build $profile)" >>"$place/$kind/$profile.times"
      done
    done
  done
}

median() { # PROFILE
  sort -n "$place/$kind/$1.times" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

kinds='ours tarpc remoc'
for kind in $kinds; do
  rm -rf "${place:?}/$kind"
  mkdir -p "$place/$kind/src"
  manifest $kind >"$place/$kind/Cargo.toml"
  $kind 1 >"$place/$kind/src/main.rs"
  for profile in dev release; do
    seconds build $profile >"$place/$kind/$profile.first"
  done
done
printf '| | methods | debug, s | release, s | first debug build, s | first release build, s |\n|---|---|---|---|---|---|\n'
for count in 1 50; do
  again $count
  for kind in $kinds; do
    first_debug=$(cat "$place/$kind/dev.first") first_release=$(cat "$place/$kind/release.first")
    [ $count = 1 ] || first_debug= first_release=
    printf '| %s | %s | %s | %s | %s | %s |\n' \
      "$kind" $count "$(median dev)" "$(median release)" "$first_debug" "$first_release"
  done
done
