//! Somebody who signs in and goes from page to page, as a browser does.

use actix_web::http::header;
use actix_web::test::TestRequest;

use crate::support::TestApp;
use crate::support::app::Answer;

/// A page that came back, read as what it is: well-formed XML.
pub(crate) struct Page {
    pub(crate) answer: Answer,
    pub(crate) html: String,
}

impl Page {
    pub(crate) fn of(answer: Answer) -> Self {
        let html = String::from_utf8(answer.bytes.clone()).unwrap();
        Self { answer, html }
    }

    pub(crate) fn status(&self) -> u16 {
        self.answer.status.as_u16()
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&roxmltree::Document<'_>) -> T) -> T {
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
        let document = roxmltree::Document::parse_with_options(&self.html, options)
            .unwrap_or_else(|error| panic!("{error}:\n{}", self.html));
        look(&document)
    }

    /// Text of the element with this id.
    pub(crate) fn words(&self, id: &str) -> String {
        self.read(|page| {
            let node = page.descendants().find(|node| node.attribute("id") == Some(id));
            let node = node.unwrap_or_else(|| panic!("nothing is #{id} in {}", self.html));
            node.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect()
        })
    }

    /// What stands in the first field of this name.
    pub(crate) fn value(&self, name: &str) -> String {
        self.read(|page| {
            let field = page
                .descendants()
                .find(|node| node.attribute("name") == Some(name) && node.attribute("value").is_some());
            field
                .unwrap_or_else(|| panic!("no field {name}: {}", self.html))
                .attribute("value")
                .unwrap()
                .to_owned()
        })
    }

    /// Every form that writes carries a token.
    pub(crate) fn every_form_has_a_token(&self) {
        self.read(|page| {
            for form in page
                .descendants()
                .filter(|node| node.has_tag_name("form") && node.attribute("method") == Some("post"))
            {
                let token = form.descendants().find(|node| node.attribute("name") == Some("token"));
                assert!(
                    token.is_some_and(|node| node.attribute("value").unwrap().len() == 64),
                    "{}",
                    self.html
                );
            }
        });
    }
}

/// Somebody with a browser.
pub(crate) struct Visit<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) cookie: String,
}

/// The cookie that an answer sets: its line and its pair.
pub(crate) fn cookie(answer: &Answer, name: &str) -> Option<(String, String)> {
    let lines = answer.headers.get_all(header::SET_COOKIE).map(|value| value.to_str().unwrap());
    let line = lines.into_iter().find(|line| line.starts_with(&format!("{name}=")))?;
    Some((line.to_owned(), line.split(';').next().unwrap().to_owned()))
}

/// A form's fields as a browser sends them.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let mut body = form_urlencoded::Serializer::new(String::new());
    fields.iter().for_each(|(name, value)| {
        body.append_pair(name, value);
    });
    body.finish()
}

impl<'a> Visit<'a> {
    /// Nobody yet.
    pub(crate) fn stranger(app: &'a TestApp) -> Self {
        Self { app, cookie: String::new() }
    }

    /// Signs in with a key; the answer to it.
    pub(crate) async fn try_key(&mut self, key: &str, next: &str) -> Answer {
        let door = self.open("/sign-in").await;
        let own = cookie(&door.answer, "xushi_form").unwrap().1;
        let form = encoded(&[("token", &door.value("token")), ("next", next), ("key", key)]);
        let request = TestRequest::post()
            .uri("/sign-in")
            .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .insert_header((header::COOKIE, own))
            .set_payload(form);
        self.app.send(request).await
    }

    /// Somebody who has signed in with a key.
    pub(crate) async fn with(app: &'a TestApp, key: &str) -> Self {
        let mut visit = Self::stranger(app);
        let answer = visit.try_key(key, "").await;
        assert_eq!(answer.status.as_u16(), 303, "{}", String::from_utf8_lossy(&answer.bytes));
        visit.cookie = cookie(&answer, "xushi_session").unwrap().1;
        visit
    }

    /// What asks for something of theirs.
    pub(crate) fn request(&self, path: &str) -> TestRequest {
        TestRequest::get().uri(path).insert_header((header::COOKIE, self.cookie.clone()))
    }

    pub(crate) async fn open(&self, path: &str) -> Page {
        Page::of(self.app.send(self.request(path)).await)
    }

    /// The same, following where it leads.
    pub(crate) async fn follow(&self, path: &str) -> Page {
        let mut page = self.open(path).await;
        while page.status() == 303 {
            let next = page.answer.header("location");
            page = self.open(next.split('#').next().unwrap()).await;
        }
        page
    }

    /// Sends a form of a page.
    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = TestRequest::post()
            .uri(path)
            .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .insert_header((header::COOKIE, self.cookie.clone()))
            .set_payload(encoded(fields));
        Page::of(self.app.send(request).await)
    }
}
