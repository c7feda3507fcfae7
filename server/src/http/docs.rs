//! `/docs`: the API description as a page to read, made here of the same description
//! that `/openapi.json` serves. It has no script and asks no other host for anything.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1rem}\
code,pre{font-family:ui-monospace,monospace}\
pre{overflow-x:auto;padding:.5rem;border:1px solid #8886}\
table{display:block;overflow-x:auto;border-collapse:collapse;margin:.5rem 0}\
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}\
details{border-bottom:1px solid #8884;padding:.25rem 0}\
summary{cursor:pointer;padding:.25rem 0}\
summary code{font-weight:600}";

/// The page.
///
/// # Errors
/// None: writing to a string does not fail.
pub(super) fn page(description: &Value) -> Result<String, fmt::Error> {
    let mut out = String::new();
    let info = &description["info"];
    let title = text(&info["title"]);
    write!(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} API</title>\
         <style>{STYLE}</style></head><body><header><h1>{title} API {}</h1><p>{}</p>\
         <p>As <a href=\"/openapi.json\">OpenAPI {}</a>, for programs.</p></header>",
        text(&info["version"]),
        text(&info["description"]),
        text(&description["openapi"]),
    )?;
    let tags = by_tag(description);
    out.push_str("<nav aria-label=\"Sections\"><ul>");
    for tag in tags.keys() {
        let tag = escape(tag);
        write!(out, "<li><a href=\"#tag-{tag}\">{tag}</a></li>")?;
    }
    out.push_str("<li><a href=\"#schemas\">schemas</a></li></ul></nav><main>");
    for (tag, operations) in tags {
        let tag = escape(&tag);
        write!(out, "<section><h2 id=\"tag-{tag}\">{tag}</h2>")?;
        for (method, path, operation) in operations {
            self::operation(&mut out, method, path, operation)?;
        }
        out.push_str("</section>");
    }
    out.push_str("<section><h2 id=\"schemas\">schemas</h2>");
    for (name, schema) in members(&description["components"]["schemas"]) {
        let name = escape(name);
        write!(
            out,
            "<details id=\"schema-{name}\" open><summary><code>{name}</code></summary><p>{}</p>",
            text(&schema["description"])
        )?;
        shape(&mut out, schema)?;
        out.push_str("</details>");
    }
    out.push_str("</section></main></body></html>");
    Ok(out)
}

type Operation<'a> = (&'a str, &'a str, &'a Value);

fn by_tag(description: &Value) -> BTreeMap<String, Vec<Operation<'_>>> {
    let mut tags: BTreeMap<String, Vec<Operation<'_>>> = BTreeMap::new();
    for (path, methods) in members(&description["paths"]) {
        for (method, operation) in members(methods).filter(|(_, value)| value.is_object()) {
            let tag = operation["tags"][0].as_str().unwrap_or("other");
            let operations = tags.entry(tag.to_owned()).or_default();
            operations.push((method, path, operation));
        }
    }
    tags
}

fn operation(out: &mut String, method: &str, path: &str, operation: &Value) -> fmt::Result {
    let said = |name: &str| text(&operation[name]);
    write!(
        out,
        "<details><summary><code>{} {}</code> {}</summary><p>{}</p>",
        escape(&method.to_uppercase()),
        escape(path),
        said("summary"),
        said("description"),
    )?;
    if operation["security"].is_array() {
        out.push_str("<p>Needs a bearer token.</p>");
    }
    if let Some(parameters) = operation["parameters"].as_array() {
        table(
            out,
            "Parameters",
            ["name", "in", "type", ""],
            parameters,
            |it| {
                let must = if it["required"] == true {
                    " (required)"
                } else {
                    ""
                };
                [
                    format!("<code>{}</code>{must}", text(&it["name"])),
                    text(&it["in"]),
                    kind(&it["schema"]),
                    text(&it["description"]),
                ]
            },
        )?;
    }
    for (media, content) in members(&operation["requestBody"]["content"]) {
        write!(
            out,
            "<p>Body: <code>{}</code> {}</p>",
            escape(media),
            kind(&content["schema"])
        )?;
        example(out, content)?;
    }
    let responses: Vec<Value> = members(&operation["responses"])
        .map(|(status, response)| {
            let mut response = response.clone();
            response["status"] = status.into();
            response
        })
        .collect();
    table(out, "Answers", ["status", "", "body"], &responses, |it| {
        let mut bodies = members(&it["content"]).map(|(_, content)| kind(&content["schema"]));
        [
            format!("<code>{}</code>", text(&it["status"])),
            text(&it["description"]),
            bodies.next().unwrap_or_default(),
        ]
    })?;
    out.push_str("</details>");
    Ok(())
}

/// The members of an object, or what else a value of the schema is.
fn shape(out: &mut String, schema: &Value) -> fmt::Result {
    let required = schema["required"].as_array();
    let must = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let fields: Vec<Value> = members(&schema["properties"])
        .map(|(name, field)| {
            let mut field = field.clone();
            if let Value::Object(field) = &mut field {
                field.insert("name".into(), name.into());
                field.insert("must".into(), must(name).into());
            }
            field
        })
        .collect();
    if fields.is_empty() {
        write!(out, "<p>{}</p>", kind(schema))?;
    } else {
        table(out, "Members", ["name", "type", ""], &fields, |it| {
            let must = if it["must"] == true {
                " (required)"
            } else {
                ""
            };
            [
                format!("<code>{}</code>{must}", text(&it["name"])),
                kind(it),
                text(&it["description"]),
            ]
        })?;
    }
    example(out, schema)
}

fn example(out: &mut String, of: &Value) -> fmt::Result {
    match of.get("example") {
        Some(example) => {
            let pretty = serde_json::to_string_pretty(example).unwrap_or_default();
            write!(out, "<pre>{}</pre>", escape(&pretty))
        }
        None => Ok(()),
    }
}

fn table<const N: usize>(
    out: &mut String,
    caption: &str,
    heads: [&str; N],
    rows: &[Value],
    cells: impl Fn(&Value) -> [String; N],
) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    write!(out, "<table><caption>{caption}</caption><thead><tr>")?;
    for head in heads {
        let head = if head.is_empty() { "meaning" } else { head };
        write!(out, "<th scope=\"col\">{head}</th>")?;
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        for cell in cells(row) {
            write!(out, "<td>{cell}</td>")?;
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    Ok(())
}

/// What a value of the schema is, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        let name = escape(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    for (join, of) in [(" or ", "oneOf"), (" or ", "anyOf"), (" and ", "allOf")] {
        if let Some(all) = schema[of].as_array() {
            return all.iter().map(kind).collect::<Vec<_>>().join(join);
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let value = |value: &Value| format!("<code>{}</code>", escape(&value.to_string()));
        return values.iter().map(value).collect::<Vec<_>>().join(" or ");
    }
    let name = match &schema["type"] {
        Value::String(name) if name == "array" => {
            return format!("array of {}", kind(&schema["items"]));
        }
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str);
            names.collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".into(),
    };
    match schema["format"].as_str() {
        Some(format) => format!("{} ({})", escape(&name), escape(format)),
        None => escape(&name),
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flat_map(Map::iter);
    members.map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_description_says_is_text_and_never_markup() {
        let description = serde_json::json!({
            "info": {"title": "<script>"},
            "paths": {"/x": {"get": {"tags": ["a\"b"], "summary": "1 < 2 & 3"}}},
        });
        let page = page(&description).unwrap();
        assert!(!page.contains("<script"));
        assert!(page.contains("1 &lt; 2 &amp; 3"));
        assert!(page.contains("tag-a&quot;b"));
    }
}
