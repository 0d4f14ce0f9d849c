//! Takes the pictures of the playground: `cargo run -p playground --bin screenshots`. It needs Chromium.

use std::{error::Error, fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use chromium::Chromium;
use playground::Servers;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let servers = Servers::start(PORT).await?;
    let chromium = Chromium::start().await?.ok_or("there is no chromium or no chromedriver")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images");
    for (name, width, is_dark) in [
        ("playground-light", 1300, false),
        ("playground-dark", 1300, true),
        ("playground-narrow", 400, false),
    ] {
        chromium.look_like(width, is_dark).await?;
        // Another address each time, or the page would stay as it is.
        chromium.open(&format!("{}/?{name}#missing-header", servers.addresses.app)).await?;
        chromium.run(FETCH, Vec::new()).await?;
        let file = folder.join(format!("{name}.png"));
        fs::write(&file, BASE64_STANDARD.decode(chromium.picture("#results").await?)?)?;
        println!("{}", file.display());
    }
    Ok(())
}

/// So that the pictures show the same addresses each time.
const PORT: u16 = 4700;

const FETCH: &str = "
    const settled = () => new Promise((resolve) => new MutationObserver(resolve)
        .observe(document.body, { attributeFilter: ['data-settled'] }));
    if (document.body.dataset.settled === undefined) await settled();
    const fetched = settled();
    document.querySelector('#send').click();
    await fetched;";
