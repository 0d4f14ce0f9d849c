//! The WebSocket of axum and that of socketioxide, with a layer that refuses disallowed origins.

#[path = "../../../examples/websocket.rs"]
#[expect(dead_code, reason = "`main` is for those who run the example")]
mod example;

use axum::{Router, routing::get as on_get};
use ecosystem_http::{FOREIGN_PAGE, HIDDEN, PAGE, browser, get, lines, seen, serve};
use example::{cors, routes};
use futures_util::{SinkExt, StreamExt};
use http::Request;
use serde_json::Value;
use socketioxide::{SocketIo, extract::SocketRef};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use tower_cors::Refuse;

#[tokio::test]
async fn handshakes_of_foreign_pages_are_refused() {
    for refuse in [Refuse::Upgrades, Refuse::All] {
        let url = serve(routes().layer(cors(refuse).unwrap())).await;
        for (origin, outcome) in [
            (Some(PAGE), Ok("hello")),
            (Some(OWN_PAGE), Ok("hello")),
            // Not a page.
            (None, Ok("hello")),
            (Some(FOREIGN_PAGE), Err(REFUSED)),
            (Some("null"), Err(REFUSED)),
        ] {
            let echo = match handshake(&url, "/echo", origin).await {
                Ok(mut socket) => Ok(ask(&mut socket, "hello").await),
                Err(refusal) => Err(refusal),
            };
            assert_eq!(
                echo,
                outcome.map(str::to_owned).map_err(str::to_owned),
                "{refuse} {origin:?}"
            );
        }
    }
}

#[tokio::test]
async fn other_requests_of_foreign_pages_reach_the_server_unless_all_are_refused() {
    for (refuse, status) in [(Refuse::Upgrades, 200), (Refuse::All, 403)] {
        let routes = Router::new().route("/", on_get(async || "hello"));
        let url = serve(routes.layer(cors(refuse).unwrap())).await;
        let mut page = browser(&[]).page(FOREIGN_PAGE);
        assert_eq!(seen(page.fetch(get(&url)).await).await, HIDDEN);
        assert_eq!(page.exchanges()[0].status().unwrap(), status, "{refuse}");
    }
}

#[tokio::test]
async fn socket_io_connects_by_polling_and_by_websocket() {
    for refuse in [Refuse::Upgrades, Refuse::All] {
        let url = serve(socket_io(refuse)).await;
        let mut page = browser(&[]).page(PAGE);
        let opened = seen(page.fetch(get(format!("{url}{POLLING}"))).await).await;
        let opened: Value = serde_json::from_str(opened.strip_prefix("200 0").unwrap()).unwrap();
        let session = opened["sid"].as_str().unwrap();
        assert_eq!(opened["upgrades"], serde_json::json!(["websocket"]));

        let polling = format!("{url}{POLLING}&sid={session}");
        let connect = Request::post(&polling).body(String::from("40")).unwrap();
        assert_eq!(seen(page.fetch(connect).await).await, "200 ok");
        let mut received = seen(page.fetch(get(&polling)).await).await;
        // The first ping can come alone, before the connection.
        if received == "200 2" {
            received = seen(page.fetch(get(&polling)).await).await;
        }
        let mut packets = received.strip_prefix("200 ").expect(&received).split('\u{1e}');
        assert!(packets.any(|packet| packet.starts_with("40{\"sid\":")), "{received}");
        assert!(page.exchanges().iter().all(|exchange| !exchange.is_preflight()));

        let websocket = format!("{WEBSOCKET}&sid={session}");
        assert_eq!(handshake(&url, &websocket, Some(FOREIGN_PAGE)).await.unwrap_err(), REFUSED);
        let mut socket = handshake(&url, &websocket, Some(PAGE)).await.unwrap();
        assert_eq!(ask(&mut socket, "2probe").await, "3probe");
    }
}

/// By polling, a foreign page opens a session that it cannot read, unless all requests are refused.
#[tokio::test]
async fn foreign_pages_read_no_socket_io_session() {
    for (refuse, status) in [(Refuse::Upgrades, 200), (Refuse::All, 403)] {
        let url = serve(socket_io(refuse)).await;
        let mut page = browser(&[]).page(FOREIGN_PAGE);
        assert_eq!(seen(page.fetch(get(format!("{url}{POLLING}"))).await).await, HIDDEN);
        assert_eq!(page.exchanges()[0].status().unwrap(), status, "{refuse}");
        assert_eq!(handshake(&url, WEBSOCKET, Some(FOREIGN_PAGE)).await.unwrap_err(), REFUSED);
    }
}

fn socket_io(refuse: Refuse) -> Router {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async |_: SocketRef| {});
    Router::new().layer(layer).layer(cors(refuse).unwrap())
}

type Socket = WebSocketStream<TcpStream>;

/// Sends a handshake as a page does. An error is the response that refuses it.
async fn handshake(url: &str, path: &str, origin: Option<&str>) -> Result<Socket, String> {
    let address = url.strip_prefix("http://").unwrap();
    let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    let stream = TcpStream::connect(address).await.unwrap();
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => {
            Err(format!("{}\n{}", response.status().as_u16(), lines(response.headers()).join("\n")))
        }
        Err(error) => panic!("{error}"),
    }
}

/// Sends a text, and returns the next one.
async fn ask(socket: &mut Socket, text: &str) -> String {
    socket.send(Message::text(text)).await.unwrap();
    socket.next().await.unwrap().unwrap().into_text().unwrap().to_string()
}

const OWN_PAGE: &str = "https://api.example.com";

const POLLING: &str = "/socket.io/?EIO=4&transport=polling";
const WEBSOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

const REFUSED: &str = "403\ncontent-length: 0\nvary: origin, sec-fetch-site";
