//! Options that go together. Each only adds to what else is allowed.

use crate::builder::CorsLayerBuilder;

impl CorsLayerBuilder {
    /// Allows what gRPC-Web clients send and read, from the origins that are allowed besides: the request
    /// headers `content-type`, `grpc-timeout`, `x-grpc-web` and `x-user-agent`, and the response headers
    /// `grpc-message`, `grpc-status` and `grpc-status-details-bin`. Metadata of your own is yours to add,
    /// `authorization` too.
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

    /// Allows pages that this machine serves: those on `localhost`, `127.0.0.1` and `[::1]`, on any port,
    /// over http and https.
    ///
    /// Every program of this machine can serve such a page, and so can each of its users.
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
