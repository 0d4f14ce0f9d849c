//! Which origins pages have.

use super::*;

#[test]
fn origins_of_applications_build_with_and_without_credentials() {
    for origin in [
        "capacitor://localhost",
        "https://localhost",
        "http://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "http://tauri.localhost",
        "https://tauri.localhost",
        "chrome-extension://cjpalhdlnbpafiamejdnhcphjbkeiagm",
    ] {
        for credentials in [false, true] {
            let builder = CorsLayer::builder().allow_origin(origin).allow_credentials(credentials);
            let policy = builder.build_policy().unwrap();
            let request = Request::get("/").header("origin", origin).body(()).unwrap();
            assert!(policy.explain(&request).refusal.is_none(), "{origin}");
        }
    }
}
