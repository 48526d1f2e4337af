//! The JSON Schema (2020-12) of scenario, rig and profile files, for completion and checking in editors.
//!
//! It is made from the same tables as the checker. *Not in it:* sums, references between steps, and
//! faults that can never happen; no schema can say those.

use crate::node::{self, Kind, Node, ReadsAs};
use crate::shape::{Choice, Field, List, Map, Presence, Scalar, Shape};
use crate::{acquirer_grammar, grammar, matrix, printer_file, rig_file, terminal_file, terminals_file};
use serde_json::{Map as Object, Value, json};

/// The JSON Schema of scenario files.
#[must_use]
pub fn scenario_schema() -> Value {
    let mut schema = document("Tillrig scenario", &grammar::SCENARIO);
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, field) in fields.into_iter().flatten() {
        if name != matrix::MATRIX {
            with_place(field);
        }
    }
    schema
}

/// Lets a place of a matrix stand for this value and for each within it.
fn with_place(schema: &mut Value) {
    within(schema);
    let Value::Object(shape) = schema else { return };
    let mut shape = core::mem::take(shape);
    let about = ["description", "examples"].map(|name| (name.to_owned(), shape.remove(name)));
    let mut open = object(json!({
        "if": { "type": "string", "pattern": r"^\$[a-z][a-z0-9-]*$" },
        "then": {},
        "else": shape,
    }));
    open.extend(about.into_iter().filter_map(|(name, value)| Some((name, value?))));
    *schema = Value::Object(open);
}

fn within(schema: &mut Value) {
    match schema {
        Value::Array(several) => several.iter_mut().for_each(within),
        Value::Object(shape) => {
            for (word, value) in shape {
                match (word.as_str(), value) {
                    ("properties", Value::Object(fields)) => fields.values_mut().for_each(with_place),
                    ("items", value) => with_place(value),
                    ("anyOf" | "oneOf", value) => within(value),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// The JSON Schema of files of the acquirer's faults alone.
#[must_use]
pub fn acquirer_faults_schema() -> Value {
    document("Tillrig acquirer-faults", &acquirer_grammar::ACQUIRER_FAULTS)
}

/// The JSON Schema of rig files.
#[must_use]
pub fn rig_schema() -> Value {
    document("Tillrig rig", &rig_file::RIG)
}

/// The JSON Schema of printer profile files.
#[must_use]
pub fn printer_schema() -> Value {
    document("Tillrig printer profile", &printer_file::PRINTER)
}

/// The JSON Schema of terminal profile files.
#[must_use]
pub fn terminal_schema() -> Value {
    document("Tillrig terminal profile", &terminal_file::TERMINAL)
}

/// The JSON Schema of files of terminals, cards and payers.
#[must_use]
pub fn terminals_schema() -> Value {
    document("Tillrig terminals", &terminals_file::TERMINALS)
}

fn document(title: &str, shape: &Shape) -> Value {
    let mut schema = Object::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(title));
    schema.extend(of(shape));
    Value::Object(schema)
}

fn of(shape: &Shape) -> Object<String, Value> {
    match shape {
        Shape::Scalar(scalar) => of_scalar(scalar),
        Shape::Map(map) => of_map(map),
        Shape::List(list) => of_list(list),
        Shape::Either(scalar, map) => object(json!({ "anyOf": [of_scalar(scalar), of_map(map)] })),
        Shape::Matrix => of_matrix(),
    }
}

fn object(value: Value) -> Object<String, Value> {
    match value {
        Value::Object(object) => object,
        other => Object::from_iter([("const".to_owned(), other)]),
    }
}

/// What fills the places can be anything.
fn of_matrix() -> Object<String, Value> {
    object(json!({
        "type": "array",
        "minItems": 1,
        "maxItems": matrix::MOST_ROWS,
        "items": {
            "type": "object",
            "required": [matrix::CASE],
            "propertyNames": { "pattern": "^[a-z0-9-]+$" },
        },
    }))
}

fn of_list(list: &List) -> Object<String, Value> {
    let least = u8::from(!list.may_be_empty);
    object(json!({ "type": "array", "items": of(list.of), "minItems": least }))
}

fn of_map(map: &Map) -> Object<String, Value> {
    let properties: Object<String, Value> =
        map.all_fields().map(|field| (field.name.to_owned(), Value::Object(of_field(field)))).collect();
    let required: Vec<&str> =
        map.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = object(json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    }));
    let needs: Object<String, Value> = map
        .all_fields()
        .filter(|field| !field.needs.is_empty())
        .map(|field| {
            let any: Vec<Value> = field.needs.iter().map(|other| json!({ "required": [other] })).collect();
            (field.name.to_owned(), json!({ "anyOf": any }))
        })
        .collect();
    if !needs.is_empty() {
        schema.insert("dependentSchemas".to_owned(), Value::Object(needs));
    }
    if !map.choices.is_empty() {
        let choices: Vec<Value> = map.choices.iter().map(of_choice).collect();
        schema.insert("allOf".to_owned(), json!(choices));
    }
    schema
}

fn of_field(field: &Field) -> Object<String, Value> {
    let mut schema = Object::new();
    schema.insert("description".to_owned(), json!(field.doc));
    schema.extend(of(&field.shape));
    if let Some(example) = example(field) {
        schema.insert("examples".to_owned(), json!([example]));
    }
    schema
}

/// At most one, exactly one, or exactly one beside another field.
fn of_choice(choice: &Choice) -> Value {
    let each: Vec<Value> = choice.fields.iter().map(|field| json!({ "required": [field.name] })).collect();
    let none = json!({ "not": { "anyOf": each } });
    match choice.presence {
        Presence::Required => json!({ "oneOf": each }),
        Presence::Optional => json!({ "oneOf": each.into_iter().chain([none]).collect::<Vec<_>>() }),
        Presence::With(other) => {
            json!({ "if": { "required": [other] }, "then": { "oneOf": each }, "else": none })
        }
    }
}

fn of_scalar(scalar: &Scalar) -> Object<String, Value> {
    object(match scalar {
        Scalar::Word { words, says: [], .. } => json!({ "enum": words }),
        Scalar::Word { words, says, .. } => {
            let each =
                words.iter().zip(*says).map(|(word, says)| json!({ "const": word, "description": says }));
            json!({ "oneOf": each.collect::<Vec<_>>() })
        }
        Scalar::Text => json!({ "type": "string", "minLength": 1 }),
        Scalar::Name => pattern("[a-z0-9-]+"),
        Scalar::Money => pattern(r"CNY [0-9]{1,10}(\.[0-9]{2})?"),
        Scalar::MoneyOrNothing => pattern(r"(nothing|CNY [0-9]{1,10}(\.[0-9]{2})?)"),
        Scalar::Time => pattern("[0-9]+(us|ms|s|m|h)"),
        Scalar::Length => pattern("[0-9]+(um|mm|cm|m)"),
        Scalar::Force => pattern("[0-9]+(mN|N)"),
        Scalar::Percent => pattern("(100|[0-9]{1,2})%"),
        Scalar::Voltage => pattern("[0-9]+(mV|V)"),
        Scalar::Resistance => pattern("[0-9]+(mOhm|Ohm)"),
        Scalar::Temperature => pattern("-?[0-9]{1,2}C"),
        Scalar::Ratio => pattern("[0-9]*[1-9][0-9]*/[0-9]*[1-9][0-9]*"),
        Scalar::Rate => pattern("[0-9]+/s"),
        Scalar::LineRate => pattern("[0-9]+(bps|kbps|Mbps)"),
        // Written bare, a code or a field of digits is a number.
        Scalar::Code => bare("[A-Za-z0-9_.]{2,24}"),
        Scalar::Wire => bare("[A-Za-z0-9_.-]+"),
        Scalar::OrderNo => bare("[A-Za-z0-9_|*-]{1,64}"),
        Scalar::Characters { count } => bare(&format!("[A-Za-z0-9]{{{count}}}")),
        Scalar::Digits { least, most } => bare(&format!("[0-9]{{{least},{most}}}")),
        Scalar::DesKey => bare("([0-9A-Fa-f]{16}|[0-9A-Fa-f]{32})"),
        Scalar::YearAndMonth => bare("[0-9]{2}(0[1-9]|1[0-2])"),
        Scalar::Count { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Scalar::Truth => json!({ "type": "boolean" }),
        Scalar::Address => pattern(r"(\[[0-9a-fA-F:.]+\]|[0-9.]+):[0-9]{1,5}"),
        Scalar::Path => pattern(r"[^/\\:]+(/[^/\\:]+)*\.yaml"),
    })
}

fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^{pattern}$") })
}

fn bare(pattern: &str) -> Value {
    json!({ "type": ["string", "integer"], "pattern": format!("^{pattern}$") })
}

/// The value of a field's example.
fn example(field: &Field) -> Option<Value> {
    let document = node::read("example", field.example.as_bytes()).ok()?;
    document.root.get(field.name).map(json_of)
}

fn json_of(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Scalar { text, reads_as: ReadsAs::Text } => json!(text),
        // Numbers and truth values of examples are written alike in YAML and JSON.
        Kind::Scalar { text, .. } => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Kind::List(items) => items.iter().map(json_of).collect(),
        Kind::Map(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.text.clone(), json_of(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        acquirer_faults_schema, acquirer_grammar, grammar, node, printer_file, printer_schema, rig_file,
        rig_schema, scenario_schema, terminals_file, terminals_schema,
    };
    use crate::check;
    use crate::shape::{Field, Shape};
    use serde_json::{Value, json};

    fn every_field(shape: &'static Shape, visit: &mut dyn FnMut(&'static Field)) {
        match shape {
            Shape::List(list) => every_field(list.of, visit),
            Shape::Map(map) | Shape::Either(_, map) => {
                for field in map.all_fields() {
                    visit(field);
                    every_field(&field.shape, visit);
                }
            }
            Shape::Scalar(_) | Shape::Matrix => {}
        }
    }

    #[test]
    fn every_example_obeys_the_shape_that_it_illustrates() {
        let mut seen = 0;
        for shape in [
            &grammar::SCENARIO,
            &acquirer_grammar::ACQUIRER_FAULTS,
            &rig_file::RIG,
            &printer_file::PRINTER,
            &terminals_file::TERMINALS,
        ] {
            every_field(shape, &mut |field| {
                let document =
                    node::read("example", field.example.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
                let value = document.root.get(field.name).unwrap_or_else(|| panic!("{}", field.example));
                assert_eq!(check::check(value, &field.shape), [], "{}", field.example);
                assert!(!field.doc.is_empty());
                seen += 1;
            });
        }
        assert!(seen > 60, "only {seen} fields");
    }

    /// Every map of a schema is closed, and every field says what it is.
    fn closed(schema: &Value) {
        if schema.get("properties").is_some() {
            assert_eq!(schema["additionalProperties"], json!(false));
            for (name, field) in schema["properties"].as_object().unwrap() {
                assert!(field["description"].is_string(), "{name}");
                assert!(field["examples"][0] != json!(null), "{name}");
            }
        }
        match schema {
            Value::Array(items) => items.iter().for_each(closed),
            Value::Object(fields) => fields.values().for_each(closed),
            _ => {}
        }
    }

    #[test]
    fn the_schemas_are_closed_and_documented() {
        for schema in
            [scenario_schema(), acquirer_faults_schema(), rig_schema(), printer_schema(), terminals_schema()]
        {
            assert_eq!(schema["$schema"], json!("https://json-schema.org/draft/2020-12/schema"));
            closed(&schema);
        }
        assert_eq!(scenario_schema()["required"], json!(["name", "symptom", "cause", "steps", "expect"]));
    }
}
