//! One file, exactly once: ask where there is doubt, send, prove, make public.

mod local;
mod multipart;
mod resumable;

pub(super) use resumable::{described, plain};

use super::account::is_sound;
use super::files::no_such_file;
use super::folders::invisible_folder;
use super::upload::Stopped;
use super::{Change, Class, Delivered, Drive, DriveError, Journal, Parcel, RemoteFile, Share, Trouble};

impl Drive {
    /// Brings a file to Drive under its reserved id and makes it public.
    ///
    /// However often this runs, is cut, or is answered wrongly: there is one
    /// file under the id in the end, and it holds these bytes. After an error
    /// the caller tries again as the error's disposition says, with what the
    /// journal got.
    ///
    /// # Errors
    /// What stands in the way, by kind and for an operator.
    pub async fn deliver(
        &self,
        parcel: &Parcel,
        class: Class,
        journal: &mut dyn Journal,
    ) -> Result<Delivered, DriveError> {
        if !is_sound(&parcel.file_id) {
            return Err(no_such_file());
        }
        let delivery = Delivery {
            drive: self,
            parcel,
            class,
            journal,
            doubted: parcel.doubt,
        };
        // One large future, kept off the stacks of those who wait for it.
        Box::pin(delivery.run()).await
    }
}

struct Delivery<'a> {
    drive: &'a Drive,
    parcel: &'a Parcel,
    class: Class,
    journal: &'a mut dyn Journal,
    /// The journal knows that the file may be there.
    doubted: bool,
}

/// A file at Drive, and how it got there.
struct Arrival {
    file: RemoteFile,
    how: &'static str,
    was_there: bool,
}

impl Arrival {
    fn new(file: RemoteFile, how: &'static str) -> Self {
        Self {
            file,
            how,
            was_there: false,
        }
    }

    fn found(file: RemoteFile) -> Self {
        Self {
            file,
            how: "found",
            was_there: true,
        }
    }
}

impl Delivery<'_> {
    async fn run(mut self) -> Result<Delivered, DriveError> {
        let arrival = match self.look_back().await? {
            Some(arrival) => arrival,
            None => self.send().await?,
        };
        let arrival = self.proven(arrival).await.map_err(vanished)?;
        let file = self.public(arrival.file).await.map_err(vanished)?;
        let predicted = self.drive.links(&self.parcel.file_id);
        let links = predicted.corrected(&file);
        Ok(Delivered {
            links_changed: links != predicted,
            links,
            file,
            was_there: arrival.was_there,
            how: arrival.how,
        })
    }

    /// What an earlier try has brought there, or brings there now in its session.
    async fn look_back(&mut self) -> Result<Option<Arrival>, DriveError> {
        if let Some(address) = &self.parcel.session {
            match self.resume(address).await {
                Ok(Some(arrival)) => return Ok(Some(arrival)),
                Ok(None) | Err(Stopped::Gone | Stopped::Taken(_)) => {}
                Err(Stopped::Interrupted(error) | Stopped::Refused(error)) => return Err(error),
            }
        } else if !self.parcel.doubt {
            return Ok(None);
        }
        let file = self.ask().await?;
        Ok(file.map(Arrival::found))
    }

    /// Sends the bytes: in one request while the line is steady, else in a session.
    async fn send(&mut self) -> Result<Arrival, DriveError> {
        local::verify(self.parcel).await?;
        let small = self.parcel.size <= self.drive.inner.settings.multipart_limit;
        let mut steady = small && !self.parcel.doubt && self.parcel.session.is_none();
        let mut tries = 0;
        loop {
            let sent = if steady {
                self.multipart().await.map(|file| Arrival::new(file, "multipart"))
            } else {
                self.resumable().await
            };
            let error = match sent {
                Ok(arrival) => return Ok(arrival),
                Err(Stopped::Interrupted(error)) => return Err(self.of_folder(error)),
                Err(Stopped::Refused(error)) if !may_have_worked(&error) => {
                    return Err(self.of_folder(error));
                }
                Err(Stopped::Refused(error)) => error,
                Err(Stopped::Taken(error)) => {
                    if let Some(file) = self.ask_twice().await? {
                        return Ok(Arrival::found(file));
                    }
                    return Err(error);
                }
                Err(Stopped::Gone) => session_lost(),
            };
            // It did not succeed, but may have worked. The error of the attempt says more than
            // one of the question, and the journal keeps the doubt.
            match self.ask().await {
                Ok(Some(file)) => return Ok(Arrival::new(file, how(steady))),
                Ok(None) => {}
                Err(_) => return Err(error),
            }
            if tries >= self.drive.patience().retries || !self.drive.worth_another_try(&error) {
                return Err(self.of_folder(error));
            }
            tries += 1;
            steady = steady && error.trouble == Trouble::RateLimited;
            tokio::time::sleep(self.drive.patience().pause()).await;
        }
    }

    /// The file, with our bytes and out of the trash.
    async fn proven(&mut self, arrival: Arrival) -> Result<Arrival, DriveError> {
        let mut arrival = arrival;
        if arrival.file.trashed {
            arrival.file = self.out_of_the_trash().await?;
        }
        if self.is_ours(&mut arrival.file).await? {
            return Ok(arrival);
        }
        tracing::warn!(
            drive.file = self.parcel.file_id,
            "The bytes at Google Drive are not ours; sending them again"
        );
        let mut file = self.mend().await?;
        if !self.is_ours(&mut file).await? {
            return Err(DriveError::new(
                Trouble::WrongBytes,
                "Google Drive holds other bytes than were sent.",
            ));
        }
        Ok(Arrival {
            file,
            how: "mended",
            ..arrival
        })
    }

    /// Out of the trash and into the folder it belongs to: a file is in the trash also because
    /// its folder is.
    async fn out_of_the_trash(&self) -> Result<RemoteFile, DriveError> {
        let folder = &self.parcel.folder;
        let change = Change {
            trashed: Some(false),
            folder: (!folder.is_empty()).then(|| folder.clone()),
            ..Change::default()
        };
        let id = &self.parcel.file_id;
        let file = self.drive.update_metadata(id, change, self.class).await?;
        if file.trashed {
            return Err(DriveError::new(
                Trouble::Folder,
                "The folder for the pictures lies in Google Drive's trash. Take it out of there.",
            ));
        }
        Ok(file)
    }

    async fn is_ours(&self, file: &mut RemoteFile) -> Result<bool, DriveError> {
        let parcel = self.parcel;
        if let Some(ours) = file.holds(&parcel.md5, parcel.size) {
            return Ok(ours);
        }
        *file = self.ask().await?.ok_or_else(no_such_file)?;
        file.holds(&parcel.md5, parcel.size).ok_or_else(|| {
            DriveError::new(
                Trouble::ServerFault,
                "Google Drive does not say yet what it has received.",
            )
        })
    }

    /// The file, public: proven by its permissions, or made so.
    async fn public(&self, file: RemoteFile) -> Result<RemoteFile, DriveError> {
        if file.is_public() {
            return Ok(file);
        }
        if self.drive.inner.settings.share == Share::Folder {
            // An inherited permission may appear a moment after the upload's answer.
            let again = self.ask().await?.ok_or_else(no_such_file)?;
            if again.is_public() {
                return Ok(again);
            }
        }
        self.drive.share(&self.parcel.file_id, self.class).await?;
        Ok(file)
    }

    async fn ask(&self) -> Result<Option<RemoteFile>, DriveError> {
        self.drive.file(&self.parcel.file_id, self.class).await
    }

    /// An id that is taken, but by a file that we do not see: it may only be
    /// too new. To give the id up would make a second file.
    async fn ask_twice(&self) -> Result<Option<RemoteFile>, DriveError> {
        if let Some(file) = self.ask().await? {
            return Ok(Some(file));
        }
        tokio::time::sleep(self.drive.patience().pause()).await;
        self.ask().await
    }

    /// Before anything that may create the file.
    async fn begin(&mut self) -> Result<(), DriveError> {
        if !self.doubted {
            self.journal.begun().await?;
            self.doubted = true;
        }
        Ok(())
    }

    /// What is not found at a creation is its folder.
    fn of_folder(&self, error: DriveError) -> DriveError {
        if error.trouble != Trouble::NotFound {
            return error;
        }
        invisible_folder().with_detail(error.detail)
    }
}

fn how(multipart: bool) -> &'static str {
    if multipart { "multipart" } else { "resumable" }
}

/// Whether a creation that was answered so may have happened all the same.
/// Even a 403 has been seen to do the work.
fn may_have_worked(error: &DriveError) -> bool {
    !matches!(
        error.trouble,
        Trouble::Offline | Trouble::SignIn | Trouble::NotFound | Trouble::Rejected | Trouble::LocalFile
    )
}

/// A file that was there a moment ago was removed by somebody: not a reason to
/// give up. The next try finds out.
fn vanished(error: DriveError) -> DriveError {
    if error.trouble != Trouble::NotFound {
        return error;
    }
    DriveError::new(
        Trouble::Interrupted,
        "The file was removed from Google Drive while it was delivered.",
    )
    .with_detail(error.detail)
}

fn session_lost() -> DriveError {
    DriveError::new(
        Trouble::Interrupted,
        "Google Drive has forgotten the upload that was under way.",
    )
}
