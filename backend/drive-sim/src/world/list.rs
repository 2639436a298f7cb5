//! Lists of files, page by page.

use super::{Caller, File, World};
use crate::error::ApiError;
use crate::query::{Collection, Field, Properties, Search, Subject};
use crate::random;

/// What a caller wants listed.
#[derive(Debug)]
pub(crate) struct ListRequest<'a> {
    pub(crate) q: &'a str,
    pub(crate) order_by: &'a str,
    pub(crate) page_size: usize,
    pub(crate) page_token: Option<&'a str>,
}

/// One page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) ids: Vec<String>,
    pub(crate) next: Option<String>,
}

/// What is left of a list after a page. It was found at the time of the first page, so that nothing is
/// skipped or repeated when files come and go in between.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    account: String,
    q: String,
    order_by: String,
    ids: Vec<String>,
}

impl World {
    /// Finds a page of the files that the caller can see.
    pub(crate) fn list(&mut self, caller: &Caller, request: &ListRequest<'_>) -> Result<Page, ApiError> {
        let mut ids = match request.page_token {
            None => self.find(caller, request)?,
            Some(token) => {
                let rest = self.pages.get(token).filter(|rest| {
                    rest.account == caller.account && rest.q == request.q && rest.order_by == request.order_by
                });
                rest.ok_or_else(|| ApiError::invalid_value("pageToken"))?
                    .ids
                    .clone()
            }
        };
        let rest = ids.split_off(request.page_size.min(ids.len()));
        let next = (!rest.is_empty()).then(|| {
            let token = format!("~!!~{}", random::text(60));
            let rest = Rest {
                account: caller.account.clone(),
                q: request.q.to_owned(),
                order_by: request.order_by.to_owned(),
                ids: rest,
            };
            self.pages.insert(token.clone(), rest);
            token
        });
        ids.retain(|id| self.files.contains_key(id));
        Ok(Page { ids, next })
    }

    fn find(&self, caller: &Caller, request: &ListRequest<'_>) -> Result<Vec<String>, ApiError> {
        let search = match request.q.trim() {
            "" => None,
            q => Some(Search::parse(q)?),
        };
        let keys = sort_keys(request.order_by)?;
        let mut found: Vec<&File> = self
            .files
            .values()
            .filter(|file| !self.roots.contains_key(&file.id) && self.sees(caller, file))
            // A file that anyone may read is not in everybody's list.
            .filter(|file| self.is_listed(caller, file))
            .filter(|file| {
                let found = Found {
                    world: self,
                    caller,
                    file,
                };
                search.as_ref().is_none_or(|search| search.fits(&found))
            })
            .collect();
        found.sort_by_key(|file| std::cmp::Reverse(file.sequence));
        found.sort_by(|a, b| {
            let orders = keys.iter().map(|(key, descending)| {
                let order = compare(key, a, b);
                if *descending { order.reverse() } else { order }
            });
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        Ok(found.into_iter().map(|file| file.id.clone()).collect())
    }

    fn is_listed(&self, caller: &Caller, file: &File) -> bool {
        let account = caller.account.as_str();
        let shared_with = self.permissions_of(file);
        let mut shared_with = shared_with.iter();
        self.lineage(file).any(|above| above.owner == account)
            || shared_with.any(|(permission, _)| permission.email_address.as_deref() == Some(account))
    }
}

struct Found<'a> {
    world: &'a World,
    caller: &'a Caller,
    file: &'a File,
}

impl Subject for Found<'_> {
    fn text(&self, field: Field) -> String {
        match field {
            Field::Name | Field::FullText => self.file.name.clone(),
            Field::MimeType => self.file.mime_type.clone(),
            Field::Trashed => self.world.is_trashed(self.file).to_string(),
            Field::Starred => self.file.starred.to_string(),
            Field::SharedWithMe => (self.file.owner != self.caller.account).to_string(),
            Field::ModifiedTime => self.file.modified.to_rfc3339(),
            Field::CreatedTime => self.file.created.to_rfc3339(),
            Field::Visibility if self.world.is_public(self.file) => "anyoneWithLink".to_owned(),
            Field::Visibility => "limited".to_owned(),
        }
    }

    fn is_in(&self, id: &str, collection: Collection) -> bool {
        let allows = |roles: &[&str]| {
            self.world.permissions_of(self.file).iter().any(|(known, _)| {
                known.email_address.as_deref() == Some(id) && roles.contains(&known.role.as_str())
            })
        };
        match collection {
            Collection::Parents => self.file.parent.as_deref() == Some(self.world.resolve(self.caller, id)),
            Collection::Owners => {
                self.file.owner == id || (id == "me" && self.file.owner == self.caller.account)
            }
            Collection::Writers => allows(&["owner", "writer"]),
            Collection::Readers => allows(&["owner", "writer", "commenter", "reader"]),
        }
    }

    fn has(&self, properties: Properties, key: &str, value: &str) -> bool {
        let properties = match properties {
            Properties::App => self.file.app_properties.get(&self.caller.client),
            Properties::Public => Some(&self.file.properties),
        };
        properties
            .and_then(|all| all.get(key))
            .is_some_and(|found| found == value)
    }
}

fn sort_keys(order_by: &str) -> Result<Vec<(&str, bool)>, ApiError> {
    const KEYS: [&str; 11] = [
        "createdTime",
        "folder",
        "modifiedByMeTime",
        "modifiedTime",
        "name",
        "name_natural",
        "quotaBytesUsed",
        "recency",
        "sharedWithMeTime",
        "starred",
        "viewedByMeTime",
    ];
    let parts = order_by.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (key, descending) = match part.split_once(' ') {
                Some((key, "desc")) => (key, true),
                None => (part, false),
                Some(_) => return Err(ApiError::invalid_value("orderBy")),
            };
            let known = KEYS.contains(&key);
            known
                .then_some((key, descending))
                .ok_or_else(|| ApiError::invalid_value("orderBy"))
        })
        .collect()
}

fn compare(key: &str, a: &File, b: &File) -> std::cmp::Ordering {
    match key {
        "createdTime" => a.created.cmp(&b.created),
        "name" | "name_natural" => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
        "quotaBytesUsed" => a.size().cmp(&b.size()),
        "starred" => b.starred.cmp(&a.starred),
        "folder" => b.is_folder().cmp(&a.is_folder()),
        _ => a.modified.cmp(&b.modified),
    }
}
