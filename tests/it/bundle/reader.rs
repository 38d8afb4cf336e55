//! A reader of `bundle.json` that knows nothing but its page: what the page says must be enough.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use jiff::civil::Date;
use serde_json::Value;

/// Stands for a division that the bundle does not know.
pub(super) const ELSEWHERE: &str = "?";

/// Where a role holds which permission under which conditions; what holds always is not listed under conditions too.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Points {
    always: BTreeSet<(String, String)>,
    sometimes: BTreeSet<(String, String, String)>,
}

impl Points {
    pub(super) fn add(&mut self, permission: &str, divisions: Vec<String>, condition: Option<&str>) {
        for division in divisions {
            let point = (permission.to_owned(), division);
            match condition {
                Some(condition) if !self.always.contains(&point) => {
                    self.sometimes.insert((point.0, point.1, condition.to_owned()));
                }
                Some(_) => {}
                None => {
                    self.sometimes.retain(|(permission, division, _)| (permission, division) != (&point.0, &point.1));
                    self.always.insert(point);
                }
            }
        }
    }
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A bundle as it is read.
pub(super) struct Reader {
    whole: Value,
    places: BTreeMap<String, usize>,
}

impl Reader {
    pub(super) fn new(text: &str) -> Result<Self> {
        let whole: Value = serde_json::from_str(text)?;
        if whole["format"]["major"] != 1 {
            return Err("unknown version".into());
        }
        let names = list(&whole["roles"])?.iter().map(|role| string(&role["name"]));
        let places = names.enumerate().map(|(at, name)| Ok((name?, at))).collect::<Result<_>>()?;
        Ok(Self { whole, places })
    }

    pub(super) fn roles(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// What a surface asks for in a region on a day: how much of it, and the names of the permissions.
    pub(super) fn asked(&self, title: &str, region: Option<&str>, day: Option<Date>) -> Result<String> {
        let titled = |surface: &&Value| match surface["method"].as_str() {
            Some(method) => surface["name"].as_str().is_some_and(|name| format!("{method} {name}") == title),
            None => surface["name"] == title,
        };
        let surface = list(&self.whole["surfaces"])?.iter().find(titled).ok_or("no such surface")?;
        let mut asked = &surface["requires"];
        if surface["enforcement"].is_number() {
            let guard = &self.whole["enforcements"][number(&surface["enforcement"])?];
            let regions = list(&self.whole["regions"])?;
            let start = match region {
                None => Some(&guard["default"]),
                Some(region) => list(&guard["regions"])?
                    .iter()
                    .find(|entry| number(&entry["region"]).is_ok_and(|at| regions[at]["name"] == region)),
            };
            let from = start.and_then(|start| start["from"].as_str()).map(str::parse::<Date>).transpose()?;
            if from.is_none_or(|from| day.is_some_and(|day| day < from)) {
                asked = &guard["formerly"];
            }
        }
        let Some((how, list)) = asked.as_object().and_then(|asked| asked.iter().next()) else { return string(asked) };
        let permission = |id: usize| string(&self.whole["permissions"][id]["name"]);
        let names: BTreeSet<String> = ids(list)?.into_iter().map(permission).collect::<Result<_>>()?;
        Ok(format!("{how} {}", names.into_iter().collect::<Vec<_>>().join(" ")))
    }

    /// What a role holds in a region on a day.
    pub(super) fn points(&self, role: &str, region: Option<&str>, day: Option<Date>) -> Result<Points> {
        let place = self.places.get(role).ok_or("no such role")?;
        let calendar = match region {
            None => 0,
            Some(region) => {
                let entry = list(&self.whole["regions"])?.iter().find(|entry| entry["name"] == region);
                number(&entry.ok_or("no such region")?["calendar"])?
            }
        };
        let mut points = Points::default();
        for grant in list(&self.whole["roles"][place]["grants"])? {
            self.grant(grant, &mut points)?;
        }
        let mut found = false;
        for epoch in list(&self.whole["calendars"][calendar])? {
            let begins =
                |day: Date| Ok::<_, Box<dyn Error>>(epoch["from"].is_null() || string(&epoch["from"])?.parse::<Date>()? <= day);
            let ends =
                |day: Date| Ok::<_, Box<dyn Error>>(epoch["until"].is_null() || day < string(&epoch["until"])?.parse::<Date>()?);
            if day.is_some_and(|day| begins(day).is_ok_and(|begun| !begun)) {
                break;
            }
            found |= day.is_none_or(|day| ends(day).is_ok_and(|within| within));
            for change in list(&epoch["changes"])?.iter().filter(|change| change["role"] == *place) {
                list(&change["gains"])?.iter().try_for_each(|gain| self.grant(gain, &mut points))?;
            }
        }
        if found { Ok(points) } else { Err("no epoch has the day".into()) }
    }

    fn grant(&self, grant: &Value, points: &mut Points) -> Result<()> {
        let divisions = list(&self.whole["divisions"])?;
        let scope = &self.whole["scopes"][number(&grant[1])?];
        let mut names: Vec<String> = Vec::new();
        if scope == "all" {
            names.push(ELSEWHERE.to_owned());
            for division in divisions {
                names.push(string(&division["name"])?);
            }
        } else {
            for id in ids(scope)? {
                names.push(string(&divisions[id]["name"])?);
            }
        }
        let condition = match grant.get(2) {
            Some(condition) => Some(text(&self.whole["conditions"][number(condition)?], false)?),
            None => None,
        };
        for id in ids(&self.whole["sets"][number(&grant[0])?])? {
            points.add(&string(&self.whole["permissions"][id]["name"])?, names.clone(), condition.as_deref());
        }
        Ok(())
    }
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().ok_or_else(|| format!("no list: {value}").into())
}

fn string(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("no string: {value}").into())
}

fn number(value: &Value) -> Result<usize> {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).ok_or_else(|| format!("no id: {value}").into())
}

/// An id list.
fn ids(value: &Value) -> Result<Vec<usize>> {
    let mut ids = Vec::new();
    for element in list(value)? {
        match element {
            Value::Array(run) if run.len() == 2 => ids.extend(number(&run[0])?..=number(&run[1])?),
            _ => ids.push(number(element)?),
        }
    }
    if ids.windows(2).all(|pair| pair[0] < pair[1]) { Ok(ids) } else { Err("an id list is not ascending".into()) }
}

/// A condition as it is written in the language.
fn text(condition: &Value, inside: bool) -> Result<String> {
    for (key, word) in [("and", " and "), ("or", " or ")] {
        if let Some(operands) = condition.get(key) {
            let operands = list(operands)?.iter().map(|operand| text(operand, true)).collect::<Result<Vec<_>>>()?;
            let joined = operands.join(word);
            return Ok(if inside { format!("({joined})") } else { joined });
        }
    }
    let variable = string(&condition["variable"])?;
    if let Some(values) = condition.get("in") {
        let values = list(values)?.iter().map(value).collect::<Result<Vec<_>>>()?;
        return Ok(format!("{variable} in [{}]", values.join(", ")));
    }
    Ok(format!("{variable} {} {}", string(&condition["operator"])?, value(&condition["value"])?))
}

fn value(value: &Value) -> Result<String> {
    match value {
        Value::Object(_) => string(&value["variable"]),
        Value::Number(number) => Ok(number.as_f64().ok_or("no number")?.to_string()),
        _ => Ok(value.to_string()),
    }
}
