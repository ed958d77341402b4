//! Plays a case against a target.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::data::{Answer, Case, Order, Step, Who};
use super::pattern::Bindings;
use super::wire::{Heard, Wire};

/// Plays a case against the target at a `ws://` URL that ends with `/`, which is told to do without
/// something; says what went otherwise than it should.
pub(crate) async fn play(
    target: &str,
    case: &Case,
    without: Option<&str>,
    patience: Duration,
) -> Result<(), String> {
    let mut player = Player {
        target,
        patience,
        wires: HashMap::new(),
        bound: Bindings::default(),
        alike: HashMap::new(),
        echoes: 0,
    };
    let owner = without.map_or_else(
        || "owner".to_owned(),
        |name| format!("owner?without={name}"),
    );
    for (who, path) in [
        (Who::Owner, owner.as_str()),
        (Who::Alice, "alice"),
        (Who::Mallory, "mallory"),
    ] {
        player.connect(who, path).await?;
    }
    player.play(&case.steps).await?;
    player.end().await
}

struct Player<'a> {
    target: &'a str,
    patience: Duration,
    wires: HashMap<Who, Wire>,
    bound: Bindings,
    /// Answers that have to be the same, by what they are called.
    alike: HashMap<String, String>,
    echoes: u32,
}

impl Player<'_> {
    async fn connect(&mut self, who: Who, path: &str) -> Result<(), String> {
        self.wires.remove(&who);
        let url = format!("{}{path}", self.target);
        let wire = Wire::open(&url, self.patience).await?;
        self.wires.insert(who, wire);
        Ok(())
    }

    fn wire(&mut self, who: Who) -> Result<&mut Wire, String> {
        let wire = self.wires.get_mut(&who);
        wire.ok_or_else(|| format!("{who:?} has hung up"))
    }

    async fn play(&mut self, steps: &[Step]) -> Result<(), String> {
        for step in steps {
            let done = Box::pin(self.step(step)).await;
            done.map_err(|fault| match step {
                Step::Each { .. } => fault,
                step => format!("{fault}\n  at {step:?}\n  with {:?}", self.bound),
            })?;
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Send { who, send, times } => self.send(*who, send, times.unwrap_or(1)).await,
            Step::Push { who, push, name } => {
                let expression = self.bound.filled(push)?;
                let id = self.wire(*who)?.push(&expression).await;
                self.bound.bind(name, id.into());
                Ok(())
            }
            Step::Pull { who, pull } => self.send(*who, &[json!(["pull", pull])], 1).await,
            Step::Hear { who, hear, order } => self.hear(*who, hear, *order).await,
            Step::Ask {
                who,
                ask,
                answer,
                alike,
                but_for,
            } => {
                let (text, found) = self.ask(*who, ask).await?;
                self.check(answer.as_ref(), alike.is_some(), &found)?;
                match alike {
                    Some(words) => self.compare(words, but_for.as_deref(), &text),
                    None => Ok(()),
                }
            }
            Step::Silent { who, .. } => self.silent(*who).await,
            Step::Aborted { who, aborted } => self.aborted(*who, aborted).await,
            Step::Connect { who, .. } => {
                let path = format!("{who:?}").to_lowercase();
                self.connect(*who, &path).await
            }
            Step::HangUp { who, .. } => {
                drop(self.wires.remove(who));
                Ok(())
            }
            Step::World { world } => self.world(world).await,
            Step::Eventually { eventually } => self.eventually(eventually).await,
            Step::Each { each, steps } => self.each(each, steps).await,
        }
    }

    async fn send(&mut self, who: Who, messages: &[Value], times: i64) -> Result<(), String> {
        for number in 1..=times {
            self.bound.bind("$i", number.into());
            self.bound.bind("$-i", (-number).into());
            let list = self.bound.filled(&Value::Array(messages.to_vec()))?;
            for message in list.as_array().into_iter().flatten() {
                let text = self.bound.message(message)?;
                self.wire(who)?.send(&text).await;
            }
        }
        Ok(())
    }

    async fn hear(&mut self, who: Who, patterns: &[Value], order: Order) -> Result<(), String> {
        let mut due: Vec<&Value> = patterns.iter().collect();
        while !due.is_empty() {
            let (text, found) = self.wire(who)?.hear_more().await?;
            let may_come = if order == Order::Any { due.len() } else { 1 };
            let place = due.iter().take(may_come).position(|pattern| {
                let mut bound = self.bound.clone();
                let fits = bound.matches(pattern, &found);
                if fits {
                    self.bound = bound;
                }
                fits
            });
            let place = place.ok_or_else(|| format!("{text} was heard"))?;
            due.remove(place);
        }
        Ok(())
    }

    /// Asks, and waits for the answer; returns its text from the expression on, and all of it.
    async fn ask(&mut self, who: Who, expression: &Value) -> Result<(String, Value), String> {
        let expression = self.bound.filled(expression)?;
        ask(self.wire(who)?, &expression).await
    }

    fn check(&mut self, answer: Option<&Answer>, any: bool, found: &Value) -> Result<(), String> {
        let bound = &mut self.bound;
        let is = |tag: &str| found[0] == tag;
        let fits = match answer {
            Some(Answer::Resolve(pattern)) => is("resolve") && bound.matches(pattern, &found[2]),
            Some(Answer::Reject(pattern)) => is("reject") && bound.matches(pattern, &found[2]),
            Some(Answer::Nothing) => is("reject") || found[2] == json!(["undefined"]),
            None => any || is("resolve"),
        };
        fits.then_some(())
            .ok_or_else(|| format!("the answer was {found}"))
    }

    /// Compares an answer with the first of those that have to be like it, to the letter.
    fn compare(&mut self, words: &str, but_for: Option<&str>, answer: &str) -> Result<(), String> {
        let answer = match but_for {
            Some(name) => answer.replace(&self.bound.text(name)?, "NAME"),
            None => answer.to_owned(),
        };
        let first = self
            .alike
            .entry(words.to_owned())
            .or_insert_with(|| answer.clone());
        (*first == answer)
            .then_some(())
            .ok_or_else(|| format!("{answer} is not like {first}"))
    }

    async fn silent(&mut self, who: Who) -> Result<(), String> {
        self.echoes += 1;
        let token = self.echoes;
        let wire = self.wire(who)?;
        echo(wire, token).await
    }

    async fn aborted(&mut self, who: Who, pattern: &Value) -> Result<(), String> {
        let wire = self.wire(who)?;
        let id = wire
            .push(&json!(["pipeline", 0, ["echo"], ["are you there?"]]))
            .await;
        wire.send(&json!(["pull", id]).to_string()).await;
        let reason = loop {
            match wire.hear().await? {
                Heard::Message { value, .. } if value[0] == "abort" => break value[1].clone(),
                Heard::Message { value, text } if value[1] == id && value[0] != "release" => {
                    return Err(format!("it goes on: {text}"));
                }
                Heard::Message { .. } => {}
                Heard::Ended(_) => return Err("the connection ended without a word".to_owned()),
            }
        };
        match wire.hear().await? {
            Heard::Ended(Some(ABORTED)) => {}
            end => return Err(format!("{end:?} at the end")),
        }
        let fits = self.bound.matches(pattern, &reason);
        fits.then_some(())
            .ok_or_else(|| format!("it was aborted with {reason}"))
    }

    async fn world(&mut self, expected: &BTreeMap<String, Value>) -> Result<(), String> {
        let counters = self.counters().await?;
        for (name, pattern) in expected {
            let found = &counters[name];
            if !self.bound.matches(pattern, found) {
                return Err(format!("{name} is {found}, not {pattern}"));
            }
        }
        Ok(())
    }

    async fn eventually(&mut self, expected: &BTreeMap<String, Value>) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            match self.world(expected).await {
                Err(_) if begun.elapsed() < self.patience => tokio::task::yield_now().await,
                outcome => return outcome,
            }
        }
    }

    async fn counters(&mut self) -> Result<Value, String> {
        let counters = json!(["pipeline", 0, ["counters"], []]);
        let (text, answer) = self.ask(Who::Owner, &counters).await?;
        let is_answer = answer[0] == "resolve";
        is_answer.then(|| answer[2].clone()).ok_or(text)
    }

    async fn each(
        &mut self,
        each: &BTreeMap<String, Vec<Value>>,
        steps: &[Step],
    ) -> Result<(), String> {
        let rounds = each.values().map(Vec::len).max().unwrap_or(0);
        for round in 0..rounds {
            let before = self.bound.clone();
            for (name, values) in each {
                let value = values
                    .get(round)
                    .ok_or_else(|| format!("{name} has too few"))?;
                let value = self.bound.filled(value)?;
                self.bound.bind(name, value);
            }
            self.play(steps).await?;
            self.bound = before;
        }
        Ok(())
    }

    /// Checks that the others are served, and that nothing is left of mallory.
    async fn end(mut self) -> Result<(), String> {
        for who in [Who::Alice, Who::Owner] {
            let served = self.silent(who).await;
            served.map_err(|fault| format!("{who:?} is not served: {fault}"))?;
        }
        drop(self.wires.remove(&Who::Mallory));
        let alone = BTreeMap::from([("visitors".to_owned(), json!(1))]);
        let left = self.eventually(&alone).await;
        left.map_err(|fault| format!("something is left of mallory: {fault}"))
    }
}

async fn ask(wire: &mut Wire, expression: &Value) -> Result<(String, Value), String> {
    let id = wire.push(expression).await;
    wire.send(&json!(["pull", id]).to_string()).await;
    let (text, answer) = wire.hear_more().await?;
    let is_answer = (answer[0] == "resolve" || answer[0] == "reject") && answer[1] == id;
    if !is_answer {
        return Err(format!(
            "{text} was heard, and not the answer to {expression}"
        ));
    }
    wire.send(&json!(["release", id, 1]).to_string()).await;
    let rest = text.splitn(3, ',').nth(2).unwrap_or_default();
    Ok((rest.to_owned(), answer))
}

/// Makes a round trip, in which nothing else may be heard.
async fn echo(wire: &mut Wire, token: u32) -> Result<(), String> {
    let expression = json!(["pipeline", 0, ["echo"], [token]]);
    let (text, answer) = ask(wire, &expression).await?;
    let is_echo = answer[0] == "resolve" && answer[2] == token;
    is_echo.then_some(()).ok_or(text)
}

/// The code that a WebSocket is closed with when its session is aborted.
const ABORTED: u16 = 3000;
