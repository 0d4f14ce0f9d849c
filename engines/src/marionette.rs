//! [Marionette](https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html), the protocol that Firefox
//! itself speaks. With it, the suite needs no driver.

use std::error::Error;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

pub(crate) struct Marionette {
    stream: BufReader<TcpStream>,
    commands: u64,
}

impl Marionette {
    /// Takes a connection, and reads the greeting.
    pub(crate) async fn new(stream: TcpStream) -> Result<Self, Box<dyn Error>> {
        let mut marionette = Self { stream: BufReader::new(stream), commands: 0 };
        marionette.receive().await?;
        Ok(marionette)
    }

    /// Sends a command, and returns its result.
    pub(crate) async fn command(
        &mut self,
        name: &str,
        arguments: Value,
    ) -> Result<Value, Box<dyn Error>> {
        self.commands += 1;
        let text = json!([0, self.commands, name, arguments]).to_string();
        self.stream.write_all(format!("{}:{text}", text.len()).as_bytes()).await?;
        let mut answer = self.receive().await?;
        match answer[2].take() {
            Value::Null => Ok(answer[3].take()),
            error => Err(format!("{name}: {error}").into()),
        }
    }

    /// Reads a length, a colon, and JSON of that length.
    async fn receive(&mut self) -> Result<Value, Box<dyn Error>> {
        let mut length = Vec::new();
        self.stream.read_until(b':', &mut length).await?;
        length.pop();
        let mut text = vec![0; std::str::from_utf8(&length)?.parse()?];
        self.stream.read_exact(&mut text).await?;
        Ok(serde_json::from_slice(&text)?)
    }
}
