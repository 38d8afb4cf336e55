//! Importing: what becomes of a vendor's documents, and that the shipped catalogs are what the importer makes.

use std::collections::BTreeSet;

use rolec::catalogs;
use rolec::diagnostic::Sink;
use rolec::import::{self, Document, ImportError, Imported};
use rolec::source::{Source, Sources};
use rolec::syntax::{ast, format, parse};

fn document(name: &str, text: &str) -> Document {
    Document { name: name.to_owned(), text: text.to_owned() }
}

/// A document of real data; `None` where there is no such data, which is a fault in CI only.
fn data(path: &str) -> Option<Document> {
    let file = format!("{}/../shared/data/genesys/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).ok();
    assert!(text.is_some() || std::env::var("CI").as_deref() != Ok("true"), "no real data to test with: {file}");
    text.map(|text| document(path, &text))
}

/// Imports, and checks that the text is canonical.
#[track_caller]
fn canonical(imported: Result<Imported, ImportError>) -> Result<Imported, ImportError> {
    if let Ok(imported) = &imported {
        let sources = Sources::new(vec![("imported.role".to_owned(), imported.text.clone(), false)]);
        let mut sink = Sink::default();
        let again: String =
            sources.files().iter().map(|source| format::format(source, &parse::parse(source, &mut sink))).collect();
        assert_eq!(sink.into_sorted().len(), 0, "the text has faults: {}", imported.text);
        assert!(again == imported.text, "the text is not canonical: {}", imported.text);
    }
    imported
}

#[track_caller]
fn openapi(documents: &[Document]) -> Result<Imported, ImportError> {
    canonical(import::openapi(documents))
}

/// Checks that the documents give the same in any order, and returns that.
#[track_caller]
fn in_any_order(
    documents: &[Document],
    import: impl Fn(&[Document]) -> Result<Imported, ImportError>,
) -> Result<Imported, ImportError> {
    let reversed: Vec<_> = documents.iter().rev().cloned().collect();
    let imported = canonical(import(documents))?;
    assert_eq!(import(&reversed)?, imported);
    Ok(imported)
}

fn api(version: &str, paths: &str) -> Document {
    document(version, &format!(r#"{{"info": {{"title": "T", "version": "{version}"}}, "paths": {{{paths}}}}}"#))
}

#[test]
fn an_openapi_document() -> Result<(), ImportError> {
    let paths = r#"
        "/b/{id}": {"parameters": [], "put": {"x-inin-requires-permissions": {"type": "ALL", "permissions": ["d:e:b", "d:e:a", "d:e:b"]}},
                    "get": {"x-inin-requires-permissions": {"type": "ALL", "permissions": ["d:e:requires"]}}},
        "/a": {"get": {}, "delete": {"x-inin-requires-permissions": {"type": "ANY", "permissions": ["admin", "c:e:x-y", "They are\nenforced"]}},
               "post": {"x-inin-requires-permissions": {"type": "ANY", "permissions": ["Nobody \"knows\""]}},
               "patch": {"x-inin-requires-permissions": {"type": "ANY", "permissions": []}}}"#;
    let imported = openapi(&[api("1.0", paths)])?;
    let expected = r#"// Imported by `rolec import openapi` from:
//   T, version 1.0

domain c {
    entity e { x-y }
}

domain d {
    entity e {
        a b
        action requires
    }
}

legacy admin

// left out, being no permission: "They are\nenforced"
endpoint DELETE "/a" any admin, c:e:x-y
endpoint GET "/a" unstated
// its list of permissions is empty
endpoint PATCH "/a" unstated
// left out, being no permission: "Nobody \"knows\""
endpoint POST "/a" unstated
endpoint GET "/b/{id}" any d:e:requires
endpoint PUT "/b/{id}" all d:e:a, d:e:b
"#;
    assert_eq!(imported.text, expected);
    let notes = [
        "DELETE /a: left out, being no permission: \"They are\\nenforced\"",
        "PATCH /a: its list of permissions is empty",
        "POST /a: left out, being no permission: \"Nobody \\\"knows\\\"\"",
    ];
    assert_eq!(imported.notes, notes);
    assert_eq!(imported.counts.to_string(), "5 permissions, 6 endpoints (3 unstated)");
    Ok(())
}

#[test]
fn the_highest_version_decides() -> Result<(), ImportError> {
    let needs = |kind: &str, permissions: &str| {
        format!(r#"{{"x-inin-requires-permissions": {{"type": "{kind}", "permissions": [{permissions}]}}}}"#)
    };
    let (any, all) = (needs("ANY", r#""a:b:c", "a:b:d""#), needs("ALL", r#""a:b:c", "a:b:d""#));
    let old = format!(r#""/x/{{id}}": {{"get": {any}, "put": {any}, "post": {{}}, "delete": {any}}}"#);
    let new = format!(r#""/x/{{xId}}": {{"get": {all}, "put": {{}}, "post": {any}, "delete": {any}}}"#);
    let imported = in_any_order(&[api("9.1", &old), api("v10.0", &new)], import::openapi)?;
    let expected = r#"// Imported by `rolec import openapi` from:
//   T, version 9.1
//   T, version v10.0

domain a {
    entity b { c d }
}

endpoint DELETE "/x/{xId}" any a:b:c, a:b:d
// T, version 9.1: any a:b:c, a:b:d
endpoint GET "/x/{xId}" all a:b:c, a:b:d
endpoint POST "/x/{xId}" any a:b:c, a:b:d
// stated only by T, version 9.1
endpoint PUT "/x/{xId}" any a:b:c, a:b:d
"#;
    assert_eq!(imported.text, expected);
    assert_eq!(imported.notes, ["GET /x/{xId}: T, version 9.1: any a:b:c, a:b:d", "PUT /x/{xId}: stated only by T, version 9.1"]);
    Ok(())
}

#[test]
fn paths_are_those_that_clients_call() -> Result<(), ImportError> {
    let swagger =
        r#"{"swagger": "2.0", "info": {"title": "S", "version": "2"}, "basePath": "/api/", "paths": {"/x": {"get": {}}}}"#;
    assert!(openapi(&[document("s", swagger)])?.text.contains("GET \"/api/x\""));
    let servers = |urls: &str| {
        document(
            "o",
            &format!(
                r#"{{"openapi": "3.1.0", "info": {{"title": "O", "version": "3"}}, "servers": [{urls}], "paths": {{"/x": {{"get": {{}}}}}}}}"#
            ),
        )
    };
    assert!(openapi(&[servers(r#"{"url": "https://a.example/v3"}, {"url": "/v3/"}"#)])?.text.contains("GET \"/v3/x\""));
    assert!(openapi(&[servers(r#"{"url": "https://a.example"}"#)])?.text.contains("GET \"/x\""));
    let unclear = openapi(&[servers(r#"{"url": "https://a.example/v3"}, {"url": "/v4/"}"#)])?;
    assert!(unclear.text.contains("GET \"/x\""));
    assert_eq!(unclear.notes, ["O: its servers have different paths, and none is written"]);
    Ok(())
}

#[test]
fn what_is_no_openapi_document() {
    let message = |text: &str| import::openapi(&[document("f", text)]).err().map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(message(" \n"), "`f` is empty");
    assert_eq!(
        message("openapi: 3.0.0"),
        "`f` is not an OpenAPI document: only JSON is read, and this begins with neither `{` nor `[`"
    );
    assert_eq!(message("{\"info\": "), "`f` is not an OpenAPI document: EOF while parsing a value at line 1 column 9");
    assert!(message("[1]").starts_with("`f` is not an OpenAPI document: "));
    assert!(message(r#"{"info": {"title": "T", "version": "1"}}"#).contains("missing field `paths`"));
    assert_eq!(message(r#"{"info": {"title": "T", "version": "1"}, "paths": {}}"#), "`f` has no operations");
    let odd = r#"{"info": {"title": "T", "version": "1"}, "paths": {"/": {"get": {"x-inin-requires-permissions": {"type": "SOME", "permissions": []}}}}}"#;
    assert!(message(odd).contains("unknown variant `SOME`, expected `ANY` or `ALL`"), "{}", message(odd));
    assert_eq!(import::openapi(&[]), Err(ImportError::NoDocument));
}

#[test]
fn pages_of_permissions() -> Result<(), ImportError> {
    let listed = |action: &str, more: &str| format!(r#"{{"domain": "d", "entityType": "e", "action": "{action}"{more}}}"#);
    let page = |map: &str| {
        document(
            "p",
            &format!(r#"{{"entities": [{{"name": "D", "domain": "d", "permissionMap": {{{map}}}}}], "pageNumber": 1}}"#),
        )
    };
    let aware = r#", "divisionAware": true, "allowsConditions": true"#;
    let first = format!(r#""e": [{}, {}]"#, listed("a", aware), listed("since", &format!(r#", "label": "A \"b\""{aware}"#)));
    let second = r#""f": [{"action": "a", "divisionAware": true}, {"action": "b", "divisionAware": false}, {"action": "c"}, {"action": "no one"}]"#;
    let imported = in_any_order(&[page(&first), page(second)], import::permissions)?;
    let expected = r#"// Imported by `rolec import permissions` from the platform's list of permissions.

// left out, being no permission: "d:f:no one"

domain d "D" {
    entity e division-aware conditions any {
        a
        action since "A \"b\""
    }
    entity f {
        action a division-aware
        action b division-unaware
        c
    }
}
"#;
    assert_eq!(imported.text, expected);
    assert_eq!(imported.counts.permissions, 5);
    let uniform = import::permissions(&[page(&first)])?;
    assert!(
        uniform.text.contains("domain d \"D\" division-aware conditions any {\n    entity e {\n        a\n"),
        "{}",
        uniform.text
    );
    Ok(())
}

#[test]
fn pages_that_contradict_each_other() -> Result<(), ImportError> {
    let page = |aware: bool, conditions: bool| {
        let facts = format!(r#"{{"action": "a", "divisionAware": {aware}, "allowsConditions": {conditions}}}"#);
        document("p", &format!(r#"{{"entities": [{{"domain": "d", "permissionMap": {{"e": [{facts}]}}}}]}}"#))
    };
    let imported = in_any_order(&[page(true, true), page(false, false)], import::permissions)?;
    assert!(imported.text.ends_with(
        "domain d {
    entity e {
        // the pages contradict each other about its awareness, so none is stated
        // the pages contradict each other about conditions, so none is allowed
        a
    }
}
"
    ));
    assert_eq!(imported.notes.len(), 2);
    let message =
        |text: &str| import::permissions(&[document("p", text)]).err().map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(message(r#"{"entities": []}"#), "`p` has no permissions");
    assert!(message("{}").contains("not a page of GET /api/v2/authorization/permissions: missing field `entities`"));
    Ok(())
}

#[test]
fn a_table_of_topics() -> Result<(), ImportError> {
    let table = "topic\tpermissions\nv2.b.{id}\t-\r\nv2.a\tx:y:z, x:y:w\nv2.c\t\nv2.d\tx:y:z\nv2.d\tx:y:w\nv2.e\tsome people\n";
    let imported = canonical(import::topics(&document("t", table)))?;
    let expected = r#"// Imported by `rolec import topics` from the platform's list of notification topics.

topic "v2.a" all x:y:w, x:y:z
topic "v2.b.{id}" open
topic "v2.c" open
// listed again with any x:y:w
topic "v2.d" any x:y:z
// left out, being no permission: "some people"
topic "v2.e" unstated
"#;
    assert_eq!(imported.text, expected);
    assert_eq!(imported.notes.len(), 2);
    assert_eq!(imported.counts.to_string(), "5 topics (2 open, 1 unstated)");
    let message = |text: &str| import::topics(&document("t", text)).err().map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(message("a\tb:c:d\nb"), "`t` is not a table of topics: line 2 has not two columns with a tab between them");
    assert_eq!(message("topic\tpermissions\n"), "`t` has no topics");
    assert_eq!(message(""), "`t` is empty");
    Ok(())
}

#[test]
fn a_list_of_available_topics() -> Result<(), ImportError> {
    let list = r#"{"entities": [
        {"id": "a.open", "requiresPermissions": [], "permissionDetails": []},
        {"id": "b.silent"},
        {"id": "c.listed", "requiresPermissions": ["x:y:z", "x:y:w"], "requiresCurrentUserOrPermission": true},
        {"id": "d.detail", "permissionDetails": [{"type": "requiresAnyDivisionPermissions", "permissions": ["x:y:z", "x:y:w"], "allowsCurrentUser": true}]},
        {"id": "e.either", "requiresAnyValidator": true, "permissionDetails": [
            {"type": "requiresCurrentUser"}, {"type": "requiresPermissions", "permissions": ["x:y:z"]}, {"type": "requiresDivisionPermissions", "permissions": ["x:y:w"]}]},
        {"id": "f.mixed", "permissionDetails": [
            {"type": "requiresAnyDivisionPermissions", "permissions": ["x:y:z", "x:y:w"]}, {"type": "requiresPermissions", "permissions": ["x:y:v"]}]},
        {"id": "g.self", "requiresPermissions": [], "requiresCurrentUser": true, "enforced": false},
        {"id": "h.participant", "requiresPermissions": ["x:y:z"], "permissionDetails": [{"type": "requiresUserBeConversationParticipant"}]}
    ]}"#;
    let imported = canonical(import::topics(&document("t", list)))?;
    let expected = r#"// Imported by `rolec import topics` from the platform's list of notification topics.

topic "a.open" open
topic "b.silent" unstated
topic "c.listed" all x:y:w, x:y:z or self
topic "d.detail" any x:y:w, x:y:z or self
topic "e.either" any x:y:w, x:y:z or self
// its permissions are asked for in a way that neither `any` nor `all` says
topic "f.mixed" unstated
// asks that the subscriber be the topic's user
// not enforced, says the list
topic "g.self" unstated or self
// asks that the subscriber take part in the conversation
topic "h.participant" any x:y:z
"#;
    assert_eq!(imported.text, expected);
    assert!(import::topics(&document("t", "[{}]")).is_err_and(|error| error.to_string().contains("missing field `id`")));
    Ok(())
}

// --------------------------------------------------------------------------------------- real data

fn shipped(file: &str) -> &'static str {
    let files = catalogs::shipped("genesys-cloud").map_or(&[][..], |catalog| catalog.files);
    files.iter().find(|(name, _)| *name == file).map_or("", |(_, text)| text)
}

#[test]
fn the_shipped_catalog_is_what_the_importer_makes() -> Result<(), ImportError> {
    if let Some(document) = data("openapi-259.0.0.json") {
        let imported = openapi(&[document])?;
        assert!(imported.text == shipped("api.role"), "api.role is not what the importer makes: import it anew");
        assert_eq!(imported.counts.to_string(), "1457 permissions, 3280 endpoints (359 unstated)");
    }
    if let Some(document) = data("topics.tsv") {
        let imported = canonical(import::topics(&document))?;
        assert!(imported.text == shipped("topics.role"), "topics.role is not what the importer makes: import it anew");
        assert_eq!(imported.counts.to_string(), "90 topics (19 open)");
    }
    Ok(())
}

#[test]
fn real_documents_in_any_order() -> Result<(), ImportError> {
    let documents = ["openapi-259.0.0.json", "raw/swagger-2018-03-21-js-sdk-22.0.0.json"].map(data);
    let documents: Vec<_> = documents.into_iter().flatten().collect();
    if documents.len() == 2 {
        let imported = in_any_order(&documents, import::openapi)?;
        assert_eq!(imported.counts.to_string(), "1483 permissions, 3377 endpoints (400 unstated)");
    }
    Ok(())
}

/// The permissions that a file declares, and those that it names in surfaces and pairs.
fn names(source: &Source, file: &ast::File, declared: &mut BTreeSet<String>, named: &mut BTreeSet<String>) {
    let text = |name: ast::Name| name.text(source);
    for item in &file.items {
        let selectors = match &item.kind {
            ast::ItemKind::Domain(domain) => {
                for entity in &domain.entities {
                    let permission = |action: &ast::Action| [domain.name, entity.name, action.name].map(text).join(":");
                    declared.extend(entity.actions.iter().map(permission));
                }
                vec![]
            }
            ast::ItemKind::Legacy(legacy) => {
                declared.insert(text(legacy.name).to_owned());
                vec![]
            }
            ast::ItemKind::Pair(pair) => vec![pair.unaware, pair.aware],
            ast::ItemKind::Surface(surface) => match &surface.requirement {
                ast::Requirement::Any(selectors) | ast::Requirement::All(selectors) => selectors.clone(),
                ast::Requirement::Open | ast::Requirement::Unstated => vec![],
            },
            _ => vec![],
        };
        named.extend(selectors.into_iter().map(|selector| selector.text(source).to_owned()));
    }
}

#[test]
fn shipped_catalogs_are_closed() {
    for catalog in catalogs::ALL {
        let texts = catalog.files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned(), true)).collect();
        let sources = Sources::new(texts);
        let (mut sink, mut declared, mut named) = (Sink::default(), BTreeSet::new(), BTreeSet::new());
        for source in sources.files() {
            names(source, &parse::parse(source, &mut sink), &mut declared, &mut named);
        }
        assert_eq!(sink.into_sorted().len(), 0);
        assert_eq!(named.difference(&declared).collect::<Vec<_>>(), Vec::<&String>::new());
        assert!(declared.len() > 1000 && declared.contains("wfm:agentScheduleNotification:view"));
    }
}
