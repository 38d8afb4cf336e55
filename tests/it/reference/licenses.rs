//! Licences: their order, what needs them, and what somebody's permissions call for.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::catalog::Catalog;
use crate::reference::names::{check_allowed, check_reserved};
use crate::reference::read::Declarations;
use crate::reference::{About, Report};

/// The licences that are declared.
#[derive(Debug, Default)]
pub(crate) struct Licenses {
    pub(crate) names: BTreeSet<String>,
    pub(crate) addons: BTreeSet<String>,
    /// The kinds of organisations that don't want each.
    pub(crate) unwanted: BTreeMap<String, BTreeSet<String>>,
    /// What needs each.
    needs: BTreeMap<String, BTreeSet<String>>,
    /// (cheaper, dearer), as written; none if some licence is dearer than itself.
    order: BTreeSet<(String, String)>,
}

impl Licenses {
    /// Resolves licences; notes in `tainted` the items with an error in them.
    pub(crate) fn new(
        declarations: &Declarations,
        catalog: &Catalog,
        (tainted, report): (&mut BTreeSet<usize>, &mut Report),
    ) -> Self {
        let mut licenses = Self::default();
        for license in declarations.later.licenses.iter().filter(|license| license.declares) {
            for name in [&license.name].into_iter().chain(&license.dearer) {
                if !check_reserved(name, About::Item(license.item), report) {
                    licenses.names.insert(name.clone());
                }
            }
            if license.addon {
                licenses.addons.insert(license.name.clone());
            }
        }
        for license in &declarations.later.licenses {
            let about = About::Item(license.item);
            let item = &declarations.later.items[license.item];
            let mut codes = Vec::new();
            if licenses.names.contains(&license.name) {
                let needs = licenses.needs.entry(license.name.clone()).or_default();
                for selector in &license.needs {
                    match catalog.resolve(selector) {
                        Ok(permissions) => needs.extend(permissions),
                        Err(code) => codes.push(code),
                    }
                }
                licenses.unwanted.entry(license.name.clone()).or_default().extend(license.unwanted.iter().cloned());
            } else {
                codes.push("unknown-license");
            }
            let names: Vec<&String> = [&license.name].into_iter().chain(&license.dearer).collect();
            let links = names.windows(2).map(|pair| (pair[0].clone(), pair[1].clone()));
            licenses.order.extend(links);
            if item.faulty | !codes.is_empty() | check_allowed(&item.allowed_findings, &about, report) {
                tainted.insert(license.item);
            }
            for code in codes {
                report.tell(code, about.clone());
            }
        }
        if licenses.names.iter().any(|name| licenses.cheaper(name).contains(name)) {
            report.tell("license-cycle", About::Project);
            licenses.order.clear();
        }
        licenses
    }

    /// All that are cheaper than a licence, by steps.
    pub(crate) fn cheaper(&self, license: &str) -> BTreeSet<String> {
        let mut cheaper = BTreeSet::new();
        let mut open = vec![license.to_owned()];
        while let Some(next) = open.pop() {
            let below = self.order.iter().filter(|(_, dear)| *dear == next).map(|(cheap, _)| cheap.clone());
            open.extend(below.filter(|cheap| cheaper.insert(cheap.clone())));
        }
        cheaper
    }

    /// The licences that something needs.
    pub(crate) fn known(&self) -> impl Iterator<Item = &String> {
        self.needs.iter().filter(|(_, needs)| !needs.is_empty()).map(|(name, _)| name)
    }

    /// The licences that permissions need.
    pub(crate) fn needed(&self, permissions: &BTreeSet<String>) -> BTreeSet<String> {
        self.needs.iter().filter(|(_, needs)| !needs.is_disjoint(permissions)).map(|(name, _)| name.clone()).collect()
    }

    /// The licences that permissions need, without those that a dearer one among them includes.
    pub(crate) fn dearest(&self, permissions: &BTreeSet<String>) -> BTreeSet<String> {
        let needed = self.needed(permissions);
        let included: BTreeSet<String> = needed.iter().flat_map(|license| self.cheaper(license)).collect();
        &needed - &included
    }

    /// Whether permissions need no licence beyond one; add-ons have no place in the order.
    pub(crate) fn is_enough(&self, bound: &str, permissions: &BTreeSet<String>) -> bool {
        let mut within = self.cheaper(bound);
        within.insert(bound.to_owned());
        self.needed(permissions).iter().all(|license| within.contains(license) || self.addons.contains(license))
    }
}
