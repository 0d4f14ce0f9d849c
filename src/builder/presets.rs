//! Presets: options that go together. Each only adds to the other options.

use super::options::CorsLayerBuilder;
use crate::config::Refuse;

impl<Q> CorsLayerBuilder<Q> {
    /// Allows the headers that gRPC-Web clients send and read. The origins are yours to list, and so are
    /// the names of your own metadata, including `authorization`.
    ///
    /// - Request headers: `content-type`, `grpc-timeout`, `x-grpc-web` and `x-user-agent`.
    /// - Response headers: `grpc-message`, `grpc-status` and `grpc-status-details-bin`.
    ///
    /// ```
    /// # use tower_cors::CorsLayer;
    /// let cors = CorsLayer::builder()
    ///     .grpc_web()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_header("authorization")
    ///     .build()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn grpc_web(self) -> Self {
        self.allow_headers(["content-type", "grpc-timeout", "x-grpc-web", "x-user-agent"])
            .expose_headers(["grpc-message", "grpc-status", "grpc-status-details-bin"])
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
    pub fn mcp(self) -> Self {
        self.allow_method("DELETE")
            .allow_headers(["authorization", "content-type", "last-event-id", "mcp-method"])
            .allow_headers(["mcp-name", "mcp-protocol-version", "mcp-session-id"])
            .expose_headers(["mcp-session-id", "www-authenticate"])
            .refuse_disallowed_origins(Refuse::All)
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
    pub fn loopback(self) -> Self {
        self.allow_origins(["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"])
            .allow_origins(["https://localhost:*", "https://127.0.0.1:*", "https://[::1]:*"])
    }
}
