//! A real browser, headless, driven over its debugging pipe: what a person sees and does, without JavaScript.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// One page of a headless Chromium.
pub(crate) struct Chromium {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    last: u64,
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Starts the browser that the PATH knows; `None`, said loudly, when there is none.
    pub(crate) fn start(width: u32, height: u32) -> Option<Self> {
        let known = ["chromium", "chromium-browser", "google-chrome"];
        let folders: Vec<_> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
        let found = known.iter().flat_map(|name| folders.iter().map(move |at| at.join(name)));
        let Some(program) = found.into_iter().find(|path| path.is_file()) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "CI must have chromium, to test pages in a real browser"
            );
            eprintln!("\n*** SKIPPED IN A REAL BROWSER: no chromium in the PATH ***\n");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        // The pipe is descriptors 3 and 4; a shell lays ours there.
        let script = r#"exec "$0" --headless --no-sandbox --disable-gpu --no-first-run --disable-extensions \
            --disable-dev-shm-usage --lang=zh-CN --user-data-dir="$1" --remote-debugging-pipe about:blank 3<&0 4>&1"#;
        let mut child = Command::new("bash")
            .args(["-c", script])
            .arg(program)
            .arg(profile.path())
            // Without a locale a browser cannot name a file in Chinese.
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut browser = Self { child, to, from, session: None, last: 0, _profile: profile };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached =
            browser.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        browser.session = attached["sessionId"].as_str().map(ToOwned::to_owned);
        browser.call("Page.enable", json!({}));
        browser.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": true});
        browser.call("Emulation.setDeviceMetricsOverride", metrics);
        Some(browser)
    }

    /// One command and its answer; events in between are of no interest unless waited for.
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|message| panic!("{method}: {message}"))
    }

    fn try_call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.send(method, params);
        loop {
            let message = self.next();
            if message["id"] == id {
                return if message.get("error").is_some() {
                    Err(message)
                } else {
                    Ok(message["result"].clone())
                };
            }
        }
    }

    fn send(&mut self, method: &str, params: Value) -> u64 {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        self.last
    }

    fn next(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).unwrap();
        bytes.pop();
        serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("the browser has ended"))
    }

    /// Waits until a page has come and is laid out.
    fn loaded(&mut self) {
        while self.next()["method"] != "Page.loadEventFired" {}
    }

    pub(crate) fn open(&mut self, address: &str) {
        self.send("Page.navigate", json!({"url": address}));
        self.loaded();
    }

    fn find(&mut self, selector: &str) -> Value {
        let root = self.call("DOM.getDocument", json!({"depth": 0}))["root"]["nodeId"].clone();
        let found = self.call("DOM.querySelector", json!({"nodeId": root, "selector": selector}));
        assert_ne!(found["nodeId"], 0, "nothing is {selector} on this page");
        found["nodeId"].clone()
    }

    /// Types into a field.
    pub(crate) fn type_into(&mut self, selector: &str, text: &str) {
        let node = self.find(selector);
        // On a busy machine a page that has loaded may not be laid out yet.
        for _ in 0..100 {
            if self.try_call("DOM.focus", json!({"nodeId": node})).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.call("DOM.focus", json!({"nodeId": node}));
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Empties a field.
    pub(crate) fn clear(&mut self, selector: &str) {
        let node = self.find(selector);
        self.call("DOM.focus", json!({"nodeId": node}));
        let all = json!({"type": "rawKeyDown", "key": "a", "code": "KeyA", "modifiers": 2, "commands": ["selectAll"]});
        self.call("Input.dispatchKeyEvent", all);
        let delete = json!({"type": "rawKeyDown", "key": "Delete", "code": "Delete", "windowsVirtualKeyCode": 46, "commands": ["deleteBackward"]});
        self.call("Input.dispatchKeyEvent", delete);
    }

    /// Fills in a date field that nobody has touched; in which order it takes typed digits depends on the machine.
    pub(crate) fn choose_date(&mut self, selector: &str, date: &str) {
        let node = self.find(selector);
        self.call("DOM.setAttributeValue", json!({"nodeId": node, "name": "value", "value": date}));
    }

    /// Chooses files.
    pub(crate) fn choose(&mut self, selector: &str, files: &[&str]) {
        let node = self.find(selector);
        self.call("DOM.setFileInputFiles", json!({"nodeId": node, "files": files}));
    }

    /// Clicks in the middle of it, after scrolling there.
    pub(crate) fn click(&mut self, selector: &str) {
        let node = self.find(selector);
        self.call("DOM.scrollIntoViewIfNeeded", json!({"nodeId": node}));
        let quad = self.call("DOM.getContentQuads", json!({"nodeId": node}))["quads"][0].clone();
        let middle = |at: usize| (quad[at].as_f64().unwrap() + quad[at + 4].as_f64().unwrap()) / 2.0;
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({"type": kind, "x": middle(0), "y": middle(1), "button": "left", "clickCount": 1});
            self.send("Input.dispatchMouseEvent", event);
        }
    }

    /// Clicks what leads to another page, and waits for that page.
    pub(crate) fn press(&mut self, selector: &str) {
        self.click(selector);
        self.loaded();
    }

    /// What stands on the page.
    pub(crate) fn html(&mut self) -> String {
        let node = self.find("body");
        self.call("DOM.getOuterHTML", json!({"nodeId": node}))["outerHTML"].as_str().unwrap().to_owned()
    }

    /// How far below the window's upper edge it begins.
    pub(crate) fn top(&mut self, selector: &str) -> f64 {
        let node = self.find(selector);
        let quads = self.call("DOM.getContentQuads", json!({"nodeId": node}));
        quads["quads"][0][1].as_f64().unwrap()
    }

    /// Width of what there is to see and of the window; a page that fits needs no sideways scrolling.
    pub(crate) fn widths(&mut self) -> (f64, f64) {
        let metrics = self.call("Page.getLayoutMetrics", json!({}));
        let width = |part: &str, name: &str| metrics[part][name].as_f64().unwrap();
        (width("cssContentSize", "width"), width("cssLayoutViewport", "clientWidth"))
    }

    /// A picture of the whole page, for somebody who wants to look at it.
    pub(crate) fn picture(&mut self, path: &std::path::Path) {
        use base64::Engine as _;
        let shot = self.call("Page.captureScreenshot", json!({"captureBeyondViewport": true}));
        let png = base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::write(path, png).unwrap();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
