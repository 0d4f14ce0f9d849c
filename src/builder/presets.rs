//! Presets: options that go together. Each only adds to the other options.

use super::options::CorsLayerBuilder;
use crate::config::{ConfigOption, Refuse};

impl<Q> CorsLayerBuilder<Q> {
    /// Allows the headers that gRPC-Web clients send and read. The origins are yours to list, and so are
    /// the names of your own metadata, including `authorization`.
    ///
    /// - Request headers: `content-type`, `grpc-timeout`, `x-grpc-web` and `x-user-agent`.
    /// - Response headers: `grpc-message`, `grpc-status` and `grpc-status-details-bin`.
    ///
    /// With tonic, also [refuse other origins](Self::refuse_disallowed_origins), as below. Over HTTP/2, `tonic-web` and
    /// tonic accept any content type. So without refusing, any page can call your services without a preflight, and
    /// with the user's cookies. Native gRPC clients send no `Origin`, and pass.
    ///
    /// ```
    /// # use tower_cors::{CorsLayer, Refuse};
    /// let cors = CorsLayer::builder()
    ///     .grpc_web()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_header("authorization")
    ///     .refuse_disallowed_origins(Refuse::All)
    ///     .no_own_origins()
    ///     .build()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn grpc_web(mut self) -> Self {
        let headers = ["content-type", "grpc-timeout", "x-grpc-web", "x-user-agent"];
        self.additions.headers.extend(headers);
        self.additions.exposed.extend(["grpc-message", "grpc-status", "grpc-status-details-bin"]);
        self
    }

    /// Allows the headers that clients of the [Connect protocol](https://connectrpc.com/docs/protocol) send. The origins
    /// are yours to list, and so are the names of your own metadata, including `authorization`.
    ///
    /// - Request headers: `connect-protocol-version`, `connect-timeout-ms`, `content-type` and `x-user-agent`.
    /// - Methods: none. The protocol uses `GET` and `POST`, which are always allowed. A `GET` without a timeout needs no
    ///   preflight.
    /// - Response headers: none. Errors and the trailers of streams are in the body. Trailers of other calls are headers
    ///   that begin with `trailer-`: expose those that your service sends.
    ///
    /// If the server also speaks gRPC-Web, add [`grpc_web`](Self::grpc_web).
    ///
    /// ```
    /// # use tower_cors::CorsLayer;
    /// let cors = CorsLayer::builder()
    ///     .connect()
    ///     .allow_origin("https://app.example.com")
    ///     .expose_header("trailer-request-cost")
    ///     .build()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn connect(mut self) -> Self {
        self.additions.headers.extend(["connect-protocol-version", "connect-timeout-ms"]);
        self.additions.headers.extend(["content-type", "x-user-agent"]);
        self
    }

    /// Allows what clients of the [Model Context Protocol](https://modelcontextprotocol.io) send and read
    /// over Streamable HTTP, in the revisions 2025-11-25 and 2026-07-28. The origins are yours to list, and
    /// so are the headers `mcp-param-...` of your tools. All other origins are
    /// [refused](Self::refuse_disallowed_origins) with 403, as both revisions demand.
    ///
    /// - Method: `DELETE`.
    /// - Request headers: `authorization`, `content-type`, `last-event-id`, `mcp-method`, `mcp-name`,
    ///   `mcp-protocol-version` and `mcp-session-id`.
    /// - Response headers: `mcp-session-id` and `www-authenticate`.
    ///
    /// ```
    /// # use tower_cors::CorsLayer;
    /// let cors = CorsLayer::builder()
    ///     .mcp()
    ///     .allow_origin("https://app.example.com")
    ///     .no_own_origins()
    ///     .build()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    ///
    /// A remote server with bearer tokens can allow any origin, and then refuses none. Do not allow any origin on a
    /// server that only its location protects, such as one on `localhost`.
    ///
    /// ```
    /// # use tower_cors::CorsLayer;
    /// let cors = CorsLayer::builder().mcp().allow_any_origin().build()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn mcp(mut self) -> Self {
        self.additions.methods.push("DELETE");
        let headers = ["authorization", "content-type", "last-event-id", "mcp-method"];
        self.additions.headers.extend(headers);
        self.additions.headers.extend(["mcp-name", "mcp-protocol-version", "mcp-session-id"]);
        self.additions.exposed.extend(["mcp-session-id", "www-authenticate"]);
        if self.may_set(ConfigOption::RefuseDisallowedOrigins, Refuse::All) {
            self.additions.refuse = Some(Refuse::All);
        }
        self
    }

    /// Allows pages that this machine serves: those on `localhost`, `127.0.0.1` and `[::1]`, on any port,
    /// over http and https.
    ///
    /// Every program and every user of this machine can serve such a page.
    ///
    /// ```
    /// # use tower_cors::CorsLayer;
    /// let cors = CorsLayer::builder().loopback().allow_header("content-type").build()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn loopback(mut self) -> Self {
        self.additions.loopback = true;
        self
    }
}
