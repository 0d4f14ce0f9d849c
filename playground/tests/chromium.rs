//! The whole playground in Chromium. Without it, the tests only say so. If the variable `CI` is set, they fail.

use std::{env, error::Error};

use chromium::Chromium;
use playground::{Addresses, Servers};
use serde_json::{Value, json};

type Tested = Result<(), Box<dyn Error>>;

#[tokio::test]
async fn each_situation_fails_and_works_with_its_fix_as_the_model_expects() -> Tested {
    let Some((servers, chromium)) = open().await? else { return Ok(()) };
    for situation in situations() {
        let id = situation["id"].as_str().unwrap_or_default();
        click(&chromium, &format!("[data-id={id}]")).await?;
        let before = click(&chromium, "#send").await?;
        assert_eq!(
            before["agreement"], "The browser did what the model expected.",
            "{id}: {before}"
        );
        let works = situation["works"] == true || situation.get("header").is_some();
        let verdict = if works { "readable, 200" } else { "blocked" };
        assert_eq!(
            (&before["browser"], &before["model"]),
            (&json!(verdict), &json!(verdict)),
            "{id}"
        );
        assert_eq!(before["hasConsole"], json!(!situation["message"].is_null()), "{id}: {before}");
        let console = words(&situation, &servers.addresses, &before["url"]);
        assert_eq!(before["console"], console, "{id}");
        if situation["before"] == situation["after"] {
            continue;
        }
        let twice = situation["twice"] == true;
        if twice {
            click(&chromium, "#apply").await?;
            click(&chromium, "#send").await?;
        }
        let after = click(&chromium, if twice { "#send" } else { "#apply" }).await?;
        assert_eq!(after["agreement"], "The browser did what the model expected.", "{id}: {after}");
        let status = situation["status"].as_u64().unwrap_or(200);
        assert_eq!(after["browser"], format!("readable, {status}"), "{id}: {after}");
        assert_eq!(after["hasConsole"], json!(false), "{id}");
        let notes = after["notes"].as_array().map_or(0, Vec::len);
        assert_eq!(notes, usize::from(twice), "{id}: {after}");
    }
    assert_no_error(&chromium).await?;
    Ok(())
}

#[tokio::test]
async fn a_policy_can_be_typed_in_the_form_and_as_toml() -> Tested {
    let Some((servers, chromium)) = open().await? else { return Ok(()) };
    let app = &servers.addresses.app;
    let typed = type_into(&chromium, "#allow_origins", &format!("{app}/")).await?;
    assert_eq!(typed["applied"], "It does not build. The API still uses the last policy that did.");
    assert_eq!(
        typed["findings"],
        json!([[
            "allow_origins",
            format!(
                "\"{app}/\" has a path or a trailing slash, and browsers send origins without; write \"{app}\""
            )
        ]])
    );
    assert_eq!(click(&chromium, "#send").await?["browser"], "readable, 200");
    let typed = type_into(&chromium, "#allow_origins", "https://a.example").await?;
    assert_eq!(
        (&typed["applied"], &typed["findings"]),
        (
            &json!("It builds, and the API uses it."),
            &json!([[
                "allow_origins",
                format!("It refuses this request: origin `{app}` is not allowed")
            ]])
        )
    );
    let toml = chromium.run("return document.querySelector('#toml').value;", Vec::new()).await?;
    assert_eq!(toml, "allow_origins = [\"https://a.example\"]\n");
    assert_eq!(click(&chromium, "#send").await?["browser"], "blocked");
    type_into(&chromium, "#toml", &format!("allow_origins = [\"{app}\", \"https://b.example\"]\n"))
        .await?;
    let origins =
        chromium.run("return document.querySelector('#allow_origins').value;", Vec::new()).await?;
    assert_eq!(origins, format!("{app}, https://b.example"));
    assert_eq!(click(&chromium, "#send").await?["browser"], "readable, 200");
    assert_no_error(&chromium).await?;
    Ok(())
}

#[tokio::test]
async fn a_near_miss_is_shown_at_the_field_as_the_request_is_typed() -> Tested {
    let Some((servers, chromium)) = open().await? else { return Ok(()) };
    click(&chromium, "[data-id=refused-preflight]").await?;
    let app = &servers.addresses.app;
    let toml = format!("allow_origins = [\"{app}\"]\nallow_methods = [\"PATCH\"]\n");
    type_into(&chromium, "#toml", &toml).await?;
    let typed = type_into(&chromium, "#method", "patch").await?;
    let near_miss = "It refuses this request: method `patch` is not allowed; `PATCH` is allowed";
    assert_eq!(typed["findings"], json!([["allow_methods", near_miss]]));
    assert_eq!(type_into(&chromium, "#method", "PATCH").await?["findings"], json!([]));
    Ok(())
}

#[tokio::test]
async fn what_is_typed_in_the_form_waits_until_the_toml_can_be_read() -> Tested {
    let Some((_servers, chromium)) = open().await? else { return Ok(()) };
    let toml = "allow_origins = [\"https://a.example\"]\n";
    type_into(&chromium, "#toml", "allow_origins = [").await?;
    type_into(&chromium, "#max_age", "60").await?;
    type_into(&chromium, "#toml", toml).await?;
    let shown = chromium.run("return document.querySelector('#toml').value;", Vec::new()).await?;
    assert_eq!(shown, format!("{toml}max_age = 60\n"));
    Ok(())
}

#[tokio::test]
async fn a_long_body_does_not_keep_the_policy_from_changing() -> Tested {
    let Some((_servers, chromium)) = open().await? else { return Ok(()) };
    type_into(&chromium, "#method", "POST").await?;
    let typed = type_into(&chromium, "#body", &"a".repeat(70_000)).await?;
    assert_eq!(typed["applied"], "It builds, and the API uses it.");
    Ok(())
}

#[tokio::test]
async fn a_path_is_sent_as_the_browser_reads_it() -> Tested {
    let Some((_servers, chromium)) = open().await? else { return Ok(()) };
    click(&chromium, "[data-id=preflight-redirect]").await?;
    // With a slash at its end, so that there is no redirect.
    type_into(&chromium, "#path", "/a b/c/..?d=e f").await?;
    let shown = click(&chromium, "#send").await?;
    assert_eq!(shown["agreement"], "The browser did what the model expected.", "{shown}");
    assert_eq!(shown["browser"], "readable, 200");
    Ok(())
}

#[tokio::test]
async fn a_tab_fetches_with_its_own_policy_whatever_another_tab_has_changed() -> Tested {
    let Some((servers, chromium)) = open().await? else { return Ok(()) };
    let change = "
        const text = JSON.stringify({ policy: { toml: 'allow_origins = \"https://b.example\"' }, stack: 'outermost',
            reset: false });
        await fetch('/policy', { method: 'POST', headers: { 'content-type': 'application/json' }, body: text });";
    let app = &servers.addresses.app;
    type_into(&chromium, "#toml", &format!("allow_origins = [\"{app}\"]\n")).await?;
    chromium.run(change, Vec::new()).await?;
    assert_eq!(click(&chromium, "#send").await?["browser"], "readable, 200");
    // What does not build leaves the tab's last policy.
    type_into(&chromium, "#toml", "allow_origins = [").await?;
    chromium.run(change, Vec::new()).await?;
    assert_eq!(click(&chromium, "#send").await?["browser"], "readable, 200");
    Ok(())
}

#[tokio::test]
async fn the_shown_script_is_the_one_that_listens() -> Tested {
    let Some((servers, chromium)) = open().await? else { return Ok(()) };
    click(&chromium, "[data-id=missing-header]").await?;
    chromium.run("document.querySelector('#upload').checked = true;", Vec::new()).await?;
    type_into(&chromium, "#path", "/items/1").await?;
    let script = chromium.run("return document.querySelector('#script').textContent;", Vec::new());
    let expected = format!(
        "// in a page of {}\n\
         const request = new XMLHttpRequest();\n\
         request.open(\"POST\", \"{}/items/1\");\n\
         request.setRequestHeader(\"content-type\", \"application/json\");\n\
         request.upload.addEventListener(\"progress\", () => {{}});\n\
         request.send(\"{{\\\"name\\\": \\\"a\\\"}}\");",
        servers.addresses.app, servers.addresses.api
    );
    assert_eq!(script.await?, expected);
    Ok(())
}

/// The words of the three engines for the message of a situation.
fn words(situation: &Value, addresses: &Addresses, url: &Value) -> Value {
    let messages: Value =
        serde_json::from_str(include_str!("../../engines/messages.json")).unwrap();
    let causes = messages["causes"].as_array().unwrap();
    let Some(cause) = causes.iter().find(|cause| cause["id"] == situation["message"]) else {
        return json!([]);
    };
    let page = match situation["before"]["request"]["page"].as_str().unwrap() {
        "app" => &addresses.app,
        "address" => &addresses.address,
        page => page,
    };
    let mut words = Vec::new();
    for engine in ["chromium", "firefox", "webkit"] {
        let lines = cause["engines"][engine]["console"].as_array().unwrap();
        words.extend(lines.iter().map(|line| {
            line.as_str().unwrap().replace("{page}", page).replace("{url}", url.as_str().unwrap())
        }));
        if lines.is_empty() {
            words.push(String::from("no message"));
        }
    }
    json!(words)
}

#[tokio::test]
async fn what_is_typed_in_quick_turns_is_in_form_and_toml_in_the_end() -> Tested {
    let Some((_servers, chromium)) = open().await? else { return Ok(()) };
    let typed = "
        const type = (id, text) => {
            const input = document.getElementById(id);
            input.value = text;
            input.dispatchEvent(new Event('input', { bubbles: true }));
        };
        const first = Number(document.body.dataset.settled);
        const settled = new Promise((resolve) => new MutationObserver(() => {
            if (Number(document.body.dataset.settled) === first + arguments[0].length) resolve();
        }).observe(document.body, { attributeFilter: ['data-settled'] }));
        for (const [id, text] of arguments[0]) type(id, text);
        await settled;
        return ['toml', 'allow_origins', 'allow_methods', 'max_age'].map((id) => document.getElementById(id).value);";
    let both = "allow_origins = [\"https://b.example\"]\nmax_age = 60\nallow_methods = [\"PUT\"]\n";
    let shown = json!([both, "https://b.example", "PUT", "60"]);
    let toml = "allow_origins = [\"https://a.example\"]\nmax_age = 60\n";
    let form = [json!(["allow_origins", "https://b.example"]), json!(["allow_methods", "PUT"])];
    let of_form = json!([["toml", toml], form[0], form[1]]);
    assert_eq!(chromium.run(typed, vec![of_form]).await?, shown);
    let of_toml = json!([form[0], ["toml", toml]]);
    let shown = json!([toml, "https://a.example", "", "60"]);
    assert_eq!(chromium.run(typed, vec![of_toml]).await?, shown);
    assert_no_error(&chromium).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_changed_by_hand_has_neither_the_words_nor_the_fix_of_the_situation() -> Tested {
    let Some((_servers, chromium)) = open().await? else { return Ok(()) };
    let loaded = click(&chromium, "[data-id=missing-header]").await?;
    assert_eq!(loaded["hasFix"], true);
    let change = "
        const method = document.querySelector('#method');
        method.value = 'DELETE';
        method.dispatchEvent(new Event('input', { bubbles: true }));";
    chromium.run(change, Vec::new()).await?;
    let shown = click(&chromium, "#send").await?;
    assert_eq!(
        (&shown["browser"], &shown["hasConsole"], &shown["hasFix"]),
        (&json!("blocked"), &json!(false), &json!(false))
    );
    Ok(())
}

#[tokio::test]
async fn the_keyboard_is_enough() -> Tested {
    let Some((_servers, chromium)) = open().await? else { return Ok(()) };
    let enter = "\u{e007}";
    let shown = press(&chromium, "[data-id=refused-preflight]", enter).await?;
    assert_eq!(shown["applied"], "It builds, and the API uses it.");
    assert_eq!(press(&chromium, "#path", enter).await?["browser"], "blocked");
    assert_eq!(press(&chromium, "#apply", enter).await?["browser"], "readable, 200");
    Ok(())
}

#[tokio::test]
async fn a_listener_for_uploads_needs_a_preflight_and_no_page_scrolls_sideways() -> Tested {
    let Some((_servers, chromium)) = open().await? else { return Ok(()) };
    chromium.look_like(400, true).await?;
    chromium
        .run(
            "document.querySelector('#method').value = 'POST';
            document.querySelector('#body').value = 'new';
            document.querySelector('#upload').checked = true;",
            Vec::new(),
        )
        .await?;
    let shown = click(&chromium, "#send").await?;
    assert_eq!(shown["agreement"], "The browser did what the model expected.", "{shown}");
    assert_eq!(shown["requests"], json!(["OPTIONS", "POST"]));
    let widths = "return [document.documentElement.scrollWidth, innerWidth];";
    assert_eq!(chromium.run(widths, Vec::new()).await?, json!([400, 400]));
    Ok(())
}

async fn type_into(
    chromium: &Chromium,
    selector: &str,
    text: &str,
) -> Result<Value, Box<dyn Error>> {
    let type_it = "
        const input = document.querySelector(arguments[0]);
        input.value = arguments[1];
        input.dispatchEvent(new Event('input', { bubbles: true }));";
    chromium.run(&[SETTLED, type_it, SHOWN].concat(), vec![json!(selector), json!(text)]).await
}

/// Presses a key in an element, and waits for what follows from it.
async fn press(chromium: &Chromium, selector: &str, key: &str) -> Result<Value, Box<dyn Error>> {
    let before = chromium.run("return document.body.dataset.settled;", Vec::new()).await?;
    chromium.press(selector, key).await?;
    let settled = "
        const isSettled = () => document.body.dataset.settled !== arguments[0];
        const settled = isSettled() ? null : new Promise((resolve) => new MutationObserver(resolve)
            .observe(document.body, { attributeFilter: ['data-settled'] }));";
    chromium.run(&[settled, SHOWN].concat(), vec![before]).await
}

fn situations() -> Vec<Value> {
    serde_json::from_str(include_str!("../page/situations.json")).unwrap_or_default()
}

/// The servers, and Chromium at their page.
async fn open() -> Result<Option<(Servers, Chromium)>, Box<dyn Error>> {
    let Some(chromium) = Chromium::start().await? else {
        assert!(
            env::var_os("CI").is_none(),
            "there is no chromium or no chromedriver, and CI is set"
        );
        eprintln!("There is no Chromium here, so it is left out.");
        return Ok(None);
    };
    let servers = Servers::start(0).await?;
    chromium.open(&servers.addresses.app).await?;
    chromium.run(OPENED, Vec::new()).await?;
    Ok(Some((servers, chromium)))
}

/// What the page shows, after a click and what follows from it.
async fn click(chromium: &Chromium, selector: &str) -> Result<Value, Box<dyn Error>> {
    chromium.run(&[SETTLED, CLICK, SHOWN].concat(), vec![json!(selector)]).await
}

async fn assert_no_error(chromium: &Chromium) -> Tested {
    assert_eq!(chromium.run("return window.faults;", Vec::new()).await?, json!([]));
    Ok(())
}

/// Waits for the page, and collects its errors from now on.
const OPENED: &str = "
    window.faults = [];
    const add = (event) => window.faults.push(String(event.message ?? event.reason ?? event.violatedDirective));
    for (const kind of ['error', 'unhandledrejection', 'securitypolicyviolation']) addEventListener(kind, add);
    if (document.body.dataset.settled === undefined) {
        await new Promise((resolve) => new MutationObserver(resolve)
            .observe(document.body, { attributeFilter: ['data-settled'] }));
    }";

const SETTLED: &str = "
    const settled = new Promise((resolve) => new MutationObserver(resolve)
        .observe(document.body, { attributeFilter: ['data-settled'] }));";

const CLICK: &str = "document.querySelector(arguments[0]).click();";

const SHOWN: &str = "
    await settled;
    const texts = (selector) => [...document.querySelectorAll(selector)].map((found) => found.innerText);
    return {
        agreement: texts('#agreement')[0],
        browser: texts('#browser .verdict')[0],
        model: texts('#model .verdict')[0],
        hasConsole: !document.getElementById('cause').hidden,
        console: document.getElementById('cause').hidden ? [] : texts('#console dd'),
        url: document.getElementById('api').innerText + document.getElementById('path').value,
        hasFix: !document.getElementById('fix').hidden,
        notes: texts('.wire .note'),
        requests: texts('.arrow.request .title').map((title) => title.split(' ')[0]),
        applied: texts('#applied')[0],
        findings: [...document.querySelectorAll('#policy .field')].flatMap((field) =>
            [...field.querySelectorAll('.findings li')].map((found) => [field.dataset.option, found.innerText])),
    };";
